"""The limited subprocess: `python -m members.workbooks.worker FILE LIMITS`. Imports nothing of Django.

It answers on standard output, one JSON value a line: first `{"sheets": [...]}` with the first written rows of every
sheet; then it reads a sheet's index from standard input and writes its rows, `[number, [cells], [filled columns]]`,
and at the end `{"done": rows}`. Anything it refuses is one line `{"refused": code}`.

A cell is text, a number, true or false, null, `{"d": day}`, `{"m": month}`, `{"e": error}` or
`{"f": formula, "v": what it last showed}`. A filled column is one whose value comes from a merged cell above.
"""

import json
import os
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, TextIO

from members.workbooks import content, refusals
from members.workbooks.delimited import DelimitedBook
from members.workbooks.limits import Limits
from members.workbooks.ods import OdsBook
from members.workbooks.packed import DAMAGE
from members.workbooks.refusals import WorkbookRefused
from members.workbooks.sheets import Book, Range
from members.workbooks.xls import XlsBook
from members.workbooks.xlsx import XlsxBook

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
        _tell(sys.stdout, {"refused": refusals.TOO_MUCH_WORK})
    except DAMAGE:
        _tell(sys.stdout, {"refused": refusals.BROKEN})
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
        raise WorkbookRefused(refusals.NO_SHEET)
    if len(book.places) > limits.sheets:
        raise WorkbookRefused(refusals.TOO_MANY_SHEETS)
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
    kind = content.kind_of(path, limits)
    if kind == content.XLSX:
        return XlsxBook(path, limits)
    if kind == content.ODS:
        return OdsBook(path, limits)
    if kind == content.CSV:
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
            raise WorkbookRefused(refusals.TOO_MANY_ROWS)
        width = max(cells) + 1
        if width > limits.columns:
            raise WorkbookRefused(refusals.TOO_MANY_COLUMNS)
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
