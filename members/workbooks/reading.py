"""Opening a workbook: the file is parsed in a limited subprocess (`worker`) that streams its rows.

Cells as JSON, to be kept and read again with their types.
"""

import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

from django.utils.translation import gettext_lazy as _

from members.dates import MONTH, PartialDate
from members.refused import Refused
from members.workbooks import sheets
from members.workbooks.sheets import LIMITS, Limits, Range

PROJECT = Path(__file__).resolve().parents[2]
PIPE = 1 << 16

SENTENCES = {
    sheets.EMPTY: _("The file is empty. Choose the workbook again."),
    sheets.BROKEN: _("The file is damaged or incomplete. Open it in Excel or WPS, save it again and try once more."),
    sheets.ENCRYPTED: _("The workbook is locked with a password. Save a copy without a password and choose that."),
    sheets.KIND_UNKNOWN: _("This is not a workbook. Choose an .xlsx, .xls, .ods or .csv file."),
    sheets.WEB_PAGE: _(
        "This is a web page under the name of a workbook. Open it in Excel or WPS, save it as .xlsx and choose that."
    ),
    sheets.TEXT_DOCUMENT: _("This is a text document, not a workbook. Copy its table into a workbook and choose that."),
    sheets.FILE_TOO_LARGE: _("The file is larger than this program reads. Remove pictures or split it by branch."),
    sheets.INFLATES_TOO_LARGE: _(
        "The workbook unpacks to more than this program reads. Delete empty rows and pictures, or split it by branch."
    ),
    sheets.TOO_MANY_ROWS: _("The sheet has more rows than this program reads at once. Split it by branch."),
    sheets.TOO_MANY_COLUMNS: _("The sheet has more columns than this program reads. Delete the ones you don't need."),
    sheets.TOO_MANY_CELLS: _("The sheet has millions of cells. Delete the empty rows and columns and save it again."),
    sheets.TOO_MANY_SHEETS: _("The workbook has too many sheets. Save the one you need as a workbook of its own."),
    sheets.TOO_MUCH_WORK: _(
        "The workbook took too much time or memory to read. Copy the rows into a new workbook and choose that."
    ),
    sheets.NO_SHEET: _("The workbook has no sheet with cells. Choose another file."),
    sheets.ENCODING_UNKNOWN: _("The text file's encoding is unknown. Save it as .xlsx, or as CSV in UTF-8."),
}


class UnusableWorkbook(Refused):
    """A workbook that an import can't take; the sentence says why."""


class UnreadableWorkbook(UnusableWorkbook):
    """A workbook that can't be read. `code` says why to a program."""

    def __init__(self, code: str) -> None:
        super().__init__(cast(str, SENTENCES[code]))  # put into words only where it is read
        self.code = code


class Formula(str):
    """A formula as text, with its "=". `shown` is the value it last had, or None where the file doesn't say."""

    shown: "Value"

    def __new__(cls, text: str, shown: "Value" = None) -> "Formula":
        formula = super().__new__(cls, text)
        formula.shown = shown
        return formula


class CellError(str):
    """What Excel shows where a formula failed, like #REF!."""


Value = str | int | float | bool | date | datetime | PartialDate | None
"""A cell. Numbers are as the file has them: an identity number that Excel rounded is a float or an int above 1e15."""


