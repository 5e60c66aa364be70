"""A plan as JSON and back: what an import keeps until somebody stores it as a draft."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from assessment.choices import ClauseKind, Cycle, Part
from assessment.importing.doubts import Doubt
from assessment.importing.reading import Read
from assessment.rules.flaws import plain
from assessment.rules.plan import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights

Stored = Mapping[str, Any]
POINTS = ("points", "cap")


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
            "part": Part(stored["part"]),
            "cycle": Cycle(stored["cycle"]),
            "clauses": tuple(_clause_from_json(clause) for clause in stored["clauses"]),
        }
    )


def _clause_to_json(clause: ClausePlan) -> dict[str, Any]:
    """Only what is said: most of it is empty."""
    said = {one.name: value for one in fields(ClausePlan) if (value := getattr(clause, one.name)) not in (None, "", ())}
    said |= {name: plain(said[name]) for name in POINTS if name in said}
    said |= {name: str(said[name]) for name in ("kind", "counted", "every") if name in said}
    if clause.tiers:
        said["tiers"] = [[plain(bound), plain(points)] for bound, points in clause.tiers]
    return said


def _clause_from_json(stored: Stored) -> ClausePlan:
    said = dict(stored) | {name: Decimal(stored[name]) for name in POINTS if name in stored}
    tiers = tuple((Decimal(bound), Decimal(points)) for bound, points in stored.get("tiers", ()))
    return ClausePlan(**{**said, "kind": ClauseKind(stored["kind"]), "tiers": tiers})
