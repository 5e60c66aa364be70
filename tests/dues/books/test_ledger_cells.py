"""What stands in the cells of a dues ledger."""

from datetime import date

import pytest

from dues.books.sheets import NOTHING, CellMeaning, PaidCell, amount_of, day_of, mark_of
from members.dates import DAY, MONTH, PartialDate
from members.workbooks.cells import UnreadableCell
from members.workbooks.reading import CellError, Formula


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        (40, 4000), (221.15, 22115), (0.2, 20), (0, 0), ("6.0", 600), ("¥40", 4000), ("￥40.00", 4000),
        ("40元", 4000),
        ("40 元/月", 4000), ("1,234.50", 123450), ("１２．５", 1250), ("40(现金)", 4000), ("微信40", 4000),
        ("40（3月补交）", 4000), ("6+6", 1200), ("13.47*3", 4041), ("13.47×3个月", 4041), ("每月1元", 100),
        ("人民币40元", 4000), (13.476, 1348), ("", None), (None, None), ("-", None), ("无", None), ("/", None),
        (Formula("=C3*0.02", 22115 / 100), 22115), ("0.0049", 0), ("0.005", 1),
    ],
)  # fmt: skip
def test_an_amount_in_the_ways_people_write_it(written, fen):
    assert amount_of(written) == fen


@pytest.mark.parametrize(
    "written",
    ["四十", "4O", "40.1.2", "-5", -5, "1e9", "9" * 40, 1e12, True, date(2026, 3, 5), "nan", "inf", CellError("#REF!"),
     Formula("=D3"), "40-50", "12/3"],
)  # fmt: skip
def test_what_is_no_amount_is_never_guessed(written):
    with pytest.raises(UnreadableCell):
        amount_of(written)


@pytest.mark.parametrize(
    ("written", "mark"),
    [
        ("√", PaidCell(CellMeaning.PAID)),
        (" √ ", PaidCell(CellMeaning.PAID)),
        ("已交", PaidCell(CellMeaning.PAID)),
        ("现金", PaidCell(CellMeaning.PAID)),
        ("√(微信)", PaidCell(CellMeaning.PAID)),
        ("微信", PaidCell(CellMeaning.PAID)),
        ("免", PaidCell(CellMeaning.WAIVED)),
        ("免交", PaidCell(CellMeaning.WAIVED)),
        ("未交", NOTHING),
        ("欠", NOTHING),
        ("×", NOTHING),
        (None, NOTHING),
        ("", NOTHING),
        ("—", NOTHING),
        (0, NOTHING),
        ("40", PaidCell(CellMeaning.AMOUNT, 4000)),
        (40.0, PaidCell(CellMeaning.AMOUNT, 4000)),
        ("√40", PaidCell(CellMeaning.AMOUNT, 4000)),
        (date(2026, 3, 5), PaidCell(CellMeaning.PAID, day=date(2026, 3, 5))),
        ("3月5日", PaidCell(CellMeaning.PAID, day=date(2026, 3, 5))),
        ("2026.3.5", PaidCell(CellMeaning.PAID, day=date(2026, 3, 5))),
        ("3.5", PaidCell(CellMeaning.AMOUNT, 350)),
        (PartialDate(date(2026, 3, 1), MONTH), PaidCell(CellMeaning.PAID)),
        (PartialDate(date(2026, 3, 5), DAY), PaidCell(CellMeaning.PAID, day=date(2026, 3, 5))),
    ],
)
def test_what_a_cell_under_a_month_says(written, mark):
    assert mark_of(written, 2026) == mark


@pytest.mark.parametrize("written", ["？", "再议", "2月30日", "四十元", -1])
def test_what_nobody_could_take_for_money_is_unreadable(written):
    with pytest.raises(UnreadableCell):
        mark_of(written, 2026)


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("3月5日", date(2026, 3, 5)),
        (date(2027, 1, 4), date(2027, 1, 4)),
        (date(2016, 3, 5), None),
        ("张某", None),
        (3, None),
    ],
)
def test_the_day_beside_an_amount(written, day):
    assert day_of(written, 2026) == day
