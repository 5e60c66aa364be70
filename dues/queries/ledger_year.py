"""A branch's year of dues in the shape of its customary ledger: who paid how much in which month."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Q, Sum

from dues.models import Allocation, Basis, Charge, Payment
from members.fields import opened
from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.paths import subtree

MONTHS = 12


@dataclass(slots=True)
class LedgerRow:
    """One member's line; amounts in fen, None where there is nothing."""

    key: str
    name: str
    monthly_fen: int | None = None
    base_fen: int | None = None
    paid: list[int | None] = field(default_factory=lambda: [None] * MONTHS)
    """By the month in which it was paid, whatever month it settles."""
    waived: list[int] = field(default_factory=list)
    """Months, 1 to 12, for which nothing is asked."""
    reduced: dict[int, list[int]] = field(default_factory=dict)
    """What is still asked for a month, in fen → the months."""
    carried_fen: int = 0
    """What a ledger carried over from the years before."""
    opening_fen: int = 0
    """Still open from the years before."""

    @property
    def total_fen(self) -> int:
        return sum(fen or 0 for fen in self.paid)


def ledger_rows(branch: Organization, year: int, *, bases: bool) -> list[LedgerRow]:
    """Everybody on the roster, and whoever was charged or paid here that year. `bases`: open them too."""
    people = list(_people(branch, year))
    rows = {one.pk: LedgerRow(str(one.key), one.name) for one in people}
    _amounts(rows, year, bases)
    _payments(rows, branch, year)
    _waivers(rows, branch, year)
    _openings(rows, branch, year)
    return list(rows.values())


def month_sums(rows: Iterable[LedgerRow]) -> list[int]:
    """What came in by month, and the whole at the end."""
    listed = list(rows)
    return [
        *(sum(row.paid[month] or 0 for row in listed) for month in range(MONTHS)),
        sum(one.total_fen for one in listed),
    ]


def _people(branch: Organization, year: int) -> MemberQuerySet:
    charged = Charge.objects.filter(organization=branch, month__year=year).order_by().values_list("member", flat=True)
    paid = Payment.objects.filter(organization=branch, paid_on__year=year).order_by().values_list("member", flat=True)
    here = {*charged.distinct(), *paid.distinct()}
    members = Member.objects.filter(subtree("roster_path", [branch.path]) | Q(pk__in=here))
    return members.only("key", "name").in_roster_order()


def _amounts(rows: dict[int, LedgerRow], year: int, bases: bool) -> None:
    """The last basis that held in the year."""
    held = Basis.objects.filter(member__in=rows, valid_from__lte=date(year, 12, 1)).exclude(valid_until=F("valid_from"))
    for basis in held.exclude(valid_until__lte=date(year, 1, 1)).order_by("valid_from"):
        row = rows[basis.member_id]
        row.monthly_fen = basis.amount_fen
        base = opened(basis.base) if bases else ""
        row.base_fen = int(base) if base else None


def _payments(rows: dict[int, LedgerRow], branch: Organization, year: int) -> None:
    live = Payment.objects.live().filter(organization=branch, paid_on__year=year)
    for member, month, fen in live.values_list("member", "paid_on__month", "amount_fen").order_by():
        paid = rows[member].paid
        paid[month - 1] = (paid[month - 1] or 0) + fen


def _waivers(rows: dict[int, LedgerRow], branch: Organization, year: int) -> None:
    charges = Charge.objects.filter(organization=branch, month__year=year).values("member", "month")
    sums = charges.annotate(waived=Sum("waived_fen"), net=Sum(F("amount_fen") - F("waived_fen"))).filter(waived__gt=0)
    for line in sums.order_by("member", "month"):
        row, month = rows[line["member"]], line["month"].month
        (row.reduced.setdefault(line["net"], []) if line["net"] else row.waived).append(month)


def _openings(rows: dict[int, LedgerRow], branch: Organization, year: int) -> None:
    """Of the years before: owed, less what has settled it until today."""
    before = {"member__in": rows, "month__lt": date(year, 1, 1)}
    of_ledger = Q(carried_over=True, month=date(year - 1, 12, 1))
    charges = Charge.objects.filter(**before, organization=branch).order_by().values_list("member")
    carried_fen = Sum("amount_fen", filter=of_ledger, default=0)
    sums = charges.annotate(net=Sum(F("amount_fen") - F("waived_fen")), carried=carried_fen)
    settled = dict(Allocation.objects.filter(**before).order_by().values_list("member").annotate(fen=Sum("amount_fen")))
    for member, owed, carried in sums:
        rows[member].carried_fen = carried
        rows[member].opening_fen = max(owed - settled.get(member, 0), 0)
