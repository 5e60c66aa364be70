from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
import python_calamine
from hypothesis import HealthCheck, given, settings, strategies as st

from members.dates import PartialDate
from members.workbooks.reading import CellError, Formula, Head, Row, open_workbook
from members.workbooks.sheets import Limits, Range
from tests.members.workbooks.workbook_files import csv_text, ods, ods_row, packed, raw_xlsx, xls, xlsx, xlsx_sheets

ROWS = [["姓名", "性别", "党费"], ["张三", "男", 12.5], ["李四", "女", 3]]
TEXT_ROWS = [["姓名", "性别", "备注"], ["张三", "男", "党龄，三十年"], ["李四", "女", "无"]]

STYLES = (
    '<numFmts count="2"><numFmt numFmtId="170" formatCode="yyyy&quot;年&quot;m&quot;月&quot;"/>'
    '<numFmt numFmtId="171" formatCode="0.00_ "/></numFmts>'
    '<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
    '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="57"/><xf numFmtId="170"/><xf numFmtId="171"/>'
    '<xf numFmtId="22"/><xf numFmtId="20"/></cellXfs>'
)


def read(path: Path, sheet: int = 0) -> list[Row]:
    with open_workbook(path) as book:
        return list(book.rows(sheet))


def heads(path: Path) -> list[Head]:
    with open_workbook(path) as book:
        return book.heads


def values(path: Path) -> list[list[object]]:
    return [row.cells for row in read(path)]


@pytest.mark.parametrize("name", ["名册.xlsx", "名册.xls", "noext", "wrong.csv"])
def test_an_xlsx_is_known_by_its_content_whatever_its_name(tmp_path: Path, name: str) -> None:
    assert values(xlsx(tmp_path / name, ROWS)) == ROWS


def test_an_xls_is_read(tmp_path: Path) -> None:
    assert values(xls(tmp_path / "a.xlsx", ROWS)) == ROWS


def test_an_ods_is_read(tmp_path: Path) -> None:
    assert values(ods(tmp_path / "a.bin", "".join(ods_row(*row) for row in TEXT_ROWS))) == TEXT_ROWS


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_text_file_is_read_in_every_encoding_and_with_every_separator(
    tmp_path: Path, encoding: str, separator: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(csv_text(TEXT_ROWS, separator).encode(encoding))
    assert values(path) == TEXT_ROWS


def test_rows_keep_the_numbers_they_have_in_the_sheet(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["名册"], [], ["姓名"], [], [], ["张三"]])
    assert [row.number for row in read(path)] == [1, 3, 6]


