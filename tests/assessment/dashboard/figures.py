"""Roll-ups by hand: what the engine would have stored."""

from collections.abc import Mapping
from datetime import date

from assessment.dashboard.models import FIGURES
from assessment.dashboard.rules import is_incomplete, reasons
from assessment.models import LevelMedian, RollUp
from members.choices import OrganizationKind
from members.models import Organization
from tests.cast import Cast

GOOD = {
    "branches": 1, "members": 10, "meetings_due": 4, "meetings_held": 4, "expected": 40, "on_site": 30, "online": 6,
    "made_up": 2, "on_leave": 1, "unexplained": 1, "charged_fen": 10_000, "paid_fen": 10_000, "hard_to_reach": 4,
    "in_contact": 4, "problems_due": 2, "problems_on_time": 2, "terms": 1, "help_due": 1, "help_on_time": 1,
}  # fmt: skip
"""A branch's month without a reason to help."""
BEHIND = {"meetings_held": 1, "paid_fen": 7_000}
"""Two reasons."""
UNRECORDED = {"on_site": 0, "online": 0, "unrecorded": 36}


def needs_help(figures: Mapping[str, int]) -> bool:
    """A reason holds, and enough is recorded to say so."""
    return not is_incomplete(figures) and any(reasons(figures))


def month_of(branch: Organization, month: str = "2026-10", **others: int) -> RollUp:
    """A branch's month, with its need worked out."""
    figures = dict.fromkeys(FIGURES, 0) | GOOD | others
    figures |= {"in_need": int(needs_help(figures)), "incomplete": int(is_incomplete(figures))} | others
    return RollUp.objects.create(organization=branch, month=date.fromisoformat(f"{month}-01"), **figures)


def add_up(place: Organization, month: str = "2026-10", unit: str = "") -> RollUp:
    """A committee's month, from the branches below it that are stored."""
    first = date.fromisoformat(f"{month}-01")
    rows = RollUp.objects.below(place.path).filter(month=first, organization__kind=OrganizationKind.BRANCH)
    if unit:
        rows = rows.filter(organization__unit_kind=unit)
    sums = {name: sum(getattr(row, name) for row in rows) for name in FIGURES}
    return RollUp.objects.create(organization=place, month=first, unit_kind=unit, **sums)


def a_county(cast: Cast, *months: str) -> None:
    """Each branch of the cast: one that is fine, one that is behind, one of the other district."""
    for month in months or ("2026-09", "2026-10"):
        month_of(cast.branch, month)
        month_of(cast.next_branch, month, **BEHIND)
        month_of(cast.other_branch, month)
        for place in (cast.district, cast.other_district, cast.county):
            add_up(place, month)


def median(measure: str, per_mille: int, *, kind: str = "committee", period: str = "2026-10", among: int = 3) -> None:
    LevelMedian.objects.create(kind=kind, period=period, measure=measure, per_mille=per_mille, organizations=among)
