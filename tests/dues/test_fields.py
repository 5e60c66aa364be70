"""Amounts and months as people write them."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from dues.fields import MonthField, YuanField


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("25.5", 2550), ("25.50", 2550), ("25", 2500), ("0.01", 1), (" 1,234.50 ", 123450), ("¥40", 4000),
        ("￥40", 4000), ("40元", 4000), ("４０．５０", 4050), ("10000000", 1_000_000_000), ("2.50e1", 2500),
    ],
)  # fmt: skip
def test_an_amount_becomes_fen(written, fen):
    assert YuanField().clean(written) == fen


@pytest.mark.parametrize("written", ["0.005", "0", "-1", "abc", "1.2.3", "NaN", "Infinity", "10000001", "9" * 20])
def test_what_is_no_amount_is_refused(written):
    with pytest.raises(ValidationError):
        YuanField().clean(written)


def test_nothing_where_nothing_is_asked_for():
    assert YuanField(required=False).clean("") is None
    assert YuanField(least_fen=0).clean("0") == 0


def test_an_amount_is_shown_in_yuan():
    assert YuanField().prepare_value(2550) == "25.50"


@pytest.mark.parametrize("written", ["2026-03", "2026-3", "2026.03", "2026/3", "2026年3月", "２０２６-０３"])
def test_a_month_is_its_first_day(written):
    assert MonthField().clean(written) == date(2026, 3, 1)


@pytest.mark.parametrize("written", ["2026", "2026-13", "9999-12", "1000-01", "03-2026", "三月", "26-3"])
def test_what_is_no_month_is_refused(written):
    with pytest.raises(ValidationError):
        MonthField().clean(written)


def test_a_month_is_shown_as_the_picker_wants_it():
    assert MonthField().prepare_value(date(2026, 3, 1)) == "2026-03"
