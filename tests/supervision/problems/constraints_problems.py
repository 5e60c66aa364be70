"""What the database refuses about problems and inspections."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import models

from supervision.models import Inspection, Problem, ProblemList, ProblemStep
from tests.supervision.appraisals.constraints_appraisals import LAWFUL as APPRAISALS
from tests.supervision.suggestions.constraints_suggestions import LAWFUL as SUGGESTIONS

MAY, JUNE = date(2026, 5, 10), date(2026, 6, 10)
VISIT = {"state": "visited", "visit_on": MAY, "team": "组织科", "subject": "三会一课"}


def _list(cast: Any) -> ProblemList:
    return ProblemList.objects.create(organization=cast.branch, source="other", title="查摆问题", made_on=MAY)


def _problem(cast: Any) -> Problem:
    return Problem.objects.create(
        problem_list=_list(cast), organization=cast.branch, text="记录不及时", found_on=MAY, due_on=JUNE
    )


def _inspection(cast: Any) -> Inspection:
    facts = VISIT | {"organization": cast.branch, "inspected_by": cast.district}
    return Inspection.objects.get_or_create(key=UUID(int=5), defaults=facts)[0]


def _suggestion(cast: Any) -> models.Model:
    (model, facts), *_rest = SUGGESTIONS.items()
    return model.objects.create(**facts(cast))


def _round(cast: Any) -> models.Model:
    model = next(one for one in APPRAISALS if one.__name__ == "AppraisalRound")
    return model.objects.create(**APPRAISALS[model](cast))


LAWFUL: dict[type[models.Model], Any] = {
    Inspection: lambda cast: {"organization": cast.branch, "inspected_by": cast.district, **VISIT},
    ProblemList: lambda cast: {"organization": cast.branch, "source": "other", "title": "查摆问题", "made_on": MAY},
    Problem: lambda cast: {
        "problem_list": _list(cast), "organization": cast.branch, "text": "记录不及时", "found_on": MAY, "due_on": JUNE,
    },
    ProblemStep: lambda cast: {
        "problem": _problem(cast), "kind": "note", "on": MAY, "text": "在办", "by": cast.secretary
    },
}  # fmt: skip
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Inspection, "inspection_state_known", {"state": "gossip"}),
    (Inspection, "inspection_says_who_and_what", {"team": ""}),
    (Inspection, "inspection_says_who_and_what", {"subject": ""}),
    (Inspection, "inspection_issued_has_day", {"state": "issued"}),
    (Inspection, "inspection_closed_has_day", {"closed_on": JUNE}),
    (Inspection, "inspection_closed_has_day", {"state": "closed", "issued_on": JUNE}),
    (Inspection, "inspection_comes_from_above", {"inspected_by": lambda cast: cast.branch}),
    (ProblemList, "problem_list_source_known", {"source": "gossip"}),
    (ProblemList, "problem_list_has_title", {"title": ""}),
    (ProblemList, "problem_list_of_inspection_says_so", {"inspection": _inspection}),
    (ProblemList, "problem_list_of_suggestion_says_so", {"suggestion": _suggestion}),
    (ProblemList, "problem_list_of_appraisal_says_so", {"round": _round}),
    (Problem, "problem_says_something", {"text": ""}),
    (Problem, "problem_due_after_finding", {"due_on": date(2026, 5, 9)}),
    (Problem, "problem_settled_is_whole", {"state": "accepted"}),
    (Problem, "problem_settled_is_whole", {"settled_on": JUNE}),
    (Problem, "problem_settled_is_whole", {"settled_by": lambda cast: cast.secretary}),
    (ProblemStep, "problem_step_kind_known", {"kind": "gossip"}),
    (ProblemStep, "problem_step_says_something", {"text": ""}),
]
OF_VISIT = {"source": "inspection", "inspection": _inspection}
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (ProblemList, "inspection", OF_VISIT, OF_VISIT | {"title": "又一份"}),
]
SAID_ELSEWHERE = {(Problem, "problem_state_known")}
"""What `problem_settled_is_whole` says as well: PostgreSQL names whichever it looks at first."""