def test_blank_lines_of_a_text_file_count(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名册,\n\n姓名,性别\n张三,男\n")
    assert [row.number for row in read(path)] == [1, 3, 4]


def test_a_line_break_inside_quotes_does_not_begin_a_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('姓名,备注\n张三,"一\n二"\n李四,三\n')
    assert read(path) == [Row(1, ["姓名", "备注"], []), Row(2, ["张三", "一\n二"], []), Row(3, ["李四", "三"], [])]


def test_a_number_that_excel_keeps_as_text_loses_its_shell_in_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('a,b\n="0123",=1+1\n')
    assert read(path)[1].cells == ["0123", "=1+1"]
    assert [type(cell) for cell in read(path)[1].cells] == [str, Formula]


def test_days_months_moments_and_times_come_typed(tmp_path: Path) -> None:
    cells = [
        (1, "21515"),
        (2, "21490"),
        (3, "21490"),
        (3, "21515"),
        (4, "12.50"),
        (5, "21515.5"),
        (6, "0.5"),
        (0, "21515"),
    ]
    row = "".join(
        f'<c r="{"ABCDEFGH"[column]}1" s="{style}"><v>{value}</v></c>' for column, (style, value) in enumerate(cells)
    )
    path = raw_xlsx(tmp_path / "a.xlsx", f'<row r="1">{row}</row>', styles=STYLES)
    month = PartialDate(date(1958, 11, 1), "month")
    assert read(path)[0].cells == [
        date(1958, 11, 26), month, month, date(1958, 11, 26), 12.5, datetime(1958, 11, 26, 12), "12:00", 21515,
    ]  # fmt: skip


def test_identity_numbers_kept_as_numbers_stay_numbers_so_that_the_loss_can_be_seen(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", '<row r="1"><c r="A1"><v>1.00229194509259E+17</v></c></row>')
    assert read(path)[0].cells == [1.00229194509259e17]


def test_a_formula_comes_as_text_with_what_it_last_showed(tmp_path: Path) -> None:
    path = raw_xlsx(
        tmp_path / "a.xlsx",
        '<row r="1"><c r="A1" t="str"><f>HYPERLINK("http://127.0.0.1/x","点我")</f><v>点我</v></c>'
        '<c r="B1"><f t="shared" si="0" ref="B1:B2">C1*2</f><v>4</v></c></row>'
        '<row r="2"><c r="B2"><f t="shared" si="0"/><v/></c><c r="C2" t="e"><v>#REF!</v></c></row>',
    )
    first, second = read(path)
    assert [(cell, cell.shown) for cell in first.cells] == [
        ('=HYPERLINK("http://127.0.0.1/x","点我")', "点我"), ("=C1*2", 4),
    ]  # fmt: skip
    assert (second.cells[1], second.cells[1].shown) == ("=C1*2", None)
    assert isinstance(second.cells[2], CellError)


def test_a_formula_in_an_ods_comes_as_text(tmp_path: Path) -> None:
    cell = '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2"/>'
    [row] = read(ods(tmp_path / "a.ods", f"<table:table-row>{cell}</table:table-row>"))
    assert (row.cells[0], row.cells[0].shown) == ("=1+1", 2)


def test_days_and_months_of_an_ods(tmp_path: Path) -> None:
    def day(iso: str, shown: str) -> str:
        kind = f'office:value-type="date" office:date-value="{iso}"'
        return f"<table:table-cell {kind}><text:p>{shown}</text:p></table:table-cell>"

    cells = day("1958-11-26", "1958年11月") + day("1958-11-01", "1958年11月") + day("1958-11-01", "1958-11-01")
    [row] = read(ods(tmp_path / "a.ods", f"<table:table-row>{cells}</table:table-row>"))
    assert row.cells == [date(1958, 11, 26), PartialDate(date(1958, 11, 1), "month"), date(1958, 11, 1)]


def test_repeated_rows_and_cells_of_an_ods_are_counted(tmp_path: Path) -> None:
    rows = ods_row("名册") + '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
    wide = '<table:table-cell table:number-columns-repeated="2"/>'
    wide += "<table:table-cell><text:p>张三</text:p></table:table-cell>"
    path = ods(tmp_path / "a.ods", rows + f"<table:table-row>{wide}</table:table-row>")
    assert read(path) == [Row(1, ["名册"], []), Row(5, [None, None, "张三"], [])]


def test_rich_text_is_joined_and_phonetic_guides_are_left_out(tmp_path: Path) -> None:
    shared = "<si><r><t>张</t></r><r><t>三</t></r><rPh><t>zhang</t></rPh></si><si><t>一_x000A_二</t></si>"
    path = raw_xlsx(
        tmp_path / "a.xlsx",
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
        '<c r="C1" t="inlineStr"><is><r><t>李</t></r><r><t>四</t></r></is></c></row>',
        shared=shared,
    )
    assert read(path)[0].cells == ["张三", "一\n二", "李四"]


def test_prefixes_and_missing_references_are_understood(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", "<x:row><x:c><x:v>1</x:v></x:c><x:c><x:v>2</x:v></x:c></x:row>", prefix="x")
    assert read(path) == [Row(1, [1, 2], [])]


def test_cells_merged_downwards_fill_every_row_and_say_so(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["第一党支部", "张三"], [None, "李四"], ["第二党支部", "王五"]], merge=["A1:A2"])
    assert read(path) == [
        Row(1, ["第一党支部", "张三"], []), Row(2, ["第一党支部", "李四"], [0]), Row(3, ["第二党支部", "王五"], []),
    ]  # fmt: skip


def test_cells_of_an_ods_merged_downwards_fill_every_row(tmp_path: Path) -> None:
    merged = '<table:table-cell table:number-rows-spanned="2"><text:p>第一党支部</text:p></table:table-cell>'
    name = "<table:table-cell><text:p>张三</text:p></table:table-cell>"
    rows = f"<table:table-row>{merged}{name}</table:table-row>"
    rows += f"<table:table-row><table:covered-table-cell/>{name}</table:table-row>"
    assert read(ods(tmp_path / "a.ods", rows)) == [
        Row(1, ["第一党支部", "张三"], []),
        Row(2, ["第一党支部", "张三"], [0]),
    ]


def test_the_head_of_every_sheet_comes_first(tmp_path: Path) -> None:
    path = xlsx_sheets(tmp_path / "a.xlsx", {"填表说明": [["先读"]], "花名册": [["姓名"]] + [["张三"]] * 60})
    found = heads(path)
    assert [(head.name, len(head.rows)) for head in found] == [("填表说明", 1), ("花名册", 40)]
    assert len(read(path, sheet=1)) == 61


def test_hidden_sheets_and_merged_headings_are_known(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["基本情况", None])
    book.active.merge_cells("A1:B1")
    book.create_sheet("旧").sheet_state = "hidden"
    book["旧"].append(["姓名"])
    book.save(tmp_path / "a.xlsx")
    first, second = heads(tmp_path / "a.xlsx")
    assert (first.merged, first.hidden, second.hidden) == ([Range(1, 0, 1, 1)], False, True)


def test_a_long_sheet_is_understood_behind_many_pieces(tmp_path: Path) -> None:
    """The list of merged cells stands behind the rows, far from the beginning."""
    rows = [["第一党支部", "x" * 100]] + [[None, "x" * 100]] * 5000
    assert read(xlsx(tmp_path / "a.xlsx", rows, merge=["A1:A5001"]))[5000] == Row(5001, ["第一党支部", "x" * 100], [0])


def test_the_subprocess_gets_no_secrets_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of our settings reaches the process that meets strangers' files."""
    seen = {}

    def note(*_command: object, **options: object) -> None:
        seen.update(options)
        raise OSError

    monkeypatch.setattr("members.workbooks.reading.subprocess.Popen", note)
    monkeypatch.setenv("DATABASE_URL", "postgres://secret")
    with pytest.raises(OSError), open_workbook(tmp_path / "a.xlsx"):
        pass
    assert set(seen["env"]) == {"PATH", "PYTHONIOENCODING"}


def test_the_other_reader_sees_the_same_cells(tmp_path: Path) -> None:
    """calamine as a second opinion on a workbook with every plain kind of cell."""
    path = xlsx(tmp_path / "a.xlsx", [["张三", 1.5, date(1958, 11, 26), True, "  "], [None, "李四", 2, None, "一\n二"]])
    ours = [[cell if cell is not None else "" for cell in row.cells] for row in read(path)]
    theirs = python_calamine.load_workbook(str(path)).get_sheet_by_index(0).to_python()
    assert ours == [["张三", 1.5, date(1958, 11, 26), True, "  "], ["", "李四", 2, "", "一\n二"]]
    assert [row[:4] for row in ours] == [row[:4] for row in theirs]


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), min_size=1, max_size=5))
def test_any_text_comes_back_from_an_ods(tmp_path: Path, rows: list[list[str]]) -> None:
    path = ods(tmp_path / "a.ods", "".join(ods_row(*map(escape, row)) for row in rows))
    assert values(path) == rows


