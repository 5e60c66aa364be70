"""A workbook of indicators as the plan of a scheme, with everything that could be said about it."""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from assessment.choices import ClauseKind
from assessment.importing.columns import INDICATORS
from assessment.importing.doubts import Doubt, NotAScheme, about
from assessment.importing.indicators import Indicators, indicators_of
from assessment.importing.remarks import Remarks, proposed_bands, remarks_of, year_in
from assessment.importing.sentences import read
from assessment.importing.tables import Reader, Table, points_behind
from assessment.importing.tree import ZERO, Node, tree_of
from assessment.importing.understood import Around
from assessment.rules.flaws import plain
from assessment.rules.plan import IndicatorPlan, SchemePlan
from members.workbooks.cells import text
from members.workbooks.headings import Layout, find_layout
from members.workbooks.reading import OpenWorkbook, open_workbook

SHEET_NAMES = re.compile(r"(?i)sheet\d*|工作表\d*|表\d*|页\d*")
LONGEST_TITLE = 160
MOST_COLUMNS = 60
VETOES = "一票否决"


@dataclass
class Read:
    """What a file says. `year` None where nothing says it."""

    plan: SchemePlan
    file: str
    sheet: str
    header_row: int
    columns: dict[str, str]
    year: int | None
    doubts: list[Doubt] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sheet:
    layout: Layout
    table: Table

    @property
    def total(self) -> Decimal:
        """The points of its lines, as far as they are written."""
        root = tree_of(self.table.lines, [])
        return sum(
            (node.points or sum((leaf.points or ZERO for leaf in node.leaves), ZERO) for node in root.below), ZERO
        )


def read_scheme(path: Path, *, name: str, facts: Collection[str], year: int) -> Read:
    """`facts`: names of the record's facts; `year`: which to take where the file says none.

    Raises UnreadableWorkbook, NotAScheme.
    """
    with open_workbook(path) as book:
        sheets = _sheets(book)
        others = [head.name for head in book.heads if head.rows and head.name not in _names(sheets)]
        around = [*_titles(sheets), *_remarks_elsewhere(book, sheets)]
    chosen, left = _together(sheets)
    doubts = [doubt for sheet in chosen for doubt in sheet.table.doubts]
    if unread := _names(left):
        doubts.append(Doubt("other_sheets_not_read", {"names": "、".join(unread)[:120]}))
    if len(chosen) > 1:
        doubts.append(Doubt("sheets_read_together", {"names": "、".join(_names(chosen))[:120]}))
    return _Reading(chosen, around, others, doubts, facts).read(name, year)


# Sheets


def _sheets(book: OpenWorkbook) -> list[Sheet]:
    """Those with headings of indicators and lines below them."""
    layouts = []
    for index, head in enumerate(book.heads):
        rows = [row._replace(cells=row.cells[:MOST_COLUMNS]) for row in head.rows]
        heads = [replace(head, rows=rows) if at == index else one for at, one in enumerate(book.heads)]
        if not head.hidden and (layout := find_layout(heads, INDICATORS, sheet=index)):
            layouts.append(layout)
    if not layouts:
        raise NotAScheme("no_indicator_column")
    sheets = [Sheet(layout, Reader(layout).read(book.rows(layout.sheet))) for layout in layouts]
    found = [sheet for sheet in sheets if sheet.table.lines]
    if not found:
        raise NotAScheme("no_lines")
    return found


def _names(sheets: Sequence[Sheet]) -> list[str]:
    return [sheet.layout.sheet_name for sheet in sheets]


def _together(sheets: list[Sheet]) -> tuple[list[Sheet], list[Sheet]]:
    """Sheets that make a hundred only together are parts of one scheme; otherwise the first of the largest counts."""
    totals = [sheet.total for sheet in sheets]
    if len(sheets) > 1 and sum(totals) in {100, 150, 200} and all(total < 100 for total in totals):
        return sheets, []
    best = max(sheets, key=lambda sheet: (len(sheet.layout.known) > 2, len(sheet.table.lines), -sheet.layout.sheet))
    return [best], [sheet for sheet in sheets if sheet is not best]


def _titles(sheets: Sequence[Sheet]) -> list[tuple[int, str]]:
    return [
        (row.number, said)
        for sheet in sheets[:1]
        for row in sheet.layout.title_rows
        for at, value in enumerate(row.cells)
        if (said := text(value)) and at not in row.filled
    ]


def _remarks_elsewhere(book: OpenWorkbook, sheets: Sequence[Sheet]) -> list[tuple[int, str]]:
    """Grades and weights may stand on a sheet of explanations."""
    used = {sheet.layout.sheet for sheet in sheets}
    return [
        (0, text(value))
        for index, head in enumerate(book.heads)
        if index not in used and not head.hidden
        for row in head.rows
        for value in row.cells
        if text(value)
    ]


# Everything together


