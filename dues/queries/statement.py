"""What a subtree charged, received and is still owed on a day, and by whom."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import F, Sum

from dues.models import Charge, Payment
from dues.rules.months import month_of
from members.models import Member
from members.paths import contains


@dataclass(frozen=True, slots=True)
class Behind:
    """A member who owes something: how much in fen, and for how many months."""

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


def statement(path: str, *, as_of: date) -> Statement:
    """Those behind have the most months first, then by name. Four queries."""
    charges = Charge.objects.filter(month__lte=month_of(as_of))
    here = charges.below(path)
    sums = here.aggregate(charged=Sum("amount_fen"), waived=Sum("waived_fen"))
    paid = Payment.objects.below(path).filter(paid_on__lte=as_of).aggregate(fen=Sum("amount_fen"))
    return Statement(
        charged_fen=sums["charged"] or 0,
        paid_fen=paid["fen"] or 0,
        waived_fen=sums["waived"] or 0,
        behind=_behind(charges.filter(member__in=here.values("member")), path, as_of),
    )


def _behind(charges: Any, path: str, as_of: date) -> list[Behind]:
    """Whatever a member paid settles his oldest month first, also one that another branch charged."""
    owed: dict[int, list[tuple[str, int]]] = defaultdict(list)
    rows = charges.order_by().values_list("member", "organization__path", "month")
    for member, place, _month, fen in sorted(rows.annotate(net=Sum(F("amount_fen") - F("waived_fen"))), key=_by_month):
        owed[member].append((place, fen))
    payments = Payment.objects.filter(member__in=owed, paid_on__lte=as_of).order_by().values_list("member")
    paid = dict(payments.annotate(fen=Sum(F("amount_fen") - F("voluntary_fen"))))
    open_fen = {member: _left_open(months, paid.get(member, 0), path) for member, months in owed.items()}
    members = Member.objects.filter(pk__in=[pk for pk, left in open_fen.items() if left]).in_roster_order()
    found = [Behind(member, sum(open_fen[member.pk]), len(open_fen[member.pk])) for member in members]
    return sorted(found, key=lambda one: (-one.months, one.member.name))


def _by_month(row: tuple[int, str, date, int]) -> date:
    return row[2]


def _left_open(months: Iterable[tuple[str, int]], paid: int, path: str) -> list[int]:
    """What is left of each month that the subtree charged, without those that are settled."""
    left_open = []
    for place, fen in months:
        left = fen - min(paid, fen)
        paid -= fen - left
        if left > 0 and contains(path, place):
            left_open.append(left)
    return left_open
