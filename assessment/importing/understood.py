"""What a cell was understood to say, and what stands around it."""

from dataclasses import dataclass, field
from decimal import Decimal

from assessment.choices import DEDUCTING, ClauseKind
from assessment.importing.doubts import Doubt, about
from assessment.rules.plan import ClausePlan


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around a cell: the points of its line, and the titles that name what it is about, nearest first."""

    points: Decimal | None = None
    titles: tuple[str, ...] = ()
    bands: tuple[str, ...] = ()
    """Names of the scheme's grades, the best first."""


@dataclass
class Understood:
    clauses: list[ClausePlan] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def settle(found: Understood, points: Decimal | None) -> Understood:
    """Beside clauses that take points, one that gives some would give them on top of all: it takes them instead."""
    if not any(clause.kind in DEDUCTING for clause in found.clauses):
        return found
    turned = [clause for clause in found.clauses if clause.kind in (ClauseKind.TIERED, ClauseKind.MANUAL)]
    doubts = [about("tiers_beside_deductions", clause.text) for clause in turned]
    clauses = [_taking(one, points) if one in turned else one for one in found.clauses]
    return Understood(clauses, [*found.doubts, *doubts])


def _taking(clause: ClausePlan, points: Decimal | None) -> ClausePlan:
    cap = max((given for _bound, given in clause.tiers), default=points)
    return ClausePlan(ClauseKind.DEDUCT_PER_MISSING, clause.text, points=Decimal(1), cap=cap or None)
