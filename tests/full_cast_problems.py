"""Problems of every branch; one marked, one that an inspection found, one that it hasn't handed over; the visits."""

from typing import TYPE_CHECKING

from supervision.models import Inspection, Problem, ProblemList, ProblemStep
from tests.cast import TODAY

if TYPE_CHECKING:
    from tests.full_cast import FullCast


def problems(full: "FullCast") -> None:
    cast = full.cast
    for place in (cast.branch, cast.next_branch, cast.other_branch):
        full.keep(_problem(_list(place)), place.code)
    full.keep(_problem(_list(cast.branch), is_internal=True), "branch-marked")
    for state in ("planned", "visited", "issued"):
        visit = _visit(cast, state)
        full.keep(visit, state)
        if state != "planned":
            listed = _list(cast.branch, source="inspection", inspection=visit)
            full.keep(_problem(listed), f"finding-{state}")
    step = ProblemStep.objects.create(
        problem=full.rows[Problem]["branch"], kind="note", on=TODAY, text="在办", by=cast.secretary
    )
    full.keep(step, "note")


def _list(place: object, source: str = "other", **facts: object) -> ProblemList:
    return ProblemList.objects.create(organization=place, source=source, title="查摆问题", made_on=TODAY, **facts)


def _problem(listed: ProblemList, **facts: object) -> Problem:
    return Problem.objects.create(
        problem_list=listed, organization=listed.organization, text="记录不及时", found_on=TODAY, due_on=TODAY, **facts
    )


def _visit(cast: object, state: str) -> Inspection:
    return Inspection.objects.create(
        organization=cast.branch, inspected_by=cast.district, state=state, visit_on=TODAY, team="科", subject="三会",
        issued_on=TODAY if state == "issued" else None,
    )  # fmt: skip
