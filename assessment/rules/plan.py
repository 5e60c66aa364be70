"""A scheme as plain values: what a workbook is read into, what is copied from last year, what is exported."""

from dataclasses import dataclass
from decimal import Decimal

from assessment.choices import ClauseKind, Cycle, Part


@dataclass(frozen=True, slots=True)
class ClausePlan:
    """See `assessment.models.Clause`; `tiers` are (from how many, points), the highest first."""

    kind: ClauseKind
    text: str
    metric: str = ""
    points: Decimal | None = None
    cap: Decimal | None = None
    expected: int | None = None
    every: str = ""
    counted: str = ""
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()
    full_at: int | None = None
    step: int | None = None
    band_rank: int | None = None


@dataclass(frozen=True, slots=True)
class IndicatorPlan:
    """`parent`: the code of the line above; empty at the top. A line with lines below it has no clauses."""

    code: str
    title: str
    max_points: Decimal
    parent: str = ""
    part: Part = Part.PARTY
    cycle: Cycle = Cycle.YEAR
    basis: str = ""
    clauses: tuple[ClausePlan, ...] = ()


@dataclass(frozen=True, slots=True)
class BandPlan:
    rank: int
    name: str
    at_least: Decimal
    quota_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Per cent of each view; they make a hundred."""

    self_view: int = 0
    peer: int = 0
    superior: int = 100
    members: int = 0


@dataclass(frozen=True, slots=True)
class SchemePlan:
    """Indicators in the order of the sheet, each after the line above it."""

    code: str
    title: str
    year: int
    total: Decimal
    indicators: tuple[IndicatorPlan, ...]
    bands: tuple[BandPlan, ...] = ()
    weights: Weights = Weights()
    unit_kind: str = ""
    document: str = ""
    approved_by: str = ""
    objection_days: int = 10
