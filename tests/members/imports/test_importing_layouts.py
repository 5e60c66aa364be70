"""Rosters as they lie around in branches: exports, two-line headings, subtitles, merged cells, other words."""

from datetime import date
from pathlib import Path

import pytest

from members.choices import OrganizationKind
from members.imports.running import Report, import_roster
from members.models import Member, Organization
from tests.cast import TODAY, make_organization
from tests.members.workbooks.workbook_files import identity, xls, xlsx

JOINED = ["1980.7", "1981.7"]


@pytest.fixture
def branch(db: None) -> Organization:
    return make_organization("b1", "红旗社区第一党支部", OrganizationKind.BRANCH)


def run(path: Path, into: Organization | None) -> Report:
    return import_roster(path, into=into, may_build=True, on=TODAY, by="shell")


def said(report: Report) -> list[tuple[int, str]]:
    return [(note.row, note.problem.code) for note in (*report.refused, *report.warnings)]


def fields(report: Report) -> dict[str, str]:
    return {column.heading: column.field for column in report.layout.columns}


def test_an_export_of_the_national_system(branch: Organization, tmp_path: Path) -> None:
    headings = [
        *(
            "序号",
            "姓名",
            "性别",
            "民族",
            "公民身份号码",
            "出生日期",
            "学历",
            "人员类别",
            "所在党支部",
            "入党日期",
            "转正日期",
        ),
        *(
            "工作岗位",
            "手机号码",
            "家庭住址",
            "党籍状态",
            "是否为失联党员",
            "失去联系日期",
            "是否为流动党员",
            "外出流向",
        ),
    ]
    same_before = ["男", "汉族"]
    same_after = ["13800000000", "红旗路", "正常", "否", None, "否", None]
    place, days = "中共红旗社区第一党支部委员会", ["1980-07-01", "1981-07-01"]
    rows = []
    for number, post in enumerate(["在岗职工", "离退休人员", "农牧渔民", "学生"]):
        who = [number, f"张{'一二三四'[number]}", *same_before, identity(number=number), "1958-11-26", "大学本科"]
        rows.append([*who, "正式党员", place, *days, post, *same_after])
    report = run(xlsx(tmp_path / "a.xlsx", [headings, *rows]), branch)
    assert (report.counts, said(report)) == ({"new": 4}, [])
    assert [column.heading for column in report.layout.unknown] == ["党籍状态", "失去联系日期"]
    categories = Member.objects.order_by("name_key").values_list("dues_category", flat=True)
    assert sorted(categories) == ["employed", "farmer", "retired", "student"]


def test_headings_of_two_lines_with_a_title(branch: Organization, tmp_path: Path) -> None:
    rows = [
        ["某支部党员情况统计表"],
        ["序号", "党员基本情况", None, None, None, "党内情况", None, "联系方式"],
        [None, "姓名", "性别", "出生\n年月", "身份证号", "入党\n时间", "转正\n时间", None],
        [1, "张三", "男", "1958.11", identity(number=1), *JOINED, "13800000001"],
        [2, "李四", "男", "1958.11", identity(number=2), *JOINED, "13800000002"],
    ]
    merge = ["A1:H1", "A2:A3", "B2:E2", "F2:G2", "H2:H3"]
    report = run(xlsx(tmp_path / "a.xlsx", rows, merge=merge), branch)
    assert (report.layout.header_row, report.counts) == (3, {"new": 2})
    assert Member.objects.get(name="张三").phone.open() == "13800000001"


def test_subtitles_between_the_members_are_no_members(branch: Organization, tmp_path: Path) -> None:
    rows = [
        ["姓名", "性别", "身份证号"],
        ["第一党小组"],
        ["张三", "男", identity(number=1)],
        ["二、流动党员"],
        ["李四", "男", identity(number=2)],
        ["合计", "2人"],
    ]
    report = run(xlsx(tmp_path / "a.xlsx", rows), branch)
    assert said(report) == [
        (1, "no_column_of_membership"), (2, "row_is_not_a_record"), (4, "row_is_not_a_record"),
    ]  # fmt: skip
    assert Member.objects.count() == 2


def test_headings_with_stars_units_and_other_words(branch: Organization, tmp_path: Path) -> None:
    headings = [
        "*入党日期(年-月-日)",
        "*党员姓名（必填）",
        "身份证号码（18位）",
        "党员类型",
        "从业状态",
        "移动电话",
        "困难党员",
    ]
    rows = [["1980-07-01", "张三", identity(number=1), "正式", "退休", "138 0000 0000", "是"]]
    report = run(xlsx(tmp_path / "a.xlsx", [headings, *rows]), branch)
    assert list(fields(report).values()) == [
        "joined", "name", "national_id", "membership", "category", "phone", "hardship",
    ]  # fmt: skip
    assert said(report) == []


def test_a_branch_merged_over_its_members(branch: Organization, tmp_path: Path) -> None:
    rows = [["党支部", "姓名", "性别"], ["红旗社区第一党支部", "张三", "男"], [None, "李四", "女"]]
    run(xlsx(tmp_path / "a.xlsx", rows, merge=["A2:A3"]), branch)
    assert Member.objects.below(branch.path).count() == 2


def test_no_number_and_no_word_about_membership_are_said_once(branch: Organization, tmp_path: Path) -> None:
    rows = [["姓名", "入党时间"], ["张三", "1980.7"], ["李四", "2026.5"]]
    report = run(xlsx(tmp_path / "a.xlsx", rows), branch)
    assert said(report) == [(1, "no_column_of_numbers"), (1, "no_column_of_membership")]
    assert [member.membership for member in Member.objects.order_by("joined_on")] == [
        "formal_member", "probationary_member",
    ]  # fmt: skip


def test_english_headings(branch: Organization, tmp_path: Path) -> None:
    report = run(xlsx(tmp_path / "a.xlsx", [["Name", "Sex", "Phone"], ["张三", "男", "13800000000"]]), branch)
    assert fields(report) == {"Name": "name", "Sex": "sex", "Phone": "phone"}


def test_a_text_file_in_gb18030_with_a_title(branch: Organization, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"党员花名册,,\n姓名,性别,身份证号\n张三,男,\t{identity(number=1)}\n".encode("gb18030"))
    run(path, branch)
    assert Member.objects.get().national_id.open() == identity(number=1)


def test_numbers_in_an_xls(branch: Organization, tmp_path: Path) -> None:
    """An identity number kept as a number is lost; a day that Excel counts is read."""
    rows: list[list[str | float]] = [
        ["姓名", "身份证号", "入党时间"],
        ["张三", 100229194509259200.0, 1980.07],
        ["李四", identity(number=2), 29403.0],
    ]
    report = run(xls(tmp_path / "a.xls", rows), branch)
    assert (2, "national_id_rounded_by_excel") in said(report)
    assert Member.objects.get().joined_on == date(1980, 7, 1)


def test_headings_under_a_dozen_lines_of_instructions(branch: Organization, tmp_path: Path) -> None:
    rows = [["说明：请认真填写"]] * 12 + [["姓名", "性别", "身份证号"], ["张三", "男", identity(number=1)]]
    assert run(xlsx(tmp_path / "a.xlsx", rows), branch).layout.header_row == 13


def test_ages_are_computed_and_so_not_read(branch: Organization, tmp_path: Path) -> None:
    report = run(xlsx(tmp_path / "a.xlsx", [["姓名", "性别", "年龄", "党龄"], ["张三", "男", 68, 46]]), branch)
    assert [column.heading for column in report.layout.unknown] == ["年龄", "党龄"]
