"""What is charged, settled and open, and who is in arrears."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, F, IntegerField, Model, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from dues.ledger.models import Arrangement, ArrearsReason, Charge, ChargeQuerySet
from dues.ledger.payment_models import Allocation, PassedMonth, Payment, PaymentQuerySet
from dues.ledger.rules import Arrears, OpenMonth, Span, arrears, due_on
from dues.units import month_of, quarter_of
from members.choices import OrganizationKind
from members.fields import unended_on
from members.models import Affiliation, Member, Organization
from members.models.member import MemberQuerySet
from members.pages.queries import names_of
from members.paths import STEP, subtree
from rulebook.dates import add_months

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
    months = Allocation.objects.filter(member__in=members).order_by().values("member", "month")
    sums = months.annotate(
        fen=Sum("amount_fen"), owed=_charged(F("amount_fen") - F("waived_fen")), charged=_charged("amount_fen")
    ).filter(fen__gt=F("owed"))
    found: dict[int, Beyond] = {}
    for member, settled_fen, owed_fen, charged_fen in sums.values_list("member", "fen", "owed", "charged"):
        fen = settled_fen - max(owed_fen, 0)
        more = Beyond(too_much_fen=fen) if charged_fen else Beyond(ahead_fen=fen)
        found[member] = found.get(member, Beyond()).plus(more)
    return found


def balances(members: list[int], first: date = BEGINNING) -> dict[int, list[MonthBalance]]:
    """The months of these members from `first` on that were charged or paid for, in order, by primary key. Two
    queries."""
    wanted = {"member__in": members, "month__gte": first}
    lines = Charge.objects.filter(**wanted).order_by().values_list("member", "month")
    rows = lines.annotate(Sum("amount_fen"), Sum("waived_fen"), carried=CARRIED)
    charged = {(one, month): (fen, waived, bool(carried)) for one, month, fen, waived, carried in rows}
    given = Allocation.objects.filter(**wanted).order_by().values_list("member", "month").annotate(Sum("amount_fen"))
    settled = {(one, month): fen for one, month, fen in given if fen}
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
    return _standing_charges().all()


@cache
def _standing_charges() -> ChargeQuerySet:
    """Made once: making it takes longer than asking."""
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


def _charged(fen: Any) -> Coalesce:
    """A sum over the lines of an allocation's member and month, 0 where there are none."""
    here = Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month")).order_by().values("member")
    return Coalesce(Subquery(here.annotate(fen=Sum(fen)).values("fen"), output_field=IntegerField()), 0)


WINDOW = 12
"""Months that a branch's grid looks at for arrears; who left all of them open is looked at from the beginning."""


Members = Collection[int] | QuerySet[Member, Any]
"""Primary keys, or a query for them where they are too many to name."""


def in_arrears(members: MemberQuerySet, *, on: date) -> MemberQuerySet:
    """Who is overdue with dues: of whom a month whose last day to pay is over isn't fully paid."""
    return in_arrears_since(members, month_of(on), quarter_of(on))


def in_arrears_since(members: MemberQuerySet, month: date, quarter: date) -> MemberQuerySet:
    """The same in the month and its quarter, by their first days: months of an agreed quarter are due after it."""
    agreed = Arrangement.objects.filter(
        unended_on(OuterRef("month")),
        member=OuterRef("member"),
        valid_from__lte=OuterRef("month"),
    )
    return _leaving_open(members, Q(month__lt=quarter) | Q(~Exists(agreed), month__lt=month))


def leaving_open(members: MemberQuerySet, *, before: date) -> MemberQuerySet:
    """Those with something open of the months before that one, due or not."""
    return _leaving_open(members, Q(month__lt=before))


def _leaving_open(members: MemberQuerySet, months: Q) -> MemberQuerySet:
    asked_for = standing_charges().filter(months, member=OuterRef("pk")).order_by("-month", "-turn")
    left = asked_for.annotate(left_fen=F("amount_fen") - F("waived_fen") - settled()).values("left_fen")[:1]
    passed = Exists(PassedMonth.objects.filter(months, member=OuterRef("pk")))
    return members.alias(left_fen=Subquery(left, output_field=IntegerField())).filter(Q(left_fen__gt=0) | passed)


def passed_over(members: list[int]) -> set[int]:
    """Those of whom a month is open although a later one was given something."""
    return set(PassedMonth.objects.filter(member__in=members).order_by().values_list("member", flat=True).distinct())


def owed_by(members: Members, *, on: date) -> dict[int, Arrears]:
    """Member → what is owed on that day, due or this month's, of those who owe something. Three queries.

    Ask about few, or about those who left something open: every month of theirs is added up.
    """
    return weighed(_open_until(on, members), of=members, on=on)


