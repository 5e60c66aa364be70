"""The columns of a dues ledger and of a list of bases, in the words that branches head them with."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from members.workbooks.headings import Catalogue, Column, Field, Layout

PAY = r"[交缴]"
DUES = r"(?:党费)?"
SUM_WORDS = r"(?:合计|总计|总额|小计|总数|共计)"
CHINESE = {
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
    "十": 10,
    "十一": 11,
    "十二": 12,
}
NUMBER = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
SHORT = r"(?=.{1,24}\Z)"
"""Nobody heads a column with more; what may repeat below stays quick to match."""
BEFORE = rf"(?:{DUES}(?:[收应实已]?{PAY}[纳费款]?|月份?|情况|明细|数|金?额|记录|时间|本年度?|元)*)"
PARTS = rf"(?:[收应实已]?{PAY}[纳费款]?|党费|数|金?额|元|情况|日期|时间|签[字名章]|经手人|收款人|方式|备注|收据号?)*"
MONTH = rf"{SHORT}{BEFORE}(?:20\d\d年?)?(?:\d{{1,4}}|{NUMBER}{{1,2}})月份?{PARTS}"
COUNTED = rf"{SHORT}{BEFORE}月份?\d{{1,2}}"
ISO = r"20\d\d年?(?:0?[1-9]|1[0-2])(?:0?1)?月?"
QUARTER = rf"{SHORT}{BEFORE}(?:20\d\d年?)?(?:第?[一二三四1-4]季度?|[一二三四1-4]季|q[1-4]|[上下]半年){PARTS}"

LEDGER = Catalogue(
    required=("name", "national_id"),
    fields=(
        Field("serial", ("序号", "编号", "号")),
        Field("name", ("姓名", "党员姓名", "名字", "党员", "交纳人", "缴纳人", "交费人", "缴费人")),
        Field("national_id", ("身份证号码", "身份证号", "公民身份号码", "公民身份证号码", "证件号码", "身份证")),
        Field("group", ("党小组", "小组", "所在党小组", "所属党小组")),
        Field(
            "category",
            (
                "身份",
                "类别",
                "人员类别",
                "党员类别",
                "身份类别",
                "人员身份",
                "党员身份",
                "职业",
                "人员性质",
                "党费类别",
            ),
        ),
        Field(
            "base",
            patterns=(
                rf"{SHORT}(?:20\d\d年度?)?(?:月|每|本年度?|核定|党费|计算|收?{PAY}[纳费]?|工资|收入|计费|的)*基数元?(?:每?月)?",
            ),
        ),
        Field(
            "monthly",
            patterns=(
                rf"(?:核定)?(?:每人)?每?月(?:应|需|核定)?(?:{PAY}[纳费]?)?{DUES}(?:数额|金额|额|标准|数)?元?",
                rf"(?:核定)?(?:应{PAY})?{DUES}(?:{PAY}[纳费])?{DUES}标准(?:元月|元|每月|月)?",
                rf"(?:核定|应{PAY})(?:月额|数额月|额月|金额月|元月|党费元月|党费月)",
                rf"应{PAY}{DUES}每?月",
            ),
        ),
        Field("due", patterns=(rf"应{PAY}[纳]?{DUES}(?:数额|金额|额|数)?元?",), repeats=True),
        Field("paid", patterns=(rf"(?:实|已){PAY}[纳]?{DUES}(?:数额|金额|额|数)?元?|实收(?:金额)?元?",), repeats=True),
        Field(
            "total_due",
            patterns=(
                rf"(?:全年|年度?|本年度?|累计|合计|总)应{PAY}[纳]?{DUES}(?:数额|金额|额|数|{SUM_WORDS})?元?",
                rf"应{PAY}[纳]?{DUES}{SUM_WORDS}元?",
            ),
        ),
        Field(
            "total",
            ("合计", "总计", "共计", "全年合计", "年合计", "合计元", "合计金额", "总金额", "本年合计", "累计"),
            patterns=(
                rf"(?:全年|年度?|本年度?|累计|合计|总)(?:实|已)?{PAY}[纳]?{DUES}(?:数额|金额|额|数|{SUM_WORDS})?元?",
                rf"(?:实|已){PAY}[纳]?{DUES}{SUM_WORDS}元?",
                rf".{{0,8}}(?:合计|小计|累计|总计)(?:{PAY}[纳费])?元?",
            ),
        ),
        Field(
            "opening",
            ("期初", "期初数", "期初余额", "上年结转", "上年结转欠费"),
            patterns=(
                rf"(?:上年度?|去年|往年|历年|以前年度|年初|期初|20\d\d年度?)(?:结转|累计|尚)?(?:欠{PAY}?|欠费|欠款|未{PAY})(?:纳)?"
                rf"{DUES}(?:数额|金额|额|数)?元?",
            ),
        ),
        Field(
            "arrears",
            patterns=(rf"(?:尚|累计|本年度?)?(?:欠{PAY}|欠费|未{PAY})(?:纳)?{DUES}(?:数额|金额|额|数|合计|月数)?元?",),
        ),
        Field("remark", ("备注", "说明", "情况说明")),
        Field("month", patterns=(MONTH, COUNTED, ISO, QUARTER), repeats=True),
    ),
)


class Part(Enum):
    """What a column of a month holds."""

    DUE = "due"
    PAID = "paid"
    DAY = "day"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Period:
    """The months that a column is for, 1 to 12, what it holds, and the year where the heading names one."""

    months: tuple[int, ...]
    part: Part
    year: int | None = None


@dataclass(frozen=True, slots=True)
class PeriodColumn:
    """A column of the sheet that is about a month or several."""

    column: Column
    period: Period


WHOLE_YEAR = re.compile(r"(20\d\d)(?:年度?|[-./]|(?=\d))")
SPAN = re.compile(rf"({NUMBER})月?[-—–~至到]({NUMBER})月")
ONE = re.compile(rf"(?<!\d)({NUMBER})月|(?<!\d)月份?(1[0-2]|0?[1-9])(?!\d)")
NUMERIC = re.compile(r"^(0?[1-9]|1[0-2])(?:[-./]?0?1)?月?(?!\d)")
QUARTERS = re.compile(r"(?:第?([一二三四1-4])季|q([1-4]))")
LONGEST = 60
HALVES = {"上半年": (1, 2, 3, 4, 5, 6), "下半年": (7, 8, 9, 10, 11, 12)}
KNOWN_REST = re.compile(rf"{BEFORE}{PARTS}")


def period_of(heading: str) -> Period | None:
    """The months that a heading names; None where it names none."""
    if len(heading) > LONGEST:
        return None
    plain = re.sub(r"[\s()]", "", unicodedata.normalize("NFKC", heading)).lower()
    stated = WHOLE_YEAR.search(plain)
    rest = WHOLE_YEAR.sub("", plain, count=1)
    found = _months_in(rest)
    if found is None:
        return None
    months, left = found
    return Period(months, _part(left), int(stated[1]) if stated else None)


def _months_in(plain: str) -> tuple[tuple[int, ...], str] | None:
    for word, months in HALVES.items():
        if word in plain:
            return months, plain.replace(word, "")
    if match := QUARTERS.search(plain):
        first = _number(match[1] or match[2]) * 3 - 2
        return (first, first + 1, first + 2), _without(plain, match).removeprefix("度")
    if match := SPAN.search(plain):
        first, last = _number(match[1]), _number(match[2])
        return (tuple(range(first, last + 1)), _without(plain, match)) if first < last else None
    if match := ONE.search(plain) or NUMERIC.search(plain):
        return (_number(next(filter(None, match.groups()))),), _without(plain, match)
    return None


def _number(written: str) -> int:
    return CHINESE.get(written) or int(written)


def _without(plain: str, match: re.Match[str]) -> str:
    return (plain[: match.start()] + plain[match.end() :]).removeprefix("份").removeprefix("度")


def _part(rest: str) -> Part:
    plain = re.sub(r"[^\w]", "", rest)
    if re.search(r"日期|时间", plain):
        return Part.DAY
    if re.search(r"签|经手|收款|方式|备注|收据", plain) or not KNOWN_REST.fullmatch(plain):
        return Part.OTHER
    return Part.DUE if re.search(rf"应{PAY}", plain) else Part.PAID


def period_columns(layout: Layout) -> list[PeriodColumn]:
    """The columns of months. Beside "1月 应交" a column headed only "实交" is that month's too; where a sheet has a
    column for each month, one for the quarter only sums them up."""
    found = list(_periods(layout))
    monthly = {(month, one.period.part) for one in found if len(one.period.months) == 1 for month in one.period.months}
    return [
        one
        for one in found
        if len(one.period.months) == 1 or not all((month, one.period.part) in monthly for month in one.period.months)
    ]


def _periods(layout: Layout) -> Iterator[PeriodColumn]:
    parted: PeriodColumn | None = None
    for column in layout.columns:
        if column.field == "month" and (period := period_of(column.heading)):
            yield (one := PeriodColumn(column, period))
            parted = one if _names_part(column.heading) else None
        elif parted and column.field in ("due", "paid"):
            yield PeriodColumn(column, Period(parted.period.months, Part(column.field), parted.period.year))
        else:
            parted = None


def _names_part(heading: str) -> bool:
    return re.search(rf"[应实已]{PAY}", heading) is not None


def single_columns(layout: Layout, periods: Iterable[PeriodColumn]) -> dict[str, Column]:
    """Field → its column, for everything that isn't a month. "应交" alone is the month's amount where no other column
    is, else the year's sum; "实交" alone is the year's sum."""
    taken = {one.column.index for one in periods}
    found: dict[str, Column] = {}
    for column in layout.known:
        if column.index not in taken and column.field != "month":
            found.setdefault(column.field, column)
    for alone, meant in (("due", "total_due" if "monthly" in found else "monthly"), ("paid", "total")):
        if alone in found:
            found.setdefault(meant, found[alone])
    return found
