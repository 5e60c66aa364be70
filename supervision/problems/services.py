"""Problems from the list to the end, and the inspections that find them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from audit.services import record
from meetings.documents import NotADocument, bare_document
from members.models import Organization, User
from members.refused import Refused
from supervision.choices import InspectionState, ProblemSource, ProblemState
from supervision.problems.models import Inspection, Problem, ProblemList, ProblemStep
from supervision.problems.queries import is_responsible, parts_of
from supervision.problems.rules import FINAL, SETTLING, STEPS

Values = Mapping[str, Any]
ACTIONS = {
    "done": "problem_done",
    "note": "problem_note",
    "accepted": "problem_accepted",
    "sent_back": "problem_sent_back",
    "moved": "problem_moved",
    "dropped": "problem_dropped",
}
"""Step → what the trail calls it."""


def make_list(*, problem_list: ProblemList, rows: Sequence[Values], on: date, by: User) -> ProblemList:
    """What was found on one occasion. The same key twice stores it once. Raises Refused."""
    same = ProblemList.objects.filter(pk=problem_list.pk, organization=problem_list.organization)
    if known := same.first():
        return known
    if problem_list.made_on > on:
        raise Refused(_("That day hasn't come yet."), "made_on")
    if not rows:
        raise Refused(_("Write down at least one problem."))
    try:
        with transaction.atomic():
            problem_list.save(force_insert=True)
            add_problems(problem_list=problem_list, rows=rows, key=problem_list.pk, found_on=problem_list.made_on)
            _record("make_problem_list", problem_list, problem_list.organization, by, {"rows": len(rows)})
    except IntegrityError:
        if known := same.first():
            return known
        raise
    return problem_list


def add_problems(*, problem_list: ProblemList, rows: Sequence[Values], key: UUID, found_on: date) -> int:
    """The rows of one form; those that the same form stored before aren't stored again. Raises Refused."""
    for row in rows:
        if row["due_on"] < found_on:
            raise Refused(_("A problem can't be put right by a day before it was found."))
        if not row.get("responsible") and not row.get("responsible_name") and problem_list.inspection_id is None:
            raise Refused(_("Say for every problem who puts it right."))
    new = [
        Problem(
            pk=uuid5(key, str(number)), problem_list=problem_list, organization=problem_list.organization,
            found_on=found_on, **row,
        )
        for number, row in enumerate(rows)
    ]  # fmt: skip
    known = set(Problem.objects.filter(pk__in=[one.pk for one in new]).values_list("pk", flat=True))
    return len(Problem.objects.bulk_create([one for one in new if one.pk not in known]))


@transaction.atomic
def take_step(
    *,
    problem: Problem,
    kind: str,
    key: UUID,
    text: str,
    on: date,
    by: User,
    content: bytes = b"",
    due_on: date | None = None,
) -> ProblemStep:
    """Report as done, accept, send back, give another day, drop, note. The same key twice is once. Raises Refused."""
    held = _held(problem)
    if known := held.steps.filter(pk=key, kind=kind).first():
        return known
    _demand_possible(held, kind, text, by)
    if kind == "moved":
        _demand_later(held, due_on, on)
    step = ProblemStep(pk=key, problem=held, kind=kind, on=on, text=text.strip(), by=by)
    if content:
        file = _file(content)
        step.file.save(str(file.name), file, save=False)
    step.save(force_insert=True)
    _move_on(held, kind, due_on, on, by)
    return step


@transaction.atomic
def assign(*, problem: Problem, values: Values, key: UUID, on: date, by: User) -> list[str]:
    """Say anew what is done, by whom, and who may read it, while it is being put right. Raises Refused."""
    held = _held(problem)
    if held.state != ProblemState.OPEN:
        raise Refused(_("It isn't being put right any more, so this stays as it is."))
    if not values["responsible"] and not values["responsible_name"]:
        raise Refused(_("Say who puts it right."), "responsible")
    changes = [(name, old, new) for name, new in values.items() if (old := getattr(held, name)) != new]
    names = [name for name, _old, _new in changes]
    if is_responsible(held, by) and {"responsible", "responsible_name"} & set(names):
        raise Refused(_("You put it right yourself: somebody else has to pass it on."), "responsible")
    if names:
        for name, _old, new in changes:
            setattr(held, name, new)
        held.save(update_fields=names)
        ProblemStep.objects.create(pk=key, problem=held, kind="note", on=on, text=_in_words(held), by=by)
        record(
            action="assign_problem", by=by, subject=held, organization_code=held.organization.code,
            changes=[(name, str(old), str(new)) for name, old, new in changes],
        )  # fmt: skip
    return names


def _in_words(problem: Problem) -> str:
    who = problem.responsible.name if problem.responsible else problem.responsible_name
    return _("Measure: %(measure)s. Who puts it right: %(who)s.") % {"measure": problem.measure or "—", "who": who}


def _demand_possible(problem: Problem, kind: str, text: str, by: User) -> None:
    states, allowed, _after = STEPS[kind]
    if kind in SETTLING and is_responsible(problem, by):
        raise Refused(_("You put it right yourself, so somebody else decides about it."))
    if not allowed & parts_of(problem, by):
        raise Refused(_("Your office doesn't cover this. Findings are accepted by those who inspect."))
    if problem.state not in states:
        raise Refused(_("The problem has moved on: look at it again."))
    if not text.strip():
        raise Refused(_("Say it in words; this stays on record."), "text")


def _demand_later(problem: Problem, due_on: date | None, on: date) -> None:
    if due_on is None or due_on == problem.due_on:
        raise Refused(_("Choose another day."), "due_on")
    if due_on < on:
        raise Refused(_("That day has passed."), "due_on")
    if due_on < problem.found_on:
        raise Refused(_("A problem can't be put right by a day before it was found."), "due_on")


