"""The columns of a ledger, and what is noted about its rows."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.roster.headings import shared
from members.workbooks.catalogue import Catalogue, Column, Field
from members.workbooks.headings import Layout

REFUSALS: dict[str, Promise] = {
    "name_missing": _("The name is missing. Enter it in the sheet."),
    "national_id_checksum": _(
        "The identity number has a mistake: its digits don't fit together. Check it against the card."
    ),
    "national_id_rounded_by_excel": _(
        "Excel kept the identity number as a number and lost its last digits. Make the column text and enter it again."
    ),
    "member_unknown": _(
        "“%(name)s” belongs to no roster of this branch. Record the member first, or correct the name."
    ),
    "member_ambiguous": _("Several members of this branch are called “%(name)s”. Add a column of identity numbers."),
    "member_twice": _("“%(name)s” stands already in row %(first)s. Leave one of the two rows."),
    "name_differs": _("The roster has this identity number under another name than “%(name)s”. Correct one of them."),
    "amount_unreadable": _("“%(written)s” is no amount. Write a number, √ or 免, or leave the cell empty."),
    "amount_unknown": _(
        "Nothing says what this member pays a month. Fill in the monthly amount, or base and category."
    ),
    "category_missing": _("No category for dues is known. Add a column 类别, or choose one on the member's page."),
    "charged_differently": _(
        "%(month)s was charged with another amount. Take that charge back first, or correct the sheet."
    ),
    "paid_differently": _("Another payment of %(month)s is on record. Compare the two and correct the wrong one."),
    "basis_differs": _("Another amount is fixed for this member from %(month)s. Compare the two; nothing was changed."),
}
"""Codes for which a row isn't stored."""

BLOCKS: dict[str, Promise] = {
    "month_closed": _("%(month)s is closed: nothing is charged in it any more. The sheet can't be stored."),
}
"""Codes for which nothing of the sheet is stored."""

WARNINGS: dict[str, Promise] = {
    "base_unreadable": _("“%(written)s” is no amount. The base was left out."),
    "category_unknown": _("No category for dues is known. The amounts are kept, but no base was fixed for the year."),
    "category_differs": _("The roster has another category for dues. For this year the sheet's was taken."),
    "amount_contradicts_rule": _(
        "The monthly amount isn't what the rule gives for base and category. The sheet's holds."
    ),
    "flat_amount_contradicts_rule": _(
        "The monthly amount isn't the one that is set for this category. The sheet's holds."
    ),
    "amount_computed": _("The sheet gives no monthly amount. It was computed from base and category."),
    "total_contradicts_months": _("The total is %(written)s, the months add up to %(sum)s. The months hold."),
    "due_contradicts_months": _("The amount due is %(written)s, the months add up to %(sum)s. The months hold."),
    "paid_ahead": _("%(fen)s more was paid than is owed until %(month)s. It counts for the months that follow."),
    "month_waived": _("Waived according to the sheet. Which approval there was isn't on record."),
    "month_to_come": _("%(month)s is still to come, but something stands there already."),
    "payment_known": _("The payment of %(month)s is on record already and wasn't taken twice."),
    "own_payments": _("These are your own dues: the payments wait until another officer has confirmed them."),
    "opening_unreadable": _("“%(written)s” is no amount. The balance of the year before was left out."),
    "opening_known": _("Months of the year before are on record already. Its balance was left out."),
    "column_unclear": _("This column wasn't understood and was left out."),
    "column_of_other_year": _("This column is about another year and was left out."),
    "row_not_read": _("The row is about no member and was left out: %(text)s"),
    "sheet_of_other_year": _("The sheet says %(year)s. Check that the right file was chosen."),
    "other_sheets_not_read": _("Other sheets weren't read: %(names)s"),
    "touches_receipts": _("Receipts that name what this changes: %(names)s. Each keeps what it says."),
    "touches_month": _("%(name)s, %(month)s: paid %(was)s so far, %(will)s afterwards."),
    "touches_closed": _("Sums of closed months change: %(months)s."),
    "touches_published": _(
        "Published figures: %(names)s. They stay as they were published; the correction is shown beside them."
    ),
    "formula_without_value": _("The cell holds a formula without a value. Open the file in Excel or WPS and save it."),
}
"""Codes about which somebody should know; the row is stored."""

