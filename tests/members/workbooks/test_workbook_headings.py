"""Headings of rosters as branches write them, against the roster's own catalogue."""

from pathlib import Path

import pytest

from dues.books.columns import LEDGER
from meetings.attendance.sheets import SHEET
from members.roster.headings import ROSTER
from members.workbooks.catalogue import Catalogue, Field, letter_of, normal
from members.workbooks.deciding import BY_VALUES, TWO_COLUMNS
from members.workbooks.headings import Layout, find_layout
from members.workbooks.reading import Head, Row, open_workbook
from members.workbooks.sheets import Range
from tests.members.workbooks.workbook_files import xlsx, xlsx_sheets

MEETINGS = ["1.14主题党日", "2.14主题党日", "2.18党课", "3.10党员大会", "3.14主题党日"]
PERSON = ["张三", "男", "19581126"]


def head_of(path: Path) -> list[Head]:
    with open_workbook(path) as book:
        return book.heads


def layout(path: Path, **options: object) -> Layout:
    found = find_layout(head_of(path), ROSTER, **options)  # type: ignore[arg-type]
    assert found is not None
    return found


def fields(found: Layout) -> dict[str, str]:
    return {column.heading: column.field for column in found.columns}


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓名", "name"),
        ("姓 名", "name"),
        ("姓\n名", "name"),
        ("*姓名", "name"),
        ("姓名（必填）", "name"),
        ("党员姓名：", "name"),
        ("公民身份号码", "national_id"),
        ("身份证号码\n(18位)", "national_id"),
        ("证件号码", "national_id"),
        ("加入中共组织日期", "joined"),
        ("入党时间（年月日）", "joined"),
        ("转为正式党员日期", "full"),
        ("所属党组织", "organization"),
        ("所在党小组", "group"),
        ("移动电话", "phone"),
        ("ＰＨＯＮＥ", "phone"),
        ("外出流向", "place"),
        ("是否为流动党员", "mobile"),
        ("党费缴纳基数(元)", "dues_base"),
        ("工作单位及职务", "work_post"),
        ("文化程度", "education"),
        ("失联党员", "lost_contact"),
        ("是否困难党员", "hardship"),
    ],
)
def test_a_heading_is_known_however_it_is_decorated(heading: str, field: str) -> None:
    assert ROSTER.candidates(heading)[0][1].name == field


@pytest.mark.parametrize(
    "heading",
    [
        *("入党申请时间", "申请入党时间", "递交入党申请书时间", "列为积极分子时间", "参加工作时间"),
        *("入党介绍人", "介绍人姓名", "配偶姓名", "联系人姓名", "紧急联系人电话", "家庭成员身份证号"),
        *("年龄", "党龄", "微信号", "工资", "爱好", "无", "张三", ""),
    ],
)
def test_what_only_resembles_a_heading_is_left_unknown(heading: str) -> None:
    assert ROSTER.candidates(heading) == []


def test_title_rows_stand_above_the_headings(tmp_path: Path) -> None:
    found = layout(
        xlsx(tmp_path / "a.xlsx", [["党员花名册"], [], ["填报单位：某党委"], ["姓名", "性别"], ["张三", "男"]])
    )
    assert (found.header_row, [row.number for row in found.title_rows]) == (4, [1, 3])


def test_columns_may_stand_in_any_order_and_unknown_ones_are_said(tmp_path: Path) -> None:
    found = layout(xlsx(tmp_path / "a.xlsx", [["性别", "爱好", "姓名"], ["男", "下棋", "张三"]]))
    assert fields(found) == {"性别": "sex", "爱好": "", "姓名": "name"}
    assert [column.heading for column in found.unknown] == ["爱好"]


def test_headings_of_two_lines_are_read_together(tmp_path: Path) -> None:
    rows = [
        ["姓名", "基本情况", None, "入党情况", None],
        [None, "性别", "出生年月", "时间", "介绍人"],
        ["张三", "男", "1958.11", "1980.1", "李四"],
        ["王五", "女", "1958.11", "1980.1", "李四"],
    ]
    found = layout(xlsx(tmp_path / "a.xlsx", rows, merge=["A1:A2", "B1:C1", "D1:E1"]))
    assert found.header_row == 2
    assert [column.field for column in found.columns[:3]] == ["name", "sex", "birth"]


def test_a_row_of_data_is_never_taken_for_a_second_line(tmp_path: Path) -> None:
    found = layout(xlsx(tmp_path / "a.xlsx", [["姓名", "性别", "备注"], ["张三", "男", "备注"], ["李四", "女", None]]))
    assert found.header_row == 1


def test_the_sheet_with_the_best_headings_is_read(tmp_path: Path) -> None:
    sheets = {
        "填表说明": [["1.姓名按身份证填写"], ["2.没有的填无"]],
        "统计": [["姓名", "备注"], ["张三", None]],
        "花名册": [["姓名", "性别", "身份证号"], PERSON],
    }
    path = xlsx_sheets(tmp_path / "a.xlsx", sheets)
    assert layout(path).sheet_name == "花名册"
    assert layout(path, sheet=1).sheet_name == "统计"


