"""Which kind of file it is, by what is in it: names lie.

Rows of a text file with separators.

Rows of an .xls, by calamine: the format is bounded (65,536 rows, 256 columns) and too intricate to stream.

The limited subprocess: `python -m members.workbooks.worker FILE LIMITS`. Imports nothing of Django.

It answers on standard output, one JSON value a line: first `{"sheets": [...]}` with the first written rows of every
sheet; then it reads a sheet's index from standard input and writes its rows, `[number, [cells], [filled columns]]`,
and at the end `{"done": rows}`. Anything it refuses is one line `{"refused": code}`.

A cell is text, a number, true or false, null, `{"d": day}`, `{"m": month}`, `{"e": error}` or
`{"f": formula, "v": what it last showed}`. A filled column is one whose value comes from a merged cell above.
"""

import codecs
import csv
import json
import os
import resource
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

import python_calamine as calamine

from members.workbooks import sheets, sheets as workbooks_sheets
from members.workbooks.packed import DAMAGE, OdsBook
from members.workbooks.sheets import Book, Limits, Range, SheetEntry, SheetRow, Value, WorkbookRefused, whole
from members.workbooks.xlsx import XlsxBook

XLSX, XLS, ODS, CSV = "xlsx", "xls", "ods", "csv"

PACKED = b"PK\x03\x04"
EMPTY_PACK = b"PK\x05\x06"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_SHEETS = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
"""The first record of an .xls that was written without a compound document around it."""
OTHER_KINDS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"\x7fELF",
    b"MZ",
)
WEB_PAGES = (b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"mime-version:")
ENCODINGS = ("utf-8", "gb18030")


def kind_of(path: Path, limits: Limits) -> str:
    """One of XLSX, XLS, ODS, CSV. Raises WorkbookRefused."""
    size = path.stat().st_size
    if size == 0:
        raise WorkbookRefused(sheets.EMPTY)
    if size > limits.file_size:
        raise WorkbookRefused(sheets.FILE_TOO_LARGE)
    with path.open("rb") as file:
        start = file.read(2048)
    if start.startswith((PACKED, EMPTY_PACK)):
        return _packed_kind(path, limits)
    if start.startswith(COMPOUND):
        return _compound_kind(path)
    return XLS if start.startswith(OLD_SHEETS) else _text_kind(start)


