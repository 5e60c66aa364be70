"""Reading a WeChat bill, an Alipay bill or a bank's statement: which money came in, when, from whom, with what note."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from itertools import chain
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext as _

from dues.bills import cells as bills_cells
from dues.bills.cells import BILL, TIME_WORDS, Amount, MoneyDirection
from dues.choices import BillSource
from members.imports.kinds import NotThisKind
from members.workbooks.catalogue import Column
from members.workbooks.cells import UnreadableCell, line, says_nothing, text
from members.workbooks.headings import Layout, find_layout
from members.workbooks.reading import Head, OpenWorkbook, Row, Value, open_workbook

LONGEST_NAME, LONGEST_NOTE, LONGEST_NUMBER = 80, 200, 80
MONEY = frozenset({"amount", "income", "expense", "refunded"})
WECHAT_COLUMNS = {"交易单号", "商户单号", "当前状态"}
ALIPAY_COLUMNS = {"交易订单号", "交易号", "商家订单号", "商户订单号", "资金状态", "收/付款方式", "交易来源地"}


class NotABill(NotThisKind):
    """A workbook without the columns of a bill; the sentence says what is missing."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """Money that came in. `row` is the sheet's own number, `sheet` tells the sheets of one workbook apart."""

    row: int
    came_at: datetime
    payer_name: str
    note: str
    amount_fen: int
    gross_fen: int
    """Before anything went back: the same in every export."""
    transaction: str = ""
    sheet: int = 0
    is_rounded: bool = False
    """It had a transaction number, which Excel has rounded."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A negative amount among the incoming ones: the bank takes an earlier row back."""

    fen: int
    payer_name: str


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A row that seems to be money but can't be understood, with a sentence for a person."""

    row: int
    transaction: str
    sentence: str


@dataclass
class ReadBill:
    """What a file says. `ignored` counts rows that are not money that came in and stayed."""

    source: BillSource
    lines: list[BillLine] = field(default_factory=list)
    unread: list[UnreadLine] = field(default_factory=list)
    ignored: int = 0


def read_bill(path: Path) -> ReadBill:
    """Raises UnreadableWorkbook, NotABill."""
    with open_workbook(path) as book:
        layouts = [layout for index in range(len(book.heads)) if (layout := bill_layout(book.heads, index))]
        if not layouts:
            raise NotABill(_no_columns(), book.heads)
        found = ReadBill(source_of(layouts[0]))
        for layout in layouts:
            _read_sheet(found, book, layout)
    _leave_out_cut_line(found)
    if not (found.lines or found.unread or found.ignored):
        raise NotABill(_("The file has the columns of a bill, but no transaction under them."))
    return found


def bill_layout(heads: list[Head], index: int) -> Layout | None:
    """The columns of a sheet, if it has a moment and an amount. Rows of data never count as a line of headings."""
    if heads[index].hidden:
        return None
    head = heads[index]
    while layout := find_layout([head], BILL):
        if not layout.column("moment"):
            return None
        named = next(row for row in head.rows if row.number == layout.header_row)
        if not any(bills_cells.moment(named.value(column.index)) for column in _columns(layout, "moment")):
            return replace(layout, sheet=index)
        head = replace(head, rows=[row for row in head.rows if row.number < layout.header_row])
    return None


def source_of(layout: Layout) -> BillSource:
    """Whose bill it is: by what stands above the table, else by the columns."""
    above = "".join(text(value) for row in layout.title_rows for value in row.cells)
    headings = {re.sub(r"\s", "", column.heading) for column in layout.columns}
    if "微信支付" in above or len(headings & WECHAT_COLUMNS) == len(WECHAT_COLUMNS):
        return BillSource.WECHAT
    if "支付宝" in above or len(headings & ALIPAY_COLUMNS) > 1:
        return BillSource.ALIPAY
    return BillSource.BANK


