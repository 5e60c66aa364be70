"""From a workbook to lines: whom a row means, what is owed and paid, and what contradicts what."""

from datetime import date

import pytest

from dues.books.importing import read_ledger, sums
from dues.books.sheets import NotALedger
from members.choices import DuesCategory, LeavingReason
from members.models import Affiliation, Member
from members.workbooks.reading import UnreadableWorkbook
from tests.cast import TODAY, make_member, make_national_id
from tests.dues.books.ledger_files import HEADINGS, MONTHS, book, ledger, row

pytestmark = pytest.mark.django_db
NUMBER = make_national_id("19750109", 349)
"""Of Zhang."""


@pytest.fixture
def read(cast, tmp_path):
    """Read rows under headings as the branch's ledger of 2026."""
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category=DuesCategory.EMPLOYED)
    Member.objects.filter(pk=cast.li.pk).update(dues_category=DuesCategory.RETIRED)

    def reading(rows, headings=HEADINGS, path=None, year=2026, **more):
        path = path or ledger(tmp_path / "ledger.xlsx", rows, headings, **more)
        return read_ledger(path, organization=cast.branch, year=year, on=TODAY)

    return reading


def codes(found):
    return [(note.row, note.cell, note.code) for note in found.notes]


def only(found):
    (line,) = found.lines
    return line


# --- What is owed and paid --------------------------------------------------------------------------------------------
def test_everybody_is_charged_for_every_month_that_the_sheet_shows(read):
    found = read([row(1, "张英", 4000, 40, [40, 40, 40], 120), row(2, "李国强", 4000, 20, [20], 20)])

    assert found.last_month == 3
    assert [line.charges for line in found.lines] == [
        [(1, 4000, 0), (2, 4000, 0), (3, 4000, 0)], [(1, 2000, 0), (2, 2000, 0), (3, 2000, 0)],
    ]  # fmt: skip
    assert sums(found) == {"members": 2, "paid_total_fen": 14000, "charged_total_fen": 18000}
    assert found.notes == []


def test_payments_keep_the_month_of_their_column(read):
    line = only(read([row(1, "张英", 4000, 40, [40, None, "80"], 120)]))

    assert line.payments == [(1, "", 4000), (3, "", 8000)]


def test_a_mark_is_the_monthly_amount_and_an_empty_cell_nothing(read):
    line = only(read([row(1, "张英", 4000, 40, ["√", "", "现金", "未交", date(2026, 5, 6)])]))

    assert line.payments == [(1, "", 4000), (3, "", 4000), (5, "2026-05-06", 4000)]


def test_a_day_that_is_still_to_come_is_no_day_of_payment(read):
    assert only(read([row(1, "张英", 4000, 40, [date(2026, 12, 30)])])).payments == [(1, "", 4000)]


def test_a_waived_month_is_charged_and_waived(read):
    found = read([row(1, "张英", 4000, 40, [40, "免"])])

    assert only(found).charges == [(1, 4000, 0), (2, 4000, 4000)]
    assert codes(found) == [(3, "F3", "month_waived")]


def test_a_member_who_is_waived_altogether_owes_nothing(read):
    found = read([row(1, "张英", 4000, "免", [None, None]), row(2, "李国强", 4000, 20, [20, 20])])

    assert found.lines[0].charges == [(1, 4000, 4000), (2, 4000, 4000)]
    assert codes(found) == [(3, "D3", "amount_computed"), (3, "D3", "month_waived")]


def test_the_monthly_amount_follows_from_base_and_category_where_the_sheet_has_none(read):
    found = read([row(1, "张英", 4000, None, [40])])

    assert (only(found).monthly, only(found).rules) == (4000, "dues.rate.wage@2008-04-01")
    assert [note.code for note in found.notes] == ["amount_computed"]


def test_a_category_in_the_sheet_holds_for_the_year(read):
    found = read([["张英", "退休", 4000, 20]], ["姓名", "类别", "基数", "1月"])

    assert (only(found).category, only(found).monthly) == ("retired", 2000)
    assert "category_differs" in [note.code for note in found.notes]


def test_an_amount_that_the_rule_gives_is_kept_with_the_rule(read):
    line = only(read([row(1, "张英", 4000, 40, [40])]))

    assert (line.base, line.rules, line.rate) == (400000, "dues.rate.wage@2008-04-01", "0.01")


def test_an_amount_that_only_the_ledger_knows_says_so(read):
    found = read([row(1, "张英", 4000, 41, [41])])

    assert (only(found).monthly, only(found).rules, only(found).rate) == (4100, "ledger", None)
    assert codes(found) == [(3, "D3", "amount_contradicts_rule")]


@pytest.mark.parametrize(("monthly", "notes"), [(1, []), (0.2, []), (2, ["flat_amount_contradicts_rule"])])
def test_farmers_pay_between_twenty_fen_and_a_yuan(read, cast, monthly, notes):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category=DuesCategory.FARMER)

    assert [note.code for note in read([row(1, "张英", None, monthly, [monthly])]).notes] == notes


