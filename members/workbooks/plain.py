"""Plain rows of a sheet's XML, taken by regular expressions: a third of the time of an event for every tag.

A plain row is made only of ordinary cells: numbers, words of the list of shared texts, texts in their place, without
formulas, formatted runs, entities or anything a program may add. All else stays in the stream and is read by expat, and
what a cell means is decided by the same code, so that it makes no difference which of the two has read a row.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

END = "</row>"
END_BYTES = END.encode()
LONGEST_KEPT = 1 << 20
"""Bytes kept back for the end of a row; a longer row is for expat."""
TEXT = r"[^<>&\x00-\x1f\ufffe\uffff]*+"
NUMBER = r"[0-9]{1,8}"
CELL = (
    rf'<c r="([A-Z]{{1,3}}){NUMBER}"(?: s="({NUMBER})")?(?: t="([A-Za-z]{{1,9}})")?'
    rf'(?:/>|><v>({TEXT})</v></c>|><is><t(?: xml:space="preserve")?>({TEXT})</t></is></c>|></c>)'
)
ROW_ATTRIBUTES = "".join(
    rf'(?: {name}="[0-9A-Za-z.: -]*+")?'
    for name in (
        *("spans", "s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed"),
        *("thickTop", "thickBot", "ph", "x14ac:dyDescent"),
    )
)
"""In the order in which programs write them; so none can be there twice, which would be no XML."""
CELLS = re.compile(CELL)
UNGROUPED = re.sub(r"\((?!\?)", "(?:", CELL)
ROW = re.compile(rf'[ \t\r\n]*+<row r="({NUMBER})"{ROW_ATTRIBUTES}>((?>{UNGROUPED})+){END}')

PlainCell = tuple[str, str, str, str, str]
"""Letters of the column, style, kind, value, text; what isn't written is empty."""


class Scan(Protocol):
    """What reads the rest of the stream."""

    def is_between_rows(self, given: int) -> bool:
        """Whether all that was given, so many bytes, is understood and ended with the end of a row."""

    def add_plain(self, number: int, cells: list[PlainCell]) -> None: ...


def without_plain_rows(stream: Iterable[bytes], scan: Scan) -> Iterator[bytes]:
    """The stream as expat has to read it: plain rows go into the scan instead. Pieces can be empty.

    The scan must have read each piece before the next is asked for.
    """
    given, kept = 0, b""
    for piece in stream:
        kept += piece
        end = kept.rfind(END_BYTES) + len(END_BYTES) if END_BYTES in kept else 0
        if not end and len(kept) > LONGEST_KEPT:
            end = len(kept)
        for part in _parts(kept[:end], scan, given):
            given += len(part)
            yield part
        kept = kept[end:]
        yield b""
    yield kept


def _parts(whole: bytes, scan: Scan, given: int) -> Iterator[bytes]:
    """What isn't plain of some complete rows, row by row."""
    try:
        text = whole.decode()
    except UnicodeDecodeError:
        yield whole
        return
    at = 0
    while at < len(text):
        if scan.is_between_rows(given):
            at = _take(text, at, scan)
        end = text.find(END, at)
        part = text[at : end + len(END) if end >= 0 else len(text)]
        at += len(part)
        if part:
            encoded = part.encode()
            given += len(encoded)
            yield encoded


def _take(text: str, at: int, scan: Scan) -> int:
    """Hands all plain rows from there on to the scan; returns where the first other one begins."""
    while match := ROW.match(text, at):
        scan.add_plain(int(match[1]), CELLS.findall(match[2]))
        at = match.end()
    return at
