"""Which day suits a meeting that is due: pure proposals, which the secretary shifts."""

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from meetings.rules.duties import periods
from meetings.rules.org_life import IN_THE_WINDOW, Window, window
from meetings.rules.workdays import Workdays
from rulebook.local import LocalRule
from rulebook.values import Duty, DutyState

THEME_DAY = 20
USUAL = {
    "committee_meeting": (1, 8),
    "group_meeting": (1, 12),
    "general_meeting": (2, THEME_DAY),
    "theme_day": (1, THEME_DAY),
}
"""Kind → which month of its period, which day: only habit."""
IN_DECEMBER = (12, 10)
"""The habitual day of the organizational-life meeting, with the appraisal joined to it."""
ON_THE_THEME_DAY = ("theme_day", "general_meeting")


@dataclass(frozen=True, slots=True)
class Habits:
    """What planning at a place keeps to: its fixed day of the month, the workdays, the local rules that bind it."""

    theme_day: int | None = None
    workdays: Workdays = Workdays()
    local: Sequence[LocalRule] = ()


NO_HABITS = Habits()


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


def proposals(open_duties: Iterable[Duty], *, today: date, habits: Habits = NO_HABITS) -> list[Proposal]:
    """A day for every duty that isn't done and whose time isn't over, in order of the days."""
    waiting = [duty for duty in open_duties if duty.state != DutyState.DONE and duty.due_on >= today]
    share = Counter(map(_slot, waiting))
    numbers: dict[tuple[str, str, str], int] = defaultdict(int)
    found = []
    for duty in waiting:
        numbers[_slot(duty)] += 1
        number, of = numbers[_slot(duty)], share[_slot(duty)]
        day = proposed_day(duty.kind, duty.period, number=number, of=of, today=today, habits=habits)
        found.append(Proposal(duty.organization, duty.kind, duty.period, number, day, duty.due_on))
    return sorted(found, key=lambda one: (one.day, one.organization, one.kind))


def proposed_day(
    kind: str, period: str, *, number: int = 1, of: int = 1, today: date, habits: Habits = NO_HABITS
) -> date:
    """A workday on which the meeting is in time for its period, not before today."""
    span = _span(kind, period, of, habits.local)
    if of > 1 or kind not in (*USUAL, *IN_THE_WINDOW):
        wished = _spread(span, number, of)
    else:
        wished = _usual(kind, span.first, habits.theme_day) if kind in USUAL else _in_december(span)
    earliest = max(span.first, today)
    return habits.workdays.workday_near(min(max(wished, earliest), span.last), first=earliest, last=span.last)


def _span(kind: str, period: str, of: int, local: Sequence[LocalRule]) -> Window:
    """The days of the period; of a year's organizational life its window, unless there are several in the year."""
    first, last = bounds(period)
    if kind not in IN_THE_WINDOW:
        return Window(first, last)
    found = window(first.year, local)
    return found if of == 1 else Window(first, found.last)


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


def _in_december(span: Window) -> date:
    """Where December is too early, the twentieth day of the window."""
    wished = date(span.first.year, *IN_DECEMBER)
    return wished if span.first <= wished <= span.last else span.first + timedelta(days=19)


def _spread(span: Window, number: int, of: int) -> date:
    """The middle of the `number`-th of `of` equal parts."""
    return span.first + timedelta(days=((span.last - span.first).days * (2 * number - 1)) // (2 * of))


def _slot(duty: Duty) -> tuple[str, str, str]:
    return duty.organization, duty.kind, duty.period


def latest_day(kind: str, period: str) -> date:
    """The last day on which a meeting can count for its period: a year's organizational life may move into March."""
    last = bounds(period)[1]
    return date(last.year + 1, 3, 31) if kind in IN_THE_WINDOW else last


def fits(kind: str, period: str, day: date) -> bool:
    """Whether a meeting of that day closes the duty of the period."""
    return bounds(period)[0] <= day <= latest_day(kind, period)


def shift_span(kind: str, day: date, counts_for_year: int, *, today: date) -> Window:
    """Where the planner lets a planned meeting be moved: up to the end of its year, organizational life into March."""
    last = latest_day(kind, str(counts_for_year if kind in IN_THE_WINDOW else day.year))
    return Window(today, max(last, today))


def may_be_planned(year: int, *, today: date) -> bool:
    """Only this year and the next are planned."""
    return year in (today.year, today.year + 1)
