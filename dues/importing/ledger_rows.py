"""What one row of a ledger says, before anything is computed from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from dues.importing.ledger_cells import NOTHING, Mark, Said, amount_of, day_of, mark_of
from dues.importing.ledger_columns import Part, PeriodColumn
from dues.importing.ledger_notes import Note
from dues.importing.ledger_people import People, Person
from dues.importing.ledger_sheets import LedgerSheet
from members.importing.words import category_of, membership_of
from members.workbooks.cells import Unreadable, shown, text
from members.workbooks.headings import Column
from members.workbooks.reading import Formula, Value
from members.workbooks.records import Record

Months = tuple[int, ...]
MOST_KEPT = 200


@dataclass
class Written:
    """A row as it is written: fen, None where nothing stands. `refusals` take the row back, `warnings` don't."""

    row: int
    sheet: str
    name: str
    cells: dict[str, Value]
    person: Person | None = None
    category: str = ""
    base: int | None = None
    monthly: int | None = None
    waived: bool = False
    """Whether the row as a whole is waived."""
    opening: int = 0
    total: int | None = None
    total_due: int | None = None
    due: dict[int, int] = field(default_factory=dict)
    paid: dict[Months, Mark] = field(default_factory=dict)
    refusals: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    places: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Field → (heading, cell), for what is noted later."""

    @property
    def last_month(self) -> int:
        """The last month in which anything stands; 0 for none."""
        return max((months[-1] for months in self.paid), default=0)

    def warn(self, code: str, where: str, **about: object) -> None:
        heading, cell = self.places.get(where, ("", ""))
        self.warnings.append(Note(self.row, code, heading, cell, about))

    def refuse(self, code: str, where: str, **about: object) -> None:
        heading, cell = self.places.get(where, ("", ""))
        self.refusals.append(Note(self.row, code, heading, cell, about))


class RowReader:
    """Reads the rows of one sheet."""

    def __init__(self, sheet: LedgerSheet, people: People, year: int) -> None:
        self.sheet = sheet
        self.people = people
        self.year = year

    def read(self, one: Record) -> Written:
        row = Written(one.number, self.sheet.layout.sheet_name, text(self._value(one, "name"))[:60], self._cells(one))
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

    def _value(self, one: Record, name: str) -> Value:
        column = self.sheet.single.get(name)
        return one.row.value(column.index) if column else None

    def _cells(self, one: Record) -> dict[str, Value]:
        columns = self.sheet.layout.columns
        found = {column.heading: one.row.value(column.index) for column in columns}
        return {heading: _cut(value) for heading, value in found.items() if value not in (None, "")}

    def _person(self, row: Written, one: Record) -> None:
        found = self.people.find(self._value(one, "name"), self._value(one, "national_id"))
        if isinstance(found, Note):
            row.refuse(found.code, "national_id" if "national_id" in found.code else "name", **found.about)
        else:
            row.person, row.name = found, found.name

    def _category(self, row: Written, one: Record) -> None:
        meant = category_of(self._value(one, "category"))
        known = row.person.category if row.person else ""
        if meant and known and meant != known:
            row.warn("category_differs", "category")
        row.category = meant or known

    def _base(self, row: Written, one: Record) -> None:
        value = self._value(one, "base")
        try:
            row.base = amount_of(value) or None
        except Unreadable:
            meant = category_of(value)
            if meant:
                row.category = row.category or meant
            elif _without_value(value):
                row.warn("formula_without_value", "base")
            elif membership_of(value) is None:
                row.warn("base_unreadable", "base", written=_short(value))

    def _monthly(self, row: Written, one: Record) -> None:
        value = self._value(one, "monthly")
        try:
            mark = mark_of(value, self.year)
            row.waived = mark.said is Said.WAIVED
            row.monthly = amount_of(value) if mark.said in (Said.AMOUNT, Said.NOTHING) else None
        except Unreadable:
            if _without_value(value):
                row.warn("formula_without_value", "monthly")
            else:
                row.refuse("amount_unreadable", "monthly", written=_short(value))

    def _opening(self, row: Written, one: Record) -> None:
        value = self._value(one, "opening")
        try:
            row.opening = amount_of(value) or 0
        except Unreadable:
            row.warn("opening_unreadable", "opening", written=_short(value))

    def _period(self, row: Written, one: Record, at: PeriodColumn) -> None:
        value, months = one.row.value(at.column.index), at.period.months
        where = f"month {months[-1]} {at.period.part.value}"
        row.places[where] = _place(at.column, one)
        try:
            if at.period.part is Part.PAID and (mark := mark_of(value, self.year)) != NOTHING:
                row.paid[months] = mark
            elif at.period.part is Part.DUE and (due := amount_of(value)) is not None:
                row.due |= _shared(due, months)
        except Unreadable:
            row.refuse("amount_unreadable", where, written=_short(value))

    def _days(self, row: Written, one: Record) -> None:
        """The days that stand in columns beside the amounts."""
        for at in self.sheet.periods:
            mark = row.paid.get(at.period.months)
            if at.period.part is Part.DAY and mark and (day := day_of(one.row.value(at.column.index), self.year)):
                row.paid[at.period.months] = Mark(mark.said, mark.fen, day)

    def _sum(self, row: Written, one: Record, name: str) -> int | None:
        """A total is only compared: what can't be read as one says nothing."""
        try:
            return amount_of(self._value(one, name))
        except Unreadable:
            return None


def merged(first: Written, second: Written) -> bool:
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


def _place(column: Column, one: Record) -> tuple[str, str]:
    return column.heading, f"{column.letter}{one.number}"


def _without_value(value: Value) -> bool:
    return isinstance(value, Formula) and value.shown is None


def _cut(value: Value) -> Value:
    """What is kept of a cell to be given back; nobody writes more into one of a ledger."""
    return value[:MOST_KEPT] if type(value) is str else value


def _short(value: Value) -> str:
    return text(shown(value))[:40]
