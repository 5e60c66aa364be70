"""What a branch comes to by a scheme on a day: from the record and people's confirmed values. Stores nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from uuid import UUID

from assessment.assessments import rules
from assessment.assessments.models import Assessment, BranchView, ManualValue, SatisfactionTally
from assessment.assessments.rules import ZERO, ClauseResult
from assessment.choices import AssessmentState, ScoreState, ViewSource
from assessment.schemes.models import Band, Clause, Indicator, Scheme
from assessment.schemes.queries import all_metrics, terms_of
from assessment.schemes.rules import BandPlan, Weights
from members.models import Organization
from rulebook.metric import Fact

Values = Mapping[UUID, ManualValue]
"""By clause or indicator the newest value that two persons stand for."""


@dataclass(frozen=True, slots=True)
class ComputedClause:
    """A clause and what it came to; `result.facts` are the records behind it."""

    clause: Clause
    result: ClauseResult

    @property
    def sentence(self) -> str:
        return self.clause.text


@dataclass(frozen=True, slots=True)
class ComputedIndicator:
    """A line of the tree. `points` None unless it is scored, with all lines below it; `known` and `open` are the sums
    of what is scored there and of what could be."""

    indicator: Indicator
    is_leaf: bool
    state: ScoreState
    points: Decimal | None
    known: Decimal
    open: Decimal
    clauses: tuple[ComputedClause, ...] = ()
    said: ManualValue | None = None
    """The points of the whole indicator, confirmed after an objection."""


@dataclass(frozen=True, slots=True)
class Computed:
    """`total` None as long as a leaf or a weighted view is open; `band` is the veto's where there is one."""

    scheme: Scheme
    organization: Organization
    on: date
    indicators: tuple[ComputedIndicator, ...]
    views: Mapping[ViewSource, Decimal | None]
    total: Decimal | None
    band: Band | None
    veto: ComputedClause | None

    @property
    def leaves(self) -> list[ComputedIndicator]:
        return [line for line in self.indicators if line.is_leaf]

    @property
    def known_points(self) -> Decimal:
        return sum((line.known for line in self.leaves), ZERO)

    @property
    def open_points(self) -> Decimal:
        return sum((line.open for line in self.leaves), ZERO)

    @property
    def is_provisional(self) -> bool:
        """The year isn't over."""
        return rules.is_provisional(self.scheme.year, self.on)


def computed(scheme: Scheme, organization: Organization, *, on: date, assessment: Assessment | None = None) -> Computed:
    """With the values and views of the branch's assessment by the scheme, if there is one. Seven queries at most, and
    those of each metric once."""
    assessment = assessment or Assessment.objects.filter(scheme=scheme, organization=organization).first()
    bands = list(scheme.bands.order_by("rank"))
    lines = _lines(scheme, _Record(scheme, organization, on), _values(assessment))
    clauses = [one for line in lines for one in line.clauses]
    points = rules.record_points([rules.IndicatorResult(line.state, line.points) for line in lines if line.is_leaf])
    views = _views(scheme, assessment, points)
    weights = Weights(scheme.weight_self, scheme.weight_peer, scheme.weight_superior, scheme.weight_members)
    total = rules.weighted(weights, views)
    veto = _veto(clauses)
    band = _band(bands, veto, total)
    return Computed(scheme, organization, on, tuple(lines), views, total, band, veto)


class _Record:
    """The facts of a branch in the time that is assessed; each metric is asked once."""

    def __init__(self, scheme: Scheme, organization: Organization, on: date) -> None:
        self.path, self.on = organization.path, on
        self.first, self.last = rules.assessed_time(scheme.year, on)
        self.facts = cache(self._facts)

    def _facts(self, name: str) -> list[Fact] | None:
        """None also of a metric that this release doesn't know any more."""
        if self.last < self.first:
            return []
        metric = all_metrics().get(name)
        return metric.facts(self.path, self.first, self.last, on=self.on) if metric else None

    def result(self, clause: Clause, values: Values) -> ClauseResult:
        terms = terms_of(clause)
        if clause.metric:
            return rules.by_facts(terms, self.facts(clause.metric), self.first, self.last)
        found = values.get(clause.pk)
        if found is None:
            return rules.by_value(terms, None)
        return rules.by_value(terms, found.value, f"value:{found.key}", found.entered_at.date())