class Row(NamedTuple):
    """A written row: the sheet's own number, its cells from column A, the columns filled from a merged cell above."""

    number: int
    cells: list[Value]
    filled: list[int]

    def value(self, column: int) -> Value:
        """None also where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True)
class Head:
    """The first written rows of a sheet."""

    name: str
    hidden: bool
    rows: list[Row]
    merged: list[Range]


class OpenWorkbook:
    """A workbook whose subprocess is running: the heads of its sheets, and the rows of one of them."""

    def __init__(self, process: "subprocess.Popen[bytes]", limits: Limits) -> None:
        self._process = process
        self._messages = _messages(process, limits)
        self.heads = [_head(sheet) for sheet in next(self._messages)["sheets"]]

    def rows(self, sheet: int) -> Iterator[Row]:
        """The written rows of the sheet with that index. Raises UnreadableWorkbook."""
        orders = cast(Any, self._process.stdin)
        orders.write(b"%d\n" % sheet)
        orders.flush()
        for message in self._messages:
            if isinstance(message, dict):
                return
            yield Row(*message)


@contextmanager
def open_workbook(path: Path, limits: Limits = LIMITS) -> Iterator[OpenWorkbook]:
    """Raises UnreadableWorkbook, at once or while the rows are read."""
    command = [sys.executable, "-m", "members.workbooks.worker", str(path.resolve()), json.dumps(limits.as_dict())]
    with subprocess.Popen(  # noqa: S603  our own interpreter and module; the file's name is one argument
        command,
        cwd=PROJECT,
        env={"PATH": os.defpath, "PYTHONIOENCODING": "utf-8"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield OpenWorkbook(process, limits)
        finally:
            process.kill()


def _messages(process: "subprocess.Popen[bytes]", limits: Limits) -> Iterator[Any]:
    for lines in _lines(process, limits.silence):
        for message in DECODE(f"[{b','.join(lines).decode()}]"):
            if isinstance(message, dict) and "refused" in message:
                raise UnreadableWorkbook(message["refused"])
            yield message
    raise UnreadableWorkbook(sheets.BROKEN if process.wait() > 0 else sheets.TOO_MUCH_WORK)


def _lines(process: "subprocess.Popen[bytes]", silence: int) -> Iterator[list[bytes]]:
    """What the subprocess writes, as many lines as come at once; one that says nothing for too long is ended."""
    descriptor = cast(Any, process.stdout).fileno()
    rest = b""
    while select.select([descriptor], [], [], silence)[0]:
        piece = os.read(descriptor, PIPE)
        if not piece:
            return
        *lines, rest = (rest + piece).split(b"\n")
        yield lines
    process.kill()


def cell_from_json(cell: dict[str, Any]) -> Any:
    """A cell as the worker writes it; what is no cell stays as it is."""
    if "f" in cell:
        return Formula(cell["f"], cell["v"])
    if "d" in cell:
        return _moment(cell["d"])
    if "m" in cell:
        return PartialDate(date.fromisoformat(f"{cell['m']}-01"), MONTH)
    return CellError(cell["e"]) if "e" in cell else cell


DECODE = json.JSONDecoder(object_hook=cell_from_json).decode


def _moment(text: str) -> Value:
    try:
        return date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        return text


def _head(sheet: dict[str, Any]) -> Head:
    rows = [Row(*row) for row in sheet["rows"]]
    return Head(sheet["name"], sheet["hidden"], rows, [Range(*merged) for merged in sheet["merged"]])


def dump_cells(cells: Mapping[str, Value]) -> str:
    """Heading → cell as JSON, in the order given."""
    return json.dumps({heading: _plain(cell) for heading, cell in cells.items()}, ensure_ascii=False)


def load_cells(text: str) -> dict[str, Value]:
    """What `dump_cells` wrote; nothing written is no cells."""
    if not text:
        return {}
    return {heading: _cell(cell) for heading, cell in json.loads(text).items()}


def _plain(cell: Value) -> Any:
    if isinstance(cell, Formula):
        return {"f": str(cell), "v": _plain(cell.shown)}
    if isinstance(cell, CellError):
        return {"e": str(cell)}
    if isinstance(cell, date):
        return {"d": cell.isoformat()}
    return {"m": str(cell)[:7]} if isinstance(cell, PartialDate) else cell


def _cell(stored: Any) -> Any:
    if not isinstance(stored, dict):
        return stored
    return Formula(stored["f"], _cell(stored["v"])) if "f" in stored else cell_from_json(stored)
