"""What all readers of workbooks share: rows and places in sheets, numbers, limits, and why a file is refused."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Protocol

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Bounds on one workbook. Sizes in bytes, times in seconds."""

    file_size: int = 24 * MIB
    inflated_size: int = 192 * MIB
    """Of all parts of a packed workbook together; 100,000 rows of 20 columns take 110 MiB."""
    parts: int = 2_000
    sheets: int = 60
    rows: int = 150_000
    """Rows in which something is written, over the whole sheet."""
    columns: int = 300
    cells: int = 4_000_000
    """Cells that stand in the file, empty ones included: some programs write a million of them."""
    merged_size: int = 2 * MIB
    """Of the list of merged cells."""
    text_length: int = 32_768
    head_rows: int = 40
    """How many written rows of each sheet are looked at to choose a sheet and find its headings."""
    memory: int = 256 * MIB
    processor_time: int = 20
    silence: int = 60

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


LIMITS = Limits()


class WorkbookRefused(Exception):
    """A file that isn't read, or isn't read any further. `code` is one of the keys of `reading.SENTENCES`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


EMPTY = "workbook_empty"
BROKEN = "workbook_broken"
ENCRYPTED = "workbook_encrypted"
KIND_UNKNOWN = "workbook_kind_unknown"
TEXT_DOCUMENT = "workbook_is_text_document"
WEB_PAGE = "workbook_is_web_page"
FILE_TOO_LARGE = "workbook_file_too_large"
INFLATES_TOO_LARGE = "workbook_inflates_too_large"
TOO_MANY_ROWS = "workbook_too_many_rows"
TOO_MANY_COLUMNS = "workbook_too_many_columns"
TOO_MANY_CELLS = "workbook_too_many_cells"
TOO_MANY_SHEETS = "workbook_too_many_sheets"
TOO_MUCH_WORK = "workbook_too_much_work"
NO_SHEET = "workbook_has_no_sheet"
ENCODING_UNKNOWN = "workbook_encoding_unknown"


DAY, MONTH, YEAR, TIME = "day", "month", "year", "time"

DAY_FORMATS = {14, 15, 16, 22, 28, 29, 30, 31, 51, 53, 54, 58}
MONTH_FORMATS = {17, 27, 36, 50, 52, 57}
"""Numbers that stand for formats without a code in the file; 27 to 58 are what they mean in Chinese Excel."""
TIME_FORMATS = {18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56}

QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
EPOCH = datetime(1899, 12, 30)
EPOCH_1904 = datetime(1904, 1, 1)
LAST_SERIAL = 2_958_465
"""31 December 9999."""

Value = str | int | float | bool | dict[str, object] | None


def built_in_kind(written: str) -> str | None:
    """What a format without a code means, by its number."""
    number = int(written) if written.isdecimal() else 0
    if number in DAY_FORMATS:
        return DAY
    if number in MONTH_FORMATS:
        return MONTH
    return TIME if number in TIME_FORMATS else None


def format_kind(code: str) -> str | None:
    """What a format code means: by the letters outside quotes and brackets."""
    letters = set(QUOTED.sub("", code.split(";")[0]).lower())
    if "general" in code.lower():
        return None
    if "d" in letters or ("m" in letters and not letters & {"y", "e", "h", "s"}):
        return DAY
    if letters & {"y", "e"} and not letters & {"0", "#"}:
        return MONTH if "m" in letters else YEAR
    return TIME if letters & {"h", "s"} else None


def plain_number(text: str) -> int | float | str:
    """The number as exactly as the file has it; text that isn't one stays text."""
    try:
        return int(text) if text.lstrip("-").isdecimal() and len(text) < 40 else _finite(text)
    except ValueError:
        return text


def _finite(text: str) -> float | str:
    number = float(text)
    return number if number - number == 0 else text


def under_format(text: str, kind: str | None, *, from_1904: bool = False) -> Value:
    """The value of a number cell. A month format on a first day means that only the month is known."""
    number = plain_number(text)
    if kind is None or isinstance(number, str) or not 0 <= number <= LAST_SERIAL:
        return number
    if kind == DAY and type(number) is int:
        return {"d": date.fromordinal((EPOCH_1904 if from_1904 else EPOCH).toordinal() + number).isoformat()}
    moment = (EPOCH_1904 if from_1904 else EPOCH) + timedelta(days=number)
    if kind == TIME:
        return f"{moment:%H:%M:%S}".removesuffix(":00") if number < 1 else whole(moment)
    if kind == MONTH and moment.day == 1:
        return {"m": f"{moment:%Y-%m}"}
    return whole(moment)


def whole(moment: date | datetime) -> Value:
    """A day, or a day with a time, for the pipe."""
    if isinstance(moment, datetime) and not (moment.hour or moment.minute or moment.second):
        moment = moment.date()
    return {"d": moment.isoformat()}


SheetRow = tuple[int, dict[int, Value]]
"""The sheet's own row number, from 1, and what is written in it by column, from 0."""


class SheetEntry(NamedTuple):
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

    places: list[SheetEntry]

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