def test_no_headings_no_layout(tmp_path: Path) -> None:
    assert find_layout(head_of(xlsx(tmp_path / "a.xlsx", [["随便写写"], ["没有表头", "的表"]])), ROSTER) is None


def test_one_heading_alone_is_no_row_of_headings(tmp_path: Path) -> None:
    assert find_layout(head_of(xlsx(tmp_path / "a.xlsx", [["姓名"], ["张三"]])), ROSTER) is None


def test_of_two_columns_for_one_field_the_better_is_read_and_the_other_said(tmp_path: Path) -> None:
    found = layout(xlsx(tmp_path / "a.xlsx", [["姓名", "联系电话", "手机号码"], ["张三", "8888", "13800000000"]]))
    assert fields(found) == {"姓名": "name", "联系电话": "", "手机号码": "phone"}
    assert [column.doubt for column in found.columns] == ["", TWO_COLUMNS, ""]


def test_the_same_heading_twice_can_be_told_apart(tmp_path: Path) -> None:
    found = layout(xlsx(tmp_path / "a.xlsx", [["姓名", "备注", "备注"], ["张三", "一", "二"]]))
    assert fields(found) == {"姓名": "name", "备注": "remark", "备注 (C)": ""}


@pytest.mark.parametrize(
    ("heading", "words", "field"),
    [
        ("类别", ["在职", "退休", "农民"], "category"),
        ("类别", ["正式党员", "预备党员", "正式党员"], "membership"),
        ("党员类别", ["在职", "退休", "离休"], "category"),
        ("人员类别", ["正式", "正式", "预备"], "membership"),
        ("身份", ["农民", "学生", "在职"], "category"),
        ("岗位", ["在职", "退休", "退休"], "category"),
        ("岗位", ["科长", "科员", "主任"], "post"),
    ],
)
def test_what_stands_below_decides_between_headings_that_branches_exchange(
    tmp_path: Path, heading: str, words: list[str], field: str
) -> None:
    rows = [["姓名", heading]] + [[f"张{number}", word] for number, word in zip("三四五", words, strict=True)]
    assert fields(layout(xlsx(tmp_path / "a.xlsx", rows)))[heading] == field


def test_a_heading_overruled_by_its_values_is_said(tmp_path: Path) -> None:
    rows = [["姓名", "政治面貌"]] + [[name, "退休"] for name in ("张三", "李四", "王五")]
    [_name, column] = layout(xlsx(tmp_path / "a.xlsx", rows)).columns
    assert (column.field, column.doubt) == ("category", BY_VALUES)


def test_a_person_may_correct_what_a_heading_means(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["姓名", "联系", "备注"], ["张三", "13800000000", "一"]])
    found = layout(path, corrected={"联系": "phone", "备注": ""})
    assert fields(found) == {"姓名": "name", "联系": "phone", "备注": ""}


def test_a_correction_can_make_a_row_the_headings(tmp_path: Path) -> None:
    path = xlsx(tmp_path / "a.xlsx", [["同志", "性别"], ["张三", "男"]])
    assert find_layout(head_of(path), ROSTER) is None
    assert layout(path, corrected={"同志": "name"}).header_row == 1


def test_fields_that_repeat_may_have_many_columns() -> None:
    months = Catalogue((Field("name", ("姓名",)), Field("month", patterns=(r"\d{1,2}月份?",), repeats=True)))

    head = Head("a", False, [Row(1, ["姓名", "1月", "2月份", "合计"], []), Row(2, ["张三", 1, 1, 2], [])], [])
    found = find_layout([head], months)
    assert found is not None
    assert [column.field for column in found.columns] == ["name", "month", "month", ""]


def test_merged_headings_hold_for_every_column_below_them() -> None:

    rows = [Row(1, ["姓名", "手机"], []), Row(2, ["张三", "13800000000", "13900000000"], [])]
    found = find_layout([Head("a", False, rows, [Range(1, 1, 1, 2)])], ROSTER)
    assert found is not None
    assert fields(found) == {"姓名": "name", "手机": "phone"}


@pytest.mark.parametrize(("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_have_letters(index: int, letter: str) -> None:
    assert letter_of(index) == letter


def test_normal_ignores_everything_but_the_words() -> None:
    assert normal(" ＊身份证\n号码（ 18 位）： ") == "身份证号码18位"


@pytest.mark.parametrize("heading", ["", "列2", "谁"])
def test_ledgers_and_sign_in_sheets_find_the_names_by_what_stands_there(heading: str) -> None:
    people = ["张建国", "李桂英", "王志强", "赵秀兰"]
    for catalogue, columns, cell in ((LEDGER, [f"{one}月" for one in range(1, 6)], 15), (SHEET, MEETINGS, "√")):
        rows = [Row(1, ["序号", heading or None, *columns], [])]
        rows += [Row(number, [number - 1, who, *[cell] * len(columns)], []) for number, who in enumerate(people, 2)]
        found = find_layout([Head("a", False, rows, [])], catalogue)
        assert found is not None
        column = found.column("name")
        assert column is not None and column.index == 1
        assert len([one for one in found.columns if one.field in {"month", "meeting"}]) == len(columns)
