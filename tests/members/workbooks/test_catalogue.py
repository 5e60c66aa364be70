"""How much a heading says for each field of a roster."""

import pytest

from members.roster.headings import ROSTER


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("本人有效身份证件号码", "national_id"), ("加入中国共产党的具体日期", "joined"), ("批准入党年月", "joined"),
        ("成为正式党员的时间", "full"), ("请填写您的姓名", "name"), ("3.您的民族", "ethnicity"), ("手机/电话", "phone"),
        ("职务（党内）", "party_post"), ("时间（入党）", "joined"), ("学历（最高）", "education"), ("xm", "name"),
        ("RuDangShiJian", "joined"), ("rdsj", "joined"), ("Date of joining the Party", "joined"),
        ("join_date", "joined"),
        ("joinDate", "joined"), ("Mobile No.", "phone"), ("E-mail Address", "email"),
    ],
)  # fmt: skip
def test_a_heading_is_known_without_what_says_nothing(heading: str, field: str) -> None:
    assert ROSTER.heading(heading).known[0] == field


@pytest.mark.parametrize(
    ("upper", "lower", "field"),
    [
        ("入党情况", "时间", "joined"), ("出生", "日期", "birth"), ("身份证", "号码", "national_id"),
        ("联系方式", "手机", "phone"), ("党内", "职务", "party_post"), ("基本信息", "姓名", "name"),
    ],
)  # fmt: skip
def test_two_lines_are_read_together(upper: str, lower: str, field: str) -> None:
    assert ROSTER.heading(lower, upper).known[0] == field


@pytest.mark.parametrize(
    ("upper", "lower"),
    [
        ("父亲", "联系电话"), ("配偶", "姓名"), ("入党情况", "介绍人"), ("", "家属联系电话"), ("", "姓名（配偶）"),
        ("", "电话（紧急联系人）"), ("", "申请入党时间"), ("", "列为积极分子日期"), ("", "党龄"), ("", "基数（万元）"),
        ("", "联系方式（家属）"), ("紧急联系人", "电话"),
    ],
)  # fmt: skip
def test_another_person_or_thing_is_known_for_nothing_and_proves_nothing(upper: str, lower: str) -> None:
    heading = ROSTER.heading(lower, upper)
    assert (heading.known, heading.is_blocked) == ([], True)


@pytest.mark.parametrize("heading", ["", "列1", "Column5", "Unnamed: 7", "F4", "第3列", "甲", "字段12", "x"])
def test_a_heading_may_say_nothing_at_all(heading: str) -> None:
    assert ROSTER.heading(heading).is_neutral


def test_the_members_own_mobile_comes_before_the_phone_at_home() -> None:
    own, home = (ROSTER.heading(heading).strengths["phone"] for heading in ("本人手机号", "家庭电话"))
    assert own > home


def test_a_wage_leads_to_a_question_about_the_base_only() -> None:
    heading = ROSTER.heading("每月实发工资")
    assert (heading.known, list(heading.strengths)) == ([], ["dues_base"])
