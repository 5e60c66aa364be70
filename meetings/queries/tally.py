"""Counts of who should attend and who did, of one meeting and over a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from meetings.choices import PRESENT, AttendanceState, NotCountedBecause
from meetings.models import Expected, Meeting
from members.models import Member

ENTITLED = Q(not_counted=NotCountedBecause.COUNTED)
COUNTED = ~Q(not_counted=NotCountedBecause.EXCLUDED)
TALLY = {
    "expected": Count("pk", filter=COUNTED),
    "present": Count("pk", filter=COUNTED & Q(state__in=PRESENT)),
    "entitled": Count("pk", filter=ENTITLED),
    "entitled_present": Count("pk", filter=ENTITLED & Q(state__in=PRESENT)),
    **{f"is_{state}": Count("pk", filter=COUNTED & Q(state=state)) for state in AttendanceState.values},
}


@dataclass(frozen=True, slots=True)
class Tally:
    """Heads of one meeting, or attendances of one member over a period; who is `entitled` has a vote."""

    expected: int = 0
    present: int = 0
    entitled: int = 0
    entitled_present: int = 0
    is_unknown: int = 0
    is_on_site: int = 0
    is_online: int = 0
    is_visited: int = 0
    is_made_up: int = 0
    is_leave: int = 0
    is_absent: int = 0


def tally_of(meeting: Meeting) -> Tally:
    """The live counts of one meeting, in one query."""
    return Tally(**Expected.objects.filter(meeting=meeting).aggregate(**TALLY))


def tallies_of(meetings: Iterable[Meeting]) -> dict[object, Tally]:
    """The counts of several meetings in one query, by the meeting's key."""
    rows = Expected.objects.filter(meeting__in=meetings).values("meeting").annotate(**TALLY)
    return {row.pop("meeting"): Tally(**row) for row in rows}


def attendance_of(members: Iterable[Member], first: date, last: date) -> dict[int, Tally]:
    """How often each member was expected and took part in held meetings of the period, in one query."""
    held = Expected.objects.of_held_meetings().between(first, last).filter(member__in=members)
    return {row.pop("member"): Tally(**row) for row in held.values("member").annotate(**TALLY)}