SENTENCES: Mapping[str, Promise] = REFUSALS | BLOCKS | WARNINGS


@dataclass(frozen=True, slots=True)
class LedgerNote:
    """Something about a row or a column. `row` is the sheet's own number, 0 for the whole; `cell` like "F12", or "".

    `about` fills the sentence and holds nothing private: it is stored in the clear.
    """

    row: int
    code: str
    column: str = ""
    cell: str = ""
    about: Mapping[str, object] = field(default_factory=dict)

    @property
    def refuses(self) -> bool:
        return self.code in REFUSALS

    @property
    def blocks(self) -> bool:
        return self.code in BLOCKS

    @property
    def message(self) -> str:
        """The sentence in the language of whoever reads it."""
        return str(SENTENCES[self.code]) % self.about

    def stored(self) -> dict[str, Any]:
        kept = {"row": self.row, "code": self.code, "column": self.column, "cell": self.cell}
        return {**kept, "about": dict(self.about)}

    def answer(self) -> dict[str, Any]:
        """As the command prints it."""
        kept = {"row": self.row, "column": self.column, "cell": self.cell, "code": self.code}
        return {**kept, "message": self.message}


def note_from(stored: Mapping[str, Any]) -> LedgerNote:
    """What `LedgerNote.stored` kept."""
    return LedgerNote(**stored)


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
        shared("serial"),
        shared("name", "交纳人", "缴纳人", "交费人", "缴费人"),
        shared("national_id"),
        shared("group"),
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
        shared("remark"),
        Field("month", patterns=(MONTH, COUNTED, ISO, QUARTER), repeats=True),
    ),
)


class MonthPart(Enum):
    """What a column of a month holds."""

    DUE = "due"
    PAID = "paid"
    DAY = "day"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class ColumnMonths:
    """The months that a column is for, 1 to 12, what it holds, and the year where the heading names one."""

    months: tuple[int, ...]
    part: MonthPart
    year: int | None = None


@dataclass(frozen=True, slots=True)
class PeriodColumn:
    """A column of the sheet that is about a month or several."""

    column: Column
    period: ColumnMonths


WHOLE_YEAR = re.compile(r"(20\d\d)(?:年度?|[-./]|(?=\d))")
SPAN = re.compile(rf"({NUMBER})月?[-—–~至到]({NUMBER})月")
ONE = re.compile(rf"(?<!\d)({NUMBER})月|(?<!\d)月份?(1[0-2]|0?[1-9])(?!\d)")
NUMERIC = re.compile(r"^(0?[1-9]|1[0-2])(?:[-./]?0?1)?月?(?!\d)")
QUARTERS = re.compile(r"(?:第?([一二三四1-4])季|q([1-4]))")
LONGEST = 60
HALVES = {"上半年": (1, 2, 3, 4, 5, 6), "下半年": (7, 8, 9, 10, 11, 12)}
KNOWN_REST = re.compile(rf"{BEFORE}{PARTS}")


def period_of(heading: str) -> ColumnMonths | None:
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
    return ColumnMonths(months, _part(left), int(stated[1]) if stated else None)


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


def _part(rest: str) -> MonthPart:
    plain = re.sub(r"[^\w]", "", rest)
    if re.search(r"日期|时间", plain):
        return MonthPart.DAY
    if re.search(r"签|经手|收款|方式|备注|收据", plain) or not KNOWN_REST.fullmatch(plain):
        return MonthPart.OTHER
    return MonthPart.DUE if re.search(rf"应{PAY}", plain) else MonthPart.PAID


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
            yield PeriodColumn(column, ColumnMonths(parted.period.months, MonthPart(column.field), parted.period.year))
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
