"""A branch's own dues ledger of a year, or a list of bases, from the workbook to lines that can be stored.

`ledger_columns` knows the headings, `ledger_sheets` chooses the sheets, `ledger_cells` and `ledger_rows` read what is
written, `ledger_people` finds who is meant. Here the amounts are computed: everybody is charged for every month that
the sheet shows, at the monthly amount. Nothing here writes; `ledger_plan` compares with the record.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dues.importing.ledger_cells import Mark, Said
from dues.importing.ledger_notes import Note
from dues.importing.ledger_people import People
from dues.importing.ledger_rows import Months, RowReader, Written, merged
from dues.importing.ledger_sheets import open_ledger
from dues.rules.allocation import Paid, spread
from dues.rules.months import month_of
from dues.rules.payment import FEN_PER_YUAN, yuan
from members.choices import DuesCategory
from members.models import Organization
from members.queries.local_rules import in_force_at
from members.workbooks.reading import Value
from rulebook.local import LocalRule, Loosening
from rulebook.rule import NoRule
from rulebook.rules.dues import RATE_KEYS, BaseMissing, MonthlyDues, farmer_choice, monthly_dues

LEDGER_RULE = "ledger"
"""Instead of a rule's version: an old ledger said the amount."""


@dataclass(slots=True)
class Line:
    """What is to be stored about one member; amounts in fen, months 1 to 12."""

    row: int
    member: int
    key: str
    """The member's key."""
    name: str
    category: str
    base: int | None
    monthly: int
    rules: str
    rate: str | None
    capped: bool
    opening: int
    charges: list[tuple[int, int, int]]
    """Month, amount, of this waived."""
    payments: list[tuple[int, str, int]]
    """Month of the column (the last of several), day as ISO or "", amount."""
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Field → its heading and cell, for what is noted when the line is compared with the record."""
    cells: dict[str, Value] = field(default_factory=dict)
    """Heading → cell as it was read, to be given back if the line is refused after all."""


@dataclass
class Found:
    """What a workbook says: lines to store, rows that were refused, and everything there is to say."""

    last_month: int = 0
    """0 for a list of bases."""
    lines: list[Line] = field(default_factory=list)
    refused: list[Written] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Headings of columns that nobody understood."""


def read_ledger(path: Path, *, organization: Organization, year: int, on: date) -> Found:
    """What the workbook says about the members of a branch. Raises UnreadableWorkbook, NotALedger."""
    people = People(organization, year)
    with open_ledger(path, year) as ledger:
        found = Found(headings=[column.heading for column in ledger.sheets[0].layout.columns])
        found.unread = [column.heading for column in ledger.sheets[0].layout.unknown]
        rows: list[Written] = []
        for sheet in ledger.sheets:
            reader = RowReader(sheet, people, year)
            _gather(rows, [reader.read(one) for one in sheet.records()])
            found.notes += sheet.notes
        found.notes = [*ledger.notes, *found.notes]
    _compute(found, rows, _Amounts(organization, year, on))
    return found


def _gather(rows: list[Written], of_sheet: list[Written]) -> None:
    """Add the rows of a sheet; a member stands in one row of a sheet, in others for other months only."""
    known = {row.person.pk: row for row in rows if row.person}
    here: dict[int, Written] = {}
    for row in of_sheet:
        pk = row.person.pk if row.person else None
        first = here.get(pk) if pk else None
        if first is None and pk in known and merged(known[pk], row):
            continue
        if first or pk in known:
            row.refuse("member_twice", "name", name=row.name, first=(first or known[pk or 0]).row)
            row.person = None
        elif pk:
            here[pk] = row
        rows.append(row)


def _compute(found: Found, rows: list[Written], amounts: "_Amounts") -> None:
    found.last_month = max((row.last_month for row in rows if row.person), default=0)
    for row in rows:
        line = amounts.line(row, found.last_month) if row.person and not row.refusals else None
        if line is None or row.refusals:
            found.refused.append(row)
        else:
            found.lines.append(line)
            found.notes += row.warnings
        found.notes += row.refusals


