"""Who owes what: what is due, and what only this month asks for. Every page takes the two figures from here.

Payments settle the oldest month first, so the open months are the newest ones, except for the few that a receipt passed
over (`PassedMonth`). Whether somebody is in arrears at all is therefore read off one month, the latest that is due, and
off that index; only of those few the months are added up.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery

from dues.models import Arrangement, ArrearsReason, PassedMonth
from dues.models.charge import ChargeQuerySet
from dues.queries.balance import BEGINNING, OPEN_ROW, MonthBalance, by_member, open_rows, settled, standing_charges
from dues.rules.arrears import Arrears, OpenMonth, Span, arrears, due_on
from dues.rules.months import month_of, quarter_of
from members.models import Affiliation, Member
from members.models.member import MemberQuerySet
from members.paths import subtree
from members.prepared import Prepared
from rulebook.dates import add_months

WINDOW = 12
"""Months that a branch's grid looks at for arrears; who left all of them open is looked at from the beginning."""


Members = Collection[int] | QuerySet[Member, Any]
"""Primary keys, or a query for them where they are too many to name."""


def in_arrears(members: MemberQuerySet, *, on: date) -> MemberQuerySet:
    """Those with a month that is due: of whom a month whose last day to pay is over isn't fully paid."""
    return in_arrears_since(members, month_of(on), quarter_of(on))


def in_arrears_since(members: MemberQuerySet, month: date, quarter: date) -> MemberQuerySet:
    """The same in the month and its quarter, by their first days: months of an agreed quarter are due after it."""
    agreed = Arrangement.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=OuterRef("month")),
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
    return {member for (member,) in _PASSED.rows(members=members)} if members else set()


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
    reasons, agreed = spans(_asked(_REASONS, of)), spans(_asked(_AGREED, of))
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
    agreed = spans(_asked(_AGREED, sorted({row[1] for row in rows})))
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
    found = by_member(_asked(_LEFT_OPEN, members, before=add_months(month_of(on), 1)))
    return {
        member: [OpenMonth(one.month, one.open_fen, one.carried_over) for one in months]
        for member, months in found.items()
    }


def spans(rows: Iterable[tuple[int, date, date | None]]) -> Mapping[int, list[Span]]:
    """Member → spans of months, from rows of member, first month and first month after."""
    found: dict[int, list[Span]] = defaultdict(list)
    for member, first, until in rows:
        found[member].append(Span(first, until))
    return found


def _asked(rows: Prepared, members: Members, **values: Any) -> Iterable[tuple[Any, ...]]:
    """Of some that are named by a query composed once, of a query for many by their own."""
    if isinstance(members, list):
        return rows.rows(members=members, **values) if members else []
    return rows.build(members=members, **values)


_PASSED = Prepared(
    lambda members: PassedMonth.objects.filter(member__in=members).order_by().values_list("member").distinct()
)
_REASONS = Prepared(
    lambda members: ArrearsReason.objects.filter(member__in=members).values_list("member", "valid_from", "valid_until")
)
_AGREED = Prepared(
    lambda members: Arrangement.objects.filter(member__in=members).values_list("member", "valid_from", "valid_until")
)
_LEFT_OPEN = Prepared(
    lambda members, before: open_rows(standing_charges().filter(member__in=members, month__lt=before))
)
