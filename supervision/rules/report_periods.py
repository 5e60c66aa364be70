"""The quarters and years that are reported on, and by when."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from meetings.rules.duties import Period, periods
from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.values import Duty, DutyState, duty_state

REPORTS_KEY, DAYS_KEY, READ_KEY = (
    "supervision.branch_reports",
    "supervision.report.days",
    "supervision.report.read.days",
)
QUARTER, YEAR = "quarter", "year"
NAMED = re.compile(r"(?P<year>(?:19|20)\d\d)(?:-Q[1-4])?")
QUARTERS_BACK, YEARS_BACK = 8, 3


@dataclass(frozen=True, slots=True)
class Reporting:
    """What has to be known of a branch to say which reports it owes: the periods for which it has submitted one."""

    code: str
    first_day: date | None = None
    submitted: frozenset[str] = frozenset()


def period_named(name: str) -> Period | None:
    """The quarter `2026-Q3` or the year `2026`; None for anything else."""
    found = NAMED.fullmatch(name)
    if found is None:
        return None
    return next(one for one in periods(int(found["year"]), every(name)) if one.name == name)


def every(name: str) -> str:
    """Whether the name is a quarter's or a year's."""
    return QUARTER if "-Q" in name else YEAR


def latest(on: date, of: str = QUARTER) -> Period:
    """The last period that is over on that day."""
    return next(_over(on, of))


def reportable(on: date, first_day: date | None = None) -> list[Period]:
    """What can be reported on: the last quarters that are over, then the last years, none of before the first day."""
    quarters, years = _over(on, QUARTER), _over(on, YEAR)
    found = [next(quarters) for _number in range(QUARTERS_BACK)] + [next(years) for _number in range(YEARS_BACK)]
    return [one for one in found if is_asked(first_day, one)]


def is_asked(first_day: date | None, period: Period) -> bool:
    """Nothing is due for the period in which the first day lies, nor for earlier ones."""
    return first_day is None or first_day <= period.first


def is_told(recorded: date | None, period: Period) -> bool:
    """A report is missing from the period on in which the first thing is on record: of before nobody knows anything."""
    return recorded is not None and recorded <= period.last


def due_on(period: Period, local: Iterable[LocalRule] = ()) -> date:
    """By when the report is submitted: so many days after the period's end."""
    return period.last + timedelta(days=rule(DAYS_KEY, period.last, local).whole)


def read_by(submitted_on: date, local: Iterable[LocalRule] = ()) -> date:
    """By when the level above has read it."""
    return submitted_on + timedelta(days=rule(READ_KEY, submitted_on, local).whole)


def is_late(period: Period, submitted_on: date | None, *, on: date, local: Iterable[LocalRule] = ()) -> bool:
    """Submitted after the day, or not yet although the day has passed."""
    return (submitted_on or on) > due_on(period, local)


def report_duties_of(branch: Reporting, *, on: date, local: Iterable[LocalRule] = ()) -> Iterator[Duty]:
    """The quarters that are over and whose report falls due in the year: last year's fourth, and this year's."""
    local = tuple(local)
    for period in (*list(periods(on.year - 1, QUARTER))[-1:], *periods(on.year, QUARTER)):
        day = due_on(period, local)
        if period.last < on and day.year == on.year and is_asked(branch.first_day, period):
            state = duty_state(due_on=day, done=period.name in branch.submitted, on=on)
            citation = rule(REPORTS_KEY, period.last).citation
            yield Duty("supervision_report", branch.code, None, period.name, day, state, citation)


def reading_duty(code: str, period: str, submitted_on: date, *, on: date, local: Iterable[LocalRule] = ()) -> Duty:
    """For the committee: reports of a period that wait to be read, the first since that day."""
    local = tuple(local)
    day = read_by(submitted_on, local)
    state = DutyState.OVERDUE if on > day else DutyState.OPEN
    citation = rule(READ_KEY, submitted_on, local).citations[-1]
    return Duty("report_to_read", code, None, period, day, state, citation)


def _over(on: date, of: str) -> Iterator[Period]:
    """Backwards from the last that ended before the day."""
    for year in range(on.year, 1920, -1):
        yield from (one for one in reversed(list(periods(year, of))) if one.last < on)
