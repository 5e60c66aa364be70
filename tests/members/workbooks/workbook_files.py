"""Workbooks made by code: as Excel, LibreOffice and other programs write them, and as nobody should."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from members.workbooks.cells import check_digit

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def identity(born: str = "19581126", number: int = 1, *, male: bool = True) -> str:
    """An invented identity number: region 100xxx doesn't exist."""
    seventeen = f"100{number % 1000:03d}{born}{number // 1000 % 100:02d}{1 if male else 2}"
    return seventeen + check_digit(seventeen)


def xlsx(path: Path, rows: Sequence[Sequence[object]], *, sheet: str = "花名册", merge: Sequence[str] = ()) -> Path:
    """A workbook of one sheet by openpyxl; text that begins with = becomes a formula without a stored value."""
    book = openpyxl.Workbook()
    page = book.active
    page.title = sheet
    for row in rows:
        page.append(list(row))
    for cells in merge:
        page.merge_cells(cells)
    book.save(path)
    return path


def xlsx_sheets(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(list(row))
    book.save(path)
    return path


def raw_xlsx(
    path: Path,
    sheet_data: str,
    *,
    shared: str = "",
    styles: str = "",
    prefix: str = "",
    behind: str = "",
    head: str = "",
) -> Path:
    """A workbook whose sheet is exactly this XML inside <sheetData>."""
    tag = f"{prefix}:" if prefix else ""
    space = f'xmlns{":" + prefix if prefix else ""}="{MAIN}"'
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r" Type="{OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="rId1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="rId2" Type="{OFFICE}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="rId3" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f"{head}<{tag}worksheet {space}><{tag}sheetData>{sheet_data}</{tag}sheetData>"
        f"{behind}</{tag}worksheet>",
    }
    if shared:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{shared}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    return packed(path, parts)


def packed(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name, content)
    return path


def ods(path: Path, table_rows: str, *, name: str = "花名册", manifest: str = "") -> Path:
    spaces = " ".join(
        f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
        for prefix, space in {"office": "office", "table": "table", "text": "text"}.items()
    )
    content = (
        f"<office:document-content {spaces}><office:body><office:spreadsheet>"
        f'<table:table table:name="{name}">{table_rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    parts = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
    return packed(path, parts | ({"META-INF/manifest.xml": manifest} if manifest else {}))


def ods_row(*cells: str, repeated: int = 1) -> str:
    """A row of text cells."""
    inside = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{repeated}">{inside}</table:table-row>'


def xls(path: Path, rows: Sequence[Sequence[str | float | None]]) -> Path:
    """An .xls of one sheet, without a cell for None: the workbook stream of Excel 97 in a compound document."""
    name = "Sheet1"
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0x0600))
    sheet += _record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows), default=0), 0))
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            if isinstance(value, str):
                text = value.encode("utf-16-le")
                sheet += _record(0x0204, struct.pack("<HHHHB", number, column, 0, len(value), 1) + text)
            elif value is not None:
                sheet += _record(0x0203, struct.pack("<HHHd", number, column, 0, value))
    sheet += _record(0x000A, b"")
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0x0600))
    start += _record(0x00E0, struct.pack("<HHHHHHHIIH", 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    begins_at = len(start) + 4 + 8 + len(name) + 4
    bound = struct.pack("<IBBBB", begins_at, 0, 0, len(name), 0) + name.encode()
    path.write_bytes(_compound("Workbook", start + _record(0x0085, bound) + _record(0x000A, b"") + sheet))
    return path


def _record(number: int, content: bytes) -> bytes:
    return struct.pack("<HH", number, len(content)) + content


def _compound(name: str, stream: bytes) -> bytes:
    """A compound document with one stream: header, directory sector, then the stream, then its allocation table."""
    stream = stream.ljust(max(4096, len(stream) + -len(stream) % 512), b"\0")
    sectors = len(stream) // 512
    table_sectors = (sectors + 2 + 127) // 128 + 1
    first_stream, first_table = 1, 1 + sectors
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, table_sectors, 0, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    places = list(range(first_table, first_table + table_sectors))
    header += struct.pack("<109I", *places, *[0xFFFFFFFF] * (109 - len(places)))
    chain = [0xFFFFFFFE, *range(first_stream + 1, first_stream + sectors), 0xFFFFFFFE, *[0xFFFFFFFD] * table_sectors]
    table = struct.pack(f"<{table_sectors * 128}I", *chain, *[0xFFFFFFFF] * (table_sectors * 128 - len(chain)))
    directory = _entry("Root Entry", 5, 0xFFFFFFFE, 0, child=1) + _entry(name, 2, first_stream, len(stream))
    return header + directory.ljust(512, b"\0") + stream + table


def _entry(name: str, kind: int, start: int, size: int, *, child: int = 0xFFFFFFFF) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    entry = text.ljust(64, b"\0") + struct.pack("<HBB", len(text), kind, 1)
    entry += struct.pack("<III", 0xFFFFFFFF, 0xFFFFFFFF, child) + bytes(36)
    return entry + struct.pack("<IQ", start, size)


def csv_text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    return "\r\n".join(separator.join(row) for row in rows) + "\r\n"
