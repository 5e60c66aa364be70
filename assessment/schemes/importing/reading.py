"""From a workbook to a plan of a scheme: what headings mean, everything put together, and kept as JSON."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from assessment.choices import ClauseKind, Cycle, IndicatorPart
from assessment.schemes.importing.doubts import Around, Doubt, NotAScheme, about
from assessment.schemes.importing.remarks import Remarks, proposed_bands, remarks_of, year_in
from assessment.schemes.importing.sentences import read
from assessment.schemes.importing.tables import Reader, Table, points_behind
from assessment.schemes.importing.tree import ZERO, Indicators, Node, indicators_of, tree_of
from assessment.schemes.rules import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights, plain
from members.workbooks.catalogue import Catalogue, Field
from members.workbooks.cells import text
from members.workbooks.headings import Layout, find_layout
from members.workbooks.reading import OpenWorkbook, open_workbook

LEVELS = """一级指标 二级指标 三级指标 四级指标 一级项目 二级项目 三级项目 指标 指标名称 考核指标 考评指标 评价指标
    考核项目 考评项目 测评项目 评价项目 检查项目 项目 项目名称 考核类别 类别 大项 小项 子项 分项 类型 模块 板块
    考核内容 考评内容 测评内容 评价内容 检查内容 主要内容 内容 工作内容 具体内容 考核要点 考评要点 测评要点 评价要点
    要点 观测点 考核点 评价要素 考核要素 测评要素 要素 考核事项 事项 任务 重点任务 工作任务 主要任务 目标任务"""
STANDARDS = """考核标准 考评标准 评价标准 测评标准 标准 工作标准 达标标准 建设标准 考核要求 工作要求 目标要求 基本要求
    要求 具体要求 指标说明 指标内涵 目标 内容及要求 考核内容及要求 考核内容和要求"""
METHODS = """评分标准 扣分标准 计分办法 计分方法 计分标准 评分细则 评分办法 评分方法 扣分办法 扣分细则 计分细则
    考核细则 考评细则 考核评分标准 考核办法 考核评分 加扣分标准 加减分标准 打分标准 评分说明 评分依据 评分规则
    计分规则 扣分说明 扣分情形 赋分标准 赋分规则 记分标准 记分办法 评定标准 标准及分值 考核内容及评分标准
    考核内容与评分标准 考核标准及分值 评分标准及办法 考核评分办法 考核评分细则 加分标准"""
POINTS = """分值 分数 满分 标准分 标准分值 分值分 基本分 基础分 基准分 权重 权重分 满分值 应得分 总分 考核分值 配分
    赋分 分 参考分值 项目分值 标准分数"""
SCORES = """得分 自评分 自评得分 自评 实得分 考核得分 考评得分 评分 扣分 加分 考核分 自查得分 自查分 考核组评分 核定得分
    上级评分 党委评分 最后得分 最终得分 检查得分 测评得分 评定得分 扣分情况 扣分原因 扣分理由 得分情况 复核得分"""
CYCLES = "考核周期 周期 考核方式 考核频次 频次 考核时间 考评周期 考评方式 考核类型 时间 完成时限 时限 检查频次"
EVIDENCE = """佐证材料 检查资料 考核依据 资料来源 支撑材料 印证材料 证明材料 检查方法 检查方式 查阅资料 材料 备查资料
    资料 评分资料 台账资料 数据来源 依据 考核资料 考评依据 考核方法 考评方法 佐证 佐证资料 需提供材料 印证资料
    备查材料 提供材料 材料清单 资料清单"""
NOTES = "备注 说明 加分项 否决项 责任部门 责任单位 责任人 考核部门 考核单位 牵头部门"
SERIALS = "序号 编号 次序 项次 No"


def _field(name: str, words: str, *, repeats: bool = False) -> Field:
    return Field(name, tuple(words.split()), repeats=repeats)


INDICATORS = Catalogue(
    (
        Field("level", tuple(LEVELS.split()), (r"[一二三四]级指标.*", r"考核项目.*", r"考核内容.*"), repeats=True),
        _field("standard", STANDARDS),
        Field("method", tuple(METHODS.split()), (r".*(评分|扣分|计分)(标准|办法|细则|方法|规则)",), repeats=True),
        Field("points", tuple(POINTS.split()), (r"分值\d*分?", r"满分\d+分?"), repeats=True),
        _field("score", SCORES, repeats=True),
        _field("cycle", CYCLES),
        _field("evidence", EVIDENCE),
        _field("note", NOTES, repeats=True),
        _field("serial", SERIALS),
    ),
    required=("level", "standard", "method"),
)


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
    """Bands and weights may stand on a sheet of explanations."""
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


Stored = Mapping[str, Any]
DECIMALS = ("points", "cap")


def kept(found: Read) -> dict[str, Any]:
    """Everything that the preview shows and the scheme is made from."""
    return {
        "plan": plan_to_json(found.plan),
        "sheet": found.sheet,
        "header_row": found.header_row,
        "columns": found.columns,
        "rows": found.rows,
        "doubts": [doubt.stored() for doubt in found.doubts],
    }


def doubt_from(stored: Stored) -> Doubt:
    return Doubt(**stored)


def plan_to_json(plan: SchemePlan) -> dict[str, Any]:
    simple = ("code", "title", "year", "unit_kind", "document", "approved_by", "objection_days")
    return {
        **{name: getattr(plan, name) for name in simple},
        "total": plain(plan.total),
        "indicators": [_line_to_json(line) for line in plan.indicators],
        "bands": [[band.rank, band.name, plain(band.at_least), band.quota_percent] for band in plan.bands],
        "weights": [getattr(plan.weights, one.name) for one in fields(Weights)],
    }


def plan_from_json(stored: Stored) -> SchemePlan:
    return SchemePlan(
        **{
            **stored,
            "total": Decimal(stored["total"]),
            "indicators": tuple(_line_from_json(line) for line in stored["indicators"]),
            "bands": tuple(
                BandPlan(rank, name, Decimal(at_least), quota) for rank, name, at_least, quota in stored["bands"]
            ),
            "weights": Weights(*stored["weights"]),
        }
    )


def _line_to_json(line: IndicatorPlan) -> dict[str, Any]:
    simple = ("code", "title", "parent", "part", "cycle", "basis")
    return {
        **{name: str(getattr(line, name)) for name in simple},
        "max_points": plain(line.max_points),
        "clauses": [_clause_to_json(clause) for clause in line.clauses],
    }


def _line_from_json(stored: Stored) -> IndicatorPlan:
    return IndicatorPlan(
        **{
            **stored,
            "max_points": Decimal(stored["max_points"]),
            "part": IndicatorPart(stored["part"]),
            "cycle": Cycle(stored["cycle"]),
            "clauses": tuple(_clause_from_json(clause) for clause in stored["clauses"]),
        }
    )


def _clause_to_json(clause: ClausePlan) -> dict[str, Any]:
    """Only what is said: most of it is empty."""
    said = {one.name: value for one in fields(ClausePlan) if (value := getattr(clause, one.name)) not in (None, "", ())}
    said |= {name: plain(said[name]) for name in DECIMALS if name in said}
    said |= {name: str(said[name]) for name in ("kind", "counted", "every") if name in said}
    if clause.tiers:
        said["tiers"] = [[plain(bound), plain(points)] for bound, points in clause.tiers]
    return said


def _clause_from_json(stored: Stored) -> ClausePlan:
    said = dict(stored) | {name: Decimal(stored[name]) for name in DECIMALS if name in stored}
    tiers = tuple((Decimal(bound), Decimal(points)) for bound, points in stored.get("tiers", ()))
    return ClausePlan(**{**said, "kind": ClauseKind(stored["kind"]), "tiers": tiers})
