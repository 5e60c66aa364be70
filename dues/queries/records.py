"""The records behind the monthly figures of a branch: what was charged for members' months, and what of it is paid."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, F, OuterRef, Sum

from dues.models import Allocation, Charge
from members.models import Organization


@dataclass(frozen=True, slots=True)
class MemberMonth:
    """A member's month in fen: net of what was waived, and what payments gave it, whenever that was."""

    member_id: int
    month: date
    charged_fen: int
    paid_fen: int


def member_months(branch: Organization, first: date, last: date) -> list[MemberMonth]:
    """A charge counts for the branch that made it, a payment for the branch of the month's last line, and what a ledger
    carried over for no month. Three queries."""
    lines = Charge.objects.ordinary().filter(organization=branch).between(first, last).order_by()
    net = lines.values_list("member", "month").annotate(net=Sum(F("amount_fen") - F("waived_fen")))
    charged = {(member, month): fen for member, month, fen in net}
    later = Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month"), turn__gt=OuterRef("turn"))
    paid = _paid(lines.filter(~Exists(later)).values_list("member", "month"), first, last)
    return [
        MemberMonth(key[0], key[1], charged.get(key, 0), paid.get(key, 0))
        for key in sorted(charged.keys() | paid.keys(), key=lambda key: (key[1], key[0]))
    ]


def _paid(months: Iterable[tuple[int, date]], first: date, last: date) -> dict[tuple[int, date], int]:
    ours = set(months)
    given = Allocation.objects.filter(member__in={member for member, _month in ours}, month__range=(first, last))
    sums = given.order_by().values_list("member", "month").annotate(Sum("amount_fen"))
    return {(member, month): fen for member, month, fen in sums if (member, month) in ours}
