import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from members.dates import PartialDate
from members.workbooks.reading import Formula, open_workbook
from members.workbooks.writing import Sheet, sheet_name, write_workbook
from tests.members.workbooks.workbook_files import identity


def written(*rows: tuple[object, ...], headings: tuple[str, ...] = ("姓名",), **options: object) -> openpyxl.Workbook:
    stream = io.BytesIO()
    write_workbook(stream, [Sheet("花名册", headings, rows, **options)])  # type: ignore[arg-type]
    return openpyxl.load_workbook(stream)


DANGEROUS = ['=HYPERLINK("http://127.0.0.1/x")', "=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_text_that_looks_like_a_formula_stays_text(text: str) -> None:
    cell = written((text,)).active["A2"]
    assert (cell.data_type, cell.value) == ("s", text)
    assert cell.quotePrefix, "editing the cell in Excel must not make it a formula either"


def test_no_sheet_holds_a_formula_element() -> None:
    stream = io.BytesIO()
    write_workbook(stream, [Sheet("a", ["姓名"], [[text] for text in DANGEROUS])])
    with zipfile.ZipFile(stream) as pack:
        assert b"<f" not in pack.read("xl/worksheets/sheet1.xml").replace(b"<frozen", b"")


def test_a_formula_that_was_read_is_written_as_its_text() -> None:
    assert written((Formula("=1+1", 2),)).active["A2"].data_type == "s"


def test_identity_numbers_keep_eighteen_characters() -> None:
    number = identity()
    cell = written((number,)).active["A2"]
    assert (cell.value, cell.data_type, cell.number_format) == (number, "s", "@")


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (12, 12),
        (12.5, 12.5),
        (Decimal("7871.69"), 7871.69),
        (10**17, str(10**17)),
        (True, "True"),
        (None, None),
        ("", None),
    ],
)
def test_numbers_stay_numbers_while_excel_can_keep_them(value: object, kept: object) -> None:
    assert written((value,)).active["A2"].value == kept


def test_days_are_days_and_months_stay_text() -> None:
    row = written((date(1958, 11, 26), PartialDate(date(1958, 11, 1), "month")), headings=("a", "b")).active[2]
    assert (row[0].value.date(), row[0].number_format, row[1].value) == (date(1958, 11, 26), "yyyy-mm-dd", "1958-11")


def test_the_heading_is_frozen_filtered_and_wide_enough() -> None:
    page = written(("张三", "男"), headings=("姓名", "性别"), widths={"性别": 9}, choices={"性别": ["男", "女"]}).active
    assert (page.freeze_panes, page.auto_filter.ref) == ("A2", "A1:B2")
    assert page.column_dimensions["B"].width == pytest.approx(9, abs=1)
    assert page.data_validations.dataValidation[0].formula1 == '"男,女"'


def test_a_title_stands_above_the_headings(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(
        path, [Sheet("a", ["姓名", "性别"], [("张三", "男")], title="=花名册", choices={"性别": ["男", "女"]})]
    )
    page = openpyxl.load_workbook(path).active
    assert [cell.value for cell in page["A"]] == ["=花名册", "姓名", "张三"]
    assert (page["A1"].data_type, page.merged_cells.ranges.pop().coord) == ("s", "A1:B1")
    assert (page.freeze_panes, page.auto_filter.ref) == ("A3", "A2:B3")


@pytest.mark.parametrize(
    ("name", "kept"), [("a/b:c*?[]", "abc"), ("长" * 40, "长" * 31), ("'", "Sheet"), ("", "Sheet")]
)
def test_sheet_names_are_what_excel_allows(name: str, kept: str) -> None:
    assert sheet_name(name) == kept


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=30)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=6))
def test_what_is_written_is_read_back(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(path, [Sheet("a", ["甲", "乙"], rows)])
    with open_workbook(path) as book:
        _heading, *read = book.rows(0)
    found = {row.number: (row.value(0) or "", row.value(1) or "") for row in read}
    assert all(found.get(number, ("", "")) == row for number, row in enumerate(rows, 2))
