"""Months, quarters, half-years and years of a time that is assessed."""

from collections.abc import Iterator
from datetime import date, timedelta

from assessment.choices import Every

MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}


def assessed_time(year: int, on: date) -> tuple[date, date]:
    """Both days included. Before the year has begun the last day lies before the first: nothing was due."""
    return date(year, 1, 1), min(date(year, 12, 31), on)


def is_provisional(year: int, on: date) -> bool:
    """The year isn't over."""
    return on < date(year, 12, 31)


def ended_periods(every: str, first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last day of each whole period of the calendar between two days, both included."""
    months = MONTHS[Every(every)]
    begins = date(first.year, (first.month - 1) // months * months + 1, 1)
    while (ends := after(begins, months) - timedelta(1)) <= last:
        if begins >= first:
            yield begins, ends
        begins = after(begins, months)


def after(month: date, months: int) -> date:
    """The first day of the month so many months later."""
    years, rest = divmod(month.month - 1 + months, 12)
    return date(month.year + years, rest + 1, 1)
