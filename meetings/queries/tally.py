"""Counts of who should attend and who did, of one meeting and over a period."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from meetings.choices import NOT_EXPECTED, PRESENT, AttendanceState, NotCountedBecause
from meetings.models import Expected, Meeting
from members.models import Member


def heads(row: str = "pk", prefix: str = "") -> dict[str, Count]:
    """The counts of a tally over lines of lists, or over meetings with their lines as `row` and `prefix`."""

    def lines(**condition: object) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in condition.items()})

    entitled, present = lines(not_counted=NotCountedBecause.COUNTED), lines(state__in=PRESENT)
    expected, guests = ~lines(not_counted__in=NOT_EXPECTED), lines(not_counted=NotCountedBecause.PARTICIPANT)
    conditions = {
        "expected": expected,
        "present": expected & present,
        "entitled": entitled,
        "entitled_present": entitled & present,
        "guests": guests,
        "guests_present": guests & present,
        "corrected": lines(corrected_on__isnull=False),
        **{f"is_{state}": expected & lines(state=state) for state in AttendanceState.values},
    }
    return {name: Count(row, filter=condition) for name, condition in conditions.items()}


TALLY = heads()


@dataclass(frozen=True, slots=True)
class Tally:
    """Heads of one meeting, or attendances of one member over a period; who is `entitled` has a vote.

    Guests, who belong elsewhere, are in `guests` and in no other figure. `corrected`: of how many somebody put
    the attendance right after the minutes were locked.
    """

    expected: int = 0
    present: int = 0
    entitled: int = 0
    entitled_present: int = 0
    guests: int = 0
    guests_present: int = 0
    corrected: int = 0
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
