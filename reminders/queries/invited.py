"""Meetings to come, and who far away or frail is invited to them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from meetings.choices import FOR_ALL_MEMBERS, MeetingKind, MeetingState, RequestState
from meetings.models import Exclusion, LeaveRequest, Material, Meeting
from members.choices import FRAIL_KINDS, OrganizationKind
from members.models import Situation
from members.paths import STEP, common, subtree
from reminders.queries.absences import FAR_KINDS, silent
from reminders.rules.dedupe import stamp
from reminders.rules.ladder import INVITED
from reminders.rules.quiet import SHANGHAI

INVITED_KINDS = (*FAR_KINDS, *FRAIL_KINDS)
TOLD_KINDS = (*FOR_ALL_MEMBERS, MeetingKind.GROUP_MEETING)
"""Meetings to which everybody is asked; committees know of theirs."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A planned meeting, as light as finding its people needs it."""

    key: UUID
    organization_id: int
    path: str
    organization_kind: str
    day: date
    starts_at: time | None

    @property
    def branch_path(self) -> str:
        """Of the branch: a party group's is the one above it."""
        return self.path[:-STEP] if self.organization_kind == OrganizationKind.GROUP else self.path

    @property
    def stamp(self) -> str:
        return stamp(self.day, self.starts_at)


def coming(at: datetime, path: str) -> list[Coming]:
    """Planned meetings of the next days that tell more than that there is one. Bounded by the index of days."""
    today = at.astimezone(SHANGHAI).date()
    days = Meeting.objects.filter(day__range=(today, today + INVITED))
    return as_coming(worth_telling(days.filter(subtree("organization__path", [path]))))


def worth_telling(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those still planned that have a place, a link or something to read."""
    to_read = Material.objects.filter(meeting=OuterRef("pk"), is_open_to_members=True)
    says = ~Q(place="") | ~Q(online_link="") | Exists(to_read)
    return meetings.filter(says, state=MeetingState.PLANNED)


def as_coming(meetings: QuerySet[Meeting]) -> list[Coming]:
    """Of kinds that are told. Not asked of the database: SQLite would walk its index of kinds, through all years."""
    wanted = ("pk", "organization", "organization__path", "organization__kind", "day", "starts_at")
    rows = meetings.order_by("day", "pk").values_list(*wanted, "kind")
    return [Coming(*row) for *row, kind in rows if kind in TOLD_KINDS]


def invited(
    meetings: Sequence[Coming], at: datetime, members: Collection[int] | None = None
) -> Iterator[tuple[Coming, int]]:
    """Each meeting with the members far away or frail who belong there on its day. Four queries.

    Neither suspended nor lost, not left out with both approvals, and no leave asked for that wasn't refused.
    """
    if not meetings:
        return
    places: dict[str, list[Coming]] = defaultdict(list)
    for meeting in meetings:
        places[meeting.path].append(meeting)
    unasked, left_out = silent(at.astimezone(SHANGHAI).date()), _left_out(meetings)
    seen: set[tuple[UUID, int]] = set()
    for member, path, *periods in _people(meetings, members):
        for meeting in _at_or_above(path, places):
            pair = (meeting.key, member)
            if pair not in seen and pair not in left_out and member not in unasked and _hold(periods, meeting.day):
                seen.add(pair)
                yield meeting, member


def _at_or_above(path: str, places: Mapping[str, list[Coming]]) -> Iterable[Coming]:
    """Meetings of the place and of those above: a branch's are also those of its groups."""
    return [one for length in range(STEP, len(path) + 1, STEP) for one in places.get(path[:length], ())]


def _people(meetings: Sequence[Coming], members: Collection[int] | None) -> QuerySet[Situation, Any]:
    """Member, where they belong, and the two periods of situation and affiliation."""
    place, first = "member__affiliations__organization__path", meetings[0].day
    inside = subtree(place, [common(one.path for one in meetings)])
    rows = Situation.objects.of(*INVITED_KINDS).filter(inside, Q(valid_until__isnull=True) | Q(valid_until__gt=first))
    chosen = rows if members is None else rows.filter(member__in=members)
    belongs = ("member__affiliations__valid_from", "member__affiliations__valid_until")
    return chosen.order_by("member", "pk").values_list("member", place, "valid_from", "valid_until", *belongs)


def _hold(periods: Sequence[date | None], day: date) -> bool:
    situation, affiliation = periods[:2], periods[2:]
    return all((begun or day) <= day and (ended is None or day < ended) for begun, ended in (situation, affiliation))


def _left_out(meetings: Sequence[Coming]) -> set[tuple[UUID, int]]:
    keys = [one.key for one in meetings]
    asked = LeaveRequest.objects.filter(meeting__in=keys).exclude(state=RequestState.REFUSED)
    approved = Exclusion.objects.filter(
        meeting__in=keys, superior_agreed_on__isnull=False, meeting_agreed_on__isnull=False
    )
    return {*asked.values_list("meeting", "member"), *approved.values_list("meeting", "member")}
