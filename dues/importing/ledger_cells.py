"""What stands in the cells of a dues ledger: amounts as people write them, marks for "paid" and "waived", days."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum

from members.rules.dates import DAY, PartialDate
from members.workbooks.cells import BRACKETED, CellError, Unreadable, fen, says_nothing, shown, text
from members.workbooks.days import partial_date
from members.workbooks.reading import Value

UNPAID = frozenset({"未交", "未缴", "没交", "未", "欠", "欠交", "欠缴", "欠费", "×", "x", "✗", "✕", "否", "缺", "待交"})
PAID_WORDS = (
    "√ ✓ ✔ v ∨ ● ○ 〇 是 交 缴 已交 已缴 已交纳 已缴纳 交清 缴清 已交清 已缴清 已收 收讫 现金 微信 支付宝 "
    "转账 转帐 银行 扫码 代交 代缴 自交 本人交 补交 补缴 足额"
)
PAID = frozenset(PAID_WORDS.split())
WAIVED = frozenset({"免", "免交", "免缴", "免收", "免除", "全免", "减免", "已免", "免交纳", "免缴纳"})
WORDS = re.compile(
    r"人民币|rmb|[¥￥$,，\s元]|现金|微信|支付宝|转账|转帐|银行|扫码|代交|代缴|补交|补缴|已交|已缴|预交|预缴|自交|每人|每月|"
    r"[/／]月|一个月|交纳|缴纳|定额|√|✓|✔",
    re.IGNORECASE,
)
PRODUCT = re.compile(r"(\d+(?:\.\d+)?)[*×x](\d{1,2})(?:个?月)?")
SUM = re.compile(r"\d+(?:\.\d+)?(?:\+\d+(?:\.\d+)?)+")
DAY_OF_YEAR = re.compile(r"(\d{1,2})月(\d{1,2})[日号]?")
LARGEST_FEN = 100_000_000
"""A million yuan. Nothing in a branch's ledger is more; it also keeps clear of what the columns can hold."""


class Said(Enum):
    """What a cell under a month says."""

    NOTHING = "nothing"
    AMOUNT = "amount"
    PAID = "paid"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class Mark:
    """`fen` where an amount is written; `day` where the cell, or the column beside it, gives the day."""

    said: Said
    fen: int = 0
    day: date | None = None


NOTHING = Mark(Said.NOTHING)


def amount_of(value: Value) -> int | None:
    """Fen, from `6.0`, `¥40`, `40元/月`, `40(现金)`, `13.47*3`, `6+6`. None for nothing. Raises Unreadable."""
    value = shown(value)
    if says_nothing(value):
        return None
    if not isinstance(value, str) or isinstance(value, CellError):
        return _bounded(fen(value), value)
    plain = WORDS.sub("", BRACKETED.sub("", unicodedata.normalize("NFKC", text(value)))).lower()
    return _bounded(_computed(plain), value)


def mark_of(value: Value, year: int) -> Mark:
    """What a cell under a month says. Raises Unreadable for what nobody could take for money."""
    value = shown(value)
    if isinstance(value, date | PartialDate):
        return Mark(Said.PAID, day=_day(value))
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", text(value))).lower()
    if says_nothing(value) or written in UNPAID:
        return NOTHING
    if written in PAID or BRACKETED.sub("", written) in PAID:
        return Mark(Said.PAID)
    if written in WAIVED or BRACKETED.sub("", written) in WAIVED:
        return Mark(Said.WAIVED)
    return _day_or_amount(written, value, year)


def day_of(value: Value, year: int) -> date | None:
    """The day in a column of days; None where it is no whole day of that year or of the next."""
    try:
        mark = mark_of(value, year)
    except Unreadable:
        return None
    return mark.day if mark.day and year <= mark.day.year <= year + 1 else None


def _day_or_amount(written: str, value: Value, year: int) -> Mark:
    if match := DAY_OF_YEAR.fullmatch(written):
        return Mark(Said.PAID, day=_made(year, match))
    if re.match(r"20\d\d[-./年]", written):
        return Mark(Said.PAID, day=_day(partial_date(value, date(year, 12, 31))))
    amount = amount_of(value)
    return Mark(Said.AMOUNT, amount) if amount else NOTHING


def _made(year: int, match: re.Match[str]) -> date:
    try:
        return date(year, int(match[1]), int(match[2]))
    except ValueError as error:
        raise Unreadable(match[0]) from error


def _day(value: date | PartialDate | None) -> date | None:
    if isinstance(value, PartialDate):
        return value.first_day if value.precision == DAY else None
    return value.date() if isinstance(value, datetime) else value


def _computed(plain: str) -> int:
    try:
        if match := PRODUCT.fullmatch(plain):
            return _fen(Decimal(match[1]) * int(match[2]))
        if SUM.fullmatch(plain):
            return _fen(sum(map(Decimal, plain.split("+")), Decimal(0)))
        return _fen(Decimal(plain))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise Unreadable(plain) from error


def _fen(yuan: Decimal) -> int:
    if not yuan.is_finite() or abs(yuan) > LARGEST_FEN:
        raise Unreadable(str(yuan))
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _bounded(amount: int | None, value: Value) -> int | None:
    if amount is not None and not 0 <= amount <= LARGEST_FEN:
        raise Unreadable(text(value))
    return amount
