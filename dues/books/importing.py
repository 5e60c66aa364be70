"""Reading a branch's own ledger, row by row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from dues.books.columns import LedgerNote, MonthPart, PeriodColumn
from dues.books.sheets import (
    NOTHING,
    CellMeaning,
    LedgerMember,
    LedgerMembers,
    LedgerSheet,
    PaidCell,
    amount_of,
    day_of,
    mark_of,
    open_ledger,
)
from dues.ledger.rules import Paid, spread
from dues.units import FEN_PER_YUAN, month_of, yuan
from members.choices import DuesCategory
from members.models import Organization
from members.regulations.queries import in_force_at
from members.workbooks.catalogue import Column
from members.workbooks.cells import UnreadableCell, shown, text
from members.workbooks.headings import HeadedRow
from members.workbooks.reading import Formula, Value
from members.workbooks.vocabulary import category_of, membership_of
from rulebook.local import LocalRule, Loosening
from rulebook.rule import NoRule
from rulebook.rules.dues import RATE_KEYS, BaseMissing, MonthlyDues, farmer_choice, monthly_dues

Months = tuple[int, ...]
MOST_KEPT = 200


@dataclass
class WrittenRow:
    """A row as it is written: fen, None where nothing stands. `refusals` take the row back, `warnings` don't."""

    row: int
    sheet: str
    name: str
    cells: dict[str, Value]
    person: LedgerMember | None = None
    category: str = ""
    base: int | None = None
    monthly: int | None = None
    waived: bool = False
    """Whether the row as a whole is waived."""
    opening: int = 0
    total: int | None = None
    total_due: int | None = None
    due: dict[int, int] = field(default_factory=dict)
    paid: dict[Months, PaidCell] = field(default_factory=dict)
    refusals: list[LedgerNote] = field(default_factory=list)
    warnings: list[LedgerNote] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Field → (heading, cell), for what is noted later."""

    @property
    def last_month(self) -> int:
        """The last month in which anything stands; 0 for none."""
        return max((months[-1] for months in self.paid), default=0)

    def warn(self, code: str, where: str, **about: object) -> None:
        heading, cell = self.places.get(where, ("", ""))
        self.warnings.append(LedgerNote(self.row, code, heading, cell, about))

    def refuse(self, code: str, where: str, **about: object) -> None:
        heading, cell = self.places.get(where, ("", ""))
        self.refusals.append(LedgerNote(self.row, code, heading, cell, about))


class RowReader:
    """Reads the rows of one sheet."""

    def __init__(self, sheet: LedgerSheet, people: LedgerMembers, year: int) -> None:
        self.sheet = sheet
        self.people = people
        self.year = year

    def read(self, one: HeadedRow) -> WrittenRow:
        row = WrittenRow(
            one.number, self.sheet.layout.sheet_name, text(self._value(one, "name"))[:60], self._cells(one)
        )
        row.places = {name: _place(column, one) for name, column in self.sheet.single.items()}
        self._person(row, one)
        self._category(row, one)
        self._base(row, one)
        self._monthly(row, one)
        self._opening(row, one)
        for column in self.sheet.periods:
            self._period(row, one, column)
        self._days(row, one)
        row.total, row.total_due = self._sum(row, one, "total"), self._sum(row, one, "total_due")
        return row

    def _value(self, one: HeadedRow, name: str) -> Value:
        column = self.sheet.single.get(name)
        return one.row.value(column.index) if column else None

    def _cells(self, one: HeadedRow) -> dict[str, Value]:
        columns = self.sheet.layout.columns
        found = {column.heading: one.row.value(column.index) for column in columns}
        return {heading: _cut(value) for heading, value in found.items() if value not in (None, "")}

    def _person(self, row: WrittenRow, one: HeadedRow) -> None:
        found = self.people.find(self._value(one, "name"), self._value(one, "national_id"))
        if isinstance(found, LedgerNote):
            row.refuse(found.code, "national_id" if "national_id" in found.code else "name", **found.about)
        else:
            row.person, row.name = found, found.name

    def _category(self, row: WrittenRow, one: HeadedRow) -> None:
        meant = category_of(self._value(one, "category"))
        known = row.person.category if row.person else ""
        if meant and known and meant != known:
            row.warn("category_differs", "category")
        row.category = meant or known

    def _base(self, row: WrittenRow, one: HeadedRow) -> None:
        value = self._value(one, "base")
        try:
            row.base = amount_of(value) or None
        except UnreadableCell:
            meant = category_of(value)
            if meant:
                row.category = row.category or meant
            elif _without_value(value):
                row.warn("formula_without_value", "base")
            elif membership_of(value) is None:
                row.warn("base_unreadable", "base", written=_short(value))

    def _monthly(self, row: WrittenRow, one: HeadedRow) -> None:
        value = self._value(one, "monthly")
        try:
            mark = mark_of(value, self.year)
            row.waived = mark.said is CellMeaning.WAIVED
            row.monthly = amount_of(value) if mark.said in (CellMeaning.AMOUNT, CellMeaning.NOTHING) else None
        except UnreadableCell:
            if _without_value(value):
                row.warn("formula_without_value", "monthly")
            else:
                row.refuse("amount_unreadable", "monthly", written=_short(value))

    def _opening(self, row: WrittenRow, one: HeadedRow) -> None:
        value = self._value(one, "opening")
        try:
            row.opening = amount_of(value) or 0
        except UnreadableCell:
            row.warn("opening_unreadable", "opening", written=_short(value))

    def _period(self, row: WrittenRow, one: HeadedRow, at: PeriodColumn) -> None:
        value, months = one.row.value(at.column.index), at.period.months
        where = f"month {months[-1]} {at.period.part.value}"
        row.places[where] = _place(at.column, one)
        try:
            if at.period.part is MonthPart.PAID and (mark := mark_of(value, self.year)) != NOTHING:
                row.paid[months] = mark
            elif at.period.part is MonthPart.DUE and (due := amount_of(value)) is not None:
                row.due |= _shared(due, months)
        except UnreadableCell:
            row.refuse("amount_unreadable", where, written=_short(value))

    def _days(self, row: WrittenRow, one: HeadedRow) -> None:
        """The days that stand in columns beside the amounts."""
        for at in self.sheet.periods:
            mark = row.paid.get(at.period.months)
            if at.period.part is MonthPart.DAY and mark and (day := day_of(one.row.value(at.column.index), self.year)):
                row.paid[at.period.months] = PaidCell(mark.said, mark.fen, day)

    def _sum(self, row: WrittenRow, one: HeadedRow, name: str) -> int | None:
        """A total is only compared: what can't be read as one says nothing."""
        try:
            return amount_of(self._value(one, name))
        except UnreadableCell:
            return None


