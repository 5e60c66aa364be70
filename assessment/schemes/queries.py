"""Schemes with their lines as trees and plans, the facts they may count, their workbooks and imports."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _, override

from assessment.choices import ClauseKind, Cycle, IndicatorPart
from assessment.schemes.check_rules import flaws, is_bonus
from assessment.schemes.importing.doubts import Doubt
from assessment.schemes.importing.reading import doubt_from, plan_from_json
from assessment.schemes.models import Band, Clause, Indicator, Scheme, SchemeImport
from assessment.schemes.rules import BandPlan, ClausePlan, Flaw, IndicatorPlan, SchemePlan, Weights, plain, terms
from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from members.paths import subtree
from members.workbooks.writing import Sheet
from rulebook.book import rule_if_held
from rulebook.metric import Metric
from rulebook.rule import Rule

PARTS: Mapping[str, Promise] = {
    "members": _("Members and offices"),
    "meetings": _("Organizational life"),
    "dues": _("Dues"),
    "supervision": _("Supervision"),
    "assessment": _("Joint goals and cadres"),
}


@dataclass(frozen=True, slots=True)
class MetricEntry:
    """A fact with the rule that asks for it today, if one does."""

    metric: Metric
    rule: Rule | None


@dataclass(frozen=True, slots=True)
class MetricGroup:
    title: Promise
    entries: list[MetricEntry]


@cache
def all_metrics() -> Mapping[str, Metric]:
    """By name, in the order of the apps: `settings.METRICS` names their tuples."""
    return {metric.name: metric for name in settings.METRICS for metric in import_string(name)}


def metric_groups(on: date) -> list[MetricGroup]:
    """By the part of the record in which they stand."""
    found = []
    for part, title in PARTS.items():
        here = [metric for name, metric in all_metrics().items() if name.partition(".")[0] == part]
        entries = [MetricEntry(one, rule_if_held(one.rule_key, on) if one.rule_key else None) for one in here]
        found.append(MetricGroup(title, entries))
    return [group for group in found if group.entries]


@dataclass(frozen=True, slots=True)
class SchemeRows:
    """A scheme with everything in it, in the order of the sheet."""

    scheme: Scheme
    lines: Sequence[Indicator]
    clauses: Mapping[UUID, Sequence[Clause]]
    """By the key of their line."""
    bands: Sequence[Band]

    @property
    def plan(self) -> SchemePlan:
        scheme = self.scheme
        return SchemePlan(
            code=scheme.code,
            title=scheme.title,
            year=scheme.year,
            total=scheme.total,
            indicators=tuple(self._planned()),
            bands=tuple(
                BandPlan(rank=band.rank, name=band.name, at_least=band.at_least, quota_percent=band.quota_percent)
                for band in self.bands
            ),
            weights=Weights(scheme.weight_self, scheme.weight_peer, scheme.weight_superior, scheme.weight_members),
            unit_kind=scheme.unit_kind,
            document=scheme.document,
            approved_by=scheme.approved_by,
            objection_days=scheme.objection_days,
        )

    def _planned(self) -> Iterator[IndicatorPlan]:
        codes: dict[UUID | None, str] = {line.pk: line.code for line in self.lines}
        for line in self.lines:
            clauses = tuple(terms_of(clause) for clause in self.clauses.get(line.pk, ()))
            yield _line(line, codes.get(line.parent_id, ""), clauses)


def rows_of(scheme: Scheme) -> SchemeRows:
    """Three queries, whatever the size."""
    clauses: dict[UUID, list[Clause]] = {}
    for clause in Clause.objects.filter(indicator__scheme=scheme).select_related("band").order_by("position"):
        clauses.setdefault(clause.indicator_id, []).append(clause)
    lines, bands = scheme.indicators.order_by("position"), scheme.bands.order_by("rank")
    return SchemeRows(scheme, list(lines), clauses, list(bands))


def plan_of(scheme: Scheme) -> SchemePlan:
    """What `assessment.schemes.services.store_plan` stores comes back equal. Three queries, whatever the size."""
    return rows_of(scheme).plan


def _line(line: Indicator, parent: str, clauses: tuple[ClausePlan, ...]) -> IndicatorPlan:
    return IndicatorPlan(
        code=line.code,
        title=line.title,
        max_points=line.max_points,
        parent=parent,
        part=IndicatorPart(line.part),
        cycle=Cycle(line.cycle),
        basis=line.basis,
        clauses=clauses,
    )


def terms_of(clause: Clause) -> ClausePlan:
    return ClausePlan(
        kind=ClauseKind(clause.kind),
        text=clause.text,
        metric=clause.metric,
        points=clause.points,
        cap=clause.cap,
        expected=clause.expected,
        every=clause.every,
        counted=clause.counted,
        tiers=tuple((Decimal(bound), Decimal(points)) for bound, points in clause.tiers),
        full_at=clause.full_at,
        step=clause.step,
        band_rank=clause.band.rank if clause.band else None,
    )


KEEPERS = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
"""Who assesses branches has schemes."""


@dataclass(frozen=True, slots=True)
class ClauseLine:
    """A clause with the words that explain it. `metric` None: a person enters it."""

    clause: Clause
    terms: str
    metric: Metric | None


@dataclass(frozen=True, slots=True)
class TreeLine:
    """A line of the tree; `level` counts from 1."""

    line: Indicator
    level: int
    is_leaf: bool
    is_bonus: bool
    is_first: bool
    is_last: bool
    begins_part: bool
    """Whether it is about the unit's own work, and the line above isn't."""
    clauses: Sequence[ClauseLine] = ()


@dataclass(frozen=True, slots=True)
class SchemeTree:
    """Everything a page shows of a scheme, and its plan."""

    plan: SchemePlan
    lines: Sequence[TreeLine]
    bands: Sequence[Band]

    def points_of(self, part: IndicatorPart) -> Decimal:
        """What the lowest lines of the part are worth, without those that only add points."""
        counted = (one.line for one in self.lines if one.is_leaf and not one.is_bonus)
        return sum((line.max_points for line in counted if line.part == part), Decimal(0))

    def flaws(self) -> list[Flaw]:
        return flaws(self.plan, metrics=all_metrics())


def tree_of(scheme: Scheme) -> SchemeTree:
    """Three queries, whatever the size."""
    rows = rows_of(scheme)
    return SchemeTree(rows.plan, list(_lines(rows)), rows.bands)


def places_kept(user: User) -> OrganizationQuerySet:
    """The committees for which the user keeps schemes, in tree order."""
    rows = Organization.objects.visible_to(user, Capability.MANAGE_SCHEMES)
    return rows.filter(kind__in=KEEPERS).in_tree_order()


def in_words(clause: Clause) -> ClauseLine:
    words = terms(terms_of(clause), band=clause.band.name if clause.band else "")
    return ClauseLine(clause, words, all_metrics().get(clause.metric))


def _lines(rows: SchemeRows) -> Iterator[TreeLine]:
    plan, level, below = rows.plan, _levels(rows), _below(rows)
    parts: dict[UUID | None, str] = {line.pk: line.part for line in rows.lines}
    for line, planned in zip(rows.lines, plan.indicators, strict=True):
        beside = below[line.parent_id]
        yield TreeLine(
            line=line,
            level=level[line.pk],
            is_leaf=line.pk not in below,
            is_bonus=is_bonus(planned, plan),
            is_first=beside[0] == line.pk,
            is_last=beside[-1] == line.pk,
            begins_part=line.part == IndicatorPart.BUSINESS != parts.get(line.parent_id),
            clauses=[in_words(clause) for clause in rows.clauses.get(line.pk, ())],
        )


def _levels(rows: SchemeRows) -> dict[UUID | None, int]:
    levels: dict[UUID | None, int] = {None: 0}
    for line in rows.lines:
        levels[line.pk] = levels[line.parent_id] + 1
    return levels


def _below(rows: SchemeRows) -> dict[UUID | None, list[UUID]]:
    below: dict[UUID | None, list[UUID]] = {}
    for line in rows.lines:
        below.setdefault(line.parent_id, []).append(line.pk)
    return below


def next_code(scheme: Scheme, parent: Indicator | None) -> str:
    """The number that a new line below `parent` would have: 1.3 after 1.2."""
    before = f"{parent.code}." if parent else ""
    taken = set(scheme.indicators.values_list("code", flat=True))
    numbers = (f"{before}{number}" for number in range(1, len(taken) + 2))
    return next(code for code in numbers if code not in taken)


def branches_of(scheme: Scheme) -> OrganizationQuerySet:
    """The branches below its committee, of its kind of unit if it names one."""
    rows = Organization.objects.filter(subtree("path", [scheme.organization.path])).branches()
    return rows.filter(unit_kind=scheme.unit_kind) if scheme.unit_kind else rows


LEVELS = ("一级指标", "二级指标", "三级指标", "四级指标", "五级指标")
BEHIND = ("分值", "评分标准", "考核周期", "数据来源", "计分口径")
WIDTHS = {"序号": 8, "分值": 8, "评分标准": 48, "考核周期": 10, "数据来源": 28, "计分口径": 40}
CYCLES = {Cycle.MONTH: "每月", Cycle.QUARTER: "每季度", Cycle.YEAR: "每年", Cycle.EVENT: "发生时"}
VIEWS = {"self": "自评", "peer": "支部互评", "superior": "上级考核", "members": "群众评议"}


def scheme_sheet(scheme: Scheme, tree: SchemeTree) -> Sheet:
    """One row a lowest line, its groups before it with their points; below the table bands, quotas and weights."""
    depth = max((one.level for one in tree.lines), default=1)
    levels = LEVELS[:depth]
    with override("zh-hans"):
        rows = [*_rows(tree, depth), *_remarks(scheme, tree)]
    widths = WIDTHS | dict.fromkeys(levels, 24)
    return Sheet("考核指标", ("序号", *levels, *BEHIND), rows, widths, title=scheme.title)


def _rows(tree: SchemeTree, depth: int) -> Iterator[Sequence[object]]:
    above: dict[UUID, list[str]] = {}
    for one in tree.lines:
        before = above.get(one.line.parent_id, []) if one.line.parent_id else []
        above[one.line.pk] = [*before, f"{one.line.title}（{plain(one.line.max_points)}分）"]
        if one.is_leaf:
            path = [*before, one.line.title]
            yield [one.line.code, *path, *[""] * (depth - len(path)), *_cells(one)]


def _cells(one: TreeLine) -> list[object]:
    counted = [f"{clause.metric.title}：{clause.terms}" if clause.metric else clause.terms for clause in one.clauses]
    if one.line.part == IndicatorPart.BUSINESS:
        counted.insert(0, str(IndicatorPart.BUSINESS.label))
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


def _remarks(scheme: Scheme, tree: SchemeTree) -> Iterator[Sequence[object]]:
    yield []
    if tree.bands:
        quotas = [f"{band.name}等次不超过{band.quota_percent}%。" for band in tree.bands if band.quota_percent]
        yield ["备注：" + "，".join(_bounds(tree.bands)) + "。" + "".join(quotas)]
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


@dataclass(frozen=True, slots=True)
class ClauseRead:
    """`metric` None: a person enters it."""

    text: str
    kind: str
    terms: str
    metric: Metric | None


@dataclass(frozen=True, slots=True)
class LineRead:
    """A line of the tree; `level` counts from 1, `row` is the sheet's own."""

    plan: IndicatorPlan
    level: int
    row: int
    is_leaf: bool
    clauses: Sequence[ClauseRead]
    doubts: Sequence[Doubt]

    @property
    def is_business(self) -> bool:
        return self.plan.part == IndicatorPart.BUSINESS