class _Amounts:
    """Computes the lines of one year."""

    def __init__(self, organization: Organization, year: int, on: date) -> None:
        self.year = year
        self.on = on
        self.local: tuple[LocalRule, ...] = in_force_at(organization.path, on=date(year, 1, 1))

    def line(self, row: Written, last_month: int) -> Line | None:
        """None where the row had to be refused after all."""
        ruled = self._ruled(row)
        monthly = self._monthly(row, ruled, last_month)
        if monthly is None or row.person is None:
            row.refuse("amount_unknown", "monthly" if "monthly" in row.places else "name")
            return None
        if not row.category and not last_month:
            row.refuse("category_missing", "category" if "category" in row.places else "name")
            return None
        holds = ruled if ruled and ruled.amount_fen == monthly else None
        line = Line(
            row=row.row,
            member=row.person.pk,
            key=row.person.key,
            name=row.name,
            category=row.category,
            base=row.base,
            monthly=monthly,
            rules=" ".join(holds.versions) if holds else LEDGER_RULE,
            rate=str(holds.rate) if holds and holds.rate is not None else None,
            capped=bool(holds and holds.capped),
            opening=row.opening,
            charges=_charges(row, monthly, last_month),
            payments=[(months[-1], *_paid(row, months, mark, monthly, self.on)) for months, mark in _money(row)],
            places=row.places,
            cells=row.cells,
        )
        self._contradictions(row, line, last_month)
        return line

    def _ruled(self, row: Written) -> MonthlyDues | None:
        """What the rule of January gives; None where it gives nothing."""
        base = Decimal(row.base) / FEN_PER_YUAN if row.base else None
        try:
            return monthly_dues(row.category, base, date(self.year, 1, 1), self.local) if row.category else None
        except (NoRule, BaseMissing):
            return None

    def _monthly(self, row: Written, ruled: MonthlyDues | None, last_month: int) -> int | None:
        if row.monthly is not None:
            self._compare(row, row.monthly, ruled)
            return row.monthly
        if row.due:
            return row.due[max(row.due)]
        if ruled:
            if last_month:
                row.warn("amount_computed", "monthly" if "monthly" in row.places else "base")
            return ruled.amount_fen
        return 0 if row.waived else None

    def _compare(self, row: Written, monthly: int, ruled: MonthlyDues | None) -> None:
        if not row.category:
            row.warn("category_unknown", "name")
        elif ruled and ruled.amount_fen != monthly:
            flat = row.category not in RATE_KEYS
            row.warn("flat_amount_contradicts_rule" if flat else "amount_contradicts_rule", "monthly")
        elif row.category == DuesCategory.FARMER and ruled is None and not self._may_be_farmers(monthly):
            row.warn("flat_amount_contradicts_rule", "monthly")

    def _may_be_farmers(self, monthly: int) -> bool:
        try:
            farmer_choice(Decimal(monthly) / FEN_PER_YUAN, date(self.year, 1, 1))
        except (NoRule, Loosening):
            return False
        return True

    def _contradictions(self, row: Written, line: Line, last_month: int) -> None:
        paid, owed = sum(fen for _m, _d, fen in line.payments), sum(fen - less for _m, fen, less in line.charges)
        if row.total is not None and last_month and row.total != paid:
            row.warn("total_contradicts_months", "total", written=_shown(row.total), sum=_shown(paid))
        if row.total_due is not None and last_month and row.total_due not in (owed, line.monthly * 12):
            row.warn("due_contradicts_months", "total_due", written=_shown(row.total_due), sum=_shown(owed))
        if paid > owed + line.opening:
            until = date(self.year, last_month, 1)
            row.warn("paid_ahead", "total", fen=_shown(paid - owed - line.opening), month=f"{until:%Y-%m}")
        waived = [months[-1] for months, mark in row.paid.items() if mark.said is Said.WAIVED]
        for where in ["monthly"] if row.waived else [f"month {month} paid" for month in sorted(waived)]:
            row.warn("month_waived", where)
        if last_month and date(self.year, row.last_month or 1, 1) > self.on:
            row.warn("month_to_come", f"month {row.last_month} paid", month=f"{self.year}-{row.last_month:02}")


def _charges(row: Written, monthly: int, last_month: int) -> list[tuple[int, int, int]]:
    """Every month shown; a sheet with amounts due by month says itself what is due in which."""
    waived = {month for months, mark in row.paid.items() if mark.said is Said.WAIVED for month in months}
    due = row.due or dict.fromkeys(range(1, last_month + 1), monthly)
    months = [month for month in range(1, last_month + 1) if month in due]
    return [(month, due[month], due[month] if row.waived or month in waived else 0) for month in months]


def _money(row: Written) -> Iterable[tuple[Months, Mark]]:
    return ((months, mark) for months, mark in sorted(row.paid.items()) if mark.said is not Said.WAIVED)


def _paid(row: Written, months: Months, mark: Mark, monthly: int, on: date) -> tuple[str, int]:
    """The day, if a believable one is given, and the amount; √ means what is due for each of the months."""
    day = mark.day.isoformat() if mark.day and mark.day <= on else ""
    return day, mark.fen if mark.said is Said.AMOUNT else sum(row.due.get(month, monthly) for month in months)


def open_after(line: Line, year: int) -> tuple[int, int]:
    """Months the sheet leaves open, and fen with what is carried over. Each column pays its month first, and what is
    carried over comes last, as storing it does."""
    before = date(year - 1, 12, 1)
    owed = {date(year, month, 1): amount - waived for month, amount, waived in line.charges}
    paid = [
        Paid(number, fen, month_of(date.fromisoformat(day)) if day else date(year, month, 1))
        for number, (month, day, fen) in enumerate(line.payments)
    ]
    left = {before: line.opening} | owed
    given = spread(left, paid, ahead_from=date(year + 1, 1, 1), monthly_fen=0, carried={before})
    for (_payment, month), fen in given.items():
        left[month] = left.get(month, 0) - fen
    return sum(left[month] > 0 for month in owed), sum(fen for fen in left.values() if fen > 0)


def _shown(fen: int) -> str:
    return str(yuan(fen))


def sums(found: Found) -> dict[str, Any]:
    """Members, and what they paid and were charged, in fen."""
    return {
        "members": len(found.lines),
        "paid_total_fen": sum(fen for line in found.lines for _month, _day, fen in line.payments),
        "charged_total_fen": sum(line.opening + sum(one[1] for one in line.charges) for line in found.lines),
    }
