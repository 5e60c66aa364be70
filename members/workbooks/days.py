"""Days in every form that branches write them, as precise as they are written."""

import re
import unicodedata
from datetime import date, datetime

from members.rules.dates import DAY, MONTH, YEAR, PartialDate
from members.workbooks.cells import BRACKETED, SPACES, Unreadable, says_nothing, shown, text
from members.workbooks.numbers import EPOCH, LAST_SERIAL
from members.workbooks.reading import CellError, Value

SEPARATED = re.compile(r"(\d{4}|\d{2})[-./年,、](\d{1,2})(?:[-./月,、](\d{1,2})[日号]?|月?)[.。]?")
RUN = re.compile(r"(\d{4})(\d{2})(\d{2})?")
YEAR_ALONE = re.compile(r"(\d{4})年?")
MONTH_FIRST = re.compile(r"(\d{1,2})[-./](\d{1,2})[-./](\d{4})")
ENGLISH = re.compile(r"(?:(\d{1,2})[- ])?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-, ](\d{4}|\d{2})")
ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
TIME_BEHIND = re.compile(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?z?$")
CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
CHINESE_DATE = re.compile(
    r"([〇○零一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月(?:([一二三四五六七八九十]{1,3})[日号])?)?"
)
FIRST_YEAR, LAST_YEAR = 1900, 2100
LARGEST = 100_000_000
SERIALS = range(2_200, 80_000)
"""Whole numbers that can be Excel's count of days (1906 to 2119) and no year."""


def partial_date(value: Value, latest: date) -> PartialDate | None:
    """A day, a month or a year, as precise as it is written.

    `latest` is the last day it can reasonably be: it decides the century of a year of two digits. Raises Unreadable.
    """
    value = shown(value)
    if says_nothing(value):
        return None
    if isinstance(value, PartialDate):
        return _within(value.first_day, value.precision)
    if isinstance(value, datetime):
        return _within(value.date(), DAY)
    if isinstance(value, date):
        return _within(value, DAY)
    if isinstance(value, bool | CellError):
        raise Unreadable(text(value))
    if isinstance(value, int | float) and abs(value) < LARGEST:
        return _from_number(value, latest)
    return _from_text(text(value), latest)


def _within(day: date, precision: str) -> PartialDate:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise Unreadable(day.isoformat())
    return PartialDate(day, precision)


def _from_number(number: float, latest: date) -> PartialDate:
    """19581126, 195811, 1958, 1958.11, or Excel's count of days. 1958.1 can be January or October: only the year."""
    if isinstance(number, float) and not number.is_integer():
        written = repr(number)
        if re.fullmatch(r"(19|20)\d{2}\.1", written):
            return _within(date(int(number), 1, 1), YEAR)
        if int(number) in SERIALS:
            return _from_serial(int(number))
        return _from_text(written, latest)
    if int(number) in SERIALS:
        return _from_serial(int(number))
    return _from_text(str(int(number)), latest)


def _from_serial(days: int) -> PartialDate:
    if not 0 < days <= LAST_SERIAL:
        raise Unreadable(str(days))
    return _within(date.fromordinal(EPOCH.toordinal() + days), DAY)


def _from_text(written: str, latest: date) -> PartialDate:
    if match := SEPARATED.fullmatch(written):
        return _separated(match, latest)
    plain = _plain_date(written)
    for pattern, read in _PATTERNS:
        match = pattern.fullmatch(plain)
        if match:
            return read(match, latest)
    if plain.isdecimal() and len(plain) == 5 and int(plain) in SERIALS:
        return _from_serial(int(plain))
    raise Unreadable(written)


def _plain_date(written: str) -> str:
    plain = unicodedata.normalize("NFKC", text(written)).lower()
    plain = TIME_BEHIND.sub("", BRACKETED.sub("", plain).strip())
    plain = (
        plain.lstrip("'`‘").replace("。", ".").replace("·", ".").replace("—", "-").replace("–", "-").replace("~", "-")
    )
    return plain if ENGLISH.fullmatch(plain) else SPACES.sub("", plain)


def _separated(match: re.Match[str], latest: date) -> PartialDate:
    return _of_parts(match[1], match[2], match[3], latest)


def _year_alone(match: re.Match[str], latest: date) -> PartialDate:
    return _of_parts(match[1], None, None, latest)


def _month_first(match: re.Match[str], latest: date) -> PartialDate:
    """3/25/1958 or 25/3/1958; 3/5/1958 could be either and stays unreadable."""
    first, second = int(match[1]), int(match[2])
    if first <= 12 and second <= 12 and first != second:
        raise Unreadable(match[0])
    month, day = (first, second) if first <= 12 else (second, first)
    return _of_parts(match[3], str(month), str(day), latest)


def _english(match: re.Match[str], latest: date) -> PartialDate:
    return _of_parts(match[3], str(ENGLISH_MONTHS.index(match[2]) + 1), match[1], latest)


def _chinese(match: re.Match[str], latest: date) -> PartialDate:
    year = match[1].translate(CHINESE_DIGITS)
    month, day = (part and str(_chinese_number(part)) for part in match.group(2, 3))
    return _of_parts(year, month, day, latest)


def _chinese_number(written: str) -> int:
    """一 to 三十一."""
    tens, ten, ones = written.partition("十")
    if not ten:
        return int(written.translate(CHINESE_DIGITS)) if len(written) == 1 else 99
    return int((tens or "一").translate(CHINESE_DIGITS)) * 10 + int((ones or "零").translate(CHINESE_DIGITS))


_PATTERNS = (
    (SEPARATED, _separated),
    (RUN, _separated),
    (YEAR_ALONE, _year_alone),
    (MONTH_FIRST, _month_first),
    (ENGLISH, _english),
    (CHINESE_DATE, _chinese),
)


def _of_parts(year: str, month: str | None, day: str | None, latest: date) -> PartialDate:
    """A day or month of 0 means that it isn't known, as in 19581100."""
    number = int(year) if len(year) == 4 else _with_century(int(year), int(month or 1), latest)
    precision = DAY if int(day or 0) else MONTH if int(month or 0) else YEAR
    try:
        return _within(date(number, int(month or 0) or 1, int(day or 0) or 1), precision)
    except ValueError as error:
        raise Unreadable("-".join(part for part in (year, month, day) if part)) from error


def _with_century(year: int, month: int, latest: date) -> int:
    return 2000 + year if (2000 + year, month) <= (latest.year, latest.month) else 1900 + year
