"""The rows of a sheet under its headings as lines: which belong together, what stands above them, what is a remark."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assessment.schemes.importing.doubts import Doubt, about
from members.workbooks.catalogue import Column, normal
from members.workbooks.cells import text, word
from members.workbooks.headings import Layout
from members.workbooks.reading import Formula, Row, Value

TOTAL = re.compile(r"(?:合计|总计|总分|共计|满分|累计)(?!扣|加)")
SUBTOTAL = re.compile(r"小计")
REMARK = re.compile(
    r"备注|注[:：\d(（、]|注$|说明|填表|制表|考核(?:组|人|日期|时间|单位)|被考核|审核|签字|签名|评定等次|等次|附[:：]|单位.{0,4}盖章|"
    r"\d{4}年\d{1,2}月|第.{1,3}页|考核结果|结果运用|评分说明|权重|总评"
)
SECTION = re.compile(
    r"[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)]|第[一二三四五六七八九十\d]{1,2}[部章]|[A-Z\d]{1,2}[、.．]"
)
BEHIND = re.compile(
    r"\s*[（(【\[:：]?\s*(?:满分|分值|共计?|计|总分|合计|基本分|标准分|最高|不超过)?[:：]?(\d{1,4}(?:\.\d{1,2})?)\s*分[值]?\s*[)）】\]]?\s*$"
)
EXTRA = re.compile(r"(?<!不)加分|附加|奖励|创新项|特色项")
FORBIDDING = re.compile(r"否决|负面清单|降档|降等")
SERIAL = re.compile(r"[\d一二三四五六七八九十.、()（）-]{1,8}")
NUMBER = re.compile(r"\d{1,4}(?:\.\d{1,2})?")
LONGEST_SECTION = 40
MOST_LINES = 1500


@dataclass
class IndicatorRow:
    """A row that says something of an indicator. `levels`: (text, row where it began) from the top down."""

    number: int
    levels: tuple[tuple[str, int], ...]
    points: Decimal | None = None
    is_shared: bool = False
    """The points are those of the row above: one merged cell."""
    upper: dict[int, Decimal] = field(default_factory=dict)
    """Points of the levels above, by level."""
    method: str = ""
    method_cell: str = ""
    method_heading: str = ""
    standard: str = ""
    cycle: str = ""
    evidence: str = ""
    note: str = ""


@dataclass
class Table:
    """What a sheet says: its lines, the points at its foot, and the remarks around it."""

    lines: list[IndicatorRow] = field(default_factory=list)
    total: Decimal | None = None
    remarks: list[tuple[int, str]] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def points_behind(title: str) -> tuple[str, Decimal | None]:
    """“班子建设（10分）” is 班子建设 and 10."""
    plain = title.strip()
    found = BEHIND.search(plain)
    if found is None or not plain[: found.start()].strip():
        return plain, None
    return plain[: found.start()].strip(" :：,，、"), Decimal(found[1])


def number_in(value: Value) -> Decimal | None:
    """The points in a cell: a number, or “10分”. None where there is none."""
    shown = value.shown if isinstance(value, Formula) else value
    if isinstance(shown, int | float) and not isinstance(shown, bool):
        exact = Decimal(repr(shown))
        return exact if exact.is_finite() and 0 <= exact < 10000 else None
    found = re.fullmatch(r"(\d{1,4}(?:\.\d{1,2})?)(?:分)?", word(shown) if isinstance(shown, str) else "")
    return Decimal(found[1]) if found else None


class Reader:
    """Goes down a sheet and remembers what stands above."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.levels = [column for column in layout.known if column.field == "level"]
        self.has_method = layout.column("method") is not None
        if not self.levels:
            only = layout.column("standard") or layout.column("method")
            self.levels = [only] if only else []
        self.points, self.upper = self._points_columns()
        self.table = Table()
        self.above: list[tuple[str, int]] = []
        self.section: tuple[str, int] | None = None
        self.alone: tuple[str, int] | None = None

    def _points_columns(self) -> tuple[Column | None, dict[int, int]]:
        """The column with the points of the lines, and those of the levels above: {column: level}."""
        columns = [column for column in self.layout.known if column.field == "points"]
        if len(columns) < 2:
            return (columns[0] if columns else None), {}
        places = [column.index for column in self.levels]
        left = {column.index: sum(place < column.index for place in places) - 1 for column in columns}
        last = columns[-1]
        return last, {at: level for at, level in left.items() if at != last.index and 0 <= level < len(places) - 1}

    def read(self, rows: Iterable[Row]) -> Table:
        for row in rows:
            if row.number > self.layout.header_row:
                self._row(row)
            if len(self.table.lines) >= MOST_LINES:
                self.table.doubts.append(Doubt("too_many_lines", {"count": MOST_LINES}))
                break
        self._leave_alone()
        return self.table

    def _row(self, row: Row) -> None:
        written = {at: said for at, value in enumerate(row.cells) if (said := text(value)) and at not in row.filled}
        written = {at: said for at, said in written.items() if not self._counts(at, said)}
        if not written or self._repeats_headings(written):
            return
        at, first = next(iter(written.items()))
        if TOTAL.match(word(first)):
            self._total(row, written)
        elif SUBTOTAL.match(word(first)):
            return
        elif len(written) == 1:
            self._lone(row, first, at)
        elif REMARK.match(word(first)) and not self._points_in(row):
            self._remark(row.number, " ".join(written.values()))
        else:
            self._line(row)

    def _counts(self, at: int, said: str) -> bool:
        """A number that only counts the rows."""
        is_serial = any(column.index == at and column.field == "serial" for column in self.layout.known)
        return is_serial and SERIAL.fullmatch(said) is not None

    def _repeats_headings(self, written: dict[int, str]) -> bool:
        headings = {column.index: normal(column.heading) for column in self.layout.columns}
        same = sum(headings.get(at, "").endswith(normal(said)) for at, said in written.items() if normal(said))
        return same >= 2 and same * 2 > len(written)

    def _total(self, row: Row, written: dict[int, str]) -> None:
        at = self.points.index if self.points else -1
        numbers = [number_in(row.value(at)), *(number_in(value) for value in row.cells)]
        behind = points_behind(next(iter(written.values())))[1]
        found = next((number for number in [*numbers, behind] if number is not None), None)
        self.table.total = self.table.total or found

    # A row with one cell: a part's heading, a level above, or a remark

    def _lone(self, row: Row, said: str, at: int) -> None:
        filled = any(column.index in row.filled for column in self.levels)
        is_level = any(column.index == at for column in self.levels)
        short = len(points_behind(said)[0]) <= LONGEST_SECTION
        if (
            filled
            or (self._points_in(row) and not is_level)
            or self.levels
            and at > self.levels[0].index
            and (is_level or self._is_method(at))
        ):
            self._line(row)
        elif REMARK.match(word(said)) or not short:
            self._remark(row.number, said)
        else:
            self._leave_alone()
            self.alone = (said, row.number)

    def _is_method(self, at: int) -> bool:
        return any(
            column.index == at and column.field in {"method", "standard", "evidence"} for column in self.layout.known
        )

    def _remark(self, row: int, said: str) -> None:
        self._leave_alone()
        self.table.remarks.append((row, said))

    def _leave_alone(self) -> None:
        """A heading under which nothing came was a remark."""
        if self.alone:
            self.table.remarks.append((self.alone[1], self.alone[0]))
        self.alone = None

    def _begin(self, row: Row) -> None:
        """What stood alone in the row above is a part, or the first level of what follows."""
        if self.alone is None:
            return
        first = self.levels[0].index if self.levels else 0
        own = first not in row.filled and bool(text(row.value(first)))
        numbered = SECTION.match(self.alone[0]) or points_behind(self.alone[0])[1] is not None
        if (
            own
            or EXTRA.search(self.alone[0])
            or FORBIDDING.search(self.alone[0])
            or (numbered and len(self.levels) == 1)
        ):
            self.section, self.above = self.alone, []
        else:
            self.above = [self.alone]
        self.alone = None

    # A line

    def _line(self, row: Row) -> None:
        self._begin(row)
        self.above = self._levels(row)
        found = IndicatorRow(
            row.number, tuple(one for one in [*([self.section] if self.section else []), *self.above] if one[0])
        )
        if not found.levels and not self.table.lines:
            self.table.doubts.append(about("row_not_read", " ".join(map(text, row.cells)).strip()))
            return
        self._fill(found, row)
        if not found.levels or self._is_loose(found):
            self._remark(row.number, " ".join(filter(None, map(text, row.cells))))
            return
        self.table.lines.append(found)

    def _is_loose(self, line: IndicatorRow) -> bool:
        return not (
            line.method or line.standard or line.points is not None or line.upper or line.levels[-1][1] == line.number
        )

    def _levels(self, row: Row) -> list[tuple[str, int]]:
        """Every level with the row where it began; one begun anew ends those below it."""
        levels: list[tuple[str, int]] = []
        anew = False
        for place, column in enumerate(self.levels):
            known = self.above[place] if place < len(self.above) else ("", 0)
            own = "" if column.index in row.filled else text(row.value(column.index))
            same = own == known[0] and place < len(self.levels) - 1
            if own and not same or (own and anew):
                known, anew = (own, row.number), True
            elif anew:
                known = ("", row.number)
            levels.append(known)
        return levels

    def _points_in(self, row: Row) -> Decimal | None:
        return number_in(row.value(self.points.index)) if self.points else None

    def _fill(self, line: IndicatorRow, row: Row) -> None:
        if self.points:
            line.is_shared = self.points.index in row.filled
            line.points = self._points_in(row)
            self._doubt_points(line, row)
        for at, level in self.upper.items():
            place = level + (1 if self.section else 0)
            if (found := number_in(row.value(at))) is not None and at not in row.filled:
                line.upper[place] = found
        self._words(line, row)

    def _doubt_points(self, line: IndicatorRow, row: Row) -> None:
        column = self.points
        if column is None or line.points is not None:
            return
        value = row.value(column.index)
        where: dict[str, Any] = {"row": row.number, "column": column.heading, "cell": f"{column.letter}{row.number}"}
        if isinstance(value, Formula) and value.shown is None:
            self.table.doubts.append(Doubt("formula_without_value", {}, **where))
        elif (said := text(value)) and NUMBER.search(word(said)):
            line.points = Decimal(NUMBER.findall(word(said))[0])
            self.table.doubts.append(Doubt("points_unreadable", {"text": said[:80]}, **where))
        elif said and said not in "-—/无":
            self.table.doubts.append(Doubt("points_unreadable", {"text": said[:80]}, **where))

    def _words(self, line: IndicatorRow, row: Row) -> None:
        for column in self.layout.known:
            name = self._attribute(column)
            said = "" if column.index in row.filled else text(row.value(column.index))
            if not said or not name:
                continue
            before = getattr(line, name)
            setattr(line, name, f"{before}\n{said}" if before else said)
            if name == "method" and not line.method_cell:
                line.method_cell, line.method_heading = f"{column.letter}{row.number}", column.heading

    def _attribute(self, column: Column) -> str:
        """Where a column's text goes. Without a column of scoring the standard says how it is scored."""
        if column.field == "standard":
            return "" if column in self.levels else "standard" if self.has_method else "method"
        return column.field if column.field in {"method", "cycle", "evidence", "note"} else ""


def by_path(lines: Iterable[IndicatorRow]) -> Iterator[list[IndicatorRow]]:
    """Lines one below the other that are about the same thing."""
    group: list[IndicatorRow] = []
    for line in lines:
        if group and group[-1].levels != line.levels:
            yield group
            group = []
        group.append(line)
    if group:
        yield group
