"""Oldest month first, every fen somewhere."""

from datetime import date

import pytest
from hypothesis import given, strategies as st

from dues.ledger.rules import Paid, differences, passed_over, spread
from rulebook.dates import add_months

JANUARY = date(2026, 1, 1)
APRIL = date(2026, 4, 1)


def months(*fen: int) -> dict[date, int]:
    """What January, February, … ask for."""
    return {add_months(JANUARY, number): one for number, one in enumerate(fen)}


def shown(given: dict[tuple[str, date], int]) -> dict[str, list[int]]:
    """What each payment gives January, February, …"""
    last = max((month for _, month in given), default=JANUARY)
    year = [add_months(JANUARY, number) for number in range(last.month)]
    return {key: [given.get((key, month), 0) for month in year] for key in sorted({key for key, _ in given})}


@pytest.mark.parametrize(
    ("owed", "payments", "expected"),
    [
        ([], [], {}),
        ([100], [("a", 100)], {"a": [100]}),
        ([100, 100, 100], [("a", 300)], {"a": [100, 100, 100]}),
        ([100, 100, 100], [("a", 150)], {"a": [100, 50]}),
        ([100, 100, 100], [("a", 150), ("b", 150)], {"a": [100, 50, 0], "b": [0, 50, 100]}),
        ([0, 100], [("a", 100)], {"a": [0, 100]}),
        ([100, 100, 100], [("a", 500)], {"a": [100, 100, 100, 100, 100]}),
        ([100, 100, 100], [("a", 330)], {"a": [100, 100, 100, 30]}),
        ([], [("a", 100)], {"a": [0, 0, 0, 100]}),
    ],
)
def test_the_oldest_month_is_settled_first_and_the_rest_goes_ahead(owed, payments, expected):
    paid = [Paid(key, fen) for key, fen in payments]

    assert shown(spread(months(*owed), paid, ahead_from=APRIL, monthly_fen=100)) == expected


def test_what_is_left_over_goes_into_one_month_where_no_monthly_amount_is_known():
    assert shown(spread(months(100), [Paid("a", 350)], ahead_from=JANUARY, monthly_fen=0)) == {"a": [100, 250]}


@pytest.mark.parametrize(
    ("owed", "held", "payments", "expected"),
    [
        ([100, 100, 100], [0, 100], [("a", 150)], {"a": [100, 0, 50]}),
        ([100, 100], [100, 150], [("a", 100)], {"a": [0, 0, 0, 100]}),
        ([100], [100, 0, 0, 30], [("a", 100)], {"a": [0, 0, 0, 70, 30]}),
        ([100], [100, 0, 0, 100], [("a", 100)], {"a": [0, 0, 0, 0, 100]}),
    ],
)
def test_months_that_a_receipt_holds_are_left_as_they_are(owed, held, payments, expected):
    paid = [Paid(key, fen) for key, fen in payments]

    given_fen = spread(months(*owed), paid, ahead_from=APRIL, monthly_fen=100, held=months(*held))
    assert shown(given_fen) == expected


@pytest.mark.parametrize(
    ("owed", "payments", "expected"),
    [
        ([20, 40, 40], [(40, 2)], [0, 40]),
        ([20, 40, 40], [(40, 3)], [0, 0, 40]),
        ([20, 40, 40], [(40, 2), (40, 3)], [0, 40, 40]),
        ([20, 40, 40], [(40, 3), (40, 3)], [0, 40, 40]),
        ([20, 40, 40], [(80, 3)], [0, 40, 40]),
        ([20, 40, 40], [(40, 2), (50, 3)], [10, 40, 40]),
        ([20, 40, 40], [(40, 2), (70, 3)], [20, 40, 40, 10]),
        ([20, 40, 40], [(40, 9)], [0, 40]),
        ([20, 40, 40], [(40, None), (40, 2)], [20, 40, 20]),
        ([20, 40, 40], [(40, 1)], [0, 40]),
    ],
)
def test_money_of_a_ledger_pays_its_month_and_a_balance_carried_over_last(owed, payments, expected):
    """January stands for what was carried over; each payment is fen and the month of its column."""
    paid = [Paid(str(number), fen, month and date(2026, month, 1)) for number, (fen, month) in enumerate(payments)]
    given_fen = spread(months(*owed), paid, ahead_from=APRIL, monthly_fen=100, carried={JANUARY})

    assert sum(given_fen.values()) == sum(one.fen for one in paid)
    assert [sum(rows) for rows in zip(*shown(given_fen).values(), strict=True)] == expected


@pytest.mark.parametrize(
    ("owed", "given_fen", "passed"),
    [
        ([100, 100], [100, 100], []),
        ([100, 100], [100, 50], []),
        ([100, 100, 100], [50, 0, 1], [1, 2]),
        ([0, 100, 100], [0, 0, 100], [2]),
        ([100, 100], [200, 0], []),
    ],
)
def test_a_month_is_passed_over_where_a_later_one_was_given_something(owed, given_fen, passed):
    assert passed_over(months(*owed), months(*given_fen)) == {date(2026, one, 1) for one in passed}


@pytest.mark.parametrize(
    ("wanted", "standing", "rows"),
    [
        ({}, {}, {}),
        ({("a", JANUARY): 100}, {}, {("a", JANUARY): 100}),
        ({("a", JANUARY): 100}, {("a", JANUARY): 100}, {}),
        ({}, {("a", JANUARY): 100}, {("a", JANUARY): -100}),
        ({("a", APRIL): 100}, {("a", JANUARY): 100}, {("a", JANUARY): -100, ("a", APRIL): 100}),
        ({("a", JANUARY): 60}, {("a", JANUARY): 100}, {("a", JANUARY): -40}),
    ],
)
def test_only_differences_become_rows(wanted, standing, rows):
    assert differences(wanted, standing) == rows


fen = st.integers(min_value=1, max_value=50_000)


@given(
    owed=st.lists(st.integers(min_value=0, max_value=20_000), max_size=12),
    payments=st.lists(fen, max_size=6),
    monthly=st.integers(min_value=0, max_value=20_000),
)
def test_every_fen_is_somewhere_and_no_later_month_is_settled_before_an_earlier_one(owed, payments, monthly):
    paid = [Paid(number, one) for number, one in enumerate(payments)]
    given_fen = spread(months(*owed), paid, ahead_from=APRIL, monthly_fen=max(monthly, 50))
    settled = [sum(fen for (_, at), fen in given_fen.items() if at == month) for month in months(*owed)]

    for payment in paid:
        assert sum(fen for (key, _), fen in given_fen.items() if key == payment.key) == payment.fen
    open_fen = [asked - got for asked, got in zip(owed, settled, strict=True)]
    first_open = next((number for number, left in enumerate(open_fen) if left), len(owed))
    assert all(not got for got in settled[first_open + 1 :])
    assert all(left >= 0 for left in open_fen)
