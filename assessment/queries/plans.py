"""A stored scheme as the plain values that it was made from."""

from decimal import Decimal

from assessment.choices import ClauseKind, Cycle, Part
from assessment.models import Band, Clause, Indicator, Scheme
from assessment.rules.plan import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights


def plan_of(scheme: Scheme) -> SchemePlan:
    """Three queries, whatever the size. What `assessment.services.plans.store_plan` stores comes back equal."""
    lines = scheme.indicators.select_related("parent").order_by("position")
    clauses: dict[object, list[ClausePlan]] = {}
    for clause in Clause.objects.filter(indicator__scheme=scheme).select_related("band").order_by("position"):
        clauses.setdefault(clause.indicator_id, []).append(_clause(clause))
    return SchemePlan(
        code=scheme.code,
        title=scheme.title,
        year=scheme.year,
        total=scheme.total,
        indicators=tuple(_line(line, tuple(clauses.get(line.pk, ()))) for line in lines),
        bands=tuple(_band(band) for band in scheme.bands.order_by("rank")),
        weights=Weights(scheme.weight_self, scheme.weight_peer, scheme.weight_superior, scheme.weight_members),
        unit_kind=scheme.unit_kind,
        document=scheme.document,
        approved_by=scheme.approved_by,
        objection_days=scheme.objection_days,
    )


def _line(line: Indicator, clauses: tuple[ClausePlan, ...]) -> IndicatorPlan:
    return IndicatorPlan(
        code=line.code,
        title=line.title,
        max_points=line.max_points,
        parent=line.parent.code if line.parent else "",
        part=Part(line.part),
        cycle=Cycle(line.cycle),
        basis=line.basis,
        clauses=clauses,
    )


def _clause(clause: Clause) -> ClausePlan:
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


def _band(band: Band) -> BandPlan:
    return BandPlan(rank=band.rank, name=band.name, at_least=band.at_least, quota_percent=band.quota_percent)
