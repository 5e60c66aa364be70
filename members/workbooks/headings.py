"""Where the headings of a sheet stand, what its columns mean, and which of its rows count."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from members.workbooks.catalogue import KNOWN, Catalogue, Column, letter_of, normal
from members.workbooks.cells import says_nothing, text, word
from members.workbooks.deciding import Seen, decide
from members.workbooks.evidence import evidence_of, kinds_of, samples
from members.workbooks.reading import Head, Row, Value
from members.workbooks.sheets import Range

ENOUGH_VALUES = 3
WIDEST = 400
MANY = 4
"""Headings that make a row of headings where none of them is a required one."""
LONGEST_HEADING = 40
OF_A_BODY = frozenset(
    ["identity", "number_of_identity", "mobile", "date", "sex", "people", "membership", "amount", "name"]
)
"""Kinds that stand in rows of a table and hardly in its headings."""

Headings = dict[int, tuple[str, str]]
"""Column → the upper and the lower line of its heading; the upper one is mostly empty."""


@dataclass(frozen=True)
class Layout:
    """What a sheet was understood to be."""

    sheet: int
    sheet_name: str
    header_row: int
    columns: list[Column]
    title_rows: list[Row]

    @property
    def known(self) -> list[Column]:
        return [column for column in self.columns if column.field]

    @property
    def unknown(self) -> list[Column]:
        return [column for column in self.columns if not column.field]

    @property
    def asked(self) -> list[Column]:
        """Columns that are read once somebody has said yes."""
        return [column for column in self.columns if column.proposal]

    def column(self, name: str) -> Column | None:
        """The first column read as that field."""
        return next((column for column in self.columns if column.field == name), None)


def find_layout(
    heads: Sequence[Head],
    catalogue: Catalogue,
    *,
    sheet: int | None = None,
    corrected: Mapping[str, str] | None = None,
) -> Layout | None:
    """The sheet with the best row of headings, or that of the given index; None where there is no such row.

    `corrected` maps headings to fields as a person decided, "" for a column that is not to be read.
    """
    chosen = range(len(heads)) if sheet is None else [sheet]
    layouts = [layout for index in chosen if (layout := _layout(index, heads[index], catalogue, corrected or {}))]
    return max(layouts, key=lambda layout: _rank(layout, heads[layout.sheet]), default=None)


def accepted(layout: Layout) -> Layout:
    """The same with every question answered by yes."""
    columns = [
        replace(column, field=column.proposal, proposal="") if column.proposal else column for column in layout.columns
    ]
    return replace(layout, columns=columns)


def samples_of(layout: Layout, head: Head) -> dict[str, list[str]]:
    """Heading → three different cells from below it."""
    below = [row for row in head.rows if row.number > layout.header_row]
    return {column.heading: samples(row.value(column.index) for row in below) for column in layout.columns}


def _rank(layout: Layout, head: Head) -> tuple[int, int, int, int]:
    fields = {column.field or column.proposal for column in layout.columns} - {""}
    return (not head.hidden and len(fields) > 1, len(fields), len(head.rows), -layout.sheet)


def _layout(index: int, head: Head, catalogue: Catalogue, corrected: Mapping[str, str]) -> Layout | None:
    best: tuple[float, int, Headings] | None = None
    for last, headings, extra in _header_candidates(head):
        score = _header_score(headings.values(), catalogue, corrected)
        if score and (best is None or score + extra > best[0]):
            best = (score + extra, last, headings)
    if best:
        last, headings = best[1:]
    elif catalogue.pinyin and (found := _above_the_body(head)):
        last, headings = found
    else:
        return None
    columns = _columns(headings, head.rows[last + 1 :], catalogue, corrected)
    if not {column.field or column.proposal for column in columns} & set(catalogue.required):
        return None
    number = head.rows[last].number if last >= 0 else 0
    return Layout(index, head.name, number, columns, head.rows[: max(last, 0)])


def _header_candidates(head: Head) -> Iterator[tuple[int, Headings, float]]:
    """Each row as headings, and each row together with the one above it, with what speaks for that."""
    upper: dict[int, str] = {}
    for position, row in enumerate(head.rows):
        single = _texts(row)
        yield position, {column: ("", text) for column, text in single.items()}, 0
        above = head.rows[position - 1].number if position else -1
        if upper and above == row.number - 1 and len(single) > 1:
            spread = _spread(upper, above, head.merged)
            bound = len(upper) > 1 and any(_binds(cells, above, row.number) for cells in head.merged)
            yield position, _two_lines(spread, single), 0.5 if bound else 0
        upper = single


def _binds(cells: Range, above: int, below: int) -> bool:
    """Merged over some columns of the upper line, or downwards over both: the two belong together."""
    return cells.top == above and (cells.bottom == below or 0 < cells.right - cells.left < WIDEST)


def _above_the_body(head: Head) -> tuple[int, Headings] | None:
    """The row above the first two rows that hold what a table holds; nothing where that is no row of short texts."""
    bodies = [_is_body(row) for row in head.rows]
    first = next((at for at in range(len(bodies) - 1) if bodies[at] and bodies[at + 1]), None)
    if first is None:
        return None
    texts = _texts(head.rows[first - 1]) if first else {}
    fit = len(texts) >= 2 and all(len(one) <= LONGEST_HEADING for one in texts.values())
    return first - 1, {column: ("", one) for column, one in texts.items()} if fit else {}


def _is_body(row: Row) -> bool:
    telling = [value for value in row.cells if not says_nothing(value) and kinds_of(value) & OF_A_BODY]
    return len(telling) >= ENOUGH_VALUES and any(re.search(r"\d|^[男女]$", text(value)) for value in telling)


def _texts(row: Row) -> dict[int, str]:
    return {column: text(value) for column, value in enumerate(row.cells) if text(value)}


def _spread(texts: dict[int, str], number: int, merged: list[Range]) -> dict[int, str]:
    """A heading merged over several columns holds for each of them."""
    spread = dict(texts)
    for cells in merged:
        if cells.top <= number <= cells.bottom and cells.left in texts:
            spread |= dict.fromkeys(range(cells.left, min(cells.right, WIDEST) + 1), texts[cells.left])
    return spread


def _two_lines(upper: dict[int, str], lower: dict[int, str]) -> Headings:
    both: Headings = {}
    for column in sorted({*upper, *lower}):
        above, below = upper.get(column, ""), lower.get(column, "")
        both[column] = ("", above or below) if above == below or not (above and below) else (above, below)
    return both


def _header_score(headings: Iterable[tuple[str, str]], catalogue: Catalogue, corrected: Mapping[str, str]) -> int:
    """How many fields the headings name; 0 where only one fits, or few and none of the required ones among them."""
    found = [_field_of(upper, lower, catalogue, corrected) for upper, lower in headings]
    fields = {name for name in found if name}
    repeated = sum(1 for name in found if name and catalogue.field(name).repeats)
    if len(fields) < 2 and repeated < MANY or not (fields & set(catalogue.required) or len(fields) + repeated >= MANY):
        return 0
    return len(fields) + repeated


def _field_of(upper: str, lower: str, catalogue: Catalogue, corrected: Mapping[str, str]) -> str:
    for written in (f"{upper}\n{lower}", lower):
        if written in corrected:
            return corrected[written]
    return next((name for name, strength in catalogue.names(lower, upper).items() if strength >= KNOWN), "")


def _columns(headings: Headings, below: list[Row], catalogue: Catalogue, corrected: Mapping[str, str]) -> list[Column]:
    width = max([*headings, *(len(row.cells) - 1 for row in below)], default=-1) + 1
    body = [row for row in below if sum(map(_written, row.cells)) >= min(ENOUGH_VALUES, width)]
    seen = []
    for index in range(width):
        upper, lower = headings.get(index, ("", ""))
        evidence = evidence_of([row.value(index) for row in body])
        if upper or lower or evidence.written >= ENOUGH_VALUES:
            shown = f"{upper} {lower}".replace("\n", " ").strip() or letter_of(index)
            seen.append(Seen(index, shown, catalogue.heading(lower, upper), evidence))
    return decide(_distinct(seen), catalogue, corrected)


def _distinct(columns: list[Seen]) -> list[Seen]:
    """The same heading twice gets the column's letter, so that each can be named."""
    seen: set[str] = set()
    distinct = []
    for column in columns:
        again = column.shown in seen
        seen.add(column.shown)
        distinct.append(replace(column, shown=f"{column.shown} ({letter_of(column.index)})") if again else column)
    return distinct


