"""Bills and their rows, and the people they may be about."""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dues.bills.matching import PossiblePayer, PossiblePayers
from dues.bills.models import Bill, BillQuerySet, BillRow, BillRowQuerySet
from dues.choices import BillRowState, MatchWhy
from dues.ledger.models import Basis
from dues.ledger.payment_models import Payment
from dues.ledger.queries import MonthBalance, Settled, left_open, settled_by, standing_charges
from dues.ledger.rules import Paid, spread
from dues.units import month_of
from members.models import ContactPerson, Member, Organization

SEPARATORS = re.compile(r"[,，、;；/\s]+")
Names = dict[int, set[str]]


def people_of(organization: Organization, *, on: date) -> PossiblePayers[UUID]:
    """Everybody on the roster, with their contact persons, who paid for them before, and what is open."""
    members = list(Member.objects.below(organization.path).only("pk", "key", "name", "former_names"))
    ids = [member.pk for member in members]
    helpers, payers = _helpers(ids, on), _payers(ids)
    balance, monthly = months_open(ids), monthly_fen(ids, on)
    return PossiblePayers.of(
        PossiblePayer(
            member.key,
            member.name,
            former_names=tuple(part for part in SEPARATORS.split(member.former_names) if part),
            helpers=tuple(helpers[member.pk]),
            payers=tuple(payers[member.pk]),
            open_fen=tuple(month.open_fen for month in balance.get(member.pk, [])),
            monthly_fen=monthly.get(member.pk, 0),
        )
        for member in members
    )


def months_open(members: Iterable[int]) -> dict[int, list[MonthBalance]]:
    """The months of each member with something still to be paid, the oldest first."""
    return left_open(standing_charges().filter(member__in=list(members)))


def monthly_fen(members: Iterable[int], on: date) -> dict[int, int]:
    """What each pays a month by the basis of that day."""
    bases = Basis.objects.filter(member__in=list(members)).holding(month_of(on))
    return dict(bases.values_list("member", "amount_fen"))


def _helpers(members: list[int], on: date) -> Names:
    rows = ContactPerson.objects.holding(on).filter(member__in=members).values_list("member", "name", "person__name")
    return _by_member((member, name or person or "") for member, name, person in rows)


def _payers(members: list[int]) -> Names:
    """By name, of payments that still stand and that somebody else made."""
    rows = Payment.objects.live().filter(member__in=members).exclude(payer_name="", payer__isnull=True)
    named = rows.values_list("member", "payer_name", "payer__name").distinct()
    return _by_member((member, payer or name) for member, name, payer in named)


def _by_member(rows: Iterable[tuple[int, str]]) -> Names:
    found: Names = defaultdict(set)
    for member, name in rows:
        found[member].add(name)
    return found


AMOUNT = "amount"
"""The group of rows that are clear but for their amount."""
DAYS_APART = timedelta(days=31)
"""So near to each other two equal payments of a member may be the same money, entered by hand and by a bill."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A member whom a row may be for, why, and what it would settle. `alike` is an equal payment of those days."""

    member: Member
    why: list[str | Promise]
    open_months: list[MonthBalance]
    settles: list[Settled]
    over_fen: int
    alike: Payment | None

    @property
    def open_fen(self) -> int:
        return sum(month.open_fen for month in self.open_months)


@dataclass(frozen=True, slots=True)
class BillLineView:
    """A row with its choices; of a posted one, what its payment settles."""

    row: BillRow
    choices: list[Choice] = field(default_factory=list)
    settled: list[Settled] = field(default_factory=list)

    @property
    def first(self) -> Choice | None:
        return self.choices[0] if self.choices else None

    @property
    def is_clear(self) -> bool:
        """Whose it is, and also the amount: it fits the months, isn't more than is owed, and no equal payment is on
        record."""
        first, odd = self.first, [MatchWhy.AMOUNT_ODD in one["why"] for one in self.row.candidates]
        return first is not None and not (first.over_fen or first.alike or any(odd))

    @property
    def is_taken_back(self) -> bool:
        return self.row.payment is not None and hasattr(self.row.payment, "reversal")


def with_facts(rows: BillRowQuerySet) -> BillRowQuerySet:
    return rows.select_related("bill", "organization", "member", "payment__receipt", "payment__reversal")


def with_counts(bills: BillQuerySet) -> BillQuerySet:
    """With `waiting`, `posted` and `set_aside` rows of each, and what came in."""
    return bills.select_related("organization", "uploaded_by__member").annotate(
        posted=Count("rows", Q(rows__state=BillRowState.POSTED)),
        set_aside=Count("rows", Q(rows__state=BillRowState.SET_ASIDE)),
        waiting=Count("rows", ~Q(rows__state__in=[BillRowState.POSTED, BillRowState.SET_ASIDE])),
        fen=Sum("rows__amount_fen"),
    )


