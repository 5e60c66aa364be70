"""Making workbooks: every cell is text, a number or a day, never a formula; rows are streamed to the file."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

import xlsxwriter

OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "default_date_format": "yyyy-mm-dd",
}
LONGEST = 32_000
NARROW, WIDE = 6, 40
EXACT_DIGITS = 10**15
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Sheet:
    """A sheet to write. `widths` in characters by heading; a heading without one is as wide as it reads."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[object]] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Heading → words that Excel offers in that column."""
    title: str = ""
    """A row above the headings, merged over all of them."""


def write_workbook(target: Path | IO[bytes], sheets: Sequence[Sheet], *, folder: Path | None = None) -> None:
    """Writes an .xlsx. Text that looks like a formula stays text, also when somebody edits the cell.

    `folder`: for the temporary files, which stay behind when the writing breaks off.
    """
    options = {**OPTIONS, "tmpdir": str(folder) if folder else None}
    book = xlsxwriter.Workbook(target if not isinstance(target, Path) else str(target), options)
    writer = _Writer(book)
    for sheet in sheets:
        writer.write(sheet)
    book.close()


class _Writer:
    def __init__(self, book: Any) -> None:
        self.book = book
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1})
        self.title = book.add_format({"bold": True, "align": "center", "font_size": 14})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", "align": "left"})
        self.text = book.add_format({"num_format": "@"})
        self.quoted = book.add_format({"num_format": "@", "quote_prefix": True})

    def write(self, sheet: Sheet) -> None:
        page = self.book.add_worksheet(sheet_name(sheet.name))
        top = self._title(page, sheet)
        for column, heading in enumerate(sheet.headings):
            page.set_column(column, column, sheet.widths.get(heading, _width(heading)))
            if heading in sheet.choices:
                page.data_validation(
                    top + 1, column, 2000, column, {"validate": "list", "source": list(sheet.choices[heading])}
                )
        page.freeze_panes(top + 1, 0)
        for column, heading in enumerate(sheet.headings):
            page.write_string(top, column, heading, self.heading)
        last = top
        for last, values in enumerate(sheet.rows, top + 1):
            for column, value in enumerate(values):
                self._cell(page, last, column, value)
        if sheet.headings:
            page.autofilter(top, 0, max(last, top + 1), len(sheet.headings) - 1)

    def _title(self, page: Any, sheet: Sheet) -> int:
        """The number of rows it took."""
        if not sheet.title:
            return 0
        last = max(len(sheet.headings) - 1, 1)
        page.merge_range(0, 0, 0, last, "", self.title)
        page.write_string(0, 0, sheet.title[:LONGEST], self.title)
        return 1

    def _cell(self, page: Any, row: int, column: int, value: object) -> None:
        if value is None or value == "":
            return
        if isinstance(value, date):
            page.write_datetime(row, column, value, self.day)
        elif (
            isinstance(value, int | float | Decimal)
            and not isinstance(value, bool)
            and -EXACT_DIGITS < value < EXACT_DIGITS
        ):
            page.write_number(row, column, value)
        else:
            written = str(value)[:LONGEST]
            page.write_string(row, column, written, self.quoted if written.startswith(FORMULA_STARTS) else self.text)


def _width(heading: str) -> int:
    return max(NARROW, min(WIDE, 2 + sum(1 + (unicodedata.east_asian_width(letter) in "WF") for letter in heading)))


def sheet_name(name: str) -> str:
    """A name as Excel allows it: at most 31 characters, none of []:*?/\\."""
    return "".join(letter for letter in name if letter not in "[]:*?/\\").strip("'")[:31] or "Sheet"
