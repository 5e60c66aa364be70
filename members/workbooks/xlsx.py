"""Workbooks of Excel, read in passes over the XML."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from members.workbooks import sheets
from members.workbooks.packed import Attributes, local, new_parser, parse_pieces, pieces, walk
from members.workbooks.sheets import (
    Limits,
    Range,
    SheetEntry,
    SheetRow,
    Value,
    WorkbookRefused,
    built_in_kind,
    format_kind,
    range_of,
    under_format,
)

ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
NOTHING = (None, "")


class Scan:
    """One pass over a sheet's XML. Rows that are complete wait in `ready`."""

    def __init__(self, meaning: "Meaning", most_cells: int) -> None:
        self.value_of = meaning.value_of
        self.most_cells = most_cells
        self.ready: list[SheetRow] = []
        self.parser = new_parser()
        self.parser.StartElementHandler = self._first_element
        self.parser.EndElementHandler = self._close
        self.number = 0
        self.cells: dict[int, Value] = {}
        self.column = -1
        self.kind = "n"
        self.style = ""
        self.value: list[str] = []
        self.formula: list[str] | None = None
        self.shared = ""
        self.copied: dict[str, str] = {}
        self.phonetic = False
        self.seen = 0
        self.columns = _Columns()

    def _first_element(self, tag: str, attributes: Attributes) -> None:
        """Every element carries the prefix of the first, usually none."""
        prefix = tag[: -len(local(tag))]
        self.row_tag, self.cell_tag, self.formula_tag = f"{prefix}row", f"{prefix}c", f"{prefix}f"
        self.value_tags = {f"{prefix}v", f"{prefix}t"}
        self.phonetic_tag = f"{prefix}rPh"
        self.parser.StartElementHandler = self._open

    def _open(self, tag: str, attributes: Attributes) -> None:
        if tag == self.cell_tag:
            self._open_cell(attributes)
        elif tag in self.value_tags:
            if not self.phonetic:
                self.parser.CharacterDataHandler = self.value.append
        elif tag == self.row_tag:
            number = attributes.get("r", "")
            self.number = int(number) if number.isdecimal() and len(number) < 9 else self.number + 1
            self.column = -1
        elif tag == self.formula_tag:
            self.formula, self.shared = [], attributes.get("si", "")
            self.parser.CharacterDataHandler = self.formula.append
        elif tag == self.phonetic_tag:
            self.phonetic = True

    def _open_cell(self, attributes: Attributes) -> None:
        self.seen += 1
        if self.seen > self.most_cells:
            raise WorkbookRefused(sheets.TOO_MANY_CELLS)
        reference = attributes.get("r")
        self.column = self.columns[reference.rstrip("0123456789")] if reference else self.column + 1
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "")
        self.value.clear()
        self.formula = None

    def _close(self, tag: str) -> None:
        if tag in self.value_tags or tag == self.formula_tag:
            self.parser.CharacterDataHandler = None
        elif tag == self.cell_tag:
            if self.value or self.formula is not None:
                self._close_cell()
        elif tag == self.row_tag:
            if self.cells:
                self.ready.append((self.number, self.cells))
                self.cells = {}
        elif tag == self.phonetic_tag:
            self.phonetic = False

    def _close_cell(self) -> None:
        value: Value = self.value_of(self.kind, self.style, "".join(self.value)) if self.value else None
        if self.formula is not None:
            value = {"f": "=" + self._formula("".join(self.formula)), "v": value}
        if value not in NOTHING:
            self.cells[self.column] = value

    def _formula(self, text: str) -> str:
        """A formula copied down a column is written once and then only numbered."""
        if self.shared and text:
            self.copied[self.shared] = text
        return text or self.copied.get(self.shared, "")


class _Columns(dict[str, int]):
    """Letters to the number of a column, from 0."""

    def __missing__(self, letters: str) -> int:
        self[letters] = column = column_of(letters)
        return column


def column_of(letters: str) -> int:
    """ "A" is 0, "AA" is 26. Raises WorkbookRefused for what is no column."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z" or number > 20_000:
            raise WorkbookRefused(sheets.BROKEN)
        number = number * 26 + ord(letter) - 64
    return number - 1


class Meaning:
    """What a cell means by its kind and style, under the workbook's shared texts and formats of numbers."""

    def __init__(self, texts: list[str], kinds: list[str | None], from_1904: bool) -> None:
        self.texts = texts
        self.kinds = kinds
        self.from_1904 = from_1904

    def value_of(self, kind: str, style: str, text: str) -> Value:
        if kind == "inlineStr":
            return unescaped(text)
        if kind == "s":
            return self._shared(text)
        if kind == "n":
            return under_format(text, self._number_kind(style), from_1904=self.from_1904)
        if kind == "b":
            return text.strip() == "1"
        if kind == "e":
            return {"e": text}
        if kind == "d":
            return {"d": text}
        return unescaped(text)

    def _shared(self, text: str) -> str:
        try:
            return self.texts[int(text)]
        except (ValueError, IndexError) as error:
            raise WorkbookRefused(sheets.BROKEN) from error

    def _number_kind(self, style: str) -> str | None:
        number = int(style) if style.isdecimal() else -1
        return self.kinds[number] if 0 <= number < len(self.kinds) else None


def unescaped(text: str) -> str:
    """Control characters are written as _x000D_ in these files."""
    return ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return "" if 0xD800 <= number <= 0xDFFF else chr(number)


MERGED = re.compile(rb"mergeCell\s[^>]*?ref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})[\"']")
END_OF_ROWS = re.compile(rb"</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData/>")
SHEET_DATA = b"sheetData"
LONGEST_END = 64
ROOT = "xl/workbook.xml"


