"""Keeps what payments settle in step with what is owed: the oldest month first, every fen somewhere.

Money of a ledger goes first to the month that the sheet says it was paid for, and last to a balance carried over.
What stands on a receipt stays where it is for as long as its payment does; only money without a receipt is spread anew.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import F, Sum

from dues.choices import PaymentWay
from dues.ledger.models import Basis, Charge
from dues.ledger.payment_models import Allocation, PassedMonth, Payment, Receipt
from dues.ledger.queries import CARRIED
from dues.ledger.rules import Paid, differences, passed_over, spread
from dues.units import month_of
from members.models import Member

Given = dict[tuple[UUID, date], int]


@transaction.atomic
def level(members: Iterable[int], *, on: date) -> int:
    """Add the allocation rows that make each member's payments settle his oldest months; returns how many.

    Call it in the transaction that wrote a charge or a payment. The members' rows are held until it ends.
    """
    ids = lock_members(members)
    (owed, carried), paid, standing, monthly = _owed(ids), _paid(ids), _standing(ids), _monthly(ids, on)
    receipted = _receipted(ids)
    rows: list[Allocation] = []
    passed: set[tuple[int, date]] = set()
    for member in ids:
        held = {place: fen for place, fen in standing[member].items() if place[0] in receipted}
        free = [one for one in paid[member] if one.key not in receipted]
        wanted = held | spread(
            owed[member], free, ahead_from=month_of(on), monthly_fen=monthly.get(member, 0), held=_by_month(held),
            carried=carried[member],
        )  # fmt: skip
        passed |= {(member, month) for month in passed_over(owed[member], _by_month(wanted))}
        rows += [
            Allocation(payment_id=payment, member_id=member, month=month, amount_fen=fen)
            for (payment, month), fen in differences(wanted, standing[member]).items()
        ]
    Allocation.objects.bulk_create(rows)
    _keep_passed(ids, passed)
    return len(rows)


def lock_members(members: Iterable[int]) -> list[int]:
    """Hold the members' rows, in the order of their numbers, until the transaction ends."""
    rows = Member.objects.select_for_update().filter(pk__in=set(members)).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def _owed(members: list[int]) -> tuple[dict[int, dict[date, int]], dict[int, set[date]]]:
    """What each member's months ask for, and which of them stand for a balance carried over."""
    found: dict[int, dict[date, int]] = defaultdict(dict)
    carried: dict[int, set[date]] = defaultdict(set)
    rows = Charge.objects.filter(member__in=members).order_by().values_list("member", "month")
    for member, month, fen, of_before in rows.annotate(net=Sum(F("amount_fen") - F("waived_fen")), carried=CARRIED):
        found[member][month] = fen
        if of_before:
            carried[member].add(month)
    return found, carried


def _paid(members: list[int]) -> dict[int, list[Paid[UUID]]]:
    found: dict[int, list[Paid[UUID]]] = defaultdict(list)
    for payment in Payment.objects.live().filter(member__in=members).in_order():
        month = month_of(payment.paid_on) if payment.way == PaymentWay.LEDGER else None
        found[payment.member_id].append(Paid(payment.key, payment.amount_fen - payment.voluntary_fen, month))
    return found


def _receipted(members: list[int]) -> set[UUID]:
    """Payments that stand and have a receipt: what that says is not moved."""
    rows = Receipt.objects.filter(payment__in=Payment.objects.live().filter(member__in=members))
    return set(rows.values_list("payment", flat=True))


def _standing(members: list[int]) -> dict[int, Given]:
    found: dict[int, Given] = defaultdict(dict)
    rows = Allocation.objects.filter(member__in=members).values_list("member", "payment", "month")
    for member, payment, month, fen in rows.annotate(Sum("amount_fen")).order_by():
        found[member][payment, month] = fen
    return found


def _monthly(members: list[int], on: date) -> dict[int, int]:
    bases = Basis.objects.filter(member__in=members).holding(month_of(on))
    return dict(bases.values_list("member", "amount_fen"))


def _by_month(given: Mapping[tuple[UUID, date], int]) -> dict[date, int]:
    found: dict[date, int] = defaultdict(int)
    for (_payment, month), fen in given.items():
        found[month] += fen
    return found


def _keep_passed(members: list[int], wanted: set[tuple[int, date]]) -> None:
    """Make the index of months that were passed over say so of these members; nearly always there is nothing to do."""
    kept = {(one.member_id, one.month): one.pk for one in PassedMonth.objects.filter(member__in=members)}
    if gone := [pk for place, pk in kept.items() if place not in wanted]:
        PassedMonth.objects.filter(pk__in=gone).delete()
    if new := sorted(wanted - kept.keys()):
        PassedMonth.objects.bulk_create(PassedMonth(member_id=member, month=month) for member, month in new)
