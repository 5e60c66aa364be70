"""What a meeting asks of its branch before and afterwards: leave answered, minutes locked, absences explained."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.values import Citation, Duty, duty_state

MINUTES, ABSENCES, LEAVE = "minutes", "absences", "leave_request"
LIMIT_KEYS = {MINUTES: "meet.minutes.days", ABSENCES: "meet.absence.days", LEAVE: "meet.leave.days"}


WITHOUT_LIFE = "withdrawal.months"


@dataclass(frozen=True, slots=True)
class Limit:
    """How many days are given, and by what: the same for all places under the same committees."""

    days: timedelta
    citation: Citation


@dataclass(frozen=True, slots=True)
class Evening:
    """The day of a meeting, and whether what is asked of it is done."""

    day: date
    done: bool


@dataclass(frozen=True, slots=True)
class LeaveAsked:
    """A request for leave: the member's primary key, the day it was asked, the day of the meeting."""

    pk: int
    asked_on: date
    day: date
    done: bool


def limit(kind: str, *, on: date, local: Iterable[LocalRule] = ()) -> Limit | None:
    """No article sets any of these days: they are the program's own, and a committee's if it sets others."""
    held = rule_if_held(LIMIT_KEYS[kind], on, local)
    return Limit(timedelta(days=held.whole), held.citations[-1]) if held else None


def reasons_matter_since(on: date) -> date:
    """Why somebody was absent is asked as long as it may count: the rules look at so many whole months in a row without
    organizational life and without a reason (`rules.expected.unexplained_months`)."""
    months = rule_if_held(WITHOUT_LIFE, on)
    return add_months(on.replace(day=1), -months.whole) if months else date(on.year, 1, 1)


def month_duties(kind: str, place: str, evenings: Iterable[Evening], given: Limit, *, on: date) -> Iterator[Duty]:
    """One duty a month with meetings, of the organization with that code: due with its earliest meeting that is
    undone, done when none is. Last year's meetings count as long as they fall due in this one."""
    months: dict[str, list[Evening]] = defaultdict(list)
    for one in evenings:
        if one.day <= on and on.year in (one.day.year, (one.day + given.days).year):
            months[one.day.isoformat()[:7]].append(one)
    for period, found in sorted(months.items()):
        undone = [one.day for one in found if not one.done]
        due_on = (min(undone) if undone else max(one.day for one in found)) + given.days
        yield Duty(kind, place, None, period, due_on, duty_state(due_on=due_on, done=not undone, on=on), given.citation)


def leave_duty(asked: LeaveAsked, place: str, given: Limit, *, on: date) -> Duty | None:
    """A request wants its answer before the meeting. None before it was asked; its period is the month of that day."""
    if asked.asked_on > on:
        return None
    due_on = max(asked.day - given.days, asked.asked_on)
    state = duty_state(due_on=due_on, done=asked.done, on=on)
    return Duty(LEAVE, place, str(asked.pk), f"{asked.asked_on:%Y-%m}", due_on, state, given.citation)
