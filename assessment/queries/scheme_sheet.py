"""A scheme as the sheet that committees are used to, which `import_scheme` reads again. Always in Chinese."""

from collections.abc import Iterator, Sequence
from uuid import UUID

from django.utils.translation import override

from assessment.choices import ClauseKind, Cycle, Part
from assessment.models import Band, Clause, Scheme
from assessment.queries.schemes import Tree, TreeLine
from assessment.rules.flaws import plain
from members.workbooks.writing import Sheet

LEVELS = ("一级指标", "二级指标", "三级指标", "四级指标", "五级指标")
BEHIND = ("分值", "评分标准", "考核周期", "数据来源", "计分口径")
WIDTHS = {"序号": 8, "分值": 8, "评分标准": 48, "考核周期": 10, "数据来源": 28, "计分口径": 40}
CYCLES = {Cycle.MONTH: "每月", Cycle.QUARTER: "每季度", Cycle.YEAR: "每年", Cycle.EVENT: "发生时"}
VIEWS = {"self": "自评", "peer": "支部互评", "superior": "上级考核", "members": "群众评议"}


def scheme_sheet(scheme: Scheme, tree: Tree) -> Sheet:
    """One row a lowest line, its groups before it with their points; below the table bands, quotas and weights."""
    depth = max((one.level for one in tree.lines), default=1)
    levels = LEVELS[:depth]
    with override("zh-hans"):
        rows = [*_rows(tree, depth), *_remarks(scheme, tree)]
    widths = WIDTHS | dict.fromkeys(levels, 24)
    return Sheet("考核指标", ("序号", *levels, *BEHIND), rows, widths, title=scheme.title)


def _rows(tree: Tree, depth: int) -> Iterator[Sequence[object]]:
    above: dict[UUID, list[str]] = {}
    for one in tree.lines:
        before = above.get(one.line.parent_id, []) if one.line.parent_id else []
        above[one.line.pk] = [*before, f"{one.line.title}（{plain(one.line.max_points)}分）"]
        if one.is_leaf:
            path = [*before, one.line.title]
            yield [one.line.code, *path, *[""] * (depth - len(path)), *_cells(one)]


def _cells(one: TreeLine) -> list[object]:
    counted = [f"{clause.metric.title}：{clause.terms}" if clause.metric else clause.terms for clause in one.clauses]
    if one.line.part == Part.BUSINESS:
        counted.insert(0, str(Part.BUSINESS.label))
    return [
        one.line.max_points,
        "\n".join(_sentence(clause.clause, one) for clause in one.clauses),
        CYCLES[Cycle(one.line.cycle)],
        one.line.basis,
        "\n".join(counted),
    ]


def _sentence(clause: Clause, one: TreeLine) -> str:
    """With its limit where the sentence doesn't say it."""
    cap = clause.cap
    if cap is None or cap == one.line.max_points or plain(cap) in clause.text:
        return clause.text
    return f"{clause.text}，最多{'加' if clause.kind == ClauseKind.BONUS else '扣'}{plain(cap)}分"


def _remarks(scheme: Scheme, tree: Tree) -> Iterator[Sequence[object]]:
    yield []
    if tree.bands:
        yield ["备注：" + "，".join(_bounds(tree.bands)) + "。" + "".join(_quotas(tree.bands))]
    weights = {words: getattr(scheme, f"weight_{view}") for view, words in VIEWS.items()}
    yield ["权重：" + "，".join(f"{words}占{share}%" for words, share in weights.items() if share) + "。"]
    yield [f"考核年度：{scheme.year}年"]
    if scheme.document:
        yield [f"文件：{scheme.document}"]


def _bounds(bands: Sequence[Band]) -> Iterator[str]:
    """90分及以上为好，80分及以上为较好，80分以下为差."""
    for better, band in zip([None, *bands], bands, strict=False):
        if better and not band.at_least:
            yield f"{plain(better.at_least)}分以下为{band.name}"
        else:
            yield f"{plain(band.at_least)}分及以上为{band.name}"


def _quotas(bands: Sequence[Band]) -> Iterator[str]:
    return (f"{band.name}等次不超过{band.quota_percent}%。" for band in bands if band.quota_percent)
