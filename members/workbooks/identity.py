"""Identity numbers of eighteen characters (GB 11643), as they turn up in sheets."""

import re
import unicodedata
from datetime import date

from stdnum.cn import ric

from members.workbooks.cells import EXACT_DIGITS, Unreadable, says_nothing, shown, text, word
from members.workbooks.reading import Value

IDENTITY = re.compile(r"\d{17}[\dX]")
OLD_IDENTITY = re.compile(r"\d{15}")
ROUNDED = re.compile(r"\d(\.\d+)?E\+?1[4-8]|\d{15}0{2,3}", re.IGNORECASE)


class RoundedByExcel(Unreadable):
    """An identity number that was kept as a number: its last digits are lost for good."""


class WrongCheckDigit(Unreadable):
    """An identity number whose last character doesn't follow from the others: somewhere a digit is wrong."""


def identity_number(value: Value) -> str | None:
    """Eighteen characters with a capital X; fifteen-digit numbers of before 2013 get their century and check digit.

    Raises RoundedByExcel, WrongCheckDigit, Unreadable.
    """
    value = shown(value)
    if says_nothing(value):
        return None
    if isinstance(value, int | float) and abs(value) >= EXACT_DIGITS:
        raise RoundedByExcel(text(value))
    plain = re.sub(r"[\s'`‘’\"“”.·-]", "", unicodedata.normalize("NFKC", text(value))).upper().replace("Х", "X")
    if OLD_IDENTITY.fullmatch(plain):
        return _with_check_digit(f"{plain[:6]}19{plain[6:]}")
    if not IDENTITY.fullmatch(plain):
        raise (RoundedByExcel if _looks_rounded(value) else Unreadable)(text(value))
    if check_digit(plain[:17]) != plain[17]:
        raise (RoundedByExcel if plain.endswith("000") else WrongCheckDigit)(plain)
    if birth_of(plain) is None:
        raise WrongCheckDigit(plain)
    return plain


def _looks_rounded(value: Value) -> bool:
    return ROUNDED.fullmatch(word(value)) is not None


def check_digit(seventeen: str) -> str:
    """The eighteenth character that follows from the first seventeen."""
    return ric.calc_check_digit(f"{seventeen}0")


def _with_check_digit(seventeen: str) -> str:
    number = seventeen + check_digit(seventeen)
    if birth_of(number) is None:
        raise Unreadable(seventeen)
    return number


def birth_of(number: str) -> date | None:
    """The day of birth in an identity number of eighteen characters; None where it is no day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
