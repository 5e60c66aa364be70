"""What is written in cells: words, amounts, days, identity numbers."""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from stdnum.cn import ric

from members.dates import DAY, MONTH, YEAR, PartialDate
from members.workbooks.reading import CellError, Formula, Value
from members.workbooks.sheets import EPOCH, LAST_SERIAL

NOTHING_WORDS = "- -- --- — —— – / \\ 无 无。 。 没有 暂无 空 不详 未知 n/a na null none"
NOTHING = frozenset({"", *NOTHING_WORDS.split()})
LONGEST_NOTHING = max(map(len, NOTHING))
BEGINS_NOTHING = frozenset(word[:1] for word in NOTHING)
YES = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "y", "yes", "true", "1", "是的", "v"})
NO = frozenset({"否", "不是", "×", "✗", "✘", "x", "n", "no", "false", "0", "非", "没", "不"}) | NOTHING
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff]")
SPACES = re.compile(r"\s+")
BRACKETED = re.compile(r"[(（\[【〔].*?[)）\]】〕]")
EXACT_DIGITS = 10**15
"""Excel keeps fifteen digits of a number; from here on the last ones are lost."""


class UnreadableCell(ValueError):
    """Something is written, but not what this column is for."""


def text(value: Value) -> str:
    """The cell as a person reads it, outer spaces and control characters removed; numbers without ".0"."""
    if type(value) is str:
        return value.strip() if value.isprintable() else CONTROL.sub("", value).strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < EXACT_DIGITS else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return CONTROL.sub("", str(value)).strip()


def line(value: Value) -> str:
    """Text on one line, inner spaces single, full-width letters and digits made plain."""
    return " ".join(unicodedata.normalize("NFKC", text(value)).split())


def word(value: Value) -> str:
    """Text without any space, in lower case: for comparing with lists of words."""
    return "".join(unicodedata.normalize("NFKC", text(value)).split()).lower()


def says_nothing(value: Value) -> bool:
    """Blank, or one of the ways to write "none"."""
    if value is None or value == "":
        return True
    if not isinstance(value, str) or (len(value) > LONGEST_NOTHING and not value[0].isspace()):
        return False
    if "一" <= value[0] <= "龥" and value[0] not in BEGINS_NOTHING:
        return False  # an ideograph is what it is under every normalization
    return word(value) in NOTHING


def shown(value: Value) -> Value:
    """A formula's last value where the file has it, otherwise the cell itself."""
    return value.shown if isinstance(value, Formula) and value.shown is not None else value


def yes_or_no(value: Value) -> bool | None:
    """None for a blank cell; a word for "none" is a no. Raises Unreadable."""
    if value is None or not text(value):
        return None
    if word(value) in YES:
        return True
    if word(value) in NO:
        return False
    raise UnreadableCell(text(value))


def name(value: Value) -> str:
    """A person's name. Spaces between Chinese characters only widen two-character names and are removed."""
    if isinstance(value, int | float | date | PartialDate):
        return text(value)
    plain = line(value)
    if any(unicodedata.east_asian_width(character) == "W" for character in plain):
        return plain.replace(" ", "")
    return plain


MOBILE = re.compile(r"(?:\+?0{0,2}86)?(1[3-9]\d{9})")
FIXED = re.compile(r"(0\d{2,3})?([2-8]\d{6,7})(?:(?:转|x|ext)(\d{1,6}))?")
PHONE_PARTS = re.compile(r"[,，;；/、|\n]|(?<=\d{7})\s{1,}(?=1[3-9]\d{9})|和|或")


def phone(value: Value) -> str | None:
    """A mobile number as eleven digits, a fixed one as area and number; of several the first. Raises Unreadable."""
    value = shown(value)
    if says_nothing(value):
        return None
    plain = unicodedata.normalize("NFKC", text(value))
    for part in PHONE_PARTS.split(plain):
        number = _one_phone(part)
        if number:
            return number
    raise UnreadableCell(plain)


def _one_phone(written: str) -> str | None:
    digits = re.sub(r"[^\d]", "", BRACKETED.sub("", written) if written.count("(") and "1" in written else written)
    mobile = MOBILE.fullmatch(digits)
    if mobile:
        return mobile[1]
    whole = re.sub(r"[\s()（）-]", "", written)
    fixed = FIXED.fullmatch(whole)
    if not fixed:
        return None
    area, number, extension = fixed.groups()
    return "-".join(part for part in (area, number, extension) if part)


UNITS = re.compile(r"[¥￥$,，\s元]|人民币|rmb", re.IGNORECASE)


def fen(value: Value) -> int | None:
    """An amount in yuan as fen, rounded half up. Raises Unreadable."""
    value = shown(value)
    if says_nothing(value):
        return None
    if isinstance(value, bool | date | PartialDate | CellError):
        raise UnreadableCell(text(value))
    try:
        amount = Decimal(repr(value) if isinstance(value, int | float) else _plain_amount(value))
        if not amount.is_finite() or abs(amount) >= 10**10:
            raise UnreadableCell(text(value))
    except InvalidOperation as error:
        raise UnreadableCell(text(value)) from error
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _plain_amount(value: Value) -> str:
    return UNITS.sub("", unicodedata.normalize("NFKC", text(value)))


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
        raise UnreadableCell(text(value))
    if isinstance(value, int | float) and abs(value) < LARGEST:
        return _from_number(value, latest)
    return _from_text(text(value), latest)


def _within(day: date, precision: str) -> PartialDate:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise UnreadableCell(day.isoformat())
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
        raise UnreadableCell(str(days))
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
    raise UnreadableCell(written)


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
        raise UnreadableCell(match[0])
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
        raise UnreadableCell("-".join(part for part in (year, month, day) if part)) from error


def _with_century(year: int, month: int, latest: date) -> int:
    return 2000 + year if (2000 + year, month) <= (latest.year, latest.month) else 1900 + year


IDENTITY = re.compile(r"\d{17}[\dX]")
OLD_IDENTITY = re.compile(r"\d{15}")
ROUNDED = re.compile(r"\d(\.\d+)?E\+?1[4-8]|\d{15}0{2,3}", re.IGNORECASE)


class RoundedByExcel(UnreadableCell):
    """An identity number that was kept as a number: its last digits are lost for good."""


class WrongCheckDigit(UnreadableCell):
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
        raise (RoundedByExcel if _looks_rounded(value) else UnreadableCell)(text(value))
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
        raise UnreadableCell(seventeen)
    return number


def birth_of(number: str) -> date | None:
    """The day of birth in an identity number of eighteen characters; None where it is no day."""
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
