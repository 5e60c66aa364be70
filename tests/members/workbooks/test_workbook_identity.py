from contextlib import suppress

import pytest
from hypothesis import given, strategies as st

from members.workbooks.cells import (
    RoundedByExcel,
    UnreadableCell,
    WrongCheckDigit,
    birth_of,
    check_digit,
    identity_number,
)
from members.workbooks.reading import Formula, Value
from tests.members.workbooks.workbook_files import identity

GOOD = "10067819581126270X"[:17] + check_digit("10067819581126270")


@pytest.mark.parametrize(
    "value",
    [GOOD, f"\t{GOOD}", f"'{GOOD}", f" {GOOD[:6]} {GOOD[6:14]} {GOOD[14:]} ", GOOD.lower(), Formula("=A1", GOOD),
     "".join(chr(ord(digit) + 0xFEE0) for digit in GOOD)],
)  # fmt: skip
def test_a_number_is_found_behind_what_sheets_put_around_it(value: Value) -> None:
    assert identity_number(value) == GOOD


def test_a_small_x_becomes_a_large_one() -> None:
    number = next(number for number in (identity(number=n) for n in range(500)) if number.endswith("X"))
    assert identity_number(number.lower()) == number


def test_a_number_of_fifteen_digits_gets_its_century_and_check_digit() -> None:
    assert identity_number("100678581126270") == "100678" + "19581126270" + check_digit("10067819581126270")


@pytest.mark.parametrize("value", [None, "", "无", "—"])
def test_no_number(value: Value) -> None:
    assert identity_number(value) is None


@pytest.mark.parametrize(
    "value", [1.002291945092592e17, 100229194509259200, "1.00229E+17", "1.00229194509259E+17", "100229194509259000"]
)
def test_a_number_that_excel_rounded(value: Value) -> None:
    with pytest.raises(RoundedByExcel):
        identity_number(value)


@pytest.mark.parametrize(
    "value", [GOOD[:17] + ("1" if GOOD[17] != "1" else "2"), GOOD[:5] + ("1" if GOOD[5] != "1" else "2") + GOOD[6:]]
)
def test_a_wrong_check_digit(value: Value) -> None:
    with pytest.raises(WrongCheckDigit):
        identity_number(value)


@pytest.mark.parametrize("value", ["123", "abc", "1006781958112627", 12345, Formula("=A1"), "护照 E1234567"])
def test_no_identity_number_at_all(value: Value) -> None:
    with pytest.raises(UnreadableCell) as caught:
        identity_number(value)
    assert type(caught.value) is UnreadableCell


def test_a_day_that_does_not_exist_is_refused() -> None:
    seventeen = "10067819580230270"
    with pytest.raises(WrongCheckDigit):
        identity_number(seventeen + check_digit(seventeen))


def test_the_day_of_birth_stands_in_the_number() -> None:
    assert str(birth_of(identity("19581126"))) == "1958-11-26"


WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@given(st.from_regex(r"[0-9]{17}", fullmatch=True))
def test_the_check_digit_is_the_standards_weighted_sum(seventeen: str) -> None:
    """GB 11643 as it is printed."""
    total = sum(weight * int(digit) for weight, digit in zip(WEIGHTS, seventeen, strict=True))
    assert check_digit(seventeen) == "10X98765432"[total % 11]


@given(st.text())
def test_no_text_breaks_the_reader(value: str) -> None:
    with suppress(UnreadableCell):
        identity_number(value)
