"""Counts of problems and inspections, of a subtree or branch by branch. No text."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from members.models import Organization
from members.paths import subtree
from supervision.choices import InspectionState, ProblemSource, ProblemState
from supervision.models import Inspection, Problem

SHOWN = ("found", "accepted", "on_time", "dropped", "unsettled", "overdue")


def condition(name: str, first: date, last: date) -> Q:
    """Which problems a figure counts: a figure and the list that it leads to say the same."""
    waits = Q(found_on__lte=last) & (Q(settled_on__isnull=True) | Q(settled_on__gt=last))
    accepted = Q(state=ProblemState.ACCEPTED, settled_on__range=(first, last))
    return {
        "found": Q(found_on__range=(first, last)),
        "accepted": accepted,
        "on_time": accepted & Q(settled_on__lte=F("due_on")),
        "dropped": Q(state=ProblemState.DROPPED, settled_on__range=(first, last)),
        "unsettled": waits,
        "overdue": waits & Q(due_on__lt=last) & ~Q(state=ProblemState.DONE),
    }[name]


def problem_figures(path: str, first: date, last: date) -> dict[str, int]:
    """What was found and settled from `first` to `last`, and what waited on that last day. Two queries."""
    counts = _counts(first, last)
    del counts["on_time"]
    found = condition("found", first, last)
    counts |= {f"from_{source}": Count("pk", filter=found & Q(problem_list__source=source)) for source in ProblemSource}
    visited = Inspection.objects.filter(subtree("organization__path", [path]), visit_on__range=(first, last))
    inspections = visited.exclude(state=InspectionState.PLANNED).count()
    return {**Problem.objects.below(path).handed_over().aggregate(**counts), "inspections": inspections}


@dataclass(frozen=True, slots=True)
class ProblemLine:
    """One branch in counts: what a committee is told."""

    branch: Organization
    found: int = 0
    accepted: int = 0
    on_time: int = 0
    dropped: int = 0
    unsettled: int = 0
    overdue: int = 0


def problem_lines(path: str, first: date, last: date) -> list[ProblemLine]:
    """The standing branches at the path and below it, the most overdue first. Two queries, whatever the tree."""
    rows = Problem.objects.below(path).handed_over().order_by().values("organization")
    counted: Mapping[int, dict[str, int]] = {
        row.pop("organization"): row for row in rows.annotate(**_counts(first, last))
    }
    branches = Organization.objects.below(path).branches().standing_on(last)
    lines = (ProblemLine(branch, **counted.get(branch.pk, {})) for branch in branches)
    return sorted(lines, key=lambda line: (-line.overdue, -line.unsettled, line.branch.path))


def _counts(first: date, last: date) -> dict[str, Count]:
    return {name: Count("pk", filter=condition(name, first, last)) for name in SHOWN}
