from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from members.dates import PartialDate
from members.workbooks.cells import UnreadableCell, partial_date
from members.workbooks.reading import CellError, Formula, Value

LATEST = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("1958.11.26", "1958-11-26"),
        ("1958-11-26", "1958-11-26"),
        ("1958/11/26", "1958-11-26"),
        ("19581126", "1958-11-26"),
        ("1958年11月26日", "1958-11-26"),
        ("1958年11月26", "1958-11-26"),
        ("1991.2.13", "1991-02-13"),
        ("1958 . 11 . 26", "1958-11-26"),
        ("１９５８．１１．２６", "1958-11-26"),
        ("1958-11-26 00:00:00", "1958-11-26"),
        ("1958-11-26T08:30:00", "1958-11-26"),
        ("一九五八年十一月二十六日", "1958-11-26"),
        ("二〇〇三年十月", "2003-10"),
        ("'1958-11-26", "1958-11-26"),
        ("195811", "1958-11"),
        ("1958.11", "1958-11"),
        ("1958-11", "1958-11"),
        ("1958年11月", "1958-11"),
        ("1958年8月", "1958-08"),
        ("1958.11.", "1958-11"),
        ("19581100", "1958-11"),
        ("2003.04(预备)", "2003-04"),
        ("Nov-58", "1958-11"),
        ("26-Nov-58", "1958-11-26"),
        ("3/25/1958", "1958-03-25"),
        ("25/3/1958", "1958-03-25"),
        ("1958", "1958"),
        ("1958年", "1958"),
        ("19580000", "1958"),
        ("58.11", "1958-11"),
        ("58年11月26日", "1958-11-26"),
        ("05.7", "2005-07"),
        ("26.12", "1926-12"),
        (19581126, "1958-11-26"),
        (19581126.0, "1958-11-26"),
        (195811, "1958-11"),
        (1958, "1958"),
        (1958.11, "1958-11"),
        (21515, "1958-11-26"),
        ("21515", "1958-11-26"),
        (21515.75, "1958-11-26"),
        (date(1958, 11, 26), "1958-11-26"),
        (datetime(1958, 11, 26, 8), "1958-11-26"),
        (PartialDate(date(1958, 11, 1), "month"), "1958-11"),
        (Formula("=TEXT(A1)", "1958-11-26"), "1958-11-26"),
    ],
)
def test_a_day_is_as_precise_as_it_is_written(value: Value, meant: str) -> None:
    assert str(partial_date(value, LATEST)) == meant


def test_a_number_that_is_january_or_october_is_only_a_year() -> None:
    """Excel drops the last zero of 1958.10."""
    assert partial_date(1958.1, LATEST) == PartialDate(date(1958, 1, 1), "year")


@pytest.mark.parametrize("value", [None, "", "  ", "无", "—", "不详"])
def test_nothing_written_is_no_day(value: Value) -> None:
    assert partial_date(value, LATEST) is None


@pytest.mark.parametrize(
    "value",
    [
        "八几年",
        "1990.02.30",
        "1958.13",
        "3/5/1958",
        "1850-01-01",
        "2200.1.1",
        "明年",
        0,
        -5,
        1e300,
        True,
        CellError("#VALUE!"),
        Formula("=TODAY()"),
        "19581340",
        12,
        99999999,
        date(1, 1, 1),
    ],
)
def test_a_day_that_cannot_be_read(value: Value) -> None:
    with pytest.raises(UnreadableCell):
        partial_date(value, LATEST)


DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))
FORMS = [
    "{0:%Y-%m-%d}",
    "{0:%Y.%m.%d}",
    "{0:%Y/%m/%d}",
    "{0:%Y%m%d}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year}.{0.month}.{0.day}",
]


@given(DAYS, st.sampled_from(FORMS))
def test_every_day_is_read_in_every_form(day: date, form: str) -> None:
    assert partial_date(form.format(day), LATEST) == PartialDate(day)


@given(st.dates(date(1907, 1, 1), date(2100, 12, 31)))
def test_every_day_is_read_as_excel_counts_it(day: date) -> None:
    assert partial_date((day - date(1899, 12, 30)).days, LATEST) == PartialDate(day)


@given(st.dates(LATEST - timedelta(days=36500), LATEST))
def test_a_year_of_two_digits_is_the_last_one_that_can_be(day: date) -> None:
    read = partial_date(f"{day:%y.%m.%d}", LATEST)
    assert read is not None
    assert read.first_day in (day, day.replace(year=day.year + 100) if day.month != 2 or day.day != 29 else day)
    assert (read.first_day.year, read.first_day.month) <= (LATEST.year, LATEST.month)


@given(st.one_of(st.text(), st.text("0123456789.-/年月日 "), st.floats(), st.integers(), st.datetimes()))
def test_no_cell_breaks_the_reader(value: Value) -> None:
    with suppress(UnreadableCell):
        partial_date(value, LATEST)
