"""The sheets of a ledger, how their cells are read, and whom a row is about."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import Enum
from pathlib import Path

from django.db.models import Q
from django.utils.translation import gettext as _

from audit.keyring import fingerprints
from dues.books.columns import (
    LEDGER,
    ColumnMonths,
    LedgerNote,
    MonthPart,
    PeriodColumn,
    period_columns,
    period_of,
    single_columns,
)
from members.dates import DAY, PartialDate
from members.fields import unended_on
from members.imports.kinds import NotThisKind
from members.models import Affiliation, Member, Organization
from members.paths import subtree
from members.workbooks import cells
from members.workbooks.catalogue import Column
from members.workbooks.cells import (
    BRACKETED,
    RoundedByExcel,
    UnreadableCell,
    fen,
    identity_number,
    partial_date,
    says_nothing,
    shown,
    text,
    word,
)
from members.workbooks.headings import FOOTER, HeadedRow, Layout, LeftOut, Records, find_layout
from members.workbooks.reading import CellError, Head, OpenWorkbook, Value, open_workbook

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


class CellMeaning(Enum):
    """What a cell under a month says."""

    NOTHING = "nothing"
    AMOUNT = "amount"
    PAID = "paid"
    WAIVED = "waived"


@dataclass(frozen=True, slots=True)
class PaidCell:
    """`fen` where an amount is written; `day` where the cell, or the column beside it, gives the day."""

    said: CellMeaning
    fen: int = 0
    day: date | None = None


NOTHING = PaidCell(CellMeaning.NOTHING)


def amount_of(value: Value) -> int | None:
    """Fen, from `6.0`, `¥40`, `40元/月`, `40(现金)`, `13.47*3`, `6+6`. None for nothing. Raises Unreadable."""
    value = shown(value)
    if says_nothing(value):
        return None
    if not isinstance(value, str) or isinstance(value, CellError):
        return _bounded(fen(value), value)
    plain = WORDS.sub("", BRACKETED.sub("", unicodedata.normalize("NFKC", text(value)))).lower()
    return _bounded(_computed(plain), value)


def mark_of(value: Value, year: int) -> PaidCell:
    """What a cell under a month says. Raises Unreadable for what nobody could take for money."""
    value = shown(value)
    if isinstance(value, date | PartialDate):
        return PaidCell(CellMeaning.PAID, day=_day(value))
    written = re.sub(r"\s", "", unicodedata.normalize("NFKC", text(value))).lower()
    if says_nothing(value) or written in UNPAID:
        return NOTHING
    if written in PAID or BRACKETED.sub("", written) in PAID:
        return PaidCell(CellMeaning.PAID)
    if written in WAIVED or BRACKETED.sub("", written) in WAIVED:
        return PaidCell(CellMeaning.WAIVED)
    return _day_or_amount(written, value, year)


def day_of(value: Value, year: int) -> date | None:
    """The day in a column of days; None where it is no whole day of that year or of the next."""
    try:
        mark = mark_of(value, year)
    except UnreadableCell:
        return None
    return mark.day if mark.day and year <= mark.day.year <= year + 1 else None


def _day_or_amount(written: str, value: Value, year: int) -> PaidCell:
    if match := DAY_OF_YEAR.fullmatch(written):
        return PaidCell(CellMeaning.PAID, day=_made(year, match))
    if re.match(r"20\d\d[-./年]", written):
        return PaidCell(CellMeaning.PAID, day=_day(partial_date(value, date(year, 12, 31))))
    amount = amount_of(value)
    return PaidCell(CellMeaning.AMOUNT, amount) if amount else NOTHING


def _made(year: int, match: re.Match[str]) -> date:
    try:
        return date(year, int(match[1]), int(match[2]))
    except ValueError as error:
        raise UnreadableCell(match[0]) from error


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
        raise UnreadableCell(plain) from error


def _fen(yuan: Decimal) -> int:
    if not yuan.is_finite() or abs(yuan) > LARGEST_FEN:
        raise UnreadableCell(str(yuan))
    return int((yuan * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _bounded(amount: int | None, value: Value) -> int | None:
    if amount is not None and not 0 <= amount <= LARGEST_FEN:
        raise UnreadableCell(text(value))
    return amount


YEAR = re.compile(r"(20\d\d)\s*年")
COPIES = re.compile(r"备份|副本|模板|样表|示例|样例|说明")
MOST_ROWS = 3_000
"""A branch has no more than some hundred members; beyond this it isn't the ledger of one."""
MOST_SHEETS = 20
MOST_HEAD_ROWS = 20
MOST_COLUMNS = 80
"""Two columns for each month, and as many beside them."""


