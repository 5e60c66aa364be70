"""What is owed, what was paid, what is open: always summed from the ledger, never stored."""

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, IntegerField, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from dues.models import Allocation, Charge
from dues.models.charge import ChargeQuerySet
from members.prepared import Prepared

NOTHING = (0, 0, False)
OPEN_ROW = ("member", "month", "amount_fen", "waived_fen", "settled", "carried_over")
CARRIED = Coalesce(Sum("amount_fen", filter=Q(carried_over=True)), 0)
"""What of a member's month was carried over, summed like the month."""
BEGINNING = date(1921, 7, 1)
"""Nobody owes dues of an earlier month."""


class MonthBalance(NamedTuple):
    """A member's month, in fen. `open_fen` is what is still to be paid; a month paid ahead owes nothing yet.

    A tuple, because a page makes hundreds of them.
    """

    month: date
    charged_fen: int
    waived_fen: int
    settled_fen: int
    carried_over: bool = False
    """Not the month: what a ledger carried over of the years up to its."""

    @property
    def owed_fen(self) -> int:
        return self.charged_fen - self.waived_fen

    @property
    def open_fen(self) -> int:
        return max(self.owed_fen - self.settled_fen, 0)

    @property
    def open_carried_fen(self) -> int:
        """What is open of years before, of which nobody knows the month."""
        return self.open_fen if self.carried_over else 0


class Beyond(NamedTuple):
    """What somebody paid that no month asks for, in fen."""

    ahead_fen: int = 0
    """On months that nobody charged."""
    too_much_fen: int = 0
    """More than charged months ask for."""

    def plus(self, other: "Beyond") -> "Beyond":
        return Beyond(self.ahead_fen + other.ahead_fen, self.too_much_fen + other.too_much_fen)


def beyond_of(members: list[int]) -> dict[int, Beyond]:
    """What each of these members paid ahead or too much, of all months; without whoever didn't. One query."""
    found: dict[int, Beyond] = {}
    for member, _month, settled_fen, owed_fen, charged_fen in _BEYOND.rows(members=members) if members else []:
        fen = settled_fen - max(owed_fen, 0)
        more = Beyond(too_much_fen=fen) if charged_fen else Beyond(ahead_fen=fen)
        found[member] = found.get(member, Beyond()).plus(more)
    return found


def balances(members: list[int], first: date = BEGINNING) -> dict[int, list[MonthBalance]]:
    """The months of these members from `first` on that were charged or paid for, in order, by primary key. Two
    queries."""
    if not members:
        return {}
    rows = _CHARGED.rows(members=members, first=first)
    charged = {(one, month): (fen, waived, bool(carried)) for one, month, fen, waived, carried in rows}
    settled = {(one, month): fen for one, month, fen in _GIVEN.rows(members=members, first=first) if fen}
    found: dict[int, list[MonthBalance]] = {}
    for place in sorted({*charged, *settled}):
        member, month = place
        charged_fen, waived_fen, carried = charged.get(place, NOTHING)
        balance = MonthBalance(month, charged_fen, waived_fen, settled.get(place, 0), carried)
        found.setdefault(member, []).append(balance)
    return found


def standing_charges() -> ChargeQuerySet:
    """The line that counts of each member's month, where it asks for something: neither reversed nor waived.

    Values, not Exists: of that PostgreSQL makes a join, and begins with what costs most.
    """
    later = Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month"), turn=OuterRef("turn") + 1)
    lines = Charge.objects.alias(next_turn=Subquery(later.values("turn")))
    return lines.filter(next_turn=None, amount_fen__gt=F("waived_fen"))


def left_open(charges: ChargeQuerySet) -> dict[int, list[MonthBalance]]:
    """The months of every member in the standing charges with something still to be paid, in order. One query."""
    return by_member(open_rows(charges))


def open_rows(charges: ChargeQuerySet) -> QuerySet[Charge, Any]:
    """Member, month, charged, waived, settled, whether carried over, of the months that are open of `standing_charges`.

    The database compares: most months are paid, and their rows would be most of the work.
    """
    lines = charges.annotate(settled=settled()).order_by().filter(amount_fen__gt=F("waived_fen") + F("settled"))
    return lines.values_list(*OPEN_ROW)


def by_member(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[MonthBalance]]:
    """The rows by member, in the order of months."""
    found: dict[int, list[MonthBalance]] = {}
    for member, *balance in sorted(rows):
        found.setdefault(member, []).append(MonthBalance(*balance))
    return found


def settled() -> Coalesce:
    """What payments gave a charge's month, 0 where nothing."""
    given = Allocation.objects.filter(member=OuterRef("member"), month=OuterRef("month")).order_by().values("member")
    return Coalesce(Subquery(given.annotate(fen=Sum("amount_fen")).values("fen"), output_field=IntegerField()), 0)


def is_carried() -> Coalesce:
    """Whether the last line at a member's month is of a balance carried over, also where that was taken back."""
    lines = Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month")).order_by("-turn")
    return Coalesce(Subquery(lines.values("carried_over")[:1]), False)


def months_of(member: int) -> list[MonthBalance]:
    """Every month of one member that was charged or paid for."""
    return balances([member]).get(member, [])


def open_months(member: int) -> list[MonthBalance]:
    """The months with something still to be paid, the oldest first."""
    return left_open(standing_charges().filter(member=member)).get(member, [])


def owed_below(path: str, first: date, last: date) -> int:
    """What the members of a subtree owe for these months, in fen, whoever paid it."""
    return Charge.objects.below(path).between(first, last).net()


_CHARGED = Prepared(
    lambda members, first: (
        Charge.objects.filter(member__in=members, month__gte=first)
        .order_by()
        .values_list("member", "month")
        .annotate(Sum("amount_fen"), Sum("waived_fen"), carried=CARRIED)
    )
)
_GIVEN = Prepared(
    lambda members, first: (
        Allocation.objects.filter(member__in=members, month__gte=first)
        .order_by()
        .values_list("member", "month")
        .annotate(Sum("amount_fen"))
    )
)


def _charged(fen: Any) -> Coalesce:
    """A sum over the lines of an allocation's member and month, 0 where there are none."""
    here = Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month")).order_by().values("member")
    return Coalesce(Subquery(here.annotate(fen=Sum(fen)).values("fen"), output_field=IntegerField()), 0)


_BEYOND = Prepared(
    lambda members: (
        Allocation.objects.filter(member__in=members)
        .order_by()
        .values("member", "month")
        .annotate(
            fen=Sum("amount_fen"), owed=_charged(F("amount_fen") - F("waived_fen")), charged=_charged("amount_fen")
        )
        .filter(fen__gt=F("owed"))
        .values_list("member", "month", "fen", "owed", "charged")
    )
)
