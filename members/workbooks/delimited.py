"""Rows of a text file with separators."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from members.workbooks import refusals
from members.workbooks.content import encoding_of
from members.workbooks.limits import Limits
from members.workbooks.numbers import Value
from members.workbooks.refusals import WorkbookRefused
from members.workbooks.sheets import Place, Range, SheetRow

SEPARATORS = (",", "\t", ";", "|", "，")


class DelimitedBook:
    """One sheet without a name; every cell is text, except that text after = is a formula."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.encoding = encoding_of(path)
        self.places = [Place("", False)]
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
            raise WorkbookRefused(refusals.BROKEN) from error


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
