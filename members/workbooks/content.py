"""Which kind of file it is, by what is in it: names lie."""

import codecs
import zipfile
from pathlib import Path

from members.workbooks import refusals
from members.workbooks.limits import Limits
from members.workbooks.refusals import WorkbookRefused

XLSX, XLS, ODS, CSV = "xlsx", "xls", "ods", "csv"

PACKED = b"PK\x03\x04"
EMPTY_PACK = b"PK\x05\x06"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_SHEETS = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
"""The first record of an .xls that was written without a compound document around it."""
OTHER_KINDS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
    b"\x7fELF",
    b"MZ",
)
WEB_PAGES = (b"<html", b"<!doctype html", b"<table", b"<?xml", b"<meta", b"mime-version:")
ENCODINGS = ("utf-8", "gb18030")


def kind_of(path: Path, limits: Limits) -> str:
    """One of XLSX, XLS, ODS, CSV. Raises WorkbookRefused."""
    size = path.stat().st_size
    if size == 0:
        raise WorkbookRefused(refusals.EMPTY)
    if size > limits.file_size:
        raise WorkbookRefused(refusals.FILE_TOO_LARGE)
    with path.open("rb") as file:
        start = file.read(2048)
    if start.startswith((PACKED, EMPTY_PACK)):
        return _packed_kind(path, limits)
    if start.startswith(COMPOUND):
        return _compound_kind(path)
    return XLS if start.startswith(OLD_SHEETS) else _text_kind(start)


def _packed_kind(path: Path, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(path) as pack:
            parts = pack.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        raise WorkbookRefused(refusals.BROKEN) from error
    if len(parts) > limits.parts or sum(part.file_size for part in parts) > limits.inflated_size:
        raise WorkbookRefused(refusals.INFLATES_TOO_LARGE)
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookRefused(refusals.ENCRYPTED)
    names = {part.filename for part in parts}
    if "content.xml" in names:
        return ODS
    if any(name.endswith("workbook.xml") for name in names) or "_rels/.rels" in names:
        return XLSX
    raise WorkbookRefused(refusals.KIND_UNKNOWN)


def _compound_kind(path: Path) -> str:
    """An .xls, or the shell around an .xlsx that is locked with a password."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise WorkbookRefused(refusals.ENCRYPTED)
    if not any(name.encode("utf-16-le") in content for name in ("Workbook", "Book", "WORKBOOK", "BOOK")):
        raise WorkbookRefused(refusals.KIND_UNKNOWN)
    return XLS


def _text_kind(start: bytes) -> str:
    if start.startswith(OTHER_KINDS):
        raise WorkbookRefused(refusals.KIND_UNKNOWN)
    plain = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if not plain.strip(b"\0"):
        raise WorkbookRefused(refusals.EMPTY if not plain else refusals.KIND_UNKNOWN)
    if plain.lower().startswith(WEB_PAGES):
        raise WorkbookRefused(refusals.WEB_PAGE)
    return CSV


def encoding_of(path: Path) -> str:
    """The encoding of a text file: by its mark, else the first that reads the whole of it. Raises WorkbookRefused."""
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(codecs.BOM_UTF8):
        return _first_that_reads(path, ("utf-8-sig",))
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _first_that_reads(path, ("utf-16",))
    if b"\0" in start:
        even, odd = start[::2].count(0), start[1::2].count(0)
        return _first_that_reads(path, ("utf-16-be",) if even > odd else ("utf-16-le",))
    return _first_that_reads(path, ENCODINGS)


def _first_that_reads(path: Path, encodings: tuple[str, ...]) -> str:
    for encoding in encodings:
        try:
            with path.open(encoding=encoding, newline="") as file:
                while file.read(1 << 20):
                    pass
        except UnicodeError:
            continue
        return encoding
    raise WorkbookRefused(refusals.ENCODING_UNKNOWN)