def arrears_of(members: Members, *, on: date) -> dict[int, Arrears]:
    """The same, of those with something due."""
    return {member: one for member, one in owed_by(members, on=on).items() if one.fen}


def arrears_below(path: str, *, on: date) -> dict[int, Arrears]:
    """The same for everybody on a roster of that subtree; as many queries."""
    return arrears_of(in_arrears(Member.objects.below(path), on=on).order_by().values("pk"), on=on)


def weighed(open_months: Mapping[int, list[OpenMonth]], *, of: Members, on: date) -> dict[int, Arrears]:
    """The same from the members' open months: two queries for reasons and agreed quarters."""
    reasons, agreed = spans_of(ArrearsReason, of), spans_of(Arrangement, of)
    found = {
        member: arrears(months, on=on, reasons=reasons[member], quarterly=agreed[member])
        for member, months in open_months.items()
    }
    return {member: one for member, one in found.items() if one.fen or one.this_month}


def completed(
    recent: Mapping[int, list[OpenMonth]], *, on: date, passed: Iterable[int], window: int = WINDOW
) -> dict[int, list[OpenMonth]]:
    """The open months of the last `window` months, and the earlier ones of whoever left all of those open or was
    `passed_over`."""
    long = sorted({member for member, months in recent.items() if len(months) >= window}.union(passed))
    return {**recent, **(_open_until(on, long) if long else {})}


@dataclass(frozen=True, slots=True)
class OpenAt:
    """A member's month that isn't fully paid, and the branch that charged it."""

    branch: int
    member: int
    fen: int
    is_due: bool
    """False: it can still be paid in time."""
    carried_over: bool
    """Not the month, but what was carried over into the one after it."""


def open_at(path: str, first: date, last: date, *, on: date) -> list[OpenAt]:
    """What the branches of a subtree charged for these months or carried over into them, as far as they have begun, and
    nobody has paid. Two queries."""
    return _found(standing_charges().below(path).asked_for(first, min(last, month_of(on))), on)


def _found(charges: ChargeQuerySet, on: date) -> list[OpenAt]:
    rows = list(open_rows(charges).values_list("organization", *OPEN_ROW))
    agreed = spans_of(Arrangement, sorted({row[1] for row in rows}))
    return [_open_at(branch, MonthBalance(*balance), member, agreed[member], on) for branch, member, *balance in rows]


def open_before(path: str, first: date, *, on: date) -> list[OpenAt]:
    """The same of all months before `first`, without what was carried over into it. Three queries.

    One look at each member finds who left something open; only of those the months are added up.
    """
    once_here = Affiliation.objects.filter(subtree("organization__path", [path]), valid_until__isnull=False)
    members = Member.objects.filter(subtree("roster_path", [path]) | Q(pk__in=once_here.values("member")))
    owing = list(leaving_open(members, before=first).order_by().values_list("pk", flat=True))
    charges = standing_charges().filter(member__in=owing).below(path)
    return _found(charges.asked_for(BEGINNING, add_months(first, -1)), on) if owing else []


def _open_at(branch: int, month: MonthBalance, member: int, agreed: list[Span], on: date) -> OpenAt:
    return OpenAt(branch, member, month.open_fen, due_on(month.month, agreed) < on, month.carried_over)


def _open_until(on: date, members: Members) -> dict[int, list[OpenMonth]]:
    """Up to the month of that day."""
    charges = standing_charges().filter(member__in=members, month__lt=add_months(month_of(on), 1))
    found = left_open(charges)
    return {
        member: [OpenMonth(one.month, one.open_fen, one.carried_over) for one in months]
        for member, months in found.items()
    }


def spans_of(model: type[Model], members: Members) -> Mapping[int, list[Span]]:
    """Member → spans of months."""
    rows = model._default_manager.filter(member__in=members)
    return spans(rows.values_list("member", "valid_from", "valid_until"))


def spans(rows: Iterable[tuple[int, date, date | None]]) -> Mapping[int, list[Span]]:
    """Member → spans of months, from rows of member, first month and first month after."""
    found: dict[int, list[Span]] = defaultdict(list)
    for member, first, until in rows:
        found[member].append(Span(first, until))
    return found


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


def branch_of(member: Member) -> Organization | None:
    """The branch on whose roster a member stands, never a group of it; None: on no roster any more."""
    if not member.roster_path:
        return None
    places = Organization.objects.filter(path__in=[member.roster_path, member.roster_path[:-STEP]])
    return places.exclude(kind=OrganizationKind.GROUP).in_tree_order().last()
