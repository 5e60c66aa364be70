"""Which month a payment settles: the oldest open one first, then the months to come (2008 provisions, article 12)."""

from collections.abc import Hashable, Iterable, Mapping
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


def spread(
    owed: Mapping[date, int], payments: Iterable[Paid[Key]], *, ahead_from: date, monthly_fen: int
) -> dict[tuple[Key, date], int]:
    """What each payment gives each month, in fen; every fen of every payment is somewhere.

    `owed` is what the charged months ask for, `payments` come oldest first. What is left over goes ahead, from
    `ahead_from` on: `monthly_fen` a month, or all of it into one month where that isn't known.
    """
    given: dict[tuple[Key, date], int] = {}
    open_fen = {month: fen for month, fen in sorted(owed.items()) if fen > 0}
    ahead = max([ahead_from, *(add_months(month, 1) for month in owed)])
    for payment in payments:
        left = payment.fen
        while left:
            if not open_fen:
                open_fen[ahead] = monthly_fen or left
                ahead = add_months(ahead, 1)
            month = next(iter(open_fen))
            part = min(left, open_fen[month])
            given[payment.key, month] = part
            left -= part
            open_fen[month] -= part
            if not open_fen[month]:
                del open_fen[month]
    return given


def differences(
    wanted: Mapping[tuple[Key, date], int], standing: Mapping[tuple[Key, date], int]
) -> dict[tuple[Key, date], int]:
    """The rows to add so that what stands becomes what is wanted."""
    both = {**dict.fromkeys(standing, 0), **wanted}
    moved = {place: fen - standing.get(place, 0) for place, fen in both.items()}
    return {place: fen for place, fen in moved.items() if fen}
