"""Months, written as their first day, and yuan."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from rulebook.dates import add_months


def month_of(day: date) -> date:
    return day.replace(day=1)


def quarter_of(day: date) -> date:
    """The first day of the quarter."""
    return day.replace(month=day.month - (day.month - 1) % 3, day=1)


def first_month(year: int, first_day: date | None) -> date:
    """January, or the month of a branch's first day where that is later: nothing is asked for before."""
    january = date(year, 1, 1)
    return max(january, month_of(first_day)) if first_day else january


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


def runs(months: Iterable[date]) -> list[tuple[date, date]]:
    """Months that follow each other as first and last of each run; `months` come in order."""
    found: list[tuple[date, date]] = []
    for month in months:
        if found and months_apart(found[-1][1], month) == 1:
            found[-1] = (found[-1][0], month)
        else:
            found.append((month, month))
    return found


FEN_PER_YUAN = 100


def yuan(fen: int) -> Decimal:
    return (Decimal(fen) / FEN_PER_YUAN).quantize(Decimal("0.01"))
