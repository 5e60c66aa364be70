"""Who is behind: the members with open months that were due, how far, and how many of them a branch has.

Payments settle the oldest month first, so the open months are always the newest ones. Whether somebody is behind at all
is therefore read off one month, the latest that asked for something; only of those few the months are added up.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import F, IntegerField, OuterRef, QuerySet, Subquery

from dues.models import Arrangement, ArrearsReason
from dues.queries.balance import by_member, open_rows, settled, standing_charges
from dues.rules.arrears import Arrears, OpenMonth, Span, arrears
from dues.rules.months import month_of
from members.models import Member
from members.models.member import MemberQuerySet
from members.prepared import Prepared

WINDOW = 12
"""Months that a branch's grid looks at for arrears; who left all of them open is looked at from the beginning."""


Members = Collection[int] | QuerySet[Member, Any]
"""Primary keys, or a query for them where they are too many to name."""


def behind(members: MemberQuerySet, *, on: date) -> MemberQuerySet:
    """Those of whom the latest month that asked for something before the month of that day isn't fully paid.

    Who pays by the quarter may be among them before the quarter is over; `arrears_of` then finds nothing late.
    """
    return behind_before(members, month_of(on))


def behind_before(members: MemberQuerySet, month: date) -> MemberQuerySet:
    """The same of the months before that one."""
    asked_for = standing_charges().filter(member=OuterRef("pk"), month__lt=month).order_by("-month", "-turn")
    left = asked_for.annotate(left_fen=F("amount_fen") - F("waived_fen") - settled()).values("left_fen")[:1]
    return members.alias(left_fen=Subquery(left, output_field=IntegerField())).filter(left_fen__gt=0)


def arrears_of(members: Members, *, on: date) -> dict[int, Arrears]:
    """Member → arrears of that day, of those who have any, from the first month on. Three queries.

    Ask about few, or about those who are behind: every month of theirs is added up.
    """
    return on_the_ladder(_open_before(on, members), of=members, on=on)


def arrears_below(path: str, *, on: date) -> dict[int, Arrears]:
    """The same for everybody on a roster of that subtree; as many queries."""
    return arrears_of(behind(Member.objects.below(path), on=on).order_by().values("pk"), on=on)


def on_the_ladder(open_months: Mapping[int, list[OpenMonth]], *, of: Members, on: date) -> dict[int, Arrears]:
    """The same from the members' open months: two queries for reasons and agreed quarters."""
    reasons, agreed = spans(_asked(_REASONS, of)), spans(_asked(_AGREED, of))
    found = {
        member: arrears(months, on=on, reasons=reasons[member], quarterly=agreed[member])
        for member, months in open_months.items()
    }
    return {member: one for member, one in found.items() if one.months}


def completed(recent: Mapping[int, list[OpenMonth]], *, on: date, window: int = WINDOW) -> dict[int, list[OpenMonth]]:
    """The open months of the last `window` months, and the earlier ones of whoever left all of those open."""
    long = [member for member, months in recent.items() if len(months) >= window]
    return {**recent, **(_open_before(on, long) if long else {})}


def _open_before(on: date, members: Members) -> dict[int, list[OpenMonth]]:
    found = by_member(_asked(_LEFT_OPEN, members, before=month_of(on)))
    return {member: [OpenMonth(one.month, one.open_fen) for one in months] for member, months in found.items()}


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


_REASONS = Prepared(
    lambda members: ArrearsReason.objects.filter(member__in=members).values_list("member", "valid_from", "valid_until")
)
_AGREED = Prepared(
    lambda members: Arrangement.objects.filter(member__in=members).values_list("member", "valid_from", "valid_until")
)
_LEFT_OPEN = Prepared(
    lambda members, before: open_rows(standing_charges().filter(member__in=members, month__lt=before))
)