FOOTER = re.compile(
    r"(合计|总计|小计|共计|累计|总人数|填表|制表|审核|复核|核对|负责人|单位负责人|支部书记签|党委意见|说明|填报|填写|报送|备注[:：]|"
    r"注[:：\d]|注意|联系人[:：]|联系电话[:：]|日期[:：]|单位.{0,3}盖章|\(?盖章|签字|签名|第.{1,3}页|共.{1,4}人|\d{4}年\d{1,2}月\d{0,2}日?$).*",
    re.DOTALL,
)
SUBTITLE = re.compile(
    r".*(小组|支部|总支|党委|工委|委员会|党员|名单|部门|人员)([(（:：].*)?|[一二三四五六七八九十]+[、.．].*|第.{1,6}[组部].*"
)
FEW = 2
LONGEST_NAME = 30

BELONGS_ABOVE = "row_belongs_to_the_one_above"
NOT_A_RECORD = "row_is_not_a_record"


@dataclass(frozen=True)
class HeadedRow:
    """A row under the headings: its cells by field; repeated fields under (field, column)."""

    number: int
    row: Row
    values: dict[str, Value]
    repeated: dict[tuple[str, int], Value]


@dataclass(frozen=True)
class LeftOut:
    """A row that isn't a record, with a code and what stands in it."""

    number: int
    code: str
    text: str