def merged(first: WrittenRow, second: WrittenRow) -> bool:
    """Take over the months of another sheet's row about the same member; False where both speak of one month."""
    both = first.paid.keys() & second.paid.keys()
    if any(first.paid[months] != second.paid[months] for months in both):
        return False
    first.paid |= second.paid
    first.due |= second.due
    first.refusals += second.refusals
    first.warnings += second.warnings
    first.places |= {where: place for where, place in second.places.items() if where.startswith("month ")}
    for name in ("base", "monthly"):
        if getattr(first, name) is None:
            setattr(first, name, getattr(second, name))
    first.category, first.opening = first.category or second.category, first.opening or second.opening
    first.total = first.total_due = None
    return True


def _shared(fen: int, months: Months) -> Mapping[int, int]:
    """What is due for a quarter, by month; the last month takes what doesn't divide."""
    part = fen // len(months)
    return {**dict.fromkeys(months, part), months[-1]: fen - part * (len(months) - 1)}


def _place(column: Column, one: HeadedRow) -> tuple[str, str]:
    return column.heading, f"{column.letter}{one.number}"


def _without_value(value: Value) -> bool:
    return isinstance(value, Formula) and value.shown is None


def _cut(value: Value) -> Value:
    """What is kept of a cell to be given back; nobody writes more into one of a ledger."""
    return value[:MOST_KEPT] if type(value) is str else value


def _short(value: Value) -> str:
    return text(shown(value))[:40]


LEDGER_RULE = "ledger"
"""Instead of a rule's version: an old ledger said the amount."""


