"""Which month a payment settles: the oldest open one first, then the months to come (2008 provisions, article 12).

Of money of a ledger the sheet says itself which month was paid. That month has it first; what it carried over from the
years before comes last, for the sheet says too what of that is still open.

What stands on a receipt isn't spread again: those months hold it, and the other payments fill what it left open.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from rulebook.dates import add_months

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Paid(Generic[Key]):
    """A payment as the spreading sees it; `fen` without what was given voluntarily.

    `month`: the one for which a ledger says that it was paid; None for money that was handed over now.
    """

    key: Key
    fen: int
    month: date | None = None


NOTHING: Mapping[date, int] = {}


def spread(
    owed: Mapping[date, int],
    payments: Iterable[Paid[Key]],
    *,
    ahead_from: date,
    monthly_fen: int,
    held: Mapping[date, int] = NOTHING,
    carried: Collection[date] = (),
) -> dict[tuple[Key, date], int]:
    """What each payment gives each month, in fen; every fen of every payment is somewhere.

    `owed` is what the charged months ask for, `carried` which of them are balances carried over, `held` what they got
    from payments whose receipts stand, `payments` come oldest first. What is left over goes ahead, from `ahead_from`
    on: `monthly_fen` a month, or all of it into one month where that isn't known.
    """
    payments = list(payments)
    open_fen = {month: left for month, fen in sorted(owed.items()) if (left := fen - held.get(month, 0)) > 0}
    given = _own_months(payments, open_fen, carried)
    ahead = _months_ahead(max([ahead_from, *(add_months(month, 1) for month in owed)]), monthly_fen, held)
    for payment in payments:
        left = payment.fen - (given.get((payment.key, payment.month), 0) if payment.month else 0)
        while left:
            if not open_fen:
                month, room = next(ahead)
                open_fen[month] = room or left
            month = _next(open_fen, carried if payment.month else ())
            left -= _give(given, open_fen, payment.key, month, left)
    return given


def _own_months(
    payments: Iterable[Paid[Key]], open_fen: dict[date, int], carried: Collection[date]
) -> dict[tuple[Key, date], int]:
    """What money of ledgers gives the months for which it was paid, before any other money is spread."""
    given: dict[tuple[Key, date], int] = {}
    for payment in payments:
        month = payment.month
        if payment.fen and month and month in open_fen and month not in carried:
            _give(given, open_fen, payment.key, month, payment.fen)
    return given


def _give(given: dict[tuple[Key, date], int], open_fen: dict[date, int], key: Key, month: date, left: int) -> int:
    """Let a month have of what is left as much as it asks for; how much that is."""
    part = min(left, open_fen[month])
    given[key, month] = given.get((key, month), 0) + part
    open_fen[month] -= part
    if not open_fen[month]:
        del open_fen[month]
    return part


def _next(open_fen: Mapping[date, int], last: Collection[date]) -> date:
    """The oldest open month; those in `last` only where nothing else is open."""
    return next((month for month in open_fen if month not in last), next(iter(open_fen)))


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
