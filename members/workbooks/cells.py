"""What is written in a cell: text, names, phones, amounts. Days are in `days`, identity numbers in `identity`.

Every reader takes a cell as `reading` delivers it and returns None for a cell that says nothing. `Unreadable` means
that something is written but can't be understood.
"""

import re
import unicodedata
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from members.rules.dates import PartialDate
from members.workbooks.reading import CellError, Formula, Value

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


class Unreadable(ValueError):
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
    raise Unreadable(text(value))


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
    raise Unreadable(plain)


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
        raise Unreadable(text(value))
    try:
        amount = Decimal(repr(value) if isinstance(value, int | float) else _plain_amount(value))
        if not amount.is_finite() or abs(amount) >= 10**10:
            raise Unreadable(text(value))
    except InvalidOperation as error:
        raise Unreadable(text(value)) from error
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _plain_amount(value: Value) -> str:
    return UNITS.sub("", unicodedata.normalize("NFKC", text(value)))
