"""Months on the calendar."""

from datetime import date

import pytest

from rulebook.dates import add_months, add_years


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 8, 31), -6, date(2026, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), -1, date(2025, 12, 15)),
        (date(2026, 7, 1), 0, date(2026, 7, 1)),
        (date(2026, 3, 31), -13, date(2025, 2, 28)),
    ],
)
def test_a_shorter_month_ends_the_count_on_its_last_day(day, months, expected):
    assert add_months(day, months) == expected


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2020, 2, 29), 3, date(2023, 2, 28)),
        (date(2020, 2, 29), 4, date(2024, 2, 29)),
        (date(2021, 2, 28), 3, date(2024, 2, 28)),
        (date(2024, 3, 15), 5, date(2029, 3, 15)),
    ],
)
def test_an_anniversary(day, years, expected):
    assert add_years(day, years) == expected