class NotALedger(NotThisKind):
    """A workbook without anything about dues, or of a size no branch has; the sentence says what is missing."""


@dataclass
class LedgerSheet:
    """A sheet that was chosen, with its columns by what they are."""

    layout: Layout
    periods: list[PeriodColumn]
    single: dict[str, Column]
    years: frozenset[int]
    book: OpenWorkbook
    notes: list[LedgerNote] = field(default_factory=list)

    @property
    def is_of_months(self) -> bool:
        return any(one.period.part == MonthPart.PAID for one in self.periods)

    @property
    def is_useful(self) -> bool:
        return self.is_of_months or "base" in self.single or "monthly" in self.single

    def records(self) -> Iterator[HeadedRow]:
        """The rows about members; what else stands there is noted. Raises UnreadableWorkbook, NotALedger."""
        records = Records(self.layout, _keys(self.single), repeats=("month", "due", "paid"))
        for count, one in enumerate(records.of(self.book.rows(self.layout.sheet)), 1):
            if count > MOST_ROWS:
                raise NotALedger(_("The sheet has more rows than a branch has members. Split it by branch."))
            if isinstance(one, LeftOut):
                self.notes.append(LedgerNote(one.number, "row_not_read", about={"text": one.text[:60]}))
            elif not self._is_footer(one):
                yield one

    def _is_footer(self, one: HeadedRow) -> bool:
        """Without a column of numbers before it, 合计 stands where the names do."""
        name = self.single.get("name")
        return name is not None and FOOTER.match(word(one.row.value(name.index))) is not None


@dataclass
class Ledger:
    """The sheets that are read together, the best one first."""

    sheets: list[LedgerSheet]
    notes: list[LedgerNote]

    @property
    def is_of_months(self) -> bool:
        return self.sheets[0].is_of_months


@contextmanager
def open_ledger(path: Path, year: int) -> Iterator[Ledger]:
    """Raises UnreadableWorkbook, NotALedger."""
    with open_workbook(path) as book:
        heads = [_top_left(head) for head in book.heads[:MOST_SHEETS]]
        usable = [one for index in range(len(heads)) if (one := _sheet(book, index, heads, year))]
        if not usable:
            raise NotALedger(
                _("No dues were found. The sheet needs a column 姓名, and 月应交, 党费基数 or a column a month."),
                book.heads,
            )
        yield _together(sorted(usable, key=lambda one: _rank(one, book.heads, year), reverse=True), book, year)


def _top_left(head: Head) -> Head:
    """Where headings can stand: trying to understand every cell of a huge sheet would take minutes."""
    rows = [row._replace(cells=row.cells[:MOST_COLUMNS]) for row in head.rows[:MOST_HEAD_ROWS]]
    return replace(head, rows=rows)


def _sheet(book: OpenWorkbook, index: int, heads: list[Head], year: int) -> LedgerSheet | None:
    layout = None if heads[index].hidden else find_layout(heads, LEDGER, sheet=index)
    if layout is None:
        return None
    periods = period_columns(layout) or _of_one_month(layout)
    read = [one for one in periods if one.period.year in (None, year) and one.period.part != MonthPart.OTHER]
    sheet = LedgerSheet(layout, read, single_columns(layout, periods), _years(layout), book)
    sheet.notes = [_left_out(layout, one, year) for one in periods if one not in read]
    sheet.notes += [
        _unclear(layout, one) for one in layout.columns if one.field == "month" and not _is_in(one, periods)
    ]
    return sheet if sheet.is_useful else None


def _of_one_month(layout: Layout) -> list[PeriodColumn]:
    """A workbook with a sheet for every month: the name of the sheet says which."""
    period = period_of(layout.sheet_name)
    if period is None:
        return []
    parts = {"due": MonthPart.DUE, "paid": MonthPart.PAID}
    return [
        PeriodColumn(column, ColumnMonths(period.months, parts[column.field], period.year))
        for column in layout.known
        if column.field in parts
    ]


def _together(usable: list[LedgerSheet], book: OpenWorkbook, year: int) -> Ledger:
    best, *others = usable
    beside = [one for one in others if _goes_with(one, best, year)]
    left = [head.name for head in book.heads if head.rows and head.name not in _names([best, *beside])]
    notes = [note for one in (best, *beside) for note in one.notes]
    for one in (best, *beside):
        one.notes = []
    if best.years and year not in best.years:
        notes.append(LedgerNote(0, "sheet_of_other_year", about={"year": max(best.years)}))
    unread = [name for name in left if name in _names(others)]
    if unread:
        notes.append(LedgerNote(0, "other_sheets_not_read", about={"names": "、".join(unread)[:120]}))
    return Ledger([best, *sorted(beside, key=lambda one: one.layout.sheet)], notes)


