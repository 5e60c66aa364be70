"""Days that are known only to the month or the year."""

import calendar
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

DAY, MONTH, YEAR = "day", "month", "year"


@dataclass(frozen=True, order=True)
class PartialDate:
    """A date as precise as it was recorded. `first_day` is the first day it can mean."""

    first_day: date
    precision: str = DAY

    @property
    def last_day(self) -> date:
        """The last day it can mean."""
        first = self.first_day
        if self.precision == DAY:
            return first
        if self.precision == YEAR:
            return date(first.year, 12, 31)
        return date(first.year, first.month, calendar.monthrange(first.year, first.month)[1])

    def may_be(self, other: "PartialDate") -> bool:
        """Whether both can mean the same day."""
        return self.first_day <= other.last_day and other.first_day <= self.last_day

    def __str__(self) -> str:
        length = {DAY: 10, MONTH: 7, YEAR: 4}[self.precision]
        return self.first_day.isoformat()[:length]


def to_the_minute(at: datetime | None) -> str:
    """When something was done, where the server stands; nothing for None."""
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def years_between(earlier: date, later: date) -> int:
    """Completed years; somebody born on 29 February completes one on 1 March in common years."""
    return later.year - earlier.year - ((later.month, later.day) < (earlier.month, earlier.day))
