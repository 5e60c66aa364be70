"""From where a page about new problems was opened: a meeting, a suggestion, an appraisal, or nowhere."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from meetings.models import Meeting
from members.models import Organization
from members.places import branch_asked_for
from members.policy import demand, fetch
from members.requests import PageRequest
from supervision.choices import ProblemSource
from supervision.models import AppraisalRound, Suggestion
from supervision.queries.meeting_links import source_of
from supervision.views.problem_pages import RECORD

ORIGINS: dict[str, tuple[QuerySet[Any], ProblemSource]] = {
    "meeting": (Meeting.objects.select_related("organization"), ProblemSource.MEETING),
    "suggestion": (Suggestion.objects.select_related("organization"), ProblemSource.SUGGESTION),
    "round": (AppraisalRound.objects.select_related("organization"), ProblemSource.APPRAISAL),
}


@dataclass(frozen=True, slots=True)
class Origin:
    place: Organization
    initial: dict[str, Any]
    links: dict[str, Any] = field(default_factory=dict)
    """What the list is tied to."""

    @property
    def is_fixed(self) -> bool:
        """A list that comes from something says so."""
        return bool(self.links)


def origin(request: PageRequest) -> Origin:
    """404 for what one doesn't see, 403 where one doesn't record."""
    for name, (rows, source) in ORIGINS.items():
        if key := request.GET.get(name):
            row = fetch(request, rows, pk=_key(key))
            demand(request, row.organization.path)
            source = source_of(row) if isinstance(row, Meeting) else source
            return Origin(row.organization, _initial(row, source, request), {name: row})
    asked = request.GET.get("source", "")
    known = asked in ProblemSource.values and asked != ProblemSource.INSPECTION
    initial: dict[str, Any] = {"source": asked if known else ProblemSource.OTHER, "made_on": request.today}
    return Origin(branch_asked_for(request, RECORD), initial)


def _initial(row: Any, source: ProblemSource, request: PageRequest) -> dict[str, Any]:
    """A suggestion's words are the member's: they aren't copied."""
    if isinstance(row, Meeting):
        day = min(row.day, request.today)
        return {"source": source, "made_on": day, "title": row.name[:160]}
    return {"source": source, "made_on": request.today, "title": str(source.label)}


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error