def test_without_a_category_the_amounts_are_kept_and_said(read, cast):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category="")
    found = read([row(1, "张英", 4000, 40, [40])])

    assert only(found).category == ""
    assert [note.code for note in found.notes] == ["category_unknown"]


def test_last_years_arrears_are_the_opening_balance(read):
    line = only(read([["张英", 40, 120, 40]], ["姓名", "月应交", "上年欠交", "1月"]))

    assert line.opening == 12000


# --- Contradictions ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("paid", "total", "notes"),
    [
        ([40, 40], 80, []),
        ([40, 40], 79, [(3, "Q3", "total_contradicts_months")]),
        ([40, 60], 100, [(3, "Q3", "paid_ahead")]),
        ([40, 40], "=SUM(E3:P3)", []),
        ([40, 40], "八十", []),
    ],
)
def test_totals_are_only_compared(read, paid, total, notes):
    found = read([row(1, "张英", 4000, 40, paid, total)])

    assert codes(found) == notes
    assert only(found).payments[0] == (1, "", 4000)


def test_a_month_that_is_still_to_come_is_said(read):
    found = read([row(1, "张英", 4000, 40, [40] * 12, 480)])

    assert codes(found) == [(3, "P3", "month_to_come")]


def test_the_title_of_another_year_is_said(read):
    assert "sheet_of_other_year" in [note.code for note in read([row(1, "张英", 4000, 40, [40])], year=2025).notes]


# --- Rows that can't be used ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("cells", "note"),
    [
        (row(1, "没有人", 4000, 40, [40]), (3, "B3", "member_unknown")),
        (row(1, "王秀兰", 4000, 40, [40]), (3, "B3", "member_unknown")),  # of the next branch
        (row(1, None, 4000, 40, [40]), (3, "B3", "name_missing")),
        (row(1, "张英", 4000, 40, ["四十"]), (3, "E3", "amount_unreadable")),
        (row(1, "张英", 4000, 40, [40, -40]), (3, "F3", "amount_unreadable")),
        (row(1, "张英", 4000, "四十", [40]), (3, "D3", "amount_unreadable")),
        (row(1, "张英", None, None, [40]), (3, "D3", "amount_unknown")),
    ],
)
def test_a_row_is_refused_with_its_cell(read, cells, note):
    found = read([cells, row(2, "李国强", 4000, 20, [20])])

    assert note in codes(found)
    assert [line.name for line in found.lines] == ["李国强"]
    assert [one.row for one in found.refused] == [3]


def test_of_two_members_of_one_name_neither_is_guessed(read, cast):
    make_member("张英", cast.branch)

    assert codes(read([row(1, "张英", 4000, 40, [40])])) == [(3, "B3", "member_ambiguous")]


def test_a_namesake_who_left_before_the_year_is_not_meant(read, cast):
    left = make_member("张英", cast.branch)
    Affiliation.objects.filter(member=left).update(valid_until=date(2025, 6, 1), left_because=LeavingReason.LEFT_SYSTEM)

    assert only(read([row(1, "张英", 4000, 40, [40])])).member == cast.zhang.pk


def test_the_identity_number_tells_namesakes_apart(read, cast):
    make_member("张英", cast.branch)

    assert only(read([["张 英", NUMBER, 40, 40]], ["姓名", "身份证号", "月应交", "1月"])).member == cast.zhang.pk


@pytest.mark.parametrize(
    ("name", "number", "code"),
    [
        ("李国强", NUMBER, "name_differs"),
        ("张英", NUMBER[:-1] + ("1" if NUMBER[-1] != "1" else "2"), "national_id_checksum"),
        ("张英", 100226197501093490, "national_id_rounded_by_excel"),
    ],
)
def test_an_identity_number_that_contradicts_is_refused(read, name, number, code):
    assert [note.code for note in read([[name, number, 40, 40]], ["姓名", "身份证号", "月应交", "1月"]).notes] == [code]


def test_the_second_row_of_a_member_is_refused(read):
    found = read([row(1, "张英", 4000, 40, [40]), row(2, "张英", 4000, 40, [40])])

    assert codes(found) == [(4, "B4", "member_twice")]
    assert len(found.lines) == 1


# --- Layouts ----------------------------------------------------------------------------------------------------------
def test_columns_by_the_quarter(read):
    found = read([["张英", 40, 120, "√", None]], ["姓名", "交费标准", "一季度", "二季度", "三季度"])

    assert only(found).payments == [(3, "", 12000), (6, "", 12000)]
    assert len(only(found).charges) == 6


def test_amounts_due_and_paid_beside_each_other(read, tmp_path):
    rows = [
        ["2026年党费收缴台账"],
        ["姓名", "1月", None, "2月", None, "3月", None],
        [None, "应交", "实交", "应交", "实交", "应交", "实交"],
        ["张英", 40, 40, 45, None, 45, 85],
        ["李国强", None, None, 20, "√", 20, None],
    ]
    zhang, li = read([], path=book(tmp_path / "two.xlsx", ("台账", rows), merge=["B2:C2", "D2:E2", "F2:G2"])).lines

    assert zhang.charges == [(1, 4000, 0), (2, 4500, 0), (3, 4500, 0)]
    assert (zhang.monthly, zhang.payments) == (4500, [(1, "", 4000), (3, "", 8500)])
    assert (li.charges, li.payments) == ([(2, 2000, 0), (3, 2000, 0)], [(2, "", 2000)])


