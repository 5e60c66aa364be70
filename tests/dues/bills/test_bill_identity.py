"""Which rows of bills are the same money."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from dues.bills.importing import BillLine
from dues.bills.rules import identities, same_fields

ROW = BillLine(
    row=8,
    came_at=datetime(2026, 10, 29, 21, 30, 37, tzinfo=ZoneInfo("Asia/Shanghai")),
    payer_name="金瑞",
    note="党费 龚敏永",
    amount_fen=9239,
    gross_fen=9239,
)
NUMBERED = replace(ROW, transaction="2781500596100126140792295333")


def test_the_same_file_has_the_same_identities():
    rows = [ROW, NUMBERED, replace(ROW, gross_fen=5)]
    assert identities(rows) == identities(rows)


@pytest.mark.parametrize("changed", [{"row": 9}, {"payer_name": "金 瑞"}, {"note": "党费　龚敏永"}, {"amount_fen": 1}])
@pytest.mark.parametrize("row", [ROW, NUMBERED])
def test_where_a_row_stands_how_it_is_spaced_and_what_went_back_do_not_matter(row, changed):
    assert identities([replace(row, **changed)]) == identities([row])


@pytest.mark.parametrize(
    "changed", [{"payer_name": "金"}, {"note": ""}, {"gross_fen": 1}, {"came_at": datetime(2026, 1, 1)}]
)
def test_another_payer_note_amount_or_moment_is_other_money(changed):
    assert identities([replace(ROW, **changed)]) != identities([ROW])


def test_true_twins_without_a_number_both_count():
    first, second = identities([ROW, ROW])
    assert first != second
    assert identities([ROW, replace(ROW, gross_fen=5), ROW]) == [
        first,
        identities([replace(ROW, gross_fen=5)])[0],
        second,
    ]


def test_a_number_repeated_is_the_same_transaction():
    first, second = identities([NUMBERED, NUMBERED])
    assert first == second


def test_a_long_number_is_the_same_transaction_however_the_rest_is_written():
    assert identities([replace(NUMBERED, payer_name="*瑞", note="")]) == identities([NUMBERED])


def test_a_short_number_is_counted_anew_by_every_file():
    short = replace(ROW, transaction="17")
    assert identities([short]) != identities([replace(short, note="党费 何亮")])
    assert identities([short, short])[0] == identities([short, short])[1]


def test_a_sheet_repeated_in_a_workbook_adds_nothing():
    assert identities([ROW, ROW, replace(ROW, sheet=1)])[2] == identities([ROW])[0]


def test_alike_rows_whose_numbers_excel_rounded_are_one():
    rounded = replace(ROW, is_rounded=True)
    assert identities([rounded, rounded]) == identities([ROW]) * 2


def test_without_the_counter_twins_would_be_one():
    """The negative control: alike in every field is not enough to be the same money."""
    assert same_fields(ROW.came_at, "金瑞", "党费 龚敏永", 9239) == same_fields(
        ROW.came_at, "金 瑞", "党费龚敏永", 9239
    )


def test_a_moment_is_the_same_in_every_time_zone():
    utc = ROW.came_at.astimezone(ZoneInfo("UTC"))
    assert same_fields(utc, "金瑞", "", 5) == same_fields(ROW.came_at, "金瑞", "", 5)
