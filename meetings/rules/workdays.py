"""Workdays and holidays."""

from datetime import date, timedelta

import chinese_calendar


def is_workday(day: date) -> bool:
    """By the State Council's yearly calendar, with its working weekends.

    The table that comes with the program ends with 2026. For years it doesn't hold, Monday to Friday are taken for
    workdays: holidays of such a year aren't known, and whoever plans shifts the day by hand.
    """
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def is_known(year: int) -> bool:
    """Whether the holidays of that year are in the table."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def workday_near(day: date, *, first: date, last: date) -> date:
    """The day itself if it is a workday, else the next one up to `last`, else the one before; the day if none is."""
    later = (day + timedelta(days=step) for step in range((last - day).days + 1))
    earlier = (day - timedelta(days=step) for step in range(1, (day - first).days + 1))
    for candidate in (*later, *earlier):
        if is_workday(candidate):
            return candidate
    return day
