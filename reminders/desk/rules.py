"""How a desk is laid out, and what counts as effort."""

import calendar
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from statistics import median
from typing import Generic, Protocol, TypeVar

from rulebook.dates import add_months
from rulebook.values import Citation, Duty, DutyState, duty_state

FOLD_FROM = 4
"""So many lines of one kind in a section are one line that opens."""


class When(StrEnum):
    OVERDUE = "overdue"
    TODAY = "today"
    THIS_WEEK = "this_week"
    THIS_MONTH = "this_month"
    LATER = "later"
    DONE = "done"


class Lined(Protocol):
    """Anything that shows a duty."""

    @property
    def duty(self) -> Duty: ...


Line = TypeVar("Line", bound=Lined)
DutyKey = tuple[str, str, str, str | None]
"""Kind, code of the organization, period, member: which duty it is, whatever day it is asked for."""


@dataclass(frozen=True, slots=True)
class Pile(Generic[Line]):
    """The lines of one kind in a section, by the day they fall due."""

    kind: str
    lines: Sequence[Line]

    @property
    def is_folded(self) -> bool:
        return len(self.lines) >= FOLD_FROM

    @property
    def citation(self) -> Citation | None:
        """The article of all of them; None when they follow several."""
        found = {line.duty.citation for line in self.lines}
        return found.pop() if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Section(Generic[Line]):
    """What falls due in a time, pile by pile; the pile whose first line is due first stands first."""

    when: When
    piles: Sequence[Pile[Line]]

    @property
    def size(self) -> int:
        return sum(len(pile.lines) for pile in self.piles)


@dataclass(frozen=True, slots=True)
class DutyCounts:
    """How many duties fall into each time, how many are said not to apply, and which kinds are overdue."""

    times: Mapping[When, int]
    not_applicable: int
    overdue_kinds: Mapping[str, int]


def key_of(duty: Duty) -> DutyKey:
    return duty.kind, duty.organization, duty.period, duty.member


def since_first_days(duties: Iterable[Duty], first_days: Mapping[str, date], *, on: date) -> list[Duty]:
    """Without those of periods that began before the first day of their organization (by code). What `stays` is asked
    for from the first month after it, until that month's end."""
    kept: list[Duty] = []
    later: dict[DutyKey, Duty] = {}
    for duty in duties:
        first_day = first_days.get(duty.organization)
        if first_day is None or (begins(duty.period) or on) >= first_day:
            kept.append(duty)
        elif asked := _later(duty, first_day, on):
            later.setdefault(key_of(asked), asked)
    return [*kept, *later.values()]


def _later(duty: Duty, first_day: date, on: date) -> Duty | None:
    month = first_day if first_day.day == 1 else add_months(first_day.replace(day=1), 1)
    if not duty.stays or duty.state == DutyState.DONE or month > on:
        return None
    due_on = max(duty.due_on, last_of_month(month))
    state = duty_state(due_on=due_on, done=False, on=on)
    return replace(duty, period=f"{month:%Y-%m}", due_on=due_on, state=state)


def when(duty: Duty, *, on: date) -> When:
    """Where a duty stands on a day. A week ends with its Sunday, also past the end of the month."""
    if duty.state == DutyState.DONE:
        return When.DONE
    if duty.state == DutyState.OVERDUE:
        return When.OVERDUE
    if duty.due_on <= on:
        return When.TODAY
    if duty.due_on <= on + timedelta(days=6 - on.weekday()):
        return When.THIS_WEEK
    return When.THIS_MONTH if duty.due_on <= last_of_month(on) else When.LATER


def sections(lines: Iterable[Line], *, on: date) -> list[Section[Line]]:
    """The sections that hold something, in the order of the times. Of what is done only what this month or a later
    one asked for: the rest of the year is on the pages of the apps."""
    found: dict[When, list[Line]] = defaultdict(list)
    for line in lines:
        found[when(line.duty, on=on)].append(line)
    found[When.DONE] = [line for line in found[When.DONE] if line.duty.due_on >= on.replace(day=1)]
    return [Section(one, piles(found[one])) for one in When if found[one]]


def piles(lines: Iterable[Line]) -> list[Pile[Line]]:
    """The lines by kind."""
    of_kind: dict[str, list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: (line.duty.due_on, line.duty.organization)):
        of_kind[line.duty.kind].append(line)
    return [Pile(kind, of_one) for kind, of_one in of_kind.items()]


def counted(duties: Sequence[Duty], not_applicable: set[DutyKey], *, on: date) -> DutyCounts:
    """What a level above reads of a branch: numbers, and no name. What is done is done, whatever was said of it."""
    asked = [duty for duty in duties if duty.state == DutyState.DONE or key_of(duty) not in not_applicable]
    times = Counter(when(duty, on=on) for duty in asked)
    kinds = Counter(duty.kind for duty in asked if duty.state == DutyState.OVERDUE)
    return DutyCounts(times, len(duties) - len(asked), dict(kinds.most_common()))


def last_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


NOT_TYPED = frozenset({"csrfmiddlewaretoken", "key", "next", "page", "confirmed", "of_kind", "of_period", "of_member"})
"""What the program itself put into the form."""
BOOKKEEPING = ("-TOTAL_FORMS", "-INITIAL_FORMS", "-MIN_NUM_FORMS", "-MAX_NUM_FORMS")
QUARTERS = {"Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10"}
MONTHS = 12


def filled_fields(typed: Iterable[tuple[str, list[str]]], files: Iterable[str] = ()) -> int:
    """Fields of a form with something in them, uploaded files included. A field counts once, however much it holds."""
    filled = [name for name, values in typed if _is_typed(name) and any(value.strip() for value in values)]
    return len(filled) + len(list(files))


def _is_typed(name: str) -> bool:
    return name not in NOT_TYPED and not name.endswith(BOOKKEEPING)


def last_months(on: date) -> list[date]:
    """The first days of the twelve months up to that of a day, the latest first."""
    this = on.replace(day=1)
    return [add_months(this, -back) for back in range(MONTHS)]


def begins(period: str) -> date | None:
    """The first day of `2026`, `2026-Q3`, `2026-07` or `2026-07-15`; None for what isn't a period."""
    year, _dash, rest = period.partition("-")
    if rest in QUARTERS:
        rest = QUARTERS[rest]
    try:
        return date.fromisoformat("-".join([year, *rest.split("-"), "01"][:3]) if rest else f"{year}-01-01")
    except ValueError:
        return None


def middle(numbers: Iterable[int]) -> int:
    """The median, rounded; half of them are asked for more, half for less. 0 of none."""
    found = list(numbers)
    return round(median(found)) if found else 0
