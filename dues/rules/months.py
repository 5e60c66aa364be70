"""Months, written as their first day."""

from collections.abc import Iterator
from datetime import date

from rulebook.dates import add_months


def month_of(day: date) -> date:
    return day.replace(day=1)


def last_day(month: date) -> date:
    return date.fromordinal(add_months(month, 1).toordinal() - 1)


def months_between(first: date, last: date) -> Iterator[date]:
    """From `first` to `last`, both included; none when `last` lies before."""
    while first <= last:
        yield first
        first = add_months(first, 1)


def months_apart(first: date, last: date) -> int:
    """How many months `last` lies after `first`."""
    return (last.year - first.year) * 12 + last.month - first.month
