"""Which sheets of a workbook are the ledger of the year, and what each of their columns is."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from django.utils.translation import gettext as _

from dues.importing.ledger_columns import (
    LEDGER,
    Part,
    Period,
    PeriodColumn,
    period_columns,
    period_of,
    single_columns,
)
from dues.importing.ledger_notes import Note
from members.workbooks.cells import text, word
from members.workbooks.headings import Column, Head, Layout, find_layout
from members.workbooks.reading import OpenWorkbook, open_workbook
from members.workbooks.records import FOOTER, LeftOut, Record, Records

YEAR = re.compile(r"(20\d\d)\s*年")
COPIES = re.compile(r"备份|副本|模板|样表|示例|样例|说明")
MOST_ROWS = 3_000
"""A branch has no more than some hundred members; beyond this it isn't the ledger of one."""
MOST_SHEETS = 20
MOST_HEAD_ROWS = 20
MOST_COLUMNS = 80
"""Two columns for each month, and as many beside them."""


class NotALedger(Exception):
    """A workbook without anything about dues, or of a size no branch has; the sentence says what is missing."""


@dataclass
class LedgerSheet:
    """A sheet that was chosen, with its columns by what they are."""

    layout: Layout
    periods: list[PeriodColumn]
    single: dict[str, Column]
    years: frozenset[int]
    book: OpenWorkbook
    notes: list[Note] = field(default_factory=list)

    @property
    def is_of_months(self) -> bool:
        return any(one.period.part == Part.PAID for one in self.periods)

    @property
    def is_useful(self) -> bool:
        return self.is_of_months or "base" in self.single or "monthly" in self.single

    def records(self) -> Iterator[Record]:
        """The rows about members; what else stands there is noted. Raises UnreadableWorkbook, NotALedger."""
        records = Records(self.layout, _keys(self.single), repeats=("month", "due", "paid"))
        for count, one in enumerate(records.of(self.book.rows(self.layout.sheet)), 1):
            if count > MOST_ROWS:
                raise NotALedger(_("The sheet has more rows than a branch has members. Split it by branch."))
            if isinstance(one, LeftOut):
                self.notes.append(Note(one.number, "row_not_read", about={"text": one.text[:60]}))
            elif not self._is_footer(one):
                yield one

    def _is_footer(self, one: Record) -> bool:
        """Without a column of numbers before it, 合计 stands where the names do."""
        name = self.single.get("name")
        return name is not None and FOOTER.match(word(one.row.value(name.index))) is not None


@dataclass
class Ledger:
    """The sheets that are read together, the best one first."""

    sheets: list[LedgerSheet]
    notes: list[Note]

    @property
    def is_of_months(self) -> bool:
        return self.sheets[0].is_of_months


@contextmanager
def open_ledger(path: Path, year: int) -> Iterator[Ledger]:
    """Raises UnreadableWorkbook, NotALedger."""
    with open_workbook(path) as book:
        heads = [_top_left(head) for head in book.heads[:MOST_SHEETS]]
        usable = [one for index in range(len(heads)) if (one := _sheet(book, index, heads, year))]
        if not usable:
            raise NotALedger(
                _("No dues were found. The sheet needs a column 姓名, and 月应交, 党费基数 or a column a month.")
            )
        yield _together(sorted(usable, key=lambda one: _rank(one, book.heads, year), reverse=True), book, year)


def _top_left(head: Head) -> Head:
    """Where headings can stand: trying to understand every cell of a huge sheet would take minutes."""
    rows = [row._replace(cells=row.cells[:MOST_COLUMNS]) for row in head.rows[:MOST_HEAD_ROWS]]
    return replace(head, rows=rows)


def _sheet(book: OpenWorkbook, index: int, heads: list[Head], year: int) -> LedgerSheet | None:
    layout = None if heads[index].hidden else find_layout(heads, LEDGER, sheet=index)
    if layout is None:
        return None
    periods = period_columns(layout) or _of_one_month(layout)
    read = [one for one in periods if one.period.year in (None, year) and one.period.part != Part.OTHER]
    sheet = LedgerSheet(layout, read, single_columns(layout, periods), _years(layout), book)
    sheet.notes = [_left_out(layout, one, year) for one in periods if one not in read]
    sheet.notes += [
        _unclear(layout, one) for one in layout.columns if one.field == "month" and not _is_in(one, periods)
    ]
    return sheet if sheet.is_useful else None


def _of_one_month(layout: Layout) -> list[PeriodColumn]:
    """A workbook with a sheet for every month: the name of the sheet says which."""
    period = period_of(layout.sheet_name)
    if period is None:
        return []
    parts = {"due": Part.DUE, "paid": Part.PAID}
    return [
        PeriodColumn(column, Period(period.months, parts[column.field], period.year))
        for column in layout.known
        if column.field in parts
    ]


def _together(usable: list[LedgerSheet], book: OpenWorkbook, year: int) -> Ledger:
    best, *others = usable
    beside = [one for one in others if _goes_with(one, best, year)]
    left = [head.name for head in book.heads if head.rows and head.name not in _names([best, *beside])]
    notes = [note for one in (best, *beside) for note in one.notes]
    for one in (best, *beside):
        one.notes = []
    if best.years and year not in best.years:
        notes.append(Note(0, "sheet_of_other_year", about={"year": max(best.years)}))
    unread = [name for name in left if name in _names(others)]
    if unread:
        notes.append(Note(0, "other_sheets_not_read", about={"names": "、".join(unread)[:120]}))
    return Ledger([best, *sorted(beside, key=lambda one: one.layout.sheet)], notes)


def _goes_with(one: LedgerSheet, best: LedgerSheet, year: int) -> bool:
    same_year = one.years == best.years or year in one.years or not one.years
    return same_year and one.is_of_months == best.is_of_months and not COPIES.search(one.layout.sheet_name)


def _names(sheets: list[LedgerSheet]) -> list[str]:
    return [one.layout.sheet_name for one in sheets]


def _rank(one: LedgerSheet, heads: list[Head], year: int) -> tuple[int, bool, bool, int, int, int]:
    named = 2 if year in one.years else 1 if not one.years else 0
    rows = len(heads[one.layout.sheet].rows)
    copy = COPIES.search(one.layout.sheet_name) is not None
    return (named, not copy, one.is_of_months, len(one.layout.known), rows, -one.layout.sheet)


def _years(layout: Layout) -> frozenset[int]:
    """The years that the name of the sheet or its titles speak of."""
    titles = [text(value) for row in layout.title_rows for value in row.cells]
    name = re.findall(r"20\d\d", layout.sheet_name)
    return frozenset(map(int, name or [year for title in titles for year in YEAR.findall(title)]))


def _keys(single: dict[str, Column]) -> tuple[str, ...]:
    return ("name",) if "name" in single else ("national_id",)


def _is_in(column: Column, periods: list[PeriodColumn]) -> bool:
    return any(one.column.index == column.index for one in periods)


def _left_out(layout: Layout, one: PeriodColumn, year: int) -> Note:
    other_year = one.period.year not in (None, year)
    code = "column_of_other_year" if other_year else "column_unclear"
    return Note(layout.header_row, code, one.column.heading, f"{one.column.letter}{layout.header_row}")


def _unclear(layout: Layout, column: Column) -> Note:
    return Note(layout.header_row, "column_unclear", column.heading, f"{column.letter}{layout.header_row}")