def _read_sheet(found: ReadBill, book: OpenWorkbook, layout: Layout) -> None:
    sheet = _Sheet(layout)
    for row in book.rows(layout.sheet):
        if row.number <= layout.header_row:
            continue
        try:
            one = sheet.line(row)
        except UnreadableCell as error:
            found.unread.append(UnreadLine(row.number, sheet.transaction(row), str(error)))
            continue
        if isinstance(one, BillLine):
            found.lines.append(one)
        elif one:
            found.ignored += 1
        if isinstance(one, TakenBack):
            _take_back(found, one)


def _leave_out_cut_line(found: ReadBill) -> None:
    """Where the file ends in the middle of a row, its amount can't be trusted either.

    It shows in the transaction number: shorter than all the others, which have one length, or missing.
    """
    lengths = {len(line.transaction) for line in found.lines[:-1]}
    if len(found.lines) < 3 or len(lengths) != 1 or len(found.lines[-1].transaction) >= max(lengths):
        return
    last = found.lines.pop()
    found.unread.append(UnreadLine(last.row, last.transaction, _("The file seems to end in the middle of this row.")))


def _take_back(found: ReadBill, back: TakenBack) -> None:
    """The latest row of that amount and payer before it is no money either."""
    for index in range(len(found.lines) - 1, -1, -1):
        known = found.lines[index]
        if known.gross_fen == back.fen and back.payer_name in {"", known.payer_name}:
            del found.lines[index]
            found.ignored += 1
            return


