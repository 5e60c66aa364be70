"""What the headings of a ledger mean."""

import time

import pytest

from dues.books.columns import LEDGER, MonthPart, period_columns, period_of, single_columns
from members.workbooks.catalogue import Column
from members.workbooks.headings import Layout

QUARTER = (1, 2, 3)


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("姓名", "name"), ("党员姓名", "name"), ("身份证号码", "national_id"), ("类别", "category"),
        ("人员类别", "category"),
        ("党费基数", "base"), ("基数(元)", "base"), ("缴费基数", "base"), ("党费缴纳基数", "base"),
        ("核定基数", "base"),
        ("月应交", "monthly"), ("月应交(元)", "monthly"), ("每月应缴", "monthly"), ("交费标准", "monthly"),
        ("月缴纳标准", "monthly"), ("每月应交党费", "monthly"), ("党费标准(元/月)", "monthly"), ("月缴额", "monthly"),
        ("应交合计", "total_due"), ("全年应缴", "total_due"), ("合计", "total"), ("实交合计", "total"),
        ("累计", "total"),
        ("一季度小计", "total"), ("1-10月合计", "total"), ("上年欠交", "opening"), ("往年欠费", "opening"),
        ("期初", "opening"), ("2025年欠费", "opening"), ("欠交", "arrears"), ("备注", "remark"), ("应交", "due"),
        ("实交", "paid"), ("实缴金额", "paid"), ("1月", "month"), ("一月", "month"), ("1月份", "month"),
        ("2026.01", "month"),
        ("2026-1", "month"), ("202601", "month"), ("十二月", "month"), ("一季度", "month"), ("Q1", "month"),
        ("上半年", "month"), ("1-3月", "month"), ("1月应交", "month"), ("1月\n实交", "month"), ("1月签字", "month"),
        ("交纳月份1", "month"),
    ],
)  # fmt: skip
def test_the_field_of_a_heading(heading, field):
    assert LEDGER.candidates(heading)[0][1].name == field


@pytest.mark.parametrize(
    "heading", ["入党时间", "联系电话", "1月\n221.15", "月应交\n1", "备注\n因3月补交", "上年基数", "1月22115"]
)
def test_a_heading_that_resembles_one_is_not_taken_for_it(heading):
    assert LEDGER.candidates(heading) == []


@pytest.mark.parametrize(
    ("heading", "months", "part", "year"),
    [
        ("1月", (1,), MonthPart.PAID, None),
        ("一月", (1,), MonthPart.PAID, None),
        ("十月", (10,), MonthPart.PAID, None),
        ("十一月", (11,), MonthPart.PAID, None),
        ("12月份", (12,), MonthPart.PAID, None),
        ("2026.01", (1,), MonthPart.PAID, 2026),
        ("2026-1", (1,), MonthPart.PAID, 2026),
        ("2026年11月", (11,), MonthPart.PAID, 2026),
        ("202612", (12,), MonthPart.PAID, 2026),
        ("2026-01-01", (1,), MonthPart.PAID, 2026),
        ("2025年3月", (3,), MonthPart.PAID, 2025),
        ("一季度", QUARTER, MonthPart.PAID, None),
        ("第四季度", (10, 11, 12), MonthPart.PAID, None),
        ("Q1", QUARTER, MonthPart.PAID, None),
        ("1-3月", QUARTER, MonthPart.PAID, None),
        ("1月—3月", QUARTER, MonthPart.PAID, None),
        ("1-2月", (1, 2), MonthPart.PAID, None),
        ("下半年", (7, 8, 9, 10, 11, 12), MonthPart.PAID, None),
        ("1月应交", (1,), MonthPart.DUE, None),
        ("1月 实缴", (1,), MonthPart.PAID, None),
        ("1月日期", (1,), MonthPart.DAY, None),
        ("1月签字", (1,), MonthPart.OTHER, None),
        ("1月收据号", (1,), MonthPart.OTHER, None),
        ("交纳月份1", (1,), MonthPart.PAID, None),
    ],
)
def test_the_months_of_a_heading(heading, months, part, year):
    found = period_of(heading)

    assert (found.months, found.part, found.year) == (months, part, year)


@pytest.mark.parametrize("heading", ["姓名", "月应交", "备注", "3-1月"])
def test_a_heading_without_a_month(heading):
    assert period_of(heading) is None


@pytest.mark.parametrize("heading", ["收缴数额", "月工资", "应交实交", "1月交", "党费月份", "一"])
def test_a_heading_made_to_be_slow_is_answered_at_once(heading):
    began = time.perf_counter()
    for length in (8, 20, 10_000):
        LEDGER.candidates(f"{heading * length}?")
        period_of(f"{heading * length}?")

    assert time.perf_counter() - began < 0.5


def layout(*headings):
    """As `headings.find_layout` would deliver it: with the best field of each."""
    columns = []
    for index, heading in enumerate(headings):
        candidates = LEDGER.candidates(heading.split(" (")[0]) or LEDGER.candidates(heading.split(" ")[0])
        columns.append(Column(index, heading, candidates[0][1].name if candidates else ""))
    return Layout(0, "Sheet1", 1, columns, [])


def months_and_parts(*headings):
    return [(one.column.index, one.period.months, one.period.part.value) for one in period_columns(layout(*headings))]


def test_a_column_for_the_quarter_beside_those_of_its_months_only_sums_them_up():
    assert months_and_parts("姓名", "1月", "2月", "3月", "一季度") == [
        (1, (1,), "paid"),
        (2, (2,), "paid"),
        (3, (3,), "paid"),
    ]


def test_a_column_for_the_quarter_alone_counts():
    assert months_and_parts("姓名", "一季度") == [(1, QUARTER, "paid")]


def test_a_column_headed_only_paid_belongs_to_the_month_before_it():
    assert months_and_parts("姓名", "1月 应交", "实交", "2月 应交", "实交 (E)") == [
        (1, (1,), "due"), (2, (1,), "paid"), (3, (2,), "due"), (4, (2,), "paid"),
    ]  # fmt: skip


def test_sums_behind_the_last_month_belong_to_no_month():
    made = layout("姓名", "月应交", "12月", "应交", "实交")
    single = single_columns(made, period_columns(made))

    assert [single[name].index for name in ("monthly", "total_due", "total")] == [1, 3, 4]


def test_due_alone_is_the_amount_of_the_month():
    made = layout("姓名", "应交", "1月")

    assert single_columns(made, period_columns(made))["monthly"].index == 1
