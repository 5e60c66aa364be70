"""Months and years on the calendar: the same day, or the last day of a shorter month."""

import calendar
from datetime import date


def add_months(day: date, months: int) -> date:
    """The same day that many months later (earlier when negative); 31 August minus six is the end of February."""
    year, index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, index + 1, min(day.day, calendar.monthrange(year, index + 1)[1]))


def add_years(day: date, years: int) -> date:
    """The anniversary; that of a 29 February falls on 28 February in common years."""
    return add_months(day, 12 * years)
