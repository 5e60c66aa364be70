"""A roster workbook from the file to judged rows."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from members.importing.fields import ROSTER
from members.importing.placing import Places
from members.importing.problems import Note, Problem
from members.workbooks.headings import Layout, find_layout
from members.workbooks.reading import OpenWorkbook, open_workbook
from members.workbooks.records import LeftOut, Record, Records

KEYS = ("name", "national_id")
MOST_NOTES = 200
SAID_ONCE = {"national_id": "no_column_of_numbers", "membership": "no_column_of_membership"}
"""Columns that every roster should have; where one is missing it is said once, not in every row."""
ABOVE = {"committee", "general_branch", "organization"}


class NotARoster(Exception):
    """A workbook that can be read but holds no roster; the sentence says what is missing."""


@dataclass
class RosterSheet:
    """The sheet that was chosen, its rows still to be read. `notes` grows while they are."""

    layout: Layout
    book: OpenWorkbook
    notes: list[Note] = field(default_factory=list)

    def records(self) -> Iterator[Record]:
        """The rows about members, each once. Raises UnreadableWorkbook."""
        records = Records(self.layout, KEYS)
        for found in records.of(self.book.rows(self.layout.sheet)):
            if isinstance(found, Record):
                yield found
            elif len(self.notes) < MOST_NOTES:
                self.notes.append(_left_out(found))


@contextmanager
def open_roster(path: Path, corrected: Mapping[str, str] | None = None) -> Iterator[RosterSheet]:
    """Raises UnreadableWorkbook, NotARoster."""
    with open_workbook(path) as book:
        layout = find_layout(book.heads, ROSTER, corrected=corrected)
        if layout is None:
            raise NotARoster(
                _("No row of headings was found. The sheet needs one with 姓名 and one more column of a roster.")
            )
        yield RosterSheet(layout, book, [*_doubts(layout), *_other_sheets(book, layout, corrected)])


def refuse_unplaced(layout: Layout, places: Places) -> None:
    """Raises NotARoster where neither the sheet nor the person says which branch the members are in."""
    says = any(layout.column(name) for name in ABOVE)
    if not says and not places.holds_members:
        raise NotARoster(
            _("The sheet doesn't say which branch its members are in. Choose the branch, or add a column 所在党支部.")
        )


def _doubts(layout: Layout) -> Iterator[Note]:
    for column in layout.columns:
        if column.doubt:
            yield Note(layout.header_row, Problem(column.heading, column.doubt))
    for name, code in SAID_ONCE.items():
        if layout.column(name) is None:
            yield Note(layout.header_row, Problem("", code))


def _other_sheets(book: OpenWorkbook, layout: Layout, corrected: Mapping[str, str] | None) -> Iterator[Note]:
    others = [
        head.name
        for index, head in enumerate(book.heads)
        if index != layout.sheet and not head.hidden and _is_roster(book, index, corrected)
    ]
    if others:
        yield Note(0, Problem("", "other_sheets_not_read", {"names": "、".join(others)[:200]}))


def _is_roster(book: OpenWorkbook, index: int, corrected: Mapping[str, str] | None) -> bool:
    found = find_layout(book.heads, ROSTER, sheet=index, corrected=corrected)
    return found is not None and len(book.heads[index].rows) > 1


def _left_out(found: LeftOut) -> Note:
    return Note(found.number, Problem("", found.code, {"text": found.text}))
