"""Schemes for tests: a line a clause, stored as drafts or in force."""

from datetime import date
from decimal import Decimal

from assessment.choices import ClauseKind, SchemeState
from assessment.models import Clause, Scheme
from assessment.schemes.rules import BandPlan, ClausePlan, IndicatorPlan, SchemePlan, Weights
from assessment.schemes.services import store_plan
from members.models import Organization


def bands_of(whole: Decimal) -> tuple[BandPlan, ...]:
    """From nine tenths, from a half, and the rest."""
    parts = (("好", "0.9"), ("一般", "0.5"), ("差", "0"))
    return tuple(BandPlan(rank, name, whole * Decimal(part)) for rank, (name, part) in enumerate(parts, start=1))


def deduct(metric: str, points: str = "1", **terms: object) -> ClausePlan:
    return ClausePlan(ClauseKind.DEDUCT_PER_MISSING, "每缺一次扣分", metric, points=Decimal(points), **terms)


def by_hand(**terms: object) -> ClausePlan:
    return ClausePlan(ClauseKind.MANUAL, "查看材料后给分", **terms)


def make_scheme(
    organization: Organization,
    *clauses: ClausePlan | tuple[ClausePlan, ...],
    most: str = "5",
    year: int = 2026,
    weights: Weights = Weights(),  # noqa: B008 - frozen
    code: str = "t-1",
    in_force: bool = True,
) -> Scheme:
    """One head with an indicator of `most` points for each of the clauses, or for each group of them."""
    groups = [clause if isinstance(clause, tuple) else (clause,) for clause in clauses]
    whole = Decimal(most) * len(groups)
    head = IndicatorPlan("1", "基础工作", whole)
    lines = [
        IndicatorPlan(f"1.{number}", f"指标{number}", Decimal(most), parent="1", clauses=group)
        for number, group in enumerate(groups, start=1)
    ]
    plan = SchemePlan(code, "党支部考核", year, whole, (head, *lines), bands_of(whole), weights)
    scheme = store_plan(plan=plan, organization=organization, by="system")
    if in_force:
        scheme.state, scheme.in_force_since = SchemeState.IN_FORCE, date(year, 1, 1)
        scheme.save()
    return scheme


def clause_of(scheme: Scheme, code: str, position: int = 1) -> Clause:
    return Clause.objects.get(indicator__scheme=scheme, indicator__code=code, position=position)
