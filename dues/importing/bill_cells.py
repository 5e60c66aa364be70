"""What is written in the cells of a bill: moments, amounts with signs, which way the money went, how it ended."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from members.rules.dates import DAY, PartialDate
from members.workbooks.cells import Unreadable, fen, says_nothing, shown, text, word
from members.workbooks.days import partial_date
from members.workbooks.reading import Value

ISO_MOMENT = re.compile(
    r"(?P<year>\d{4})\D?(?P<month>\d{2})\D?(?P<day>\d{2})\D{0,2}(?P<hour>\d{2})\D?(?P<minute>\d{2})(?:\D?(?P<second>\d{2}))?(?:\.\d+)?Z?"
)
TIME_AT_END = re.compile(r"(?:^|\D)(\d{1,2})[:：时](\d{1,2})(?:[:：分](\d{1,2}))?(?:\.\d+)?\s*[秒分zZ]?$")
BARE_TIME = re.compile(r"\d{5,6}")
SIDE = re.compile(r"CR\.?|DR\.?|\(?[贷借收支]\)?")
INCOMING_SIDES = ("CR", "贷", "收")
NEGATIVE = re.compile(r"\((.+)\)|(.+)-|-(.+)")
INWARD = re.compile(r"(收|入|贷|来|存|进|转入|c$|cr$|credit|in$|\+).*")
OUTWARD = re.compile(r"(支|付|出|借|往|取|转出|不计|d$|dr$|debit|out$|-).*")
ENDED_BADLY = re.compile(r"失败|关闭|取消|撤销|冲正|退|待|冻结|未|处理中|进行中|异常|作废")
PARTLY_BACK = re.compile(r"退款?[^\d]*([\d,]+\.?\d*)")
GIVEN_BACK = re.compile(r"退款|退回|退汇|退票|冲正|撤销")
HALF_A_SECOND = timedelta(milliseconds=500)
"""Workbooks keep a moment as a fraction of a day, which can end a little before the second that was meant."""
EXACT = 10**15
"""Excel keeps fifteen digits of a number: a longer transaction number that became one names nothing any more."""
POWER = re.compile(r"\d(\.\d+)?e\+\d+", re.IGNORECASE)


class Way(Enum):
    """Which way the money went; NEITHER is the owner's own money moving, or nothing that can be read."""

    IN = "in"
    OUT = "out"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Amount:
    """Without its sign, in fen; `way` where the cell itself says it. `is_back`: something incoming taken back."""

    fen: int
    way: Way | None = None
    is_back: bool = False


def moment(value: Value) -> datetime | None:
    """The day and, where written, the time. None without a readable day."""
    value = shown(value)
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) + HALF_A_SECOND).replace(microsecond=0)
    if isinstance(value, date):
        return datetime.combine(value, time())
    plain = _plain(value)
    if found := ISO_MOMENT.fullmatch(plain):
        return _moment(found)
    day = _day(value)
    return datetime.combine(day, clock(plain) or time()) if day else None


def clock(value: Value) -> time | None:
    """A time of day: 21:30:37, 21:30, 213037, or 93005 where a leading zero was lost."""
    plain = _plain(shown(value))
    if found := TIME_AT_END.search(plain):
        return _time(found[1], found[2], found[3] or "0")
    if BARE_TIME.fullmatch(plain):
        digits = plain.zfill(6)
        return _time(digits[:2], digits[2:4], digits[4:])
    return None


def amount(value: Value) -> Amount | None:
    """An amount with its sign: -5.00, (5.00), 5.00CR. None for a cell that says nothing. Raises Unreadable."""
    value = shown(value)
    if says_nothing(value):
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _signed(fen(value) or 0)
    plain = _plain(value).upper().replace("−", "-").replace("RMB", "").replace("CNY", "")
    side = SIDE.search(plain)
    plain = SIDE.sub("", plain).lstrip("+").replace("¥-", "-¥").replace("￥-", "-￥")
    negative = NEGATIVE.fullmatch(plain)
    inner = next(part for part in negative.groups() if part) if negative else plain
    found = _signed((fen(inner.lstrip("+")) or 0) * (-1 if negative else 1))
    if side and found.way is not Way.OUT:
        incoming = side[0].strip("().").startswith(INCOMING_SIDES)
        return Amount(found.fen, Way.IN if incoming else Way.OUT)
    return found


def way(value: Value) -> Way | None:
    """What a column like 收/支 says; None where it says nothing."""
    if value is None or not text(value):
        return None
    plain = word(value)
    if OUTWARD.match(plain):
        return Way.OUT
    return Way.IN if INWARD.match(plain) else Way.NEITHER


def way_of_kind(value: Value) -> Way | None:
    """What the kind of a transaction says about its way, where it does: 转入, 支出; None for 转账."""
    plain = word(value)
    found = re.search(r"转入|收入|来账|存入|入账|收款", plain), re.search(r"转出|支出|往账|取款|支取|付款|消费", plain)
    if bool(found[0]) == bool(found[1]):
        return None
    return Way.IN if found[0] else Way.OUT


def given_back(status: Value, kind: Value, amount_fen: int) -> int:
    """How much of an amount went back or never came, in fen: by the state it is in, and the kind of transaction."""
    if GIVEN_BACK.search(word(kind)):
        return amount_fen
    plain = word(status)
    if not ENDED_BADLY.search(plain):
        return 0
    part = PARTLY_BACK.search(plain)
    back = fen(part[1]) if part else None
    return back if back and "全额" not in plain else amount_fen


def transaction_number(value: Value) -> str:
    """Without spaces and quotes; empty where there is none, or Excel has rounded it."""
    plain = "".join(_plain(shown(value)).split()).strip("'`\"‘’")
    return "" if says_nothing(plain) or is_rounded(value) else plain


def is_rounded(value: Value) -> bool:
    """Whether a number stood here that Excel could not keep."""
    value = shown(value)
    if isinstance(value, int | float):
        return abs(value) >= EXACT
    return bool(POWER.fullmatch(_plain(value)))


def _plain(value: Value) -> str:
    return unicodedata.normalize("NFKC", text(value)).strip()


def _signed(amount_fen: int) -> Amount:
    return Amount(-amount_fen, Way.OUT) if amount_fen < 0 else Amount(amount_fen)


def _day(value: Value) -> date | None:
    """A whole day; a bare count of days only where the file says it is a number."""
    try:
        found: PartialDate | None = partial_date(value, date.max)
    except Unreadable:
        return None
    return found.first_day if found and found.precision == DAY else None


def _moment(found: re.Match[str]) -> datetime | None:
    try:
        return datetime(*(int(part or 0) for part in found.groups()))  # type: ignore[arg-type]
    except ValueError:
        return None


def _time(hour: str, minute: str, second: str) -> time | None:
    try:
        return time(int(hour), int(minute), int(second))
    except ValueError:
        return None