@pytest.mark.parametrize("heading", ["{}月", "{}月份", "2026.{:02}", "2026年{}月", "2026-{:02}"])
def test_months_in_other_words_and_columns_in_another_order(read, heading):
    headings = ["备注", *(heading.format(month) for month in range(1, 13)), "应缴标准", "党员姓名"]
    found = read([[None, 40, "40元", *[None] * 10, 40, "张英"]], headings)

    assert only(found).payments == [(1, "", 4000), (2, "", 4000)]


def test_a_sheet_for_each_month(read, tmp_path):
    sheets = [
        (f"{month}月", [["姓名", "应交", "实交"], ["张英", 40, 40], ["李国强", 20, paid]])
        for month, paid in ((1, 20), (2, None))
    ]
    found = read([], path=book(tmp_path / "months.xlsx", ("填表说明", [["先填姓名"]]), *sheets))

    assert found.last_month == 2
    assert [line.payments for line in found.lines] == [[(1, "", 4000), (2, "", 4000)], [(1, "", 2000)]]


def test_a_sheet_for_each_group(read, tmp_path):
    sheets = [(f"第{number}党小组", [HEADINGS, row(1, *who)]) for number, who in (
        ("一", ("张英", 4000, 40, [40])), ("二", ("李国强", 4000, 20, [20])))]  # fmt: skip

    assert len(read([], path=book(tmp_path / "groups.xlsx", *sheets)).lines) == 2


def test_the_sheet_of_the_year_is_read_and_the_others_are_named(read, tmp_path):
    old, new = [HEADINGS, row(1, "张英", 4000, 30, [30])], [HEADINGS, row(1, "张英", 4000, 40, [40])]
    found = read([], path=book(tmp_path / "years.xlsx", ("2025年", old), ("2026年", new), ("2026年备份", new)))

    assert only(found).monthly == 4000
    assert [(note.code, note.about) for note in found.notes] == [
        ("other_sheets_not_read", {"names": "2025年、2026年备份"})
    ]


def test_columns_of_another_year_and_unclear_ones_are_left_out_and_said(read):
    found = read([["张英", 40, 30, 40, "某"]], ["姓名", "月应交", "2025年12月", "2026年1月", "1月签字"])

    assert only(found).payments == [(1, "", 4000)]
    assert [(note.cell, note.code) for note in found.notes] == [
        ("C2", "column_of_other_year"),
        ("E2", "column_unclear"),
    ]


def test_a_list_of_bases_has_no_months(read):
    found = read([["张英", "在职", 4000], ["李国强", "退休", "5,000元"]], ["姓名", "类别", "党费基数"], sheet="核定表")

    assert [(line.base, line.monthly, line.charges, line.payments) for line in found.lines] == [
        (400000, 4000, [], []), (500000, 2500, [], []),
    ]  # fmt: skip
    assert found.notes == []


def test_a_list_of_bases_needs_categories(read, cast):
    Member.objects.filter(pk=cast.zhang.pk).update(dues_category="")

    assert [note.code for note in read([["张英", 4000, 40]], ["姓名", "基数", "月应交"]).refused[0].refusals] == [
        "category_missing"
    ]


def test_text_tables_are_read_too(read, tmp_path):
    path = tmp_path / "ledger.csv"
    path.write_bytes(
        ",".join(["姓名", "月应交", *MONTHS]).encode("gb18030") + "\r\n张英,40,40,√\r\n合计,,40".encode("gb18030")
    )

    assert only(read([], path=path)).payments == [(1, "", 4000), (2, "", 4000)]


@pytest.mark.parametrize("headings", [["序号", "姓名", "职务"], ["月份", "金额"]])
def test_a_sheet_without_dues_says_what_is_missing(read, headings):
    with pytest.raises(NotALedger, match="月应交"):
        read([[1, "张英", "书记"]], headings)


def test_a_sheet_with_more_rows_than_a_branch_has_members_is_refused(read, monkeypatch):
    monkeypatch.setattr("dues.books.sheets.MOST_ROWS", 2)

    with pytest.raises(NotALedger):
        read([row(number, "张英", 4000, 40, [40]) for number in range(3)])


def test_a_cut_file_is_refused(read, tmp_path):
    path = ledger(tmp_path / "whole.xlsx", [row(1, "张英", 4000, 40, [40])])
    path.write_bytes(path.read_bytes()[:2000])

    with pytest.raises(UnreadableWorkbook):
        read([], path=path)


def test_a_workbook_of_nothing_but_headings_is_answered(read, tmp_path):
    rows = [["姓名", *["应交实交收缴"] * 200]] * 30
    path = book(tmp_path / "wide.xlsx", *((f"{number}月", rows) for number in range(25)))

    with pytest.raises(NotALedger):
        read([], path=path)