# What is stored of people


def _values(assessment: Assessment | None) -> Values:
    if assessment is None:
        return {}
    rows = ManualValue.objects.confirmed().filter(assessment=assessment).order_by("entered_at", "key")
    return {key: one for one in rows if (key := one.clause_id or one.indicator_id)}


def _views(scheme: Scheme, assessment: Assessment | None, points: Decimal | None) -> dict[ViewSource, Decimal | None]:
    """The views that the scheme weighs, and always that of the level above."""
    found = {ViewSource.SUPERIOR: points}
    if scheme.weight_self or scheme.weight_peer:
        given = list(BranchView.objects.filter(assessment=assessment)) if assessment else []
        own = [view.points for view in given if view.source == ViewSource.SELF]
        peers = [view.points for view in given if view.source == ViewSource.PEER]
        found[ViewSource.SELF] = own[0] if own else None
        found[ViewSource.PEER] = rules.peer_points(peers)
    if scheme.weight_members:
        found[ViewSource.MEMBERS] = _members(scheme, assessment)
    return found


def _members(scheme: Scheme, assessment: Assessment | None) -> Decimal | None:
    """Nothing while members are asked: a sum that moves says what the last one answered."""
    if assessment is None or assessment.state == AssessmentState.COLLECTING:
        return None
    answers = SatisfactionTally.objects.filter(assessment=assessment).values_list("answer", "count")
    return rules.members_points(scheme.total, dict(answers))


# The tree


def _lines(scheme: Scheme, record: _Record, values: Values) -> list[ComputedIndicator]:
    """In the order of the sheet; what lies below a line is summed before the line."""
    indicators = list(scheme.indicators.order_by("position"))
    clauses: dict[UUID, list[Clause]] = {}
    for clause in Clause.objects.filter(indicator__scheme=scheme).select_related("band").order_by("position"):
        clauses.setdefault(clause.indicator_id, []).append(clause)
    below: dict[UUID | None, list[ComputedIndicator]] = {}
    for one in reversed(indicators):
        parts = below.get(one.pk)
        line = _inner(one, parts) if parts else _leaf(one, clauses.get(one.pk, []), record, values)
        below.setdefault(one.parent_id, []).append(line)
    found = {line.indicator.pk: line for lines in below.values() for line in lines}
    return [found[one.pk] for one in indicators]


def _leaf(indicator: Indicator, clauses: Sequence[Clause], record: _Record, values: Values) -> ComputedIndicator:
    found = tuple(ComputedClause(clause, record.result(clause, values)) for clause in clauses)
    said = values.get(indicator.pk)
    result = rules.indicator_result(indicator.max_points, [one.result for one in found], said.value if said else None)
    known = result.points or ZERO
    still = indicator.max_points if result.points is None else ZERO
    return ComputedIndicator(indicator, True, result.state, result.points, known, still, found, said)


def _inner(indicator: Indicator, parts: Sequence[ComputedIndicator]) -> ComputedIndicator:
    states = {part.state for part in parts}
    state = next((one for one in (ScoreState.UNKNOWN, ScoreState.WAITING) if one in states), ScoreState.SCORED)
    known, still = sum((part.known for part in parts), ZERO), sum((part.open for part in parts), ZERO)
    return ComputedIndicator(indicator, False, state, known if state == ScoreState.SCORED else None, known, still)


def _veto(clauses: Sequence[ComputedClause]) -> ComputedClause | None:
    worst = rules.worst_veto(one.result for one in clauses)
    return next((one for one in clauses if one.result is worst), None)


def _band(bands: Sequence[Band], veto: ComputedClause | None, total: Decimal | None) -> Band | None:
    if veto:
        return veto.clause.band
    rank = rules.band_rank((BandPlan(one.rank, one.name, one.at_least) for one in bands), total)
    return next((one for one in bands if one.rank == rank), None)