def _move_on(problem: Problem, kind: str, due_on: date | None, on: date, by: User) -> None:
    problem.state = STEPS[kind][2] or problem.state
    if kind == "moved" and due_on:
        problem.due_on = due_on
    if kind in FINAL:
        problem.settled_on, problem.settled_by = on, by
    problem.save(update_fields=["state", "due_on", "settled_on", "settled_by"])
    _record(ACTIONS[kind], problem, problem.organization, by)


def _held(problem: Problem) -> Problem:
    rows = Problem.objects.select_for_update(of=("self",)).select_related("organization", "problem_list", "responsible")
    return rows.get(pk=problem.pk)


def _file(content: bytes) -> ContentFile:
    try:
        kind, bare = bare_document(content)
    except NotADocument:
        sentence = _("Choose a PDF, a Word document (.docx), a JPEG or a PNG picture of at most 10 MB.")
        raise Refused(sentence, "file") from None
    return ContentFile(bare, name=f"{get_random_string(24)}.{kind}")


def _record(action: str, subject: Any, place: Organization, by: User, details: dict[str, int] | None = None) -> None:
    record(action=action, by=by, subject=subject, organization_code=place.code, details=details)


def plan_inspection(*, inspection: Inspection, by: User) -> Inspection:
    """The branch is told who comes, when, and what is looked at. The same key twice is once."""
    same = Inspection.objects.filter(pk=inspection.pk, organization=inspection.organization)
    if known := same.first():
        return known
    try:
        with transaction.atomic():
            inspection.save(force_insert=True)
            _record_inspection("plan_inspection", inspection, by)
    except IntegrityError:
        if known := same.first():
            return known
        raise
    return inspection


@transaction.atomic
def write_findings(
    *, inspection: Inspection, key: UUID, rows: Sequence[Values], summary: str, on: date, by: User
) -> int:
    """What the visit showed; the branch reads none of it before it is handed over. Raises Refused."""
    held = _lock_inspection(inspection)
    if held.visit_on > on:
        raise Refused(_("The visit is on %(day)s: findings come after it.") % {"day": held.visit_on.isoformat()})
    if held.state not in (InspectionState.PLANNED, InspectionState.VISITED):
        raise Refused(_("The findings are handed over and stay as they are."))
    held.state, held.summary = InspectionState.VISITED, summary.strip()
    held.save(update_fields=["state", "summary"])
    added = add_problems(problem_list=_list_of(held), rows=rows, key=key, found_on=held.visit_on) if rows else 0
    _record_inspection("write_findings", held, by, {"rows": added})
    return added


@transaction.atomic
def take_out_finding(*, problem: Problem, by: User) -> None:
    """A finding that is still being written is no finding any more; written anew it is another. Raises Refused."""
    inspection = problem.problem_list.inspection
    if inspection is None or _lock_inspection(inspection).state != InspectionState.VISITED:
        raise Refused(_("The findings are handed over and stay as they are."))
    if Problem.objects.filter(pk=problem.pk).delete()[0]:
        _record_inspection("take_out_finding", inspection, by)


@transaction.atomic
def hand_over(*, inspection: Inspection, on: date, by: User) -> Inspection:
    """From now on the branch reads the findings and puts them right by their days. Twice is once. Raises Refused."""
    held = _lock_inspection(inspection)
    if held.state in (InspectionState.ISSUED, InspectionState.CLOSED):
        return held
    findings = list(ProblemList.objects.filter(inspection=held).values_list("problems__due_on", flat=True))
    days = [day for day in findings if day]
    if held.state != InspectionState.VISITED or not (days or held.summary):
        raise Refused(_("Write down what was found first."))
    if days and min(days) < on:
        raise Refused(_("A finding would be overdue at once: give every finding a day that is still to come."))
    held.state, held.issued_on = InspectionState.ISSUED, on
    held.save(update_fields=["state", "issued_on"])
    _record_inspection("hand_over_findings", held, by)
    return held


@transaction.atomic
def close_inspection(*, inspection: Inspection, words: str, on: date, by: User) -> Inspection:
    """When every finding is settled. Twice is once. Raises Refused."""
    held = _lock_inspection(inspection)
    if held.state == InspectionState.CLOSED:
        return held
    if held.state != InspectionState.ISSUED:
        raise Refused(_("Hand over what was found first."))
    if not words.strip():
        raise Refused(_("Say with what it is closed."), "words")
    listed = ProblemList.objects.filter(inspection=held).first()
    if listed and listed.problems.filter(settled_on__isnull=True).exists():
        raise Refused(_("Not every finding is accepted or dropped yet."))
    held.state, held.closed_on, held.closing_words = InspectionState.CLOSED, on, words.strip()
    held.save(update_fields=["state", "closed_on", "closing_words"])
    _record_inspection("close_inspection", held, by)
    return held


def _list_of(inspection: Inspection) -> ProblemList:
    facts = {
        "organization": inspection.organization, "source": ProblemSource.INSPECTION,
        "title": inspection.subject[:160], "made_on": inspection.visit_on,
    }  # fmt: skip
    return ProblemList.objects.get_or_create(inspection=inspection, defaults=facts)[0]


def _lock_inspection(inspection: Inspection) -> Inspection:
    rows = Inspection.objects.select_for_update(of=("self",)).select_related("organization")
    return rows.get(pk=inspection.pk)


def _record_inspection(action: str, inspection: Inspection, by: User, details: dict[str, int] | None = None) -> None:
    code = inspection.organization.code
    record(action=action, by=by, subject=inspection, organization_code=code, details=details)
