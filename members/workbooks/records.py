"""The rows of a sheet under its headings: which are records, and which are totals, signatures or instructions."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from members.workbooks.cells import says_nothing, text, word
from members.workbooks.headings import Column, Layout, normal
from members.workbooks.reading import Row, Value

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
class Record:
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

    def of(self, rows: Iterable[Row]) -> Iterator[Record | LeftOut]:
        """Every record, and every row left out that a person may ask about. Blank rows and footers pass silently."""
        for row in rows:
            if row.number > self.layout.header_row and (found := self._one(row)):
                yield found

    def _one(self, row: Row) -> Record | LeftOut | None:
        values = self._values(row.cells)
        if self._is_plain(row, values):
            return Record(row.number, row, values, self._repeated(row))
        if not self._says_something(row) or self._is_footer(row) or self._is_heading(row):
            return None
        if self.name_column in row.filled:
            return LeftOut(row.number, BELONGS_ABOVE, self._shown(row))
        if self._looks_left_out(row, values):
            return LeftOut(row.number, NOT_A_RECORD, self._shown(row))
        return Record(row.number, row, values, self._repeated(row))

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


def columns_of(layout: Layout, name: str) -> list[Column]:
    """All columns read as that field."""
    return [column for column in layout.known if column.field == name]
