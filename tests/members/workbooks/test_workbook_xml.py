"""The XML of a sheet: rows and cells as programs write them, whatever is broken, however the stream is cut."""

from collections.abc import Iterator

import pytest
from hypothesis import given, strategies as st

from members.workbooks import sheets
from members.workbooks.packed import parse_pieces
from members.workbooks.sheets import DAY, MONTH, SheetRow, WorkbookRefused
from members.workbooks.xlsx import Meaning, Scan

MANY = 4_000_000
TEXTS = ["姓名", "", "张三_x000D_", "a" * 50]
KINDS = [None, DAY, MONTH, "time"]

PLAIN = [
    '<row r="3"><c r="A3"><v>1</v></c></row>',
    '<row r="4" spans="1:14" ht="15" x14ac:dyDescent="0.25"><c r="A4" s="1"><v>21515</v></c>'
    '<c r="AB4" t="s"><v>0</v></c></row>',
    '<row r="5"><c r="A5" t="inlineStr"><is><t xml:space="preserve"> 李_x0041_𠮷 </t></is></c><c r="B5" s="9"/></row>',
    '<row r="6"><c r="B6" t="str"><v>x</v></c><c r="B6"><v></v></c><c r="A6" t="b"><v>1</v></c></row>',
    '<row r="7"><c r="C7" t="e"><v>#REF!</v></c><c r="D7" s="2"><v>21490</v></c><c r="E7" s="3"><v>0.5</v></c></row>',
    '<row r="8" hidden="1"><c r="A8" s="1"></c></row>',
    '<row r="9"><c r="A9" s="1"><v>21515.25</v></c><c r="B9" s="1"><v>-4</v></c>'
    '<c r="C9" s="1"><v>9999999</v></c></row>',
    '<row r="10"><c r="A10" t="s"><v>1</v></c><c r="B10" t="d"><v>2020-01-01</v></c>'
    '<c r="C10" t="odd"><v>z</v></c></row>',
]
ODD = [
    "<row><c><v>7</v></c><c><v>8</v></c></row>",
    "<row/>",
    '<row r="99"/>',
    '<row r="2"><c r="A2"><f>A1+1</f><v>3</v></c></row>',
    '<row r="2"><c r="A2"><f t="shared" si="0">A1</f><v>3</v></c><c r="B2"><f t="shared" si="0"/></c></row>',
    '<row r="2"><c r="A2" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r><rPh><t>c</t></rPh></is></c></row>',
    '<row r="2"><c r="A2" t="str"><v>a &amp; b</v></c></row>',
    '<row r="2"><c r="A2" t="str"><v>a\nb</v></c></row>',
    '<row r="2"><c r="A2" t="str"><v><![CDATA[</row>]]></v></c></row>',
    '<row r="2"><c t="str" r="A2"><v>order</v></c></row>',
    "<row r='2'><c r='A2'><v>5</v></c></row>",
    "<c><v>5</v></c>",
    '<c r="D1"><v>6</v></c>',
    "\n  ",
    "<!-- </row> -->",
    "<?x </row> ?>",
    "<row r='2'><row r='3'><c r='A3'><v>5</v></c></row>" + PLAIN[0] + "</row>",
    "<c r='A2'><row r='3'><c r='A3'><v>5</v></c></row>" + PLAIN[0] + "</c>",
    "<rPh><row r='3'><c r='A3'><v>5</v></c></row>" + PLAIN[0] + "</rPh>",
    "<v><row r='3'></row>" + PLAIN[5] + "text</v>",
    f"<!-- {PLAIN[0]} -->",
    f"<row/><!-- </row>{PLAIN[0]} -->",
    f"<![CDATA[{PLAIN[0]}]]>",
    f"<other>{PLAIN[0]}</other>",
]
BROKEN = [
    '<row r="2"><c r="A2"><v>5</v></c>',
    "</row>",
    '<row r="2" r="3"><c r="A2"><v>5</v></c></row>',
    '<row r="2"><c r="A2" r="B2"><v>5</v></c></row>',
    '<row r="2"><c r="A2"><v>]]></v></c></row>',
    '<row r="2"><c r="A2"><v>\x01</v></c></row>',
    '<row r="2"><c r="A2"><v>\uffff</v></c></row>',
    '<row r="2"><c r="A2"><v>a & b</v></c></row>',
    '<row r="2"><c r="A2"><v>5</t></c></row>',
    '<row r="2"><c r="A2" t="s"><v>99</v></c></row>',
    '<row r="2"><c r="A2" t="s"><v>x</v></c></row>',
    '<row r="2"><c r="ZZZZZ2"><v>x</v></c></row>',
]


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def read(content: bytes, *, size: int = 1 << 17, cells: int = MANY) -> list[SheetRow]:
    """Raises WorkbookRefused."""
    scan = Scan(Meaning(TEXTS, KINDS, from_1904=False), cells)
    rows: list[SheetRow] = []
    for _piece in parse_pieces(scan.parser, cut(content, size)):
        rows += scan.ready
        scan.ready.clear()
    return rows


