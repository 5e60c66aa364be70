"""What a meeting asks of its branch before and afterwards: leave answered, minutes locked, absences explained."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.values import NO_ARTICLE, Citation, Duty, Level, Mark, duty_state

MINUTES, ABSENCES, LEAVE, TASK = "minutes", "absences", "leave_request", "task"
LIMIT_KEYS = {MINUTES: "meet.minutes.days", ABSENCES: "meet.absence.days", LEAVE: "meet.leave.days"}


WITHOUT_LIFE = "withdrawal.months"
REMINDED = timedelta(days=7)
"""So long before its day somebody is reminded of a task."""


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


@dataclass(frozen=True, slots=True)
class TaskGiven:
    """A task of a decision: its owner's primary key (None: only a name is on record), its day, and when it ended."""

    owner: int | None
    due_on: date
    done_on: date | None


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


def task_duties(place: str, tasks: Iterable[TaskGiven], *, on: date) -> Iterator[Duty]:
    """One duty an owner and month: due with the earliest open task, done when none is. Open from a week before.

    What ended in another year is no news.
    """
    months: dict[tuple[str, int | None], list[TaskGiven]] = defaultdict(list)
    for one in tasks:
        if one.done_on is None or (one.done_on <= on and one.done_on.year == on.year):
            months[one.due_on.isoformat()[:7], one.owner].append(one)
    for (period, owner), found in sorted(months.items(), key=lambda month: (month[0][0], month[0][1] or 0)):
        open_days = [one.due_on for one in found if one.done_on is None]
        due_on = min(open_days) if open_days else max(one.due_on for one in found)
        if not open_days or due_on - REMINDED <= on:
            state = duty_state(due_on=due_on, done=not open_days, on=on)
            yield Duty(TASK, place, str(owner) if owner else None, period, due_on, state, _decision())


def _decision() -> Citation:
    """No article stands behind a task: the meeting has decided it."""
    return Citation(_("decision of the meeting"), "", NO_ARTICLE, Level.LOCAL, Mark.UNVERIFIED)