def _packed_kind(path: Path, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(path) as pack:
            parts = pack.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise WorkbookRefused(sheets.BROKEN) from error
    if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.inflated_size:
        raise WorkbookRefused(sheets.INFLATES_TOO_LARGE)
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookRefused(sheets.ENCRYPTED)
    names = {part.filename for part in parts}
    if any(name.startswith("word/") for name in names):
        raise WorkbookRefused(sheets.TEXT_DOCUMENT)
    if "content.xml" in names:
        return ODS
    if any(name.endswith("workbook.xml") for name in names) or "_rels/.rels" in names:
        return XLSX
    raise WorkbookRefused(sheets.KIND_UNKNOWN)


def _compound_kind(path: Path) -> str:
    """An .xls, or the shell around an .xlsx that is locked with a password."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise WorkbookRefused(sheets.ENCRYPTED)
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        raise WorkbookRefused(sheets.KIND_UNKNOWN)
    return XLS


def _text_kind(start: bytes) -> str:
    if start.startswith(OTHER_KINDS):
        raise WorkbookRefused(sheets.KIND_UNKNOWN)
    plain = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not plain.strip(b"\0"):
        raise WorkbookRefused(sheets.EMPTY if not plain else sheets.KIND_UNKNOWN)
    if plain.lower().startswith(WEB_PAGES):
        raise WorkbookRefused(sheets.WEB_PAGE)
    return CSV


def encoding_of(path: Path) -> str:
    """The encoding of a text file: by its mark, else the first that reads the whole of it. Raises WorkbookRefused."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        return _first_that_reads(path, ("utf-8-sig",))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _first_that_reads(path, ("utf-16",))
    if b"\0" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        return _first_that_reads(path, ("utf-16-be",) if even > odd else ("utf-16-le",))
    return _first_that_reads(path, ENCODINGS)


def _first_that_reads(path: Path, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise WorkbookRefused(sheets.ENCODING_UNKNOWN)


SEPARATORS = (",", "\t", ";", "|", "，")


class DelimitedBook:
    """One sheet without a name; every cell is text, except that text after = is a formula."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.encoding = encoding_of(path)
        self.places = [SheetEntry("", False)]
        csv.field_size_limit(limits.text_length)
        with path.open(encoding=self.encoding, newline="") as file:
            self.separator = separator_of(file.read(1 << 16))

    def merged(self, index: int) -> list[Range]:
        return []

    def rows(self, index: int) -> Iterator[SheetRow]:
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                for number, values in enumerate(csv.reader(file, delimiter=self.separator), 1):
                    cells = {column: _value(value) for column, value in enumerate(values) if value}
                    if cells:
                        yield number, cells
        except csv.Error as error:
            raise WorkbookRefused(sheets.BROKEN) from error


def separator_of(text: str) -> str:
    """The separator that stands in the most lines, then the most often."""
    lines = [line for line in text.splitlines()[:200] if line.strip()]
    counts = Counter({separator: sum(separator in line for line in lines) for separator in SEPARATORS})
    totals = {separator: text.count(separator) for separator in SEPARATORS}
    return max(SEPARATORS, key=lambda separator: (counts[separator], totals[separator]))


def _value(text: str) -> Value:
    """A cell. ="0123" is how some programs keep a number as text in such a file."""
    if text.startswith('="') and text.endswith('"') and len(text) > 2:
        return text[2:-1]
    return {"f": text, "v": None} if text.startswith("=") and len(text) > 1 else text


class XlsBook:
    """A workbook of Excel 97 to 2003. Formulas come as what they last showed; the text of a formula isn't available."""

    def __init__(self, path: Path, limits: Limits) -> None:
        try:
            with path.open("rb") as file:
                self.book = calamine.load_workbook(file)
        except calamine.PasswordError as error:
            raise WorkbookRefused(workbooks_sheets.ENCRYPTED) from error
        except (calamine.CalamineError, ValueError, OSError) as error:
            raise WorkbookRefused(workbooks_sheets.BROKEN) from error
        sheets = [sheet for sheet in self.book.sheets_metadata if sheet.typ == calamine.SheetTypeEnum.WorkSheet]
        self.places = [SheetEntry(sheet.name, sheet.visible != calamine.SheetVisibleEnum.Visible) for sheet in sheets]

    def _sheet(self, index: int) -> Any:
        try:
            return self.book.get_sheet_by_name(self.places[index].name)
        except (calamine.CalamineError, ValueError) as error:
            raise WorkbookRefused(workbooks_sheets.BROKEN) from error

    def merged(self, index: int) -> list[Range]:
        ranges = self._sheet(index).merged_cell_ranges or []
        return sorted(Range(start[0] + 1, start[1], end[0] + 1, end[1]) for start, end in ranges)

    def rows(self, index: int) -> Iterator[SheetRow]:
        sheet = self._sheet(index)
        _top, left = sheet.start or (0, 0)
        for number, values in enumerate(sheet.iter_rows(), 1):  # blank rows on top are among them
            cells = {column: _value_of_xls(value) for column, value in enumerate(values, left) if value != ""}
            if cells:
                yield number, cells


def _value_of_xls(value: Any) -> Value:
    if isinstance(value, datetime | date):
        return whole(value)
    if isinstance(value, time | timedelta):
        return str(value)
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
MessageRow = tuple[int, list[object], list[int]]


def main() -> None:
    path, limits = Path(sys.argv[1]), Limits(**json.loads(sys.argv[2]))
    _bound(limits)
    try:
        _serve(path, limits, sys.stdin, sys.stdout)
    except WorkbookRefused as refusal:
        _tell(sys.stdout, {"refused": refusal.code})
    except MemoryError:
        _tell(sys.stdout, {"refused": sheets.TOO_MUCH_WORK})
    except DAMAGE:
        _tell(sys.stdout, {"refused": sheets.BROKEN})
    except BrokenPipeError:
        os._exit(0)
    sys.stdout.flush()


def _bound(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.processor_time, limits.processor_time + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _serve(path: Path, limits: Limits, orders: TextIO, answers: TextIO) -> None:
    book = open_book(path, limits)
    if not book.places:
        raise WorkbookRefused(sheets.NO_SHEET)
    if len(book.places) > limits.sheets:
        raise WorkbookRefused(sheets.TOO_MANY_SHEETS)
    _tell(answers, {"sheets": [_head(book, index, limits) for index in range(len(book.places))]})
    answers.flush()
    for order in orders:
        count = 0
        for row in rows_of(book, int(order), limits):
            _tell(answers, row)
            count += 1
        _tell(answers, {"done": count})
        answers.flush()


def open_book(path: Path, limits: Limits) -> Book:
    kind = kind_of(path, limits)
    if kind == XLSX:
        return XlsxBook(path, limits)
    if kind == ODS:
        return OdsBook(path, limits)
    if kind == CSV:
        return DelimitedBook(path, limits)
    return XlsBook(path, limits)


def _head(book: Book, index: int, limits: Limits) -> dict[str, Any]:
    rows = list(islice(rows_of(book, index, limits), limits.head_rows))
    place = book.places[index]
    bottom = rows[-1][0] if rows else 0
    merged = [cells for cells in book.merged(index) if cells.top <= bottom]
    return {"name": place.name, "hidden": place.hidden, "rows": rows, "merged": merged[:2000]}


def rows_of(book: Book, index: int, limits: Limits) -> Iterator[MessageRow]:
    """The written rows of a sheet, cells merged downwards filled, bounds kept."""
    filling = _Filling(book.merged(index))
    for count, (number, cells) in enumerate(book.rows(index), 1):
        if count > limits.rows:
            raise WorkbookRefused(sheets.TOO_MANY_ROWS)
        width = max(cells) + 1
        if width > limits.columns:
            raise WorkbookRefused(sheets.TOO_MANY_COLUMNS)
        filled = filling.fill(number, cells)
        yield number, _bounded(cells, limits.text_length), filled


def _bounded(cells: dict[int, Any], longest: int) -> list[object]:
    """The cells from column A, no text longer than that."""
    return [
        value[:longest] if type(value) is str and len(value) > longest else value
        for value in map(cells.get, range(max(cells) + 1))
    ]


class _Filling:
    """Gives every row of a cell merged downwards the value of its first."""

    def __init__(self, ranges: list[Range]) -> None:
        self.ranges = ranges
        """In the order of their first rows; grows while an .ods is read."""
        self.next = 0
        self.open: list[tuple[Range, object]] = []

    def fill(self, number: int, cells: dict[int, Any]) -> list[int]:
        """Fills the row in place; says which columns were filled."""
        if self.open:
            self.open = [(merged, value) for merged, value in self.open if merged.bottom >= number]
        filled = []
        for merged, value in self.open:
            if merged.left not in cells:
                cells[merged.left] = value
                filled.append(merged.left)
        while self.next < len(self.ranges) and self.ranges[self.next].top <= number:
            self._begin(self.ranges[self.next], number, cells)
            self.next += 1
        return filled

    def _begin(self, merged: Range, number: int, cells: dict[int, Any]) -> None:
        if merged.top == number and merged.bottom > number and merged.left in cells:
            self.open.append((merged, cells[merged.left]))


def _tell(answers: TextIO, message: object) -> None:
    answers.write(ENCODE(message))
    answers.write("\n")


if __name__ == "__main__":
    main()
