"""From what a new practice is written: a problem that was put right, a suggestion that was solved, or nothing."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404

from assessment.choices import PracticeKind
from assessment.queries.practices import solved_problems, solved_suggestions
from members.fields import opened
from members.models import Organization
from members.policy import fetch
from members.requests import PageRequest
from supervision.problems.models import Problem
from supervision.suggestions.models import Suggestion


@dataclass(frozen=True, slots=True)
class Origin:
    """`row` is read by its own branch alone: the page shows it beside the form, and nothing leads back to it."""

    row: Problem | Suggestion
    title: str
    organization: Organization
    initial: dict[str, Any]


def origin(request: PageRequest) -> Origin | None:
    """None: begun from nothing. 404 for what one doesn't see or isn't solved, 403 where one doesn't write."""
    if key := request.GET.get("problem"):
        problem = fetch(request, solved_problems(), pk=_key(key))
        facts = {"problem": problem.text, "solution": problem.measure, "kind": PracticeKind.SUPERVISION}
        return _origin(problem, facts)
    if key := request.GET.get("suggestion"):
        return _origin(fetch(request, solved_suggestions(), pk=_key(key)), {"kind": PracticeKind.SUPERVISION})
    return None


def _origin(row: Problem | Suggestion, facts: dict[str, Any]) -> Origin:
    """Neither words of a member nor the branch's answer to that member are copied."""
    return Origin(row, opened(row.text), row.organization, {"organization": row.organization.code, **facts})


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
