"""What is owed, what was paid, what is open: always summed from the ledger, never stored."""

from datetime import date
from typing import NamedTuple

from django.db.models import F, IntegerField, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from dues.models import Allocation, Charge
from dues.models.charge import ChargeQuerySet
from dues.models.payment import AllocationQuerySet

NOTHING = (0, 0)


class MonthBalance(NamedTuple):
    """A member's month, in fen. `open_fen` is what is still to be paid; a month paid ahead owes nothing yet.

    A tuple, because a page makes hundreds of them.
    """

    month: date
    charged_fen: int
    waived_fen: int
    settled_fen: int

    @property
    def owed_fen(self) -> int:
        return self.charged_fen - self.waived_fen

    @property
    def open_fen(self) -> int:
        return max(self.owed_fen - self.settled_fen, 0)


def balances(charges: ChargeQuerySet, allocations: AllocationQuerySet) -> dict[int, list[MonthBalance]]:
    """The months of every member in the two, in order, by the member's primary key. Two queries."""
    lines = charges.values_list("member", "month").annotate(Sum("amount_fen"), Sum("waived_fen"))
    charged = {(member, month): (fen, waived) for member, month, fen, waived in lines}
    given = allocations.values_list("member", "month").annotate(Sum("amount_fen"))
    settled = {(member, month): fen for member, month, fen in given if fen}
    found: dict[int, list[MonthBalance]] = {}
    for place in sorted({*charged, *settled}):
        member, month = place
        balance = MonthBalance(month, *charged.get(place, NOTHING), settled.get(place, 0))
        found.setdefault(member, []).append(balance)
    return found


def left_open(charges: ChargeQuerySet) -> dict[int, list[MonthBalance]]:
    """The months of every member in the charges with something still to be paid, in order. One query.

    The database adds up: most months are paid, and their rows would be most of the work.
    """
    sums = charges.order_by().values_list("member", "month").annotate(
        charged=Sum("amount_fen"), waived=Sum("waived_fen"), settled=settled()
    )  # fmt: skip
    found: dict[int, list[MonthBalance]] = {}
    for member, *balance in sorted(sums.filter(charged__gt=F("waived") + F("settled"))):
        found.setdefault(member, []).append(MonthBalance(*balance))
    return found


def settled() -> Coalesce:
    """What payments gave a charge's month, 0 where nothing."""
    given = Allocation.objects.filter(member=OuterRef("member"), month=OuterRef("month")).order_by().values("member")
    return Coalesce(Subquery(given.annotate(fen=Sum("amount_fen")).values("fen"), output_field=IntegerField()), 0)


def months_of(member: int) -> list[MonthBalance]:
    """Every month of one member that was charged or paid for."""
    charges = Charge.objects.filter(member=member).order_by()
    allocations = Allocation.objects.filter(member=member).order_by()
    return balances(charges, allocations).get(member, [])


def open_months(member: int) -> list[MonthBalance]:
    """The months with something still to be paid, the oldest first."""
    return left_open(Charge.objects.filter(member=member)).get(member, [])


def owed_below(path: str, first: date, last: date) -> int:
    """What the members of a subtree owe for these months, in fen, whoever paid it."""
    return Charge.objects.below(path).between(first, last).net()