def _goes_with(one: LedgerSheet, best: LedgerSheet, year: int) -> bool:
    same_year = one.years == best.years or year in one.years or not one.years
    return same_year and one.is_of_months == best.is_of_months and not COPIES.search(one.layout.sheet_name)


def _names(sheets: list[LedgerSheet]) -> list[str]:
    return [one.layout.sheet_name for one in sheets]


def _rank(one: LedgerSheet, heads: list[Head], year: int) -> tuple[int, bool, bool, int, int, int]:
    named = 2 if year in one.years else 1 if not one.years else 0
    rows = len(heads[one.layout.sheet].rows)
    copy = COPIES.search(one.layout.sheet_name) is not None
    return (named, not copy, one.is_of_months, len(one.layout.known), rows, -one.layout.sheet)


def _years(layout: Layout) -> frozenset[int]:
    """The years that the name of the sheet or its titles speak of."""
    titles = [text(value) for row in layout.title_rows for value in row.cells]
    name = re.findall(r"20\d\d", layout.sheet_name)
    return frozenset(map(int, name or [year for title in titles for year in YEAR.findall(title)]))


def _keys(single: dict[str, Column]) -> tuple[str, ...]:
    return ("name",) if "name" in single else ("national_id",)


def _is_in(column: Column, periods: list[PeriodColumn]) -> bool:
    return any(one.column.index == column.index for one in periods)


def _left_out(layout: Layout, one: PeriodColumn, year: int) -> LedgerNote:
    other_year = one.period.year not in (None, year)
    code = "column_of_other_year" if other_year else "column_unclear"
    return LedgerNote(layout.header_row, code, one.column.heading, f"{one.column.letter}{layout.header_row}")


def _unclear(layout: Layout, column: Column) -> LedgerNote:
    return LedgerNote(layout.header_row, "column_unclear", column.heading, f"{column.letter}{layout.header_row}")


@dataclass(frozen=True, slots=True)
class LedgerMember:
    """A member who belongs or belonged to the branch. `in_year`: at some time in the ledger's year."""

    pk: int
    key: str
    name: str
    category: str
    in_year: bool


class LedgerMembers:
    """The members of a branch, past ones too: a ledger of an old year names who was there then."""

    def __init__(self, organization: Organization, year: int) -> None:
        self.by_name: dict[str, list[LedgerMember]] = defaultdict(list)
        self.by_print: dict[str, LedgerMember] = {}
        for member, person in _persons(organization, year):
            self.by_name[_plain(member.name)].append(person)
            if member.national_id_print:
                self.by_print[member.national_id_print] = person

    def find(self, name: Value, number: Value) -> LedgerMember | LedgerNote:
        """The one who is meant, or why nobody is; the note has no row and no cell yet."""
        written = cells.name(name)
        try:
            identity = identity_number(number)
        except RoundedByExcel:
            return LedgerNote(0, "national_id_rounded_by_excel")
        except UnreadableCell:
            return LedgerNote(0, "national_id_checksum")
        if not written and not identity:
            return LedgerNote(0, "name_missing")
        known = self._with(identity) if identity else None
        if known is None:
            return self._by_name(written)
        same = not written or _plain(written) == _plain(known.name)
        return known if same else LedgerNote(0, "name_differs", about={"name": written[:60]})

    def _with(self, identity: str) -> LedgerMember | None:
        return next((self.by_print[one] for one in fingerprints(identity) if one in self.by_print), None)

    def _by_name(self, written: str) -> LedgerMember | LedgerNote:
        found = self.by_name.get(_plain(written), [])
        then = [person for person in found if person.in_year] if len(found) > 1 else found
        if len(then or found) == 1:
            return (then or found)[0]
        return LedgerNote(0, "member_ambiguous" if found else "member_unknown", about={"name": written[:60]})


def _persons(organization: Organization, year: int) -> Iterator[tuple[Member, LedgerMember]]:
    here = Affiliation.objects.formal().filter(subtree("organization__path", [organization.path]))
    then = here.filter(
        Q(valid_from__isnull=True) | Q(valid_from__lt=date(year + 1, 1, 1)),
        unended_on(date(year, 1, 1)),
    )
    in_year = set(then.values_list("member", flat=True))
    rows = Member.objects.filter(pk__in=here.values("member"))
    for member in rows.only("id", "key", "name", "national_id_print", "dues_category"):
        yield member, LedgerMember(member.pk, str(member.key), member.name, member.dues_category, member.pk in in_year)


def _plain(written: str) -> str:
    return re.sub(r"[\s·•.]", "", written).upper()
