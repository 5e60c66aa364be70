"""Rows of an .xlsx, streamed: 13 MB at 100,000 rows, where a reader that builds the whole sheet takes 200.

Unlike such readers it also keeps a formula's text, and knows which dates are only months.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from members.workbooks import refusals
from members.workbooks.limits import Limits
from members.workbooks.numbers import built_in_kind, format_kind
from members.workbooks.packed import Attributes, local, new_parser, parse_pieces, pieces, walk
from members.workbooks.plain import without_plain_rows
from members.workbooks.refusals import WorkbookRefused
from members.workbooks.scan import Meaning, Scan, unescaped
from members.workbooks.sheets import Place, Range, SheetRow, range_of

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

    def _places(self, root: str) -> list[Place]:
        places: list[Place] = []

        def on_start(tag: str, attributes: Attributes) -> None:
            if tag == "sheet":
                relation = next((value for name, value in attributes.items() if name.endswith(":id")), "")
                kind, part = self.targets.get(relation, ("", ""))
                if kind == "worksheet" and part:
                    hidden = attributes.get("state", "visible") != "visible"
                    places.append(Place(attributes.get("name", ""), hidden, part))
            elif tag == "workbookPr":
                self.from_1904 = attributes.get("date1904") in {"1", "true"}

        if not root:
            raise WorkbookRefused(refusals.KIND_UNKNOWN)
        walk(self.pack, root, on_start)
        if sum(self.pack.getinfo(place.part).file_size for place in places) > self.limits.inflated_size:
            raise WorkbookRefused(refusals.INFLATES_TOO_LARGE)
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
        stream = without_plain_rows(pieces(self.pack, self.places[index].part), scan)
        for _piece in parse_pieces(scan.parser, stream):
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
