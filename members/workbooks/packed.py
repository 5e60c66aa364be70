"""XML parts of a packed workbook, a piece at a time, so that no part is ever in memory as a whole."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from xml.parsers import expat

from members.workbooks import refusals
from members.workbooks.refusals import WorkbookRefused

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
        raise WorkbookRefused(refusals.BROKEN) from error
    except DAMAGE as error:
        raise WorkbookRefused(refusals.BROKEN) from error


def new_parser() -> expat.XMLParserType:
    """A parser that refuses document types, and so every entity a file could define."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def _refuse_doctype(*_declaration: object) -> None:
    raise WorkbookRefused(refusals.BROKEN)


def parse_pieces(parser: expat.XMLParserType, stream: Iterator[bytes]) -> Iterator[None]:
    """Feeds the parser; yields after each piece, so that the caller can hand on what has been understood so far."""
    try:
        for piece in stream:
            parser.Parse(piece)
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as error:
        raise WorkbookRefused(refusals.BROKEN) from error


def walk(pack: zipfile.ZipFile, part: str, on_start: Callable[[str, Attributes], None]) -> None:
    """Calls `on_start(local name, attributes)` for every element of a small part."""
    parser = new_parser()
    parser.StartElementHandler = lambda tag, attributes: on_start(local(tag), attributes)
    for _piece in parse_pieces(parser, pieces(pack, part)):
        pass


def local(tag: str) -> str:
    """The name without its prefix."""
    return tag.rpartition(":")[2]
