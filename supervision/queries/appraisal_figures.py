"""Appraisals in counts: for the branch's report, and for committees, which see no count of one or two."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from members.models import Organization
from members.paths import subtree
from supervision.choices import Grade, RoundState
from supervision.models import AppraisalRound, Appraisee
from supervision.rules.appraisal_counts import guarded

GRADES = {grade.value: Count("pk", filter=Q(grade=grade)) for grade in Grade}
UNGRADED = {"ungraded": Count("pk", filter=Q(grade=""))}


def appraisal_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Rounds that were closed within the period, at the path and below, and what they came to. Two queries."""
    closed = AppraisalRound.objects.closed().filter(
        subtree("organization__path", [path]), closed_on__range=(first, last)
    )
    people = Appraisee.objects.filter(round__in=closed.values("pk"))
    return {"rounds_closed": closed.count(), **people.aggregate(**GRADES, **UNGRADED)}


@dataclass(frozen=True, slots=True)
class BranchLine:
    """A branch's appraisal of a year as a committee sees it. None: not shown, because it could be one or two people."""

    branch: Organization
    state: str
    grades: Mapping[str, int | None]

    @property
    def state_text(self) -> str:
        return str(RoundState(self.state).label) if self.state else ""


def branch_lines(path: str, year: int, *, on: date) -> list[BranchLine]:
    """Every branch at the path and below it, in tree order. Three queries."""
    branches = Organization.objects.below(path).branches().standing_on(on).in_tree_order()
    rounds = AppraisalRound.objects.filter(subtree("organization__path", [path]), year=year)
    states = dict(rounds.values_list("organization", "state"))
    closed = Appraisee.objects.filter(round__in=rounds.closed().values("pk")).order_by()
    rows = closed.values("round__organization").annotate(**GRADES)
    counts = {row["round__organization"]: {grade: row[grade] for grade in GRADES} for row in rows}
    return [BranchLine(branch, states.get(branch.pk, ""), guarded(counts.get(branch.pk, {}))) for branch in branches]
