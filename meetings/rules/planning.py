"""Which day suits a meeting that is due: pure proposals, which the secretary shifts."""

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from meetings.rules.duties import periods
from meetings.rules.workdays import workday_near
from rulebook.values import Duty, DutyState

THEME_DAY = 20
USUAL = {
    "committee_meeting": (1, 8),
    "group_meeting": (1, 12),
    "general_meeting": (2, THEME_DAY),
    "theme_day": (1, THEME_DAY),
    "org_life_meeting": (12, 10),
    "democratic_evaluation": (12, 10),
}
"""Kind → which month of its period, which day. The organizational-life meeting belongs into the fourth quarter (branch
regulations, article 17) and the appraisal is usually joined to it; the other days are only habit."""
ON_THE_THEME_DAY = ("theme_day", "general_meeting")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A meeting to plan: for whom, which kind, for which period (the `number`-th of it), and on which day."""

    organization: str
    kind: str
    period: str
    number: int
    day: date
    last: date
    """The last day on which it still counts for its period."""


def proposals(open_duties: Iterable[Duty], *, today: date, theme_day: int | None = None) -> list[Proposal]:
    """A day for every duty that isn't done and whose period isn't over, in order of the days."""
    waiting = [duty for duty in open_duties if duty.state != DutyState.DONE and duty.due_on >= today]
    share = Counter(map(_slot, waiting))
    numbers: dict[tuple[str, str, str], int] = defaultdict(int)
    found = []
    for duty in waiting:
        numbers[_slot(duty)] += 1
        number, of = numbers[_slot(duty)], share[_slot(duty)]
        day = proposed_day(duty.kind, duty.period, number=number, of=of, today=today, theme_day=theme_day)
        found.append(Proposal(duty.organization, duty.kind, duty.period, number, day, duty.due_on))
    return sorted(found, key=lambda one: (one.day, one.organization, one.kind))


def proposed_day(
    kind: str, period: str, *, number: int = 1, of: int = 1, today: date, theme_day: int | None = None
) -> date:
    """A workday of the period, not before today."""
    first, last = bounds(period)
    wished = _spread(first, last, number, of) if of > 1 or kind not in USUAL else _usual(kind, first, theme_day)
    earliest = max(first, today)
    return workday_near(min(max(wished, earliest), last), first=earliest, last=last)


def bounds(period: str) -> tuple[date, date]:
    """First and last day of 2026, 2026-Q3 or 2026-07."""
    year, _dash, part = period.partition("-")
    every = "year" if not part else "quarter" if part.startswith("Q") else "month"
    found = next(one for one in periods(int(year), every) if one.name == period)
    return found.first, found.last


def _usual(kind: str, first: date, theme_day: int | None) -> date:
    month, day = USUAL[kind]
    if kind in ON_THE_THEME_DAY and theme_day:
        day = theme_day
    number = first.month + month - 1
    return date(first.year, number, min(day, calendar.monthrange(first.year, number)[1]))


def _spread(first: date, last: date, number: int, of: int) -> date:
    """The middle of the `number`-th of `of` equal parts."""
    return first + timedelta(days=((last - first).days * (2 * number - 1)) // (2 * of))


def _slot(duty: Duty) -> tuple[str, str, str]:
    return duty.organization, duty.kind, duty.period


def latest_day(kind: str, period: str) -> date:
    """The last day on which a meeting can count for its period: a year's organizational life may move into March."""
    last = bounds(period)[1]
    return date(last.year + 1, 3, 31) if kind in ("org_life_meeting", "democratic_evaluation") else last


def fits(kind: str, period: str, day: date) -> bool:
    """Whether a meeting of that day closes the duty of the period."""
    return bounds(period)[0] <= day <= latest_day(kind, period)