class Records:
    """Tells records from everything else below the headings. `keys` are the fields every record has, name first."""

    def __init__(
        self, layout: Layout, keys: tuple[str, ...], *, serial: str = "serial", repeats: Iterable[str] = ()
    ) -> None:
        self.layout = layout
        self.keys = keys
        self.serial = serial
        self.repeats = frozenset(repeats)
        self.headings = {column.index: normal(column.heading) for column in layout.columns}
        self.name_column = next((column.index for column in layout.known if column.field == keys[0]), -1)
        self.single = [(column.index, column.field) for column in layout.known if column.field not in self.repeats]
        self.many = [column for column in layout.known if column.field in self.repeats]
        self.serial_columns = {column.index for column in layout.known if column.field == serial}

    def of(self, rows: Iterable[Row]) -> Iterator[HeadedRow | LeftOut]:
        """Every record, and every row left out that a person may ask about. Blank rows and footers pass silently."""
        for row in rows:
            if row.number > self.layout.header_row and (found := self._one(row)):
                yield found

    def _one(self, row: Row) -> HeadedRow | LeftOut | None:
        values = self._values(row.cells)
        if self._is_plain(row, values):
            return HeadedRow(row.number, row, values, self._repeated(row))
        if not self._says_something(row) or self._is_footer(row) or self._is_heading(row):
            return None
        if self.name_column in row.filled:
            return LeftOut(row.number, BELONGS_ABOVE, self._shown(row))
        if self._looks_left_out(row, values):
            return LeftOut(row.number, NOT_A_RECORD, self._shown(row))
        return HeadedRow(row.number, row, values, self._repeated(row))

    def _values(self, cells: list[Value]) -> dict[str, Value]:
        """What is written under each heading."""
        width = len(cells)
        return {
            name: cells[index]
            for index, name in self.single
            if index < width and cells[index] is not None and _written(cells[index])
        }

    def _is_plain(self, row: Row, values: dict[str, Value]) -> bool:
        """Every key is there: no need to look closer, unless these are the headings again."""
        if row.filled or any(says_nothing(values.get(key)) for key in self.keys):
            return False
        return not self._repeats_heading(self.name_column, values[self.keys[0]])

    def _says_something(self, row: Row) -> bool:
        return any(
            _written(value) and index not in self.serial_columns and index not in row.filled
            for index, value in enumerate(row.cells)
        )

    def _looks_left_out(self, row: Row, values: dict[str, Value]) -> bool:
        """A row of a word or two, without the keys: a subtitle, a remark under the table."""
        if any(not says_nothing(values.get(key)) for key in self.keys[1:]) or sum(map(_written, row.cells)) > FEW:
            return False
        name = word(values.get(self.keys[0]))
        return not name or len(name) > LONGEST_NAME or SUBTITLE.fullmatch(name) is not None

    def _is_footer(self, row: Row) -> bool:
        """Totals and signatures: by the first words of the row, where no key but the name is written."""
        first = next((word(value) for value in row.cells if _written(value)), "")
        return FOOTER.match(first) is not None or FOOTER.match(word(row.value(self.name_column))) is not None

    def _is_heading(self, row: Row) -> bool:
        """The headings again, as at the top of every printed page; the upper line of two counts too."""
        same = sum(self._repeats_heading(index, value) for index, value in enumerate(row.cells))
        return same >= FEW and same * 2 > sum(map(_written, row.cells))

    def _repeats_heading(self, index: int, value: Value) -> bool:
        written = normal(text(value))
        return bool(written) and self.headings.get(index, "").endswith(written)

    def _repeated(self, row: Row) -> dict[tuple[str, int], Value]:
        return {
            (column.field, column.index): value for column in self.many if _written(value := row.value(column.index))
        }

    @staticmethod
    def _shown(row: Row) -> str:
        return " ".join(text(value) for value in row.cells if _written(value))[:80]


def _written(value: Value) -> bool:
    return value is not None and value != "" and not (type(value) is str and value.isspace())