@dataclass(frozen=True, slots=True)
class Preview:
    plan: SchemePlan
    lines: Sequence[LineRead]
    doubts: Sequence[Doubt]
    """About the sheet as a whole, or rows that are no indicator."""

    @property
    def clauses(self) -> list[ClauseRead]:
        return [clause for line in self.lines for clause in line.clauses]

    @property
    def by_record(self) -> int:
        return sum(clause.metric is not None for clause in self.clauses)

    @property
    def by_person(self) -> int:
        return len(self.clauses) - self.by_record

    @property
    def weights(self) -> list[tuple[str, int]]:
        """The views that count, as the scheme's own fields call them."""
        given = self.plan.weights
        shares = {"self": given.self_view, "peer": given.peer, "superior": given.superior, "members": given.members}
        names = {view: str(Scheme._meta.get_field(f"weight_{view}").verbose_name) for view in shares}  # type: ignore[union-attr]
        return [(names[view], share) for view, share in shares.items() if share]

    @property
    def in_doubt(self) -> int:
        return len(self.doubts) + sum(len(line.doubts) for line in self.lines)


def imports_shown(user: User) -> QuerySet[SchemeImport]:
    """The newest first, without what was read."""
    rows = SchemeImport.objects.visible_to(user).select_related("organization", "scheme", "uploaded_by")
    return rows.defer("found").order_by("-uploaded_at", "key")


