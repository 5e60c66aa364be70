"""What a subtree charged, received and is still owed at the end of a day, and by whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Sum

from dues.models import Arrangement, Charge, Payment
from dues.queries.arrears import spans
from dues.rules.arrears import Arrears, OpenMonth, arrears
from dues.rules.months import month_of
from members.models import Member
from members.paths import contains


@dataclass(frozen=True, slots=True)
class Behind:
    """A member who left something due unpaid: how much in fen, and for how many months."""

    member: Member
    fen: int
    months: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Sums in fen: of the months up to that of the day, and of the payments up to the day."""

    charged_fen: int
    paid_fen: int
    waived_fen: int
    behind: list[Behind]
    this_month_fen: int
    """What is open and can still be paid in time after that day, of everybody together."""


def statement(path: str, *, as_of: date) -> Statement:
    """Those behind have the most months first, then by name. Five queries.

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
        behind=_behind({member: one for member, one in owed.items() if one.months}),
        this_month_fen=sum(one.this_month_fen for one in owed.values()),
    )


def _behind(owed: dict[int, Arrears]) -> list[Behind]:
    members = Member.objects.filter(pk__in=owed).in_roster_order()
    found = [Behind(member, owed[member.pk].fen, len(owed[member.pk].months)) for member in members]
    return sorted(found, key=lambda one: (-one.months, one.member.name))


def _owed(charges: Any, path: str, as_of: date) -> dict[int, Arrears]:
    """Whatever a member paid settles his oldest month first, also one that another branch charged."""
    asked: dict[int, list[tuple[date, str, int]]] = defaultdict(list)
    rows = charges.order_by().values_list("member", "month", "organization__path")
    for member, *month in sorted(rows.annotate(net=Sum(F("amount_fen") - F("waived_fen")))):
        asked[member].append((*month,))
    payments = Payment.objects.filter(member__in=asked, paid_on__lte=as_of).order_by().values_list("member")
    paid = dict(payments.annotate(fen=Sum(F("amount_fen") - F("voluntary_fen"))))
    agreed = spans(Arrangement.objects.filter(member__in=asked).values_list("member", "valid_from", "valid_until"))
    return {
        member: arrears(
            _left_open(months, paid.get(member, 0), path), on=as_of + timedelta(days=1), quarterly=agreed[member]
        )
        for member, months in asked.items()
    }


def _left_open(months: Iterable[tuple[date, str, int]], paid: int, path: str) -> list[OpenMonth]:
    """What is left of each month that the subtree charged, without those that are settled."""
    left_open = []
    for month, place, fen in months:
        left = fen - min(paid, fen)
        paid -= fen - left
        if left > 0 and contains(path, place):
            left_open.append(OpenMonth(month, left))
    return left_open
