"""Months, quarters and years that a dashboard shows, as far as roll-ups are kept."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rulebook.dates import add_months

KEPT = 24
"""Months before the current one."""
WRITTEN = re.compile(r"[0-9]{4}(-(Q[1-4]|0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """`2026-07`, `2026-Q3` or `2026`, from the first day of its first month to that of its last one."""

    code: str
    first: date
    last: date

    @property
    def months(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def is_running(self, on: date) -> bool:
        """Not over yet on that day, so that its figures still grow."""
        return self.last >= month_of(on)

    def last_begun(self, on: date) -> date:
        """Its last month that has begun by then."""
        return min(self.last, month_of(on))


def month_of(day: date) -> date:
    return day.replace(day=1)


def first_kept(on: date) -> date:
    return add_months(month_of(on), -KEPT)


def usual_period(on: date) -> Period:
    """The last full month."""
    return period_from(add_months(month_of(on), -1), 1)


def period_from(first: date, months: int) -> Period:
    """Of one, three or twelve months."""
    year, month = first.year, first.month
    codes = {1: f"{year}-{month:02}", 3: f"{year}-Q{(month + 2) // 3}", 12: f"{year}"}
    return Period(codes[months], first, add_months(first, months - 1))


def read_period(code: str, on: date) -> Period | None:
    """The period of that code; None for what is none, or isn't kept from its first month on."""
    if not WRITTEN.fullmatch(code):
        return None
    found = _read(code)
    return found if first_kept(on) <= found.first <= month_of(on) else None


def _read(code: str) -> Period:
    year, _dash, rest = code.partition("-")
    begun = date(max(int(year), 1), 1, 1)
    if not rest:
        return period_from(begun, 12)
    if rest.startswith("Q"):
        return period_from(add_months(begun, 3 * int(rest[1]) - 3), 3)
    return period_from(add_months(begun, int(rest) - 1), 1)


def period_before(period: Period, on: date) -> Period | None:
    """That of the same length just before it; None where not all of it is kept."""
    earlier = period_from(add_months(period.first, -period.months), period.months)
    return earlier if earlier.first >= first_kept(on) else None


@lru_cache(maxsize=8)
def offered_periods(month: date) -> tuple[tuple[Period, ...], tuple[Period, ...], tuple[Period, ...]]:
    """Months, quarters and years that are kept in that month, the latest first."""
    begun = [add_months(month, -back) for back in range(KEPT + 1)]
    return (
        tuple(period_from(day, 1) for day in begun),
        tuple(period_from(day, 3) for day in begun if day.month % 3 == 1),
        tuple(period_from(day, 12) for day in begun if day.month == 1),
    )


def trend_months(on: date) -> list[date]:
    """The months before this one that are kept, the earliest first."""
    return [add_months(month_of(on), -back) for back in range(KEPT, 0, -1)]
