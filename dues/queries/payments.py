"""Payments of a branch with what they settle."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Sum

from dues.models import Allocation, Payment
from dues.models.payment import PaymentQuerySet
from dues.queries.balance import is_carried
from members.queries.names import names_of


@dataclass(frozen=True, slots=True)
class Settled:
    """A month and what a payment gives it, in fen."""

    month: date
    fen: int
    carried_over: bool = False
    """The balance of the years up to that month's, not the month itself."""


def with_people(payments: PaymentQuerySet) -> PaymentQuerySet:
    return payments.select_related("member", "payer", "organization", "receipt", "reversal", "reverses__receipt")


def settled_by(payments: Iterable[UUID]) -> dict[UUID, list[Settled]]:
    """What each payment settles today, the oldest month first. One query."""
    rows = Allocation.objects.filter(payment__in=[*payments]).values_list("payment", "month")
    found: dict[UUID, list[Settled]] = defaultdict(list)
    for payment, month, carried, fen in rows.annotate(carried=is_carried(), fen=Sum("amount_fen")).order_by("month"):
        if fen:
            found[payment].append(Settled(month, fen, carried))
    return found


def recorders_at(path: str) -> dict[str, str]:
    """User names of whoever recorded or confirmed a payment there, with what they are called."""
    pairs = Payment.objects.below(path).order_by().values_list("recorded_by", "confirmed_by").distinct()
    return names_of({name for pair in pairs for name in pair})


def total_of(payments: PaymentQuerySet) -> int:
    """The sum in fen; what was taken back cancels itself out."""
    return int(payments.order_by().aggregate(fen=Sum("amount_fen"))["fen"] or 0)
