"""The columns of bills, and how their cells are read."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum

from members.dates import DAY, PartialDate
from members.workbooks.catalogue import Catalogue, Field
from members.workbooks.cells import UnreadableCell, fen, partial_date, says_nothing, shown, text, word
from members.workbooks.reading import Value

MOMENT = """交易时间 交易日期 支付时间 付款时间 到账时间 收款时间 入账时间 入账日期 入帐日期 交易日 交易创建时间
    创建时间 日期时间 日期 记账日期 记账日 记账时间 记帐日期 记帐时间 发生日期 发生时间 业务日期 到账日期
    收款日期 会计日期 账务日期 时间 交易时刻 时刻 时点 最近修改时间 交易日期时间"""
"""The likeliest first: when the money was sent comes before when it was booked."""
TRANSACTION = """交易单号 交易流水号 交易订单号 交易号 流水号 交易流水 银行流水号 核心流水号 账务流水号
    帐务流水号 主机流水号 柜员流水号 业务流水号 系统流水号 前置流水号 平台流水号 全局流水号 会计流水号 流水编号
    交易编号 交易参考号 业务参考号 日志号 交易序号 回单编号 电子回单号 回单号 明细编号 支付宝交易号 支付宝流水号
    微信支付单号 凭证号码 凭证号"""
PAYER = """交易对方 对方户名 对方名称 对方姓名 对方账户名称 对方账户名 对方帐户名称 对方账号名称 对方账户户名
    对方单位名称 对方单位 对手户名 对手名称 对手方名称 对手方 交易对手名称 交易对手 交易对手户名 对手账户名称
    付款人名称 付款人户名 付款人姓名 付款人 付款方名称 付款方户名 付款方 付款户名 付款账户名称 汇款人 汇款人姓名
    汇款人名称 来款单位 来款人 往来户名 往来单位 收付款方名称 收/付款方名称 收付方名称 收(付)方名称 收付方户名
    对方 户名 对方信息户名 对方账户信息户名 对方户名/商户名称 对方账户 付款方信息户名 交易人 缴费人"""
NOTE = """备注 附言 用途 摘要 商品 商品说明 商品名称 留言 付款留言 付款方留言 付款备注 转账备注 转账附言
    转账留言 交易附言 交易摘要 交易用途 交易备注 交易说明 客户附言 客户摘要 汇款附言 汇款用途 汇款备注 付款用途
    付款附言 摘要说明 摘要内容 摘要备注 摘要/附言 用途/摘要 备注/附言 附言/备注 用途/附言 说明 附加信息
    个性化信息 其他说明 交易名称 商品描述 订单备注 收款备注 收款理由"""
STATUS = "当前状态 交易状态 状态 支付状态 订单状态 处理状态 记账状态 交易结果 处理结果"
DIRECTION = """收/支 收支 收支类型 收支方向 收支标志 收支标识 借贷标志 借贷标识 借贷方向 借贷标记 借/贷 借贷
    借贷类型 收付标志 收付标识 收/付 收付 收付方向 收付类型 往来标志 来往账标志 来往账标识 来往标志 交易方向
    资金流向 资金方向 方向 进出标志"""
KIND = "交易类型 类型 业务类型 交易种类 业务种类 交易分类 交易方式"
AMOUNT = """金额 金额元 交易金额 发生额 发生金额 交易额 收支金额 收/支金额 借贷金额 订单金额 金额人民币
    交易金额人民币 本次发生额 收/付金额 收付金额"""
INCOME = """收入 收入金额 收入额 贷方金额 贷方发生额 贷方发生金额 贷方发生 贷方 贷 贷记金额 贷方交易金额
    贷方金额收入 贷方发生额收入 收入贷方 收入贷 贷方收入 贷收入 存入 存入金额 存入额 存入贷方 转入 转入金额
    入账金额 入帐金额 收款金额 来账金额 收方金额 收方发生额 进账金额 到账金额 实收金额 发生额贷方 发生额贷
    发生额收入 交易金额收入 交易金额贷方 金额收入 收"""
EXPENSE = """支出 支出金额 支出额 借方金额 借方发生额 借方发生金额 借方发生 借方 借 借记金额 借方交易金额
    借方金额支出 借方发生额支出 支出借方 支出借 借方支出 借支出 支取 支取金额 支取额 取出 取款金额 支取借方 转出
    转出金额 付款金额 往账金额 付方金额 付方发生额 出账金额 发生额借方 发生额借 发生额支出 交易金额支出
    交易金额借方 金额支出 支"""
REFUNDED = "成功退款 成功退款元 已退款金额 退款金额 已退金额"
BALANCE = "余额 账户余额 帐户余额 交易后余额 账面余额 可用余额 本次余额 联机余额 当前余额"

BILL = Catalogue(
    (
        Field(
            "moment",
            tuple(MOMENT.split()),
            repeats=True,
            kinds=("moment", "date", "loose_date"),
            alone=0.8,
            anywhere=True,
        ),
        Field("transaction", tuple(TRANSACTION.split())),
        Field("payer", tuple(PAYER.split()), kinds=("name",), alone=0.8, anywhere=True),
        Field("note", tuple(NOTE.split()), repeats=True),
        Field("status", tuple(STATUS.split())),
        Field("direction", tuple(DIRECTION.split())),
        Field("kind", tuple(KIND.split())),
        Field("amount", tuple(AMOUNT.split())),
        Field("income", tuple(INCOME.split())),
        Field("expense", tuple(EXPENSE.split())),
        Field("refunded", tuple(REFUNDED.split())),
        Field("balance", tuple(BALANCE.split())),
    ),
    required=("amount", "income"),
)
TIME_WORDS = ("时间", "时刻", "时点")
"""A column of these may hold the time alone, beside another with the day."""


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


class MoneyDirection(Enum):
    """Which way the money went; NEITHER is the owner's own money moving, or nothing that can be read."""

    IN = "in"
    OUT = "out"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Amount:
    """Without its sign, in fen; `way` where the cell itself says it. `is_back`: something incoming taken back."""

    fen: int
    way: MoneyDirection | None = None
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
    if side and found.way is not MoneyDirection.OUT:
        incoming = side[0].strip("().").startswith(INCOMING_SIDES)
        return Amount(found.fen, MoneyDirection.IN if incoming else MoneyDirection.OUT)
    return found


def way(value: Value) -> MoneyDirection | None:
    """What a column like 收/支 says; None where it says nothing."""
    if value is None or not text(value):
        return None
    plain = word(value)
    if OUTWARD.match(plain):
        return MoneyDirection.OUT
    return MoneyDirection.IN if INWARD.match(plain) else MoneyDirection.NEITHER


def way_of_kind(value: Value) -> MoneyDirection | None:
    """What the kind of a transaction says about its way, where it does: 转入, 支出; None for 转账."""
    plain = word(value)
    found = re.search(r"转入|收入|来账|存入|入账|收款", plain), re.search(r"转出|支出|往账|取款|支取|付款|消费", plain)
    if bool(found[0]) == bool(found[1]):
        return None
    return MoneyDirection.IN if found[0] else MoneyDirection.OUT


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
    return Amount(-amount_fen, MoneyDirection.OUT) if amount_fen < 0 else Amount(amount_fen)


def _day(value: Value) -> date | None:
    """A whole day; a bare count of days only where the file says it is a number."""
    try:
        found: PartialDate | None = partial_date(value, date.max)
    except UnreadableCell:
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
