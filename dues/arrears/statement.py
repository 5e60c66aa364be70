"""What a subtree charged, received and is still owed at the end of a day, and by whom."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Sum

from dues.ledger.models import Arrangement, Charge, ChargeQuerySet
from dues.ledger.payment_models import Allocation, Payment
from dues.ledger.queries import CARRIED, spans
from dues.ledger.rules import Arrears, OpenMonth, arrears
from dues.units import month_of
from members.models import Member
from members.paths import contains


@dataclass(frozen=True, slots=True)
class MemberInArrears:
    """A member who left something due unpaid: how much in fen, for how many months, what of it was carried over."""

    member: Member
    fen: int
    months: int
    carried_fen: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Sums in fen: of the months up to that of the day, and of the payments up to the day."""

    charged_fen: int
    paid_fen: int
    waived_fen: int
    in_arrears: list[MemberInArrears]
    this_month_fen: int
    """What is open and can still be paid in time after that day, of everybody together."""


def statement(path: str, *, as_of: date) -> Statement:
    """Those in arrears have the most months first, then by name. Five queries.

    At the end of the day: a month whose last day to pay it was is due then, as it is on every page the morning after.
    """
    charges = Charge.objects.filter(month__lte=month_of(as_of))
    here = charges.below(path)
    sums = here.aggregate(charged=Sum("amount_fen"), waived=Sum("waived_fen"))
    paid = Payment.objects.below(path).filter(paid_on__lte=as_of).aggregate(fen=Sum("amount_fen"))
    owed = _owed(charges.filter(member__in=here.values("member")), path, as_of)
    return Statement(
        charged_fen=sums["charged"] or 0,
        paid_fen=paid["fen"] or 0,
        waived_fen=sums["waived"] or 0,
        in_arrears=_sorted({member: one for member, one in owed.items() if one.fen}),
        this_month_fen=sum(one.this_month_fen for one in owed.values()),
    )


def _sorted(owed: dict[int, Arrears]) -> list[MemberInArrears]:
    members = Member.objects.filter(pk__in=owed).in_roster_order()
    found = [
        MemberInArrears(member, owed[member.pk].fen, len(owed[member.pk].months), owed[member.pk].carried_fen)
        for member in members
    ]
    return sorted(found, key=lambda one: (-one.months, one.member.name))


def _owed(charges: ChargeQuerySet, path: str, as_of: date) -> dict[int, Arrears]:
    """Of each month that the subtree charged, what payments up to the day left open."""
    given = _given(charges, as_of)
    open_months: dict[int, list[OpenMonth]] = defaultdict(list)
    rows = charges.order_by().values_list("member", "month", "organization__path")
    sums = rows.annotate(net=Sum(F("amount_fen") - F("waived_fen")), carried=CARRIED)
    for member, month, place, net, carried in sums:
        left = net - given.get((member, month), 0)
        if net > 0 and left > 0 and contains(path, place):
            open_months[member].append(OpenMonth(month, left, bool(carried)))
    agreed = spans(
        Arrangement.objects.filter(member__in=open_months).values_list("member", "valid_from", "valid_until")
    )
    return {
        member: arrears(months, on=as_of + timedelta(days=1), quarterly=agreed[member])
        for member, months in open_months.items()
    }


def _given(charges: ChargeQuerySet, as_of: date) -> dict[tuple[int, date], int]:
    """Member and month → what payments up to the day gave it."""
    rows = Allocation.objects.filter(
        member__in=charges.order_by().values("member"), month__lte=month_of(as_of), payment__paid_on__lte=as_of
    )
    sums = rows.order_by().values_list("member", "month").annotate(fen=Sum("amount_fen"))
    return {(member, month): fen for member, month, fen in sums}
