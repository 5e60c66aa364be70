"""How many joint goals the branches below a place have, and how far these came: counts, without a name."""

from dataclasses import dataclass

from django.db.models import Count, Q

from assessment.choices import GoalState
from assessment.models import Goal
from members.models import Organization
from members.models.organization import OrganizationQuerySet
from members.paths import subtree

FIGURES = {
    "planned": Q(),
    "checked": Q(checked_on__isnull=False),
    "behind": Q(state=GoalState.CHECKED, on_track=False),
    "reached": Q(state=GoalState.REACHED),
    "partly": Q(state=GoalState.PARTLY),
    "missed": Q(state=GoalState.MISSED),
    "dropped": Q(state=GoalState.DROPPED),
    "open": Q(state__in=[GoalState.PLANNED, GoalState.CHECKED]),
}
"""`planned` are all of the year, `behind` those that were checked, are not on the way and have no result yet."""
NOTHING = dict.fromkeys(FIGURES, 0)


@dataclass(frozen=True, slots=True)
class Counted:
    branch: Organization
    figures: dict[str, int]


def goal_counts(path: str, year: int, branches: OrganizationQuerySet) -> list[Counted]:
    """A line for each of the branches, in their order. Two queries, whatever the tree."""
    rows = Goal.objects.of_year(year).filter(subtree("organization__path", [path])).order_by()
    counts = {name: Count("pk", filter=condition) for name, condition in FIGURES.items()}
    known = {one.pop("organization"): one for one in rows.values("organization").annotate(**counts)}
    return [Counted(branch, known.get(branch.pk, NOTHING)) for branch in branches]


def total_of(rows: list[Counted]) -> dict[str, int]:
    return {name: sum(one.figures[name] for one in rows) for name in FIGURES}
