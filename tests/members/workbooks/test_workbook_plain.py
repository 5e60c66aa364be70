"""Plain rows and expat: whichever reads a row, the same comes out."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from members.workbooks import sheets
from members.workbooks.packed import parse_pieces
from members.workbooks.sheets import DAY, MONTH, SheetRow, WorkbookRefused
from members.workbooks.xlsx import LONGEST_KEPT, Meaning, Scan, without_plain_rows

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


class Counting(Scan):
    """Also counts the plain rows."""

    plain = 0

    def add_plain(self, number: int, cells: list[tuple[str, str, str, str, str]]) -> None:
        self.plain += 1
        super().add_plain(number, cells)


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[at : at + size] for at in range(0, len(content), size))


def read(content: bytes, *, size: int = 1 << 17, plain: bool = True, cells: int = MANY) -> tuple[list[SheetRow], int]:
    """The rows, and how many of them were plain. Raises WorkbookRefused."""
    scan = Counting(Meaning(TEXTS, KINDS, from_1904=False), cells)
    stream = cut(content, size)
    rows: list[SheetRow] = []
    for _piece in parse_pieces(scan.parser, without_plain_rows(stream, scan) if plain else stream):
        rows += scan.ready
        scan.ready.clear()
    return rows, scan.plain


def sheet(*rows: str, head: str = "", prefix: str = "") -> bytes:
    data = f"<{prefix}sheetData>{''.join(rows)}</{prefix}sheetData>"
    return f"{head}<{prefix}worksheet><cols/>{data}<mergeCells/></{prefix}worksheet>".encode()


def outcome(content: bytes, *, size: int = 1 << 17, plain: bool) -> list[SheetRow] | str:
    try:
        return read(content, size=size, plain=plain)[0]
    except WorkbookRefused as refusal:
        return refusal.code


def same_both_ways(content: bytes, size: int = 1 << 17) -> list[SheetRow] | str:
    ours = outcome(content, size=size, plain=True)
    assert repr(ours) == repr(outcome(content, size=size, plain=False))  # repr: 1 and True are different cells
    return ours


def test_the_first_row_is_left_to_expat_and_plain_ones_behind_it_never_reach_it() -> None:
    rows, plain = read(sheet(*PLAIN))
    assert plain == len(PLAIN) - 1
    assert [number for number, _cells in rows] == [3, 4, 5, 6, 7, 9, 10]  # nothing is written in row 8


@pytest.mark.parametrize("odd", ODD)
def test_a_plain_row_beside_an_odd_one_is_what_expat_makes_of_it(odd: str) -> None:
    assert isinstance(same_both_ways(sheet(PLAIN[0], PLAIN[1], odd, PLAIN[2], "<c><v>1</v></c>", odd, PLAIN[3])), list)


@pytest.mark.parametrize("broken", BROKEN)
def test_what_expat_refuses_is_refused(broken: str) -> None:
    assert same_both_ways(sheet(PLAIN[0], PLAIN[1], broken, PLAIN[2])) == sheets.BROKEN


@given(st.lists(st.sampled_from([*PLAIN * 2, *ODD]), max_size=12), st.integers(1, 400))
def test_any_order_of_rows_is_the_same_both_ways_however_the_stream_is_cut(rows: list[str], size: int) -> None:
    same_both_ways(sheet(*rows), size)


@given(st.lists(st.sampled_from([*PLAIN, *ODD, *BROKEN]), max_size=6), st.integers(0, 300), st.integers(1, 400))
def test_so_is_any_sheet_that_ends_too_soon_or_is_broken(rows: list[str], lost: int, size: int) -> None:
    whole = sheet(*rows)
    same_both_ways(whole[: len(whole) - lost], size)


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)


@given(st.lists(TEXT, min_size=1, max_size=4), st.sampled_from(["", "n", "s", "b", "e", "d", "str", "inlineStr", "x"]))
def test_whatever_stands_in_a_cell_is_the_same_both_ways(texts: list[str], kind: str) -> None:
    said = f' t="{kind}"' if kind else ""
    cells = [f'<c r="{"ABCD"[at]}2" s="{at}"{said}><v>{text}</v></c>' for at, text in enumerate(texts)]
    cells += [f'<c r="{"EFGH"[at]}2"{said}><is><t>{text}</t></is></c>' for at, text in enumerate(texts)]
    same_both_ways(sheet(PLAIN[0], f'<row r="2">{"".join(cells)}</row>'))


@given(st.floats() | st.integers(), st.integers(0, 5))
def test_so_is_any_number_under_any_format(number: float, style: int) -> None:
    same_both_ways(sheet(PLAIN[0], f'<row r="2"><c r="A2" s="{style}"><v>{number!r}</v></c></row>'))


@pytest.mark.parametrize(
    "content",
    [
        sheet(*PLAIN, prefix="x:"),
        sheet("<x:row><x:c><x:v>5</x:v></x:c></x:row>", *PLAIN, prefix="x:"),
        sheet(*PLAIN, head='<?xml version="1.0" encoding="iso-8859-1"?>'),
        sheet(*PLAIN, head='<?xml version="1.0" encoding="utf-16"?>').decode().encode("utf-16"),
        sheet(*PLAIN).replace(b"sheetData", b"notTheData"),
    ],
)
def test_sheets_of_other_encodings_and_names_are_left_to_expat(content: bytes) -> None:
    same_both_ways(content)
    assert read(content)[1] == 0


def test_a_sheet_says_its_encoding_and_may_begin_with_its_mark() -> None:
    content = b"\xef\xbb\xbf" + sheet(*PLAIN, head='<?xml version="1.0" encoding="UTF-8" standalone="yes"?>')
    same_both_ways(content)
    assert read(content)[1] == len(PLAIN) - 1


def test_bytes_that_are_no_text_are_refused() -> None:
    broken = sheet(PLAIN[0], PLAIN[2]).replace("李".encode(), b"\xff")
    assert same_both_ways(broken) == sheets.BROKEN


def test_a_row_longer_than_is_kept_back_is_for_expat() -> None:
    cell = '<c r="A2" t="inlineStr"><is><t>{}</t></is></c>'
    long = f'<row r="2">{cell.format("x" * 2 * LONGEST_KEPT)}</row>'
    content = sheet(PLAIN[0], long, *PLAIN)
    rows, plain = read(content)
    assert [rows, plain] == [read(content, plain=False)[0], len(PLAIN)]


def test_plain_cells_count_against_the_bound() -> None:
    content = sheet(*PLAIN[:2])
    assert read(content, cells=3)
    with pytest.raises(WorkbookRefused) as refusal:
        read(content, cells=2)
    assert refusal.value.code == sheets.TOO_MANY_CELLS
