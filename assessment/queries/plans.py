"""A stored scheme as the plain values that it was made from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from assessment.choices import ClauseKind, Cycle, Part
from assessment.models import Band, Clause, Indicator, Scheme
from assessment.rules.plan import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights


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
            bands=tuple(_band(band) for band in self.bands),
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
    """What `assessment.services.plans.store_plan` stores comes back equal. Three queries, whatever the size."""
    return rows_of(scheme).plan


def _line(line: Indicator, parent: str, clauses: tuple[ClausePlan, ...]) -> IndicatorPlan:
    return IndicatorPlan(
        code=line.code,
        title=line.title,
        max_points=line.max_points,
        parent=parent,
        part=Part(line.part),
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


def _band(band: Band) -> BandPlan:
    return BandPlan(rank=band.rank, name=band.name, at_least=band.at_least, quota_percent=band.quota_percent)
