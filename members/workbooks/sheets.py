"""What every kind of workbook is read into."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from members.workbooks.numbers import Value

SheetRow = tuple[int, dict[int, Value]]
"""The sheet's own row number, from 1, and what is written in it by column, from 0."""


class Place(NamedTuple):
    """A sheet: its name, whether it is hidden, and where in the file it is."""

    name: str
    hidden: bool
    part: str = ""


class Range(NamedTuple):
    """Merged cells, all bounds inclusive; rows from 1, columns from 0."""

    top: int
    left: int
    bottom: int
    right: int


class Book(Protocol):
    """An open workbook."""

    places: list[Place]

    def rows(self, index: int) -> Iterator[SheetRow]: ...

    def merged(self, index: int) -> list[Range]: ...


def range_of(reference: str) -> Range:
    """ "B3:C5" as numbers."""
    start, _colon, end = reference.partition(":")
    (left, top), (right, bottom) = _corner(start), _corner(end)
    return Range(min(top, bottom), min(left, right), max(top, bottom), max(left, right))


def _corner(reference: str) -> tuple[int, int]:
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return column - 1, int(reference[len(letters) :])
