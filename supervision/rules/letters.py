"""The days of sealed letters, counted in workdays. They bind the discipline body, and only towards named writers."""

from datetime import date, timedelta

from meetings.rules.workdays import Workdays
from rulebook.book import rule

ACCEPT = "report.acknowledge.max_workdays"
ANSWER = "report.answer.max_workdays"
KEEP = "supervision.letter.keep.days"
FEWEST_COUNTED = 3


def accept_due(received_on: date, workdays: Workdays) -> date:
    """By when a named writer is told whether the letter is accepted."""
    return workdays_later(received_on, rule(ACCEPT, received_on).whole, workdays)


def answer_due(closed_on: date, workdays: Workdays) -> date:
    """By when a named writer is told the result."""
    return workdays_later(closed_on, rule(ANSWER, closed_on).whole, workdays)


def workdays_later(day: date, count: int, workdays: Workdays) -> date:
    """The `count`-th workday after the day, which itself doesn't count."""
    while count:
        day += timedelta(days=1)
        count -= workdays.is_workday(day)
    return day


def few(received: int, closed: int) -> tuple[int | None, int | None]:
    """The figures as they may be shown: none of one or two, none from which one or two can be told."""
    if 0 < received < FEWEST_COUNTED:
        return None, None
    is_telling = any(0 < figure < FEWEST_COUNTED for figure in (closed, received - closed))
    return received, None if is_telling else closed
