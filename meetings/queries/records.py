"""The records behind the monthly figures of a branch: the meetings that were due, and the attendance at those held."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Count, Min, Q

from meetings.choices import AttendanceState, MeetingKind, MeetingState
from meetings.models import Expected, Meeting
from meetings.models.meeting import MeetingQuerySet
from meetings.queries.duties import meeting_duties
from meetings.queries.tally import TALLY, Tally
from meetings.rules.duties import Held, closes
from members.models import Organization
from members.paths import subtree
from rulebook.values import Duty, DutyState

NOT_HELD = (MeetingState.PLANNED, MeetingState.CANCELLED)
UNEXPLAINED = Count("pk", filter=Q(state=AttendanceState.ABSENT, reason=""))
Closing = dict[tuple[str, str, str], list[Meeting]]
"""Code of the place, kind and period → the meetings that close such a duty, in order."""


@dataclass(frozen=True, slots=True)
class DueMeeting:
    """A meeting that the rules ask for, and the one by which that was done."""

    duty: Duty
    place: Organization
    meeting: Meeting | None

    @property
    def is_held(self) -> bool:
        return self.duty.state == DutyState.DONE


@dataclass(frozen=True, slots=True)
class MeetingLine:
    """A meeting that was held, with its attendances. `unexplained`: absent, and nobody has said why."""

    meeting: Meeting
    tally: Tally
    unexplained: int


def due_meetings(path: str, first: date, last: date, *, on: date) -> list[DueMeeting]:
    """What a branch and its groups were asked for by a day of the period that is over; nothing before the month of its
    first meeting on record, because whether any were held then nobody knows."""
    begun = Meeting.objects.within(path).exclude(state__in=NOT_HELD).aggregate(first=Min("day"))["first"]
    if begun is None:
        return []
    since, places = max(first, begun.replace(day=1)), {one.code: one for one in Organization.objects.below(path)}
    duties = [one for one in _duties(path, first.year, last.year, on) if since <= one.due_on <= last]
    closing = _closing(path, date(first.year - 1, 1, 1), on)
    return [DueMeeting(duty, places[duty.organization], meeting) for duty, meeting in _with_meetings(duties, closing)]


def meeting_lines(path: str, first: date, last: date) -> list[MeetingLine]:
    """Held in the period, the latest first. Two queries."""
    here = subtree("meeting__organization__path", [path])
    rows = Expected.objects.of_held_meetings().should_attend().between(first, last).filter(here).values("meeting")
    counted = {row.pop("meeting"): row for row in rows.annotate(**TALLY, unexplained=UNEXPLAINED)}
    unexplained = {key: row.pop("unexplained") for key, row in counted.items()}
    meetings = Meeting.objects.filter(pk__in=list(counted)).select_related("organization", "local_kind").in_order()
    return [MeetingLine(one, Tally(**counted[one.pk]), unexplained[one.pk]) for one in meetings]


def lectures_held(path: str, first: date, last: date) -> MeetingQuerySet:
    """Party lectures that took place in the period, those within another meeting included. No rule says how many."""
    took_place = Meeting.objects.within(path).exclude(state__in=NOT_HELD).filter(day__range=(first, last))
    return took_place.of_kind(MeetingKind.PARTY_LECTURE).select_related("organization").in_order()


def _duties(path: str, first: int, last: int, on: date) -> Iterator[Duty]:
    """Those of each year whose day lies in it and is over."""
    for year in range(first, min(last, on.year) + 1):
        for duty in meeting_duties(path, on=on, through=min(on, date(year, 12, 31))):
            if duty.due_on.year == year and duty.due_on < on:
                yield duty


def _closing(path: str, since: date, on: date) -> Closing:
    found: Closing = defaultdict(list)
    held = Meeting.objects.within(path).filter(day__range=(since, on)).exclude(state__in=NOT_HELD)
    for meeting in held.select_related("organization", "local_kind").prefetch_related("sessions").order_by("day"):
        for kind in {meeting.kind, *(session.kind for session in meeting.sessions.all())}:
            if period := closes(Held(kind, meeting.day, meeting.counts_for_year)):
                found[meeting.organization.code, kind, period].append(meeting)
    return found


def _with_meetings(duties: list[Duty], closing: Closing) -> Iterator[tuple[Duty, Meeting | None]]:
    """Of several that a period asks for the first is done by the first meeting, and so on. What was carried into a year
    and done before it began is asked for no more."""
    waiting: dict[tuple[str, str, str], Iterator[Meeting]] = {}
    for duty in sorted(duties, key=lambda duty: (duty.due_on, duty.organization, duty.kind)):
        key, year = (duty.organization, duty.kind, duty.period), duty.due_on.year
        news = (one for one in closing.get(key, ()) if one.day.year >= year or duty.period.startswith(str(year)))
        done = waiting.setdefault(key, news) if duty.state == DutyState.DONE else iter(())
        yield duty, next(islice(done, 1), None)