def lines_of(rows: Iterable[BillRow], *, on: date) -> list[BillLineView]:
    """The rows in their order. Several rows for one member settle one month after the other, as they will be posted
    together: those that are clear."""
    rows = list(rows)
    members = _members(rows)
    ids = [member.pk for member in members.values()]
    open_by_member, alike = months_open(ids), _alike(rows, ids)
    given = settled_by([row.payment_id for row in rows if row.payment_id])
    spent: dict[int, int] = defaultdict(int)
    found = []
    for row in rows:
        choices = [
            _choice(row, member, why, open_by_member.get(member.pk, []), spent[member.pk], alike, on)
            for member, why in _offered(row, members)
        ]
        line = BillLineView(row, choices, given.get(row.payment_id, []) if row.payment_id else [])
        if row.state == BillRowState.CERTAIN and row.member_id and line.is_clear:
            spent[row.member_id] += row.amount_fen
        found.append(line)
    return found


def _members(rows: list[BillRow]) -> dict[str, Member]:
    keys = {one["member"] for row in rows for one in row.candidates}
    decided = {row.member_id for row in rows if row.member_id}
    members = Member.objects.filter(Q(key__in=keys) | Q(pk__in=decided))
    return {str(member.key): member for member in members}


def _offered(row: BillRow, members: dict[str, Member]) -> list[tuple[Member, list[str | Promise]]]:
    """The decided member first, then the candidates."""
    if row.state == BillRowState.POSTED:
        return []
    offered = [(members[one["member"]], _words(one["why"])) for one in row.candidates if one["member"] in members]
    if row.member and all(member != row.member for member, _why in offered):
        offered.insert(0, (row.member, []))
    return sorted(offered, key=lambda one: one[0] != row.member) if row.member else offered


def _words(codes: Iterable[str]) -> list[str | Promise]:
    labels = dict(MatchWhy.choices)
    return [labels[code] for code in codes if code in labels]


def _choice(
    row: BillRow,
    member: Member,
    why: list[str | Promise],
    months: list[MonthBalance],
    spent: int,
    alike: dict[tuple[int, int], list[Payment]],
    on: date,
) -> Choice:
    """`spent` of what is open goes to rows before this one."""
    owed = {month.month: month.open_fen for month in months}
    payments = [Paid(key, fen) for key, fen in (("before", spent), ("row", row.amount_fen)) if fen]
    given = spread(owed, payments, ahead_from=on.replace(day=1), monthly_fen=0)
    settles = [Settled(month, fen) for (key, month), fen in given.items() if key == "row" and month in owed]
    near = [
        one
        for one in alike[member.pk, row.amount_fen]
        if abs(one.paid_on - timezone.localtime(row.came_at).date()) <= DAYS_APART
    ]
    over = row.amount_fen - sum(one.fen for one in settles)
    return Choice(member, why, months, settles, over, near[0] if near else None)


def _alike(rows: list[BillRow], members: list[int]) -> dict[tuple[int, int], list[Payment]]:
    found: dict[tuple[int, int], list[Payment]] = defaultdict(list)
    amounts = {row.amount_fen for row in rows if row.state != BillRowState.POSTED}
    for payment in Payment.objects.live().filter(member__in=members, amount_fen__in=amounts).in_order():
        found[payment.member_id, payment.amount_fen].append(payment)
    return found


@dataclass(frozen=True, slots=True)
class Group:
    """Rows of a bill that stand together on its page; `total` counts those beyond the first that are shown."""

    name: str
    label: str | Promise
    lines: list[BillLineView]
    total: int
    fen: int

    @property
    def shown_fen(self) -> int:
        return sum(line.row.amount_fen for line in self.lines)


def groups_of(bill: Bill, states: Iterable[BillRowState], *, most: int, on: date) -> list[Group]:
    """By state, each with at most so many rows. Of what is clear, rows whose amount isn't stand apart."""
    sums, found = amounts_by_state(bill.pk), []
    for state in states:
        if state not in sums:
            continue
        count, fen = sums[state]
        lines = lines_of(with_facts(bill.rows.filter(state=state)).order_by("came_at", "key")[:most], on=on)
        doubted = [line for line in lines if not line.is_clear] if state == BillRowState.CERTAIN else []
        apart = sum(line.row.amount_fen for line in doubted)
        clear = [line for line in lines if line not in doubted]
        if clear:
            found.append(Group(state.value, state.label, clear, count - len(doubted), fen - apart))
        if doubted:
            found.append(Group(AMOUNT, _("Clear whose it is, but look at the amount"), doubted, len(doubted), apart))
    return found


def amounts_by_state(bill: UUID) -> dict[str, tuple[int, int]]:
    """State → how many rows of a bill, and their sum in fen. One query."""
    rows = BillRow.objects.filter(bill=bill).order_by().values_list("state")
    return {state: (count, fen) for state, count, fen in rows.annotate(Count("pk"), Sum("amount_fen"))}