def sheet(*rows: str, head: str = "", prefix: str = "") -> bytes:
    data = f"<{prefix}sheetData>{''.join(rows)}</{prefix}sheetData>"
    return f"{head}<{prefix}worksheet><cols/>{data}<mergeCells/></{prefix}worksheet>".encode()


def outcome(content: bytes, *, size: int = 1 << 17) -> list[SheetRow] | str:
    try:
        return read(content, size=size)
    except WorkbookRefused as refusal:
        return refusal.code


def test_what_is_written_of_a_row_is_read_and_nothing_else() -> None:
    rows = read(sheet(*PLAIN))
    assert [number for number, _cells in rows] == [3, 4, 5, 6, 7, 9, 10]  # nothing is written in row 8
    assert dict(rows)[3] == {0: 1}
    assert dict(rows)[6] == {1: "x", 0: True}


@pytest.mark.parametrize("odd", ODD)
def test_rows_beside_an_odd_one_are_read_as_they_are(odd: str) -> None:
    """A cell that stands in no row goes to the next one."""
    found, wanted = dict(read(sheet(PLAIN[1], odd, PLAIN[4], PLAIN[7]))), dict(read(sheet(PLAIN[1], *PLAIN[4:8])))
    assert (found[4], found[10]) == (wanted[4], wanted[10])
    assert all(found[7][column] == value for column, value in wanted[7].items())


@pytest.mark.parametrize("broken", BROKEN)
def test_what_is_no_xml_or_means_nothing_is_refused(broken: str) -> None:
    assert outcome(sheet(PLAIN[0], PLAIN[1], broken, PLAIN[2])) == sheets.BROKEN


@given(st.lists(st.sampled_from([*PLAIN, *ODD, *BROKEN]), max_size=8), st.integers(0, 300), st.integers(1, 400))
def test_however_the_stream_is_cut_the_same_comes_out(rows: list[str], lost: int, size: int) -> None:
    whole = sheet(*rows)
    content = whole[: len(whole) - lost]
    assert repr(outcome(content, size=size)) == repr(outcome(content))  # repr: 1 and True are different cells


@pytest.mark.parametrize(
    "content",
    [
        sheet(*PLAIN, head='<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'),
        b"\xef\xbb\xbf" + sheet(*PLAIN),
        sheet(*PLAIN, head='<?xml version="1.0" encoding="utf-16"?>').decode().encode("utf-16"),
    ],
)
def test_a_sheet_says_its_encoding_and_may_begin_with_its_mark(content: bytes) -> None:
    assert outcome(content) == read(sheet(*PLAIN))


def test_a_sheet_whose_elements_carry_a_prefix_is_read() -> None:
    prefixed = [row.replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:") for row in PLAIN]
    assert read(sheet(*prefixed, prefix="x:")) == read(sheet(*PLAIN))


def test_bytes_that_are_no_text_are_refused() -> None:
    assert outcome(sheet(PLAIN[0], PLAIN[2]).replace("李".encode(), b"\xff")) == sheets.BROKEN


def test_cells_count_against_the_bound() -> None:
    content = sheet(*PLAIN[:2])
    assert read(content, cells=3)
    with pytest.raises(WorkbookRefused) as refusal:
        read(content, cells=2)
    assert refusal.value.code == sheets.TOO_MANY_CELLS
