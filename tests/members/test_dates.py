"""Days known only to the month or the year stay what they are."""

from datetime import date

import pytest

from members.dates import DAY, MONTH, YEAR, PartialDate, years_between


def partial(text):
    """A partial date from its text: 2026, 2026-02 or 2026-02-28."""
    parts = [int(part) for part in text.split("-")]
    return PartialDate(date(*(parts + [1, 1])[:3]), {1: YEAR, 2: MONTH, 3: DAY}[len(parts)])


@pytest.mark.parametrize("text", ["2026", "2026-02", "2026-02-28"])
def test_a_partial_date_is_shown_as_precisely_as_it_is_known(text):
    assert str(partial(text)) == text


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("2026-02-03", date(2026, 2, 3)),
        ("2026-02", date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 29)),
        ("2026-12", date(2026, 12, 31)),
        ("2026", date(2026, 12, 31)),
    ],
)
def test_the_last_day_that_can_be_meant(text, last):
    assert partial(text).last_day == last


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2026-02-03", "2026-02-03", True),
        ("2026-02-03", "2026-02-04", False),
        ("2026-02", "2026-02-28", True),
        ("2026-02", "2026-03-01", False),
        ("2026", "2026-07", True),
        ("2025", "2026-01", False),
        ("2026-02", "2026-02", True),
    ],
)
def test_two_dates_may_be_the_same_when_what_they_can_mean_meets(one, other, same):
    assert partial(one).may_be(partial(other)) is same
    assert partial(other).may_be(partial(one)) is same


@pytest.mark.parametrize(
    ("born", "on", "years"),
    [
        (date(2000, 5, 10), date(2018, 5, 9), 17),
        (date(2000, 5, 10), date(2018, 5, 10), 18),
        (date(2000, 2, 29), date(2018, 2, 28), 17),
        (date(2000, 2, 29), date(2018, 3, 1), 18),
        (date(2000, 2, 29), date(2020, 2, 29), 20),
        (date(2000, 5, 10), date(2000, 5, 10), 0),
        (date(2000, 12, 31), date(2001, 1, 1), 0),
    ],
)
def test_years_are_completed_on_the_birthday(born, on, years):
    assert years_between(born, on) == years