class _Reading:
    def __init__(
        self,
        sheets: list[Sheet],
        around: list[tuple[int, str]],
        others: list[str],
        doubts: list[Doubt],
        facts: Collection[str],
    ) -> None:
        self.sheets, self.around, self.others, self.doubts, self.facts = sheets, around, others, doubts, facts
        self.layout = sheets[0].layout

    def read(self, name: str, year: int) -> Read:
        rows = [*self.around, *(remark for sheet in self.sheets for remark in sheet.table.remarks)]
        remarks = remarks_of(rows)
        root = self._root()
        total = self._total(root, remarks)
        bands = remarks.bands or proposed_bands(total)
        built = indicators_of(root, tuple(band.name for band in bands), self.facts)
        self._add_vetoes(built, remarks, tuple(band.name for band in bands))
        if not any(line.max_points for line in built.plans):
            raise NotAScheme("no_points")
        if not remarks.bands:
            self.doubts.append(Doubt("bands_proposed"))
        found_year = year_in([*(said for _row, said in self.around), self.layout.sheet_name, name])
        if found_year is None:
            self.doubts.append(Doubt("year_taken", {"year": year}))
        plan = SchemePlan(
            "", self._title(name), found_year or year, total, tuple(built.plans), bands, remarks.weights,
            document=remarks.document[:200],
        )  # fmt: skip
        doubts = [*self.doubts, *remarks.doubts, *built.doubts, *self._unread(rows, remarks)]
        columns = {column.heading: column.field for column in self.layout.columns}
        return Read(
            plan, name, self.layout.sheet_name, self.layout.header_row, columns, found_year,
            sorted(doubts, key=lambda doubt: doubt.row), built.rows,
        )  # fmt: skip

    def _root(self) -> Node:
        if len(self.sheets) == 1:
            return tree_of(self.sheets[0].table.lines, self.doubts)
        root = Node("", 0)
        for sheet in self.sheets:
            part = tree_of(sheet.table.lines, self.doubts)
            title = points_behind(sheet.layout.sheet_name)[0]
            node = Node(title, sheet.layout.header_row, below=part.below, titles=(title,))
            for below in _all(node.below):
                below.titles = (*below.titles, title)
            root.below.append(node)
        return root

    def _total(self, root: Node, remarks: Remarks) -> Decimal:
        """What the sheet says; where it says nothing the sum of its lines, which is said."""
        lines = [(node.points if node.points is not None else _sum(node), node.is_extra) for node in root.below]
        without = sum((points for points, extra in lines if not extra), ZERO)
        every = sum((points for points, _extra in lines), ZERO)
        stated = (self.sheets[0].table.total if len(self.sheets) == 1 else None) or remarks.total
        if stated is None:
            if without != 100:
                self.doubts.append(Doubt("total_taken", {"sum": plain(without or every)}))
            return without or every or Decimal(1)
        if stated not in (without, every):
            self.doubts.append(Doubt("total_sum", {"points": plain(stated), "sum": plain(without)}))
        return stated

    def _add_vetoes(self, built: Indicators, remarks: Remarks, bands: tuple[str, ...]) -> None:
        """Vetoes below the table become a line without points."""
        around = Around(None, (), bands)
        known = {clause.text for line in built.plans for clause in line.clauses}
        clauses = [
            clause
            for _row, sentence in remarks.vetoes
            for clause in read(sentence, around).clauses
            if clause.kind == ClauseKind.VETO and clause.text not in known
        ]
        if not clauses:
            return
        code = str(1 + sum(not line.parent for line in built.plans))
        built.rows[code] = remarks.vetoes[0][0]
        built.plans.append(IndicatorPlan(code, VETOES, ZERO, clauses=tuple(clauses)))

    def _title(self, name: str) -> str:
        """The longest line above the table, else the sheet's name, else the file's."""
        above = [
            said
            for _row, said in _titles(self.sheets)
            if len(said) > 4
            and not re.match(r"(?:被?考核)?(?:单位|支部|党支部)(?:名称)?[:：(（]|考核时间|日期|填|附件", said)
        ]
        titled = [said for said in above if len(said) <= 60] or above
        sheet = "" if SHEET_NAMES.fullmatch(self.layout.sheet_name.strip()) else self.layout.sheet_name
        found = max(titled, key=len, default="") or sheet or Path(name).stem
        return " ".join(points_behind(found)[0].split())[:LONGEST_TITLE] or "考核指标"

    def _unread(self, rows: Sequence[tuple[int, str]], remarks: Remarks) -> Iterator[Doubt]:
        """Remarks below the table of which nothing was made, in case one is a rule."""
        used = {row for row, _sentence in remarks.vetoes}
        last = max(line.number for sheet in self.sheets for line in sheet.table.lines)
        for row, said in rows:
            plain_text = said.strip()
            says = re.search(r"\d", plain_text) and re.search(r"分|%|等次|扣|加", plain_text)
            if (
                row > last
                and row not in used
                and says
                and not remarks_of([(row, said)]).bands
                and "%" not in plain_text
            ):
                yield replace(about("note_not_read", plain_text), row=row)


def _sum(node: Node) -> Decimal:
    return sum((leaf.points or ZERO for leaf in node.leaves), ZERO)


def _all(nodes: Sequence[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all(node.below)
