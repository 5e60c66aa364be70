"""Which months roll-ups are kept for, and the periods that they make up."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from rulebook.dates import add_months

KEPT_BEFORE = 24
"""Months before the current one."""


def kept_months(on: date) -> list[date]:
    """The first days of the current month and of those kept before it, the oldest first."""
    month = on.replace(day=1)
    return [add_months(month, -back) for back in range(KEPT_BEFORE, -1, -1)]


def last_day(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1)


def quarter_of(month: date) -> str:
    return f"{month.year}-Q{(month.month + 2) // 3}"


def names_of(month: date) -> Iterator[str]:
    """The month, the quarter and the year that it is in: 2026-07, 2026-Q3, 2026."""
    yield f"{month:%Y-%m}"
    yield quarter_of(month)
    yield str(month.year)


def periods(months: Iterable[date]) -> dict[str, list[date]]:
    """Each month, quarter and year with those of the months that lie in it, in order."""
    found: dict[str, list[date]] = {}
    for month in sorted(months):
        for name in names_of(month):
            found.setdefault(name, []).append(month)
    return found
