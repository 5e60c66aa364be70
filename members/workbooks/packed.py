"""Workbooks that are packed XML, and those of OpenDocument."""

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.parsers import expat

from members.workbooks import sheets
from members.workbooks.sheets import Limits, Range, SheetEntry, SheetRow, Value, WorkbookRefused, plain_number

PIECE = 1 << 17
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    ValueError,
    RuntimeError,
    expat.ExpatError,
)

Attributes = dict[str, str]


def pieces(pack: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The inflated bytes of a part. zipfile stops at the size the part declares and checks its sum."""
    try:
        with pack.open(part) as stream:
            while piece := stream.read(PIECE):
                yield piece
    except KeyError as error:
        raise WorkbookRefused(sheets.BROKEN) from error
    except DAMAGE as error:
        raise WorkbookRefused(sheets.BROKEN) from error


def new_parser() -> expat.XMLParserType:
    """A parser that refuses document types, and so every entity a file could define."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declaration: object) -> None:
    raise WorkbookRefused(sheets.BROKEN)


def parse_pieces(parser: expat.XMLParserType, stream: Iterator[bytes]) -> Iterator[None]:
    """Feeds the parser; yields after each piece, so that the caller can hand on what has been understood so far."""
    try:
        for piece in stream:
            parser.Parse(piece)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise WorkbookRefused(sheets.BROKEN) from error


def walk(pack: zipfile.ZipFile, part: str, on_start: Callable[[str, Attributes], None]) -> None:
    """Calls `on_start(local name, attributes)` for every element of a small part."""
    parser = new_parser()
    parser.StartElementHandler = lambda tag, attributes: on_start(local(tag), attributes)
    for _piece in parse_pieces(parser, pieces(pack, part)):
        pass


def local(tag: str) -> str:
    """The name without its prefix."""
    return tag.rpartition(":")[2]


CONTENT = "content.xml"
MONTH_SHOWN = re.compile(r"\s*\d{4}\s*[-./年]\s*\d{1,2}\s*月?\s*")
DIALECT = re.compile(r"^(of|oooc|msoxl):")


class OdsBook:
    """A workbook of LibreOffice and its kin. All sheets stand one after the other in one part."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.limits = limits
        self.pack = zipfile.ZipFile(path)
        self.ranges: dict[int, list[Range]] = {}
        if b"encryption-data" in self._manifest():
            raise WorkbookRefused(sheets.ENCRYPTED)
        self.places = [SheetEntry(name, False) for name in self._names()]

    def _manifest(self) -> bytes:
        if "META-INF/manifest.xml" not in self.pack.namelist():
            return b""
        return next(pieces(self.pack, "META-INF/manifest.xml"), b"")

    def _names(self) -> list[str]:
        parser = new_parser()
        names: list[str] = []

        def on_start(tag: str, attributes: Attributes) -> None:
            if tag == "table:table":
                names.append(attributes.get("table:name", ""))

        parser.StartElementHandler = on_start
        for _piece in parse_pieces(parser, pieces(self.pack, CONTENT)):
            pass
        return names

    def merged(self, index: int) -> list[Range]:
        """Ranges of merged cells; the list grows while the rows are read."""
        return self.ranges.setdefault(index, [])

    def rows(self, index: int) -> Iterator[SheetRow]:
        scan = _Scan(self.limits, index, self.merged(index))
        for _piece in parse_pieces(scan.parser, pieces(self.pack, CONTENT)):
            yield from scan.ready
            scan.ready.clear()


class _Scan:
    """One pass over the content, keeping the rows of one sheet."""

    def __init__(self, limits: Limits, wanted: int, ranges: list[Range]) -> None:
        self.limits = limits
        self.wanted = wanted
        self.ready: list[SheetRow] = []
        ranges.clear()
        self.ranges = ranges
        self.parser = new_parser()
        self.parser.StartElementHandler = self._open
        self.parser.EndElementHandler = self._close
        self.sheet = -1
        self.number = 0
        self.repeat_row = 1
        self.cells: dict[int, Value] = {}
        self.column = 0
        self.cell: Attributes | None = None
        self.text: list[str] = []
        self.noted = 0
        self.seen = 0

    def _open(self, tag: str, attributes: Attributes) -> None:
        if tag == "table:table":
            self.sheet += 1
            self.number = 0
        elif self.sheet != self.wanted:
            return
        elif tag in {"table:table-cell", "table:covered-table-cell"}:
            self._count()
            self.cell, self.text = attributes, []
        elif tag == "table:table-row":
            self.number += 1
            self.repeat_row = _repeats(attributes, "table:number-rows-repeated")
            self.cells, self.column = {}, 0
        elif tag == "office:annotation":
            self.noted += 1
        elif self.cell is not None and not self.noted:
            self._open_text(local(tag))

    def _open_text(self, name: str) -> None:
        if name == "p":
            if self.text:
                self.text.append("\n")
            self.parser.CharacterDataHandler = self.text.append
        elif name == "s":
            self.text.append(" ")
        elif name == "line-break":
            self.text.append("\n")

    def _count(self) -> None:
        self.seen += 1
        if self.seen > self.limits.cells:
            raise WorkbookRefused(sheets.TOO_MANY_CELLS)

    def _close(self, tag: str) -> None:
        if tag == "text:p":
            self.parser.CharacterDataHandler = None
        elif tag == "office:annotation":
            self.noted -= 1
        elif self.sheet != self.wanted:
            return
        elif tag in {"table:table-cell", "table:covered-table-cell"} and self.cell is not None:
            self._close_cell(self.cell)
            self.cell = None
        elif tag == "table:table-row":
            self._close_row()

    def _close_cell(self, attributes: Attributes) -> None:
        repeats = _repeats(attributes, "table:number-columns-repeated")
        value = _value(attributes, "".join(self.text))
        if value is not None and value != "":
            for column in range(self.column, self.column + min(repeats, self.limits.columns + 1)):
                self.cells[column] = value
        self._note_merged(attributes)
        self.column += repeats

    def _note_merged(self, attributes: Attributes) -> None:
        wide = _repeats(attributes, "table:number-columns-spanned")
        high = _repeats(attributes, "table:number-rows-spanned")
        if wide > 1 or high > 1:
            self.ranges.append(Range(self.number, self.column, self.number + high - 1, self.column + wide - 1))

    def _close_row(self) -> None:
        if self.cells:
            if self.repeat_row > self.limits.rows:
                raise WorkbookRefused(sheets.TOO_MANY_ROWS)
            self.ready.extend((self.number + further, dict(self.cells)) for further in range(self.repeat_row))
        self.number += self.repeat_row - 1


def _repeats(attributes: Attributes, name: str) -> int:
    text = attributes.get(name, "1")
    return int(text) if text.isdecimal() and len(text) < 9 and int(text) > 0 else 1


def _value(attributes: Attributes, shown: str) -> Value:
    value = _typed(attributes, shown)
    formula = attributes.get("table:formula")
    return {"f": DIALECT.sub("", formula), "v": value} if formula else value


def _typed(attributes: Attributes, shown: str) -> Value:
    kind = attributes.get("office:value-type", "")
    if kind in {"float", "currency", "percentage"}:
        return plain_number(attributes.get("office:value", shown))
    if kind == "date":
        day = attributes.get("office:date-value", shown)
        month_only = MONTH_SHOWN.fullmatch(shown) and day[8:10] == "01"
        return {"m": day[:7]} if month_only else {"d": day}
    if kind == "boolean":
        return attributes.get("office:boolean-value") == "true"
    return shown or attributes.get("office:string-value") or None
