"""One pass over the XML of an .xlsx sheet, and what its cells mean."""

import re

from members.workbooks import refusals
from members.workbooks.numbers import Value, under_format
from members.workbooks.packed import Attributes, local, new_parser
from members.workbooks.plain import END_BYTES, PlainCell
from members.workbooks.refusals import WorkbookRefused
from members.workbooks.sheets import SheetRow

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
        self.parser.XmlDeclHandler = self._declare
        self.utf8 = True
        self.depth = 0
        self.inside = ""
        """The element below the root that is open, or was last."""
        self.row_closed_at = -1
        """The byte of the stream."""
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

    def _declare(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.utf8 = encoding is None or encoding.lower() == "utf-8"

    def is_between_rows(self, given: int) -> bool:
        """Whether all that was given, so many bytes, is understood and ended with the end of a row of the sheet."""
        ended = self.row_closed_at == given - len(END_BYTES)
        return ended and self.depth == 2 and self.inside == "sheetData" and self.row_tag == "row" and self.utf8

    def add_plain(self, number: int, cells: list[PlainCell]) -> None:
        """What `_open` and `_close` would make of such a row."""
        self.number = number
        self._count(len(cells))
        found = {}
        for letters, style, kind, value, text in cells:
            if (written := value or text) and (read := self.value_of(kind or "n", style, written)) not in NOTHING:
                found[self.columns[letters]] = read
        self.column = self.columns[cells[-1][0]]
        if found:
            self.ready.append((number, found))

    def _count(self, cells: int) -> None:
        self.seen += cells
        if self.seen > self.most_cells:
            raise WorkbookRefused(refusals.TOO_MANY_CELLS)

    def _first_element(self, tag: str, attributes: Attributes) -> None:
        """Every element carries the prefix of the first, usually none."""
        prefix = tag[: -len(local(tag))]
        self.row_tag, self.cell_tag, self.formula_tag = f"{prefix}row", f"{prefix}c", f"{prefix}f"
        self.value_tags = {f"{prefix}v", f"{prefix}t"}
        self.phonetic_tag = f"{prefix}rPh"
        self.depth = 1
        self.parser.StartElementHandler = self._open

    def _open(self, tag: str, attributes: Attributes) -> None:
        self.depth += 1
        if self.depth == 2:
            self.inside = tag
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
        self._count(1)
        reference = attributes.get("r")
        self.column = self.columns[reference.rstrip("0123456789")] if reference else self.column + 1
        self.kind = attributes.get("t", "n")
        self.style = attributes.get("s", "")
        self.value.clear()
        self.formula = None

    def _close(self, tag: str) -> None:
        self.depth -= 1
        if tag in self.value_tags or tag == self.formula_tag:
            self.parser.CharacterDataHandler = None
        elif tag == self.cell_tag:
            if self.value or self.formula is not None:
                self._close_cell()
        elif tag == self.row_tag:
            self.row_closed_at = self.parser.CurrentByteIndex
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
            raise WorkbookRefused(refusals.BROKEN)
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
            raise WorkbookRefused(refusals.BROKEN) from error

    def _number_kind(self, style: str) -> str | None:
        number = int(style) if style.isdecimal() else -1
        return self.kinds[number] if 0 <= number < len(self.kinds) else None


def unescaped(text: str) -> str:
    """Control characters are written as _x000D_ in these files."""
    return ESCAPED.sub(_character, text) if "_x" in text else text


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return "" if 0xD800 <= number <= 0xDFFF else chr(number)
