"""Workdays and holidays: the State Council's calendars that come with the program, and what was recorded here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import Holiday, constants

from rulebook.values import Text

FIXED = ((1, 1), (5, 1), (10, 1))
"""Holidays that are the same days every year: where all of them are recorded, the year's list is taken for complete."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """Which days are worked. `recorded`: day → whether it is worked; it goes before the calendar of the program."""

    recorded: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """As recorded, else by the calendar of the program. In a year that neither holds, Monday to Friday."""
        if day in self.recorded:
            return self.recorded[day]
        return bool(chinese_calendar.is_workday(day)) if comes_with_the_program(day.year) else day.weekday() < 5

    def is_known(self, year: int) -> bool:
        """Whether that year's holidays are known; if not, whoever plans has to look out for them."""
        off = (self.recorded.get(date(year, *day)) is False for day in FIXED)
        return comes_with_the_program(year) or all(off)

    def workday_near(self, day: date, *, first: date, last: date) -> date:
        """The day itself if it is worked, else the next one up to `last`, else the one before; the day if none is."""
        later = (day + timedelta(days=step) for step in range((last - day).days + 1))
        earlier = (day - timedelta(days=step) for step in range(1, (day - first).days + 1))
        return next((one for one in (*later, *earlier) if self.is_workday(one)), day)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that isn't what its weekday says."""

    day: date
    is_worked: bool
    name: Text


LAST_OF_THE_PROGRAM = max(constants.holidays).year
"""The last year whose calendar comes with the program."""


def comes_with_the_program(year: int) -> bool:
    """Whether the calendar that comes with the program holds that year."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def of_the_program(year: int) -> Iterator[NamedDay]:
    """The holidays and the working weekends of the program's calendar, in order."""
    days = [(day, False, name) for day, name in constants.holidays.items()]
    days += [(day, True, name) for day, name in constants.workdays.items()]
    for day, is_worked, name in sorted(days):
        if day.year == year:
            yield NamedDay(day, is_worked, Text(zh=Holiday(name).chinese, en=name))