class XlsxBook:
    """A workbook as Excel, WPS and most programs write it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.limits = limits
        self.pack = zipfile.ZipFile(path)
        self.names = {name.lower(): name for name in self.pack.namelist()}
        self.from_1904 = False
        root = self._root()
        self.targets = self._targets(root)
        self.places = self._places(root)
        self.kinds = self._kinds()
        self.texts = self._texts()
        self.ranges: dict[int, list[Range]] = {}

    def _root(self) -> str:
        """The workbook's main part; usually xl/workbook.xml, but a program may call it otherwise."""
        found = [ROOT]

        def on_start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
                found.append(attributes.get("Target", "").lstrip("/"))

        if "_rels/.rels" in self.names:
            walk(self.pack, self.names["_rels/.rels"], on_start)
        return self._part(found[-1]) or self._part(ROOT) or ""

    def _part(self, name: str) -> str | None:
        return self.names.get(posixpath.normpath(name).lower())

    def _targets(self, root: str) -> dict[str, tuple[str, str]]:
        """Relation number to the kind and the part it points at."""
        folder, name = posixpath.split(root)
        relations = self._part(f"{folder}/_rels/{name}.rels")
        targets: dict[str, tuple[str, str]] = {}

        def on_start(tag: str, attributes: Attributes) -> None:
            if tag == "Relationship":
                target = attributes.get("Target", "")
                part = self._part(target.lstrip("/") if target.startswith("/") else f"{folder}/{target}")
                targets[attributes.get("Id", "")] = (attributes.get("Type", "").rpartition("/")[2], part or "")

        if relations:
            walk(self.pack, relations, on_start)
        return targets

    def _places(self, root: str) -> list[SheetEntry]:
        places: list[SheetEntry] = []

        def on_start(tag: str, attributes: Attributes) -> None:
            if tag == "sheet":
                relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
                kind, part = self.targets.get(relation, ("", ""))
                if kind == "worksheet" and part:
                    hidden = attributes.get("state", "visible") != "visible"
                    places.append(SheetEntry(attributes.get("name", ""), hidden, part))
            elif tag == "workbookPr":
                self.from_1904 = attributes.get("date1904") in {"1", "true"}

        if not root:
            raise WorkbookRefused(sheets.KIND_UNKNOWN)
        walk(self.pack, root, on_start)
        if sum(self.pack.getinfo(place.part).file_size for place in places) > self.limits.inflated_size:
            raise WorkbookRefused(sheets.INFLATES_TOO_LARGE)
        return places

    def _first(self, kind: str) -> str | None:
        return next((part for found, part in self.targets.values() if found == kind and part), None)

    def _kinds(self) -> list[str | None]:
        """What each cell style makes of a number."""
        codes: dict[str, str | None] = {}
        kinds: list[str | None] = []
        inside = [False]

        def on_start(tag: str, attributes: Attributes) -> None:
            if tag == "numFmt":
                codes[attributes.get("numFmtId", "")] = format_kind(attributes.get("formatCode", ""))
            elif tag in {"cellXfs", "cellStyleXfs", "cellStyles", "dxfs"}:
                inside[0] = tag == "cellXfs"
            elif tag == "xf" and inside[0]:
                number = attributes.get("numFmtId", "0")
                kinds.append(codes[number] if number in codes else built_in_kind(number))

        part = self._first("styles")
        if part:
            walk(self.pack, part, on_start)
        return kinds

    def _texts(self) -> list[str]:
        part = self._first("sharedStrings")
        return _shared_texts(self.pack, part) if part else []

    def merged(self, index: int) -> list[Range]:
        """Ranges of merged cells; they stand behind the rows in the file."""
        if index not in self.ranges:
            self.ranges[index] = self._merged(index)
        return self.ranges[index]

    def _merged(self, index: int) -> list[Range]:
        tail = b""
        behind = False
        for piece in pieces(self.pack, self.places[index].part):
            tail += piece
            if not behind:
                end = END_OF_ROWS.search(tail) if SHEET_DATA in tail else None
                behind = end is not None
                tail = tail[end.end() :] if end else tail[-LONGEST_END:]
            if len(tail) > self.limits.merged_size:
                break
        return sorted(range_of(match.decode()) for match in MERGED.findall(tail)) if behind else []

    def rows(self, index: int) -> Iterator[SheetRow]:
        scan = Scan(Meaning(self.texts, self.kinds, self.from_1904), self.limits.cells)
        for _piece in parse_pieces(scan.parser, pieces(self.pack, self.places[index].part)):
            yield from scan.ready
            scan.ready.clear()


class _Texts:
    """One pass over the shared texts. What is complete waits in `ready`; phonetic guides are left out."""

    def __init__(self) -> None:
        self.ready: list[str] = []
        self.runs: list[str] = []
        self.phonetic = False
        self.parser = new_parser()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._open, self._close

    def _open(self, tag: str, _attributes: Attributes) -> None:
        name = local(tag)
        if name == "t" and not self.phonetic:
            self.parser.CharacterDataHandler = self.runs.append
        elif name == "rPh":
            self.phonetic = True

    def _close(self, tag: str) -> None:
        name = local(tag)
        if name == "t":
            self.parser.CharacterDataHandler = None
        elif name == "rPh":
            self.phonetic = False
        elif name == "si":
            self.ready.append(unescaped("".join(self.runs)))
            self.runs.clear()


def _shared_texts(pack: zipfile.ZipFile, part: str) -> list[str]:
    texts = _Texts()
    for _piece in parse_pieces(texts.parser, pieces(pack, part)):
        pass
    return texts.ready