class _Sheet:
    """The columns of one sheet, and what its rows say under them."""

    def __init__(self, layout: Layout) -> None:
        self.index = layout.sheet
        self.moments = sorted(_columns(layout, "moment"), key=lambda column: -column.score)
        self.notes = [column.index for column in sorted(_columns(layout, "note"), key=lambda column: column.index)]
        self.single = {column.field: column.index for column in layout.known if not BILL.field(column.field).repeats}

    def line(self, row: Row) -> BillLine | TakenBack | MoneyDirection | None:
        """The money that came in; the way it went if it didn't; None for what is no transaction. Raises Unreadable."""
        if not self._begins_with_moment(row):
            return None
        amount = self._amount(row)
        if amount is None or not amount.fen:
            return None
        if amount.way is not MoneyDirection.IN:
            return TakenBack(amount.fen, self._payer(row)) if amount.is_back else amount.way
        came_at = self._came_at(row)
        kept = amount.fen - self._given_back(row, amount.fen)
        return self._line(row, came_at, amount.fen, kept) if kept > 0 else MoneyDirection.NEITHER

    def transaction(self, row: Row) -> str:
        return bills_cells.transaction_number(self._value(row, "transaction"))[:LONGEST_NUMBER]

    def _line(self, row: Row, came_at: datetime, gross: int, kept: int) -> BillLine:
        return BillLine(
            row=row.number,
            came_at=timezone.make_aware(came_at),
            payer_name=self._payer(row),
            note=self._note(row)[:LONGEST_NOTE],
            amount_fen=kept,
            gross_fen=gross,
            transaction=self.transaction(row),
            sheet=self.index,
            is_rounded=bills_cells.is_rounded(self._value(row, "transaction")),
        )

    def _payer(self, row: Row) -> str:
        payer = line(self._value(row, "payer"))
        return "" if says_nothing(payer) else payer[:LONGEST_NAME]

    def _value(self, row: Row, name: str) -> Value:
        """None also where a merged cell above would lend its amount once more."""
        index = self.single.get(name, -1)
        if index < 0 or (name in MONEY and index in row.filled):
            return None
        return row.value(index)

    def _begins_with_moment(self, row: Row) -> bool:
        """Totals, remarks and repeated headings have no number where the day stands."""
        written = [text(row.value(column.index)) for column in self.moments]
        return any(re.search(r"\d", one) and not re.match(r"[合总小共本承过期余]", one) for one in written)

    def _came_at(self, row: Row) -> datetime:
        """The day of the likeliest column that has one; the time from there or from a column of its own."""
        cells = [(column, row.value(column.index)) for column in self.moments]
        alone = [value for column, value in cells if _only_time(column, value)]
        for column, value in cells:
            if not _only_time(column, value) and (found := bills_cells.moment(value)):
                return _with_time(found, alone, [other for at, other in cells if at is not column])
        raise UnreadableCell(
            _("The day can't be read: %(written)s") % {"written": _shown(value for _at, value in cells)}
        )

    def _amount(self, row: Row) -> Amount | None:
        try:
            if "income" in self.single and not says_nothing(self._value(row, "income")):
                return self._income(row)
            if "expense" in self.single and not says_nothing(self._value(row, "expense")):
                spent = bills_cells.amount(self._value(row, "expense"))
                return Amount(spent.fen, MoneyDirection.OUT) if spent else None
            return self._one_amount(row)
        except UnreadableCell as error:
            raise UnreadableCell(_("The amount can't be read: %(written)s") % {"written": error}) from error

    def _income(self, row: Row) -> Amount | None:
        came = bills_cells.amount(self._value(row, "income"))
        if came and came.fen:
            back = came.way is MoneyDirection.OUT
            return Amount(came.fen, MoneyDirection.OUT if back else MoneyDirection.IN, is_back=back)
        spent = bills_cells.amount(self._value(row, "expense"))
        return Amount(spent.fen, MoneyDirection.OUT) if spent else None

    def _one_amount(self, row: Row) -> Amount | None:
        """One column for both ways: another says which way, or the sign does."""
        found = bills_cells.amount(self._value(row, "amount"))
        if found is None:
            return None
        said = bills_cells.way(self._value(row, "direction")) or bills_cells.way_of_kind(self._value(row, "kind"))
        if found.way is MoneyDirection.OUT:
            return Amount(found.fen, MoneyDirection.OUT, is_back=said is MoneyDirection.IN)
        if said is None:
            return Amount(found.fen, found.way or MoneyDirection.IN)
        return Amount(found.fen, said)

    def _given_back(self, row: Row, gross: int) -> int:
        stated = bills_cells.given_back(self._value(row, "status"), self._value(row, "kind"), gross)
        try:
            back = bills_cells.amount(self._value(row, "refunded"))
        except UnreadableCell:
            back = None
        return max(stated, back.fen if back else 0)

    def _note(self, row: Row) -> str:
        """What stands in the columns for notes, each thing once."""
        parts: list[str] = []
        for value in (row.value(index) for index in self.notes):
            part = line(value)
            if not says_nothing(part) and not any(part in known for known in parts):
                parts.append(part)
        return " ".join(parts)


def _columns(layout: Layout, name: str) -> list[Column]:
    return [column for column in layout.known if column.field == name]


def _only_time(column: Column, value: Value) -> bool:
    """A cell with a time and no day, under a heading for times."""
    return column.heading.rstrip().endswith(TIME_WORDS) and bool(re.fullmatch(r"\d{5,6}|\d{1,2}:.*", line(value)))


def _with_time(found: datetime, alone: list[Value], others: list[Value]) -> datetime:
    if found.time() != time():
        return found
    same_day = [moment for value in others if (moment := bills_cells.moment(value)) and moment.date() == found.date()]
    times: Iterator[time | None] = chain(map(bills_cells.clock, alone), (moment.time() for moment in same_day))
    return datetime.combine(found.date(), next((one for one in times if one and one != time()), time()))


def _shown(values: Iterator[Value]) -> str:
    return " ".join(text(value) for value in values if value is not None)[:40]


def _no_columns() -> str:
    return _(
        "No transactions were found. A bill has a column for the day, like 交易时间, and one for the amount, like "
        "金额. Choose the file as WeChat, Alipay or the bank exported it."
    )
