"""Which month a payment settles: the oldest open one first, then the months to come (2008 provisions, article 12).

What stands on a receipt isn't spread again: those months hold it, and the other payments fill what it left open.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from rulebook.dates import add_months

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Paid(Generic[Key]):
    """A payment as the spreading sees it; `fen` without what was given voluntarily."""

    key: Key
    fen: int


NOTHING: Mapping[date, int] = {}


def spread(
    owed: Mapping[date, int],
    payments: Iterable[Paid[Key]],
    *,
    ahead_from: date,
    monthly_fen: int,
    held: Mapping[date, int] = NOTHING,
) -> dict[tuple[Key, date], int]:
    """What each payment gives each month, in fen; every fen of every payment is somewhere.

    `owed` is what the charged months ask for, `held` what they got from payments whose receipts stand, `payments` come
    oldest first. What is left over goes ahead, from `ahead_from` on: `monthly_fen` a month, or all of it into one month
    where that isn't known.
    """
    given: dict[tuple[Key, date], int] = {}
    open_fen = {month: left for month, fen in sorted(owed.items()) if (left := fen - held.get(month, 0)) > 0}
    ahead = _months_ahead(max([ahead_from, *(add_months(month, 1) for month in owed)]), monthly_fen, held)
    for payment in payments:
        left = payment.fen
        while left:
            if not open_fen:
                month, room = next(ahead)
                open_fen[month] = room or left
            month = next(iter(open_fen))
            part = min(left, open_fen[month])
            given[payment.key, month] = part
            left -= part
            open_fen[month] -= part
            if not open_fen[month]:
                del open_fen[month]
    return given


def passed_over(owed: Mapping[date, int], given: Mapping[date, int]) -> set[date]:
    """The months that are open although a later one was given something."""
    last = max((month for month, fen in given.items() if fen > 0), default=date.min)
    return {month for month, fen in owed.items() if month < last and fen > given.get(month, 0)}


def _months_ahead(first: date, monthly_fen: int, held: Mapping[date, int]) -> Iterator[tuple[date, int]]:
    """Months to come with what each still takes; 0: any amount."""
    month = first
    while True:
        if held.get(month, 0) < monthly_fen:
            yield month, monthly_fen - held.get(month, 0)
        elif not monthly_fen and month not in held:
            yield month, 0
        month = add_months(month, 1)


def differences(
    wanted: Mapping[tuple[Key, date], int], standing: Mapping[tuple[Key, date], int]
) -> dict[tuple[Key, date], int]:
    """The rows to add so that what stands becomes what is wanted."""
    both = {**dict.fromkeys(standing, 0), **wanted}
    moved = {place: fen - standing.get(place, 0) for place, fen in both.items()}
    return {place: fen for place, fen in moved.items() if fen}
