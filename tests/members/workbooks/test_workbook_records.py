from pathlib import Path

import pytest

from members.roster.headings import ROSTER
from members.workbooks.headings import HeadedRow, LeftOut, Records, find_layout
from members.workbooks.reading import open_workbook
from tests.members.workbooks.workbook_files import identity, xlsx

HEADINGS = ["序号", "姓名", "性别", "身份证号", "备注"]
ZHANG = [1, "张三", "男", identity(number=1), None]
LI = [2, "李四", "女", None, None]


def found(path: Path) -> list[HeadedRow | LeftOut]:
    with open_workbook(path) as book:
        layout = find_layout(book.heads, ROSTER)
        assert layout is not None
        return list(Records(layout, ("name", "national_id")).of(book.rows(layout.sheet)))


def rows(tmp_path: Path, *below: list[object], merge: tuple[str, ...] = ()) -> list[tuple[int, str]]:
    """Row number → "record" or the code by which it was left out."""
    path = xlsx(tmp_path / "a.xlsx", [["党员花名册"], HEADINGS, *below], merge=merge)
    return [(row.number, "record" if isinstance(row, HeadedRow) else row.code) for row in found(path)]


def test_every_row_with_a_name_is_a_record(tmp_path: Path) -> None:
    assert rows(tmp_path, ZHANG, LI) == [(3, "record"), (4, "record")]


def test_a_record_has_its_cells_by_field(tmp_path: Path) -> None:
    [record] = found(xlsx(tmp_path / "a.xlsx", [HEADINGS, ZHANG]))
    assert isinstance(record, HeadedRow)
    assert record.values == {"serial": 1, "name": "张三", "sex": "男", "national_id": ZHANG[3]}


def test_blank_rows_pass_silently_and_numbers_stay(tmp_path: Path) -> None:
    assert rows(tmp_path, ZHANG, [], ["  "], LI) == [(3, "record"), (6, "record")]


def test_lines_that_are_only_numbered_are_blank(tmp_path: Path) -> None:
    assert rows(tmp_path, ZHANG, [2], [3]) == [(3, "record")]


@pytest.mark.parametrize(
    "footer",
    [
        ["合计:34人", None, None, "填表人:"],
        ["合计", "34人"],
        [None, "合计", None, None, "34"],
        ["填表人：王五", None, "审核人："],
        ["制表日期", None, None, "2026年10月30日"],
        ["说明：本表由支部填写"],
        [None, "注：没有的填无"],
        [None, None, None, "单位（盖章）"],
        [None, "2026年10月30日"],
        ["第 1 页 共 3 页"],
    ],
)
def test_footers_are_no_records(tmp_path: Path, footer: list[object]) -> None:
    assert rows(tmp_path, ZHANG, footer) == [(3, "record")]


def test_the_headings_again_are_no_record(tmp_path: Path) -> None:
    assert rows(tmp_path, ZHANG, HEADINGS, LI) == [(3, "record"), (5, "record")]


def test_a_row_without_a_name_but_with_facts_is_a_record_to_be_refused(tmp_path: Path) -> None:
    assert rows(tmp_path, [8, "  ", "女", identity(number=2)], [9, None, "女", None, "住院"]) == [
        (3, "record"),
        (4, "record"),
    ]


def test_a_subtitle_between_the_rows_is_said(tmp_path: Path) -> None:
    assert rows(tmp_path, [None, None, "第一党小组"], ZHANG) == [(3, "row_is_not_a_record"), (4, "record")]


def test_the_second_line_of_a_merged_member_belongs_to_the_first(tmp_path: Path) -> None:
    second = [None, None, None, None, "另有手机"]
    assert rows(tmp_path, ZHANG, second, LI, merge=("A3:A4", "B3:B4")) == [
        (3, "record"), (4, "row_belongs_to_the_one_above"), (5, "record"),
    ]  # fmt: skip


def test_a_branch_merged_over_its_members_holds_for_each(tmp_path: Path) -> None:
    path = xlsx(
        tmp_path / "a.xlsx",
        [["党支部", "姓名", "性别"], ["第一党支部", "张三", "男"], [None, "李四", "女"]],
        merge=["A2:A3"],
    )
    assert [row.values["organization"] for row in found(path) if isinstance(row, HeadedRow)] == ["第一党支部"] * 2


def test_a_formula_that_is_the_only_thing_in_a_row_is_seen(tmp_path: Path) -> None:
    assert rows(tmp_path, ZHANG, [None, None, None, None, "=SUM(A1)"]) == [(3, "record"), (4, "row_is_not_a_record")]
