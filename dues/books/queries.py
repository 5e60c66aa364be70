"""The ledger of a year, and as a workbook that can be imported again."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import IO

from django.db.models import F, Q, Sum
from django.utils.formats import date_format
from django.utils.translation import gettext as _, pgettext

from dues.books.columns import LEDGER, note_from
from dues.ledger.models import Basis, Charge, LedgerImport
from dues.ledger.payment_models import Allocation, Payment
from dues.units import yuan
from members.fields import opened
from members.models import Member, Organization
from members.models.member import MemberQuerySet
from members.paths import subtree
from members.workbooks.reading import Value, load_cells
from members.workbooks.writing import Sheet, write_workbook

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


REASON = "退回原因"
MONTH_HEADINGS = [f"{month}月" for month in range(1, 13)]
BASE = "党费基数"


def write_refused(ledger: LedgerImport, target: IO[bytes], *, private: bool) -> None:
    """The refused rows as they were read, each with its reasons, to be corrected and imported again.

    Whoever uploaded the sheet gets everything back; for others identity numbers and unknown columns come back empty.
    """
    content = json.loads(ledger.content.open() or "{}")
    headings = content.get("headings", [])
    shown = {heading for heading in headings if private or _may_be_shown(heading)}
    rows = _refused(ledger, content.get("refused", []), headings, shown)
    write_workbook(target, [Sheet("退回", [*headings, REASON], rows, {REASON: 50})])


def _may_be_shown(heading: str) -> bool:
    candidates = LEDGER.candidates(heading)
    return bool(candidates) and candidates[0][1].name != "national_id"


def _refused(
    ledger: LedgerImport, rows: Iterable[tuple[int, str]], headings: list[str], shown: set[str]
) -> Iterator[list[Value]]:
    reasons = defaultdict(list)
    for note in map(note_from, ledger.found["notes"]):
        if note.refuses:
            reasons[note.row].append(f"{note.cell} {note.message}".strip())
    for row, cells in rows:
        read = load_cells(cells)
        yield [*(read.get(heading) if heading in shown else None for heading in headings), "\n".join(reasons[row])]


def write_year(rows: Iterable[LedgerRow], target: IO[bytes], *, branch: str, year: int, bases: bool) -> None:
    """The customary ledger with the sums of its months below; without bases for whoever may not see them.

    What it writes can be imported again.
    """
    listed = list(rows)
    carried = sum(row.carried_fen for row in listed)
    amounts = ["月应交", *(["上年结转"] if carried else []), *MONTH_HEADINGS, "合计"]
    headings = ["序号", "姓名", *([BASE] if bases else []), *amounts, "备注"]
    title = f"{branch}{year}年度党费收缴台账"
    cells = [_cells(number, row, bases, carried=bool(carried)) for number, row in enumerate(listed, 1)]
    if cells:
        before = [None, "合计", *([None] if bases else []), None, *([yuan(carried)] if carried else [])]
        cells.append([*before, *map(yuan, month_sums(listed)), None])
    write_workbook(target, [Sheet(f"{year}年", headings, cells, {"备注": 24}, title=title)])


def _cells(number: int, row: LedgerRow, bases: bool, *, carried: bool) -> list[object]:
    before = [row.carried_fen or None] if carried else []
    amounts = [None if fen is None else yuan(fen) for fen in (row.monthly_fen, *before, *row.paid, row.total_fen)]
    base = [None if row.base_fen is None else yuan(row.base_fen)] if bases else []
    return [number, row.name, *base, *amounts, remark_of(row)]


def remark_of(row: LedgerRow) -> str:
    """What the money alone doesn't say: months that were waived or reduced, and what was owed from before."""
    said = []
    if row.waived:
        said.append(_("waived: %(months)s") % {"months": _months(row.waived)})
    for fen, months in row.reduced.items():
        said.append(_("reduced to %(yuan)s yuan: %(months)s") % {"yuan": yuan(fen), "months": _months(months)})
    if row.opening_fen:
        said.append(_("open from before: %(yuan)s") % {"yuan": yuan(row.opening_fen)})
    return _("; ").join(said)


def _months(months: Iterable[int]) -> str:
    words = pgettext("date format: a month alone", "M")
    return _(", ").join(date_format(date(2000, month, 1), words) for month in months)