def preview_of(scheme_import: SchemeImport) -> Preview:
    found: Mapping[str, Any] = scheme_import.found
    plan = plan_from_json(found["plan"])
    doubts = [doubt_from(one) for one in found["doubts"]]
    codes = {line.code for line in plan.indicators}
    return Preview(
        plan, list(_preview_lines(plan, doubts, found["rows"])), [one for one in doubts if one.line not in codes]
    )


def _preview_lines(plan: SchemePlan, doubts: Sequence[Doubt], rows: Mapping[str, int]) -> Iterator[LineRead]:
    above = {line.parent for line in plan.indicators}
    levels = {"": 0}
    bands = {band.rank: band.name for band in plan.bands}
    for line in plan.indicators:
        levels[line.code] = levels[line.parent] + 1
        yield LineRead(
            line, levels[line.code], rows.get(line.code, 0), line.code not in above,
            [_clause(clause, bands) for clause in line.clauses], [one for one in doubts if one.line == line.code],
        )  # fmt: skip


def _clause(clause: ClausePlan, bands: Mapping[int, str]) -> ClauseRead:
    words = terms(clause, band=bands.get(clause.band_rank or 0, ""))
    return ClauseRead(clause.text, str(ClauseKind(clause.kind).label), words, all_metrics().get(clause.metric))
