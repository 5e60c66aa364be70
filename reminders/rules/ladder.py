"""The rungs of each kind's ladder: from which moment, and until when the next one takes its place.

Lead times are ours; the limits behind them are the rules' (docs/reminders.md). Times of day are Shanghai's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from reminders.rules.quiet import SHANGHAI
from rulebook.dates import add_months

MISSED_AFTER = (timedelta(0), timedelta(days=3), timedelta(days=7))
MAKE_UP_AFTER = (timedelta(0), timedelta(days=7))
AFTER_MEETING = timedelta(days=14)
"""So long after the closing an absence is asked about, and a machine that was off catches up."""
ANSWERED_WITHIN = timedelta(days=28)
"""So long after the closing an answer is of use."""
INVITED = timedelta(days=3)
SHORTLY_BEFORE = timedelta(hours=2)
TERM_MONTHS = (6, 3, 1)
DUES_MONTHS = (1, 3, 5)
"""Months unpaid; at six people look at the case, and nothing is sent (2008 provisions, article 13)."""
DUES_WITHIN = timedelta(days=10)
"""So many days into the month after the one that brought the rung it is told."""
DIGEST_WITHIN, DUE_NOW_WITHIN = timedelta(hours=36), timedelta(hours=12)
NEWS_WITHIN = timedelta(days=14)
MORNING, START_OF_WORK, EVENING = time(8), time(9), time(19)


@dataclass(frozen=True, slots=True)
class Rung:
    """`step` counts from one. From `due_at` until `until` it is this rung's turn; what was sent is of use, and can be
    answered, until `expires_at`."""

    step: int
    due_at: datetime
    until: datetime
    expires_at: datetime


def turn(rungs: Iterable[Rung], at: datetime) -> Rung | None:
    """The rung whose turn it is; earlier ones that nobody climbed are left out, not made up for."""
    return next((one for one in rungs if one.due_at <= at < one.until), None)


def is_past(rungs: Iterable[Rung], step: int, at: datetime) -> bool:
    """Whether the turn of that rung is over, or there is no such rung any more: who hasn't heard of it needn't now."""
    return next((one.until <= at for one in rungs if one.step == step), True)


def after_absence(closed_at: datetime) -> list[Rung]:
    return _rungs([closed_at + lag for lag in MISSED_AFTER], closed_at + AFTER_MEETING, closed_at + ANSWERED_WITHIN)


def to_make_up(closed_at: datetime) -> list[Rung]:
    return _rungs([closed_at + lag for lag in MAKE_UP_AFTER], closed_at + AFTER_MEETING, closed_at + ANSWERED_WITHIN)


def before_meeting(day: date, starts_at: time | None) -> list[Rung]:
    """Three days before, and two hours before; the evening before where that would be in the night. A meeting without
    an hour is called to mind in the morning."""
    begins = local(day, starts_at or time.max)
    shortly = begins - SHORTLY_BEFORE if starts_at else local(day, MORNING)
    if shortly < local(day, MORNING):
        shortly = local(day - timedelta(days=1), EVENING)
    return _rungs([local(day - INVITED, START_OF_WORK), shortly], begins, begins)


def announced(day: date, starts_at: time | None) -> list[Rung]:
    """Once, three days before."""
    begins = local(day, starts_at or time.max)
    return _rungs([local(day - INVITED, START_OF_WORK)], begins, begins)


def before_end(ends_on: date) -> list[Rung]:
    """Six, three and one month before a term ends (domain rules: six months by the superior's reminder)."""
    over = local(ends_on, time.max)
    return _rungs([local(add_months(ends_on, -months), START_OF_WORK) for months in TERM_MONTHS], over, over)


def for_dues(reached_with: date, months: int) -> list[Rung]:
    """The one rung of so many open months, of which the month `reached_with` was the last; none where no rung is."""
    if months not in DUES_MONTHS:
        return []
    begins = add_months(reached_with, 1)
    due_at = local(begins, START_OF_WORK)
    return [Rung(DUES_MONTHS.index(months) + 1, due_at, due_at + DUES_WITHIN, local(add_months(begins, 1), time.min))]


def of_week(day: date) -> list[Rung]:
    """The overview of the week in which the day lies: Monday at eight, until Tuesday evening."""
    due_at = local(day - timedelta(days=day.weekday()), MORNING)
    return [Rung(1, due_at, due_at + DIGEST_WITHIN, due_at + timedelta(days=7))]


def of_day(day: date) -> list[Rung]:
    """What falls due next is told at eight, until the evening."""
    due_at = local(day, MORNING)
    return [Rung(1, due_at, due_at + DUE_NOW_WITHIN, due_at + timedelta(days=4))]


def of_news(day: date) -> list[Rung]:
    """What is new is told from the same day on, for two weeks; whoever reads it later has use of it still."""
    due_at = local(day, MORNING)
    return [Rung(1, due_at, due_at + NEWS_WITHIN, due_at + 2 * NEWS_WITHIN)]


def local(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, SHANGHAI)


def _rungs(due: Sequence[datetime], over: datetime, expires_at: datetime) -> list[Rung]:
    turns = zip(due, [*due[1:], over], strict=True)
    return [Rung(step, one, until, expires_at) for step, (one, until) in enumerate(turns, start=1)]