def test_a_workbook_part_may_have_another_name(tmp_path: Path) -> None:
    sheet = f'<worksheet xmlns="{"http://schemas.openxmlformats.org/spreadsheetml/2006/main"}"><sheetData><row><c><v>7</v></c></row></sheetData></worksheet>'
    parts = {
        "_rels/.rels": '<Relationships><Relationship Type="x/officeDocument" Target="/book/main.xml"/></Relationships>',
        "book/main.xml": '<workbook xmlns:r="r"><sheets><sheet name="A" r:id="1"/></sheets></workbook>',
        "book/_rels/main.xml.rels": '<Relationships><Relationship Id="1" Type="x/worksheet" Target="Sheet.XML"/>'
        "</Relationships>",
        "book/sheet.xml": sheet,
    }
    assert values(packed(tmp_path / "a.xlsx", parts)) == [[7]]


def test_limits_can_be_narrowed(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["姓名"]] * 12)
    with open_workbook(path, Limits(head_rows=10)) as book:
        assert len(book.heads[0].rows) == 10


def test_rows_of_an_xls_keep_their_numbers_below_blank_ones(tmp_path: Path) -> None:
    path = xls(tmp_path / "a.xls", [[], [], [None, "姓名", "性别"], [], [None, "张三", "男"]])
    assert [(row.number, row.cells) for row in read(path)] == [(3, [None, "姓名", "性别"]), (5, [None, "张三", "男"])]