@dataclass(slots=True)
class LedgerLine:
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
class LedgerContents:
    """What a workbook says: lines to store, rows that were refused, and everything there is to say."""

    last_month: int = 0
    """0 for a list of bases."""
    lines: list[LedgerLine] = field(default_factory=list)
    refused: list[WrittenRow] = field(default_factory=list)
    notes: list[LedgerNote] = field(default_factory=list)
    headings: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Headings of columns that nobody understood."""


def read_ledger(path: Path, *, organization: Organization, year: int, on: date) -> LedgerContents:
    """What the workbook says about the members of a branch. Raises UnreadableWorkbook, NotALedger."""
    people = LedgerMembers(organization, year)
    with open_ledger(path, year) as ledger:
        found = LedgerContents(headings=[column.heading for column in ledger.sheets[0].layout.columns])
        found.unread = [column.heading for column in ledger.sheets[0].layout.unknown]
        rows: list[WrittenRow] = []
        for sheet in ledger.sheets:
            reader = RowReader(sheet, people, year)
            _gather(rows, [reader.read(one) for one in sheet.records()])
            found.notes += sheet.notes
        found.notes = [*ledger.notes, *found.notes]
    _compute(found, rows, _Amounts(organization, year, on))
    return found


def _gather(rows: list[WrittenRow], of_sheet: list[WrittenRow]) -> None:
    """Add the rows of a sheet; a member stands in one row of a sheet, in others for other months only."""
    known = {row.person.pk: row for row in rows if row.person}
    here: dict[int, WrittenRow] = {}
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


def _compute(found: LedgerContents, rows: list[WrittenRow], amounts: "_Amounts") -> None:
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

    def line(self, row: WrittenRow, last_month: int) -> LedgerLine | None:
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
        line = LedgerLine(
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

    def _ruled(self, row: WrittenRow) -> MonthlyDues | None:
        """What the rule of January gives; None where it gives nothing."""
        base = Decimal(row.base) / FEN_PER_YUAN if row.base else None
        try:
            return monthly_dues(row.category, base, date(self.year, 1, 1), self.local) if row.category else None
        except (NoRule, BaseMissing):
            return None

    def _monthly(self, row: WrittenRow, ruled: MonthlyDues | None, last_month: int) -> int | None:
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

    def _compare(self, row: WrittenRow, monthly: int, ruled: MonthlyDues | None) -> None:
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

    def _contradictions(self, row: WrittenRow, line: LedgerLine, last_month: int) -> None:
        paid, owed = sum(fen for _m, _d, fen in line.payments), sum(fen - less for _m, fen, less in line.charges)
        if row.total is not None and last_month and row.total != paid:
            row.warn("total_contradicts_months", "total", written=_shown(row.total), sum=_shown(paid))
        if row.total_due is not None and last_month and row.total_due not in (owed, line.monthly * 12):
            row.warn("due_contradicts_months", "total_due", written=_shown(row.total_due), sum=_shown(owed))
        if paid > owed + line.opening:
            until = date(self.year, last_month, 1)
            row.warn("paid_ahead", "total", fen=_shown(paid - owed - line.opening), month=f"{until:%Y-%m}")
        waived = [months[-1] for months, mark in row.paid.items() if mark.said is CellMeaning.WAIVED]
        for where in ["monthly"] if row.waived else [f"month {month} paid" for month in sorted(waived)]:
            row.warn("month_waived", where)
        if last_month and date(self.year, row.last_month or 1, 1) > self.on:
            row.warn("month_to_come", f"month {row.last_month} paid", month=f"{self.year}-{row.last_month:02}")


def _charges(row: WrittenRow, monthly: int, last_month: int) -> list[tuple[int, int, int]]:
    """Every month shown; a sheet with amounts due by month says itself what is due in which."""
    waived = {month for months, mark in row.paid.items() if mark.said is CellMeaning.WAIVED for month in months}
    due = row.due or dict.fromkeys(range(1, last_month + 1), monthly)
    months = [month for month in range(1, last_month + 1) if month in due]
    return [(month, due[month], due[month] if row.waived or month in waived else 0) for month in months]


def _money(row: WrittenRow) -> Iterable[tuple[Months, PaidCell]]:
    return ((months, mark) for months, mark in sorted(row.paid.items()) if mark.said is not CellMeaning.WAIVED)


def _paid(row: WrittenRow, months: Months, mark: PaidCell, monthly: int, on: date) -> tuple[str, int]:
    """The day, if a believable one is given, and the amount; √ means what is due for each of the months."""
    day = mark.day.isoformat() if mark.day and mark.day <= on else ""
    return day, mark.fen if mark.said is CellMeaning.AMOUNT else sum(row.due.get(month, monthly) for month in months)


def open_after(line: LedgerLine, year: int) -> tuple[int, int]:
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


def sums(found: LedgerContents) -> dict[str, Any]:
    """Members, and what they paid and were charged, in fen."""
    return {
        "members": len(found.lines),
        "paid_total_fen": sum(fen for line in found.lines for _month, _day, fen in line.payments),
        "charged_total_fen": sum(line.opening + sum(one[1] for one in line.charges) for line in found.lines),
    }
