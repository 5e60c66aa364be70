"""Where the branches' reports of a period stand, by name of the branch: submitted, late, missing."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from meetings.rules.duties import Period
from members.models import Organization
from members.paths import contains, subtree
from members.queries.local_rules import binding_below
from rulebook.local import LocalRule
from supervision.models import Report
from supervision.queries.first_records import first_records
from supervision.rules.report_periods import DAYS_KEY, is_asked, is_late, is_told


class Stands(StrEnum):
    """A branch's report of a period, as its committee sees it."""

    SUBMITTED = "submitted"
    LATE = "late"
    OPEN = "open"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class BranchState:
    code: str
    name: str
    stands: Stands
    submitted_on: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def branch_states(path: str, period: Period, *, on: date) -> list[BranchState]:
    """Every branch at the path and below that was there in the period, in tree order; without those of which nothing is
    on record by its end and no report is there. Four queries."""
    rows = Organization.objects.below(path).branches().standing_on(period.last).with_first_day().in_tree_order()
    branches = [branch for branch in rows if is_asked(branch.first_day, period)]
    found = Report.objects.submitted().filter(subtree("organization__path", [path]), period=period.name)
    submitted = dict(found.values_list("organization", "submitted_on"))
    rules, recorded = binding_below(path, [DAYS_KEY]), first_records(branches, on=on)
    return [
        _state(branch, period, submitted.get(branch.pk), on, _binding(rules, branch))
        for branch in branches
        if branch.pk in submitted or is_told(recorded.get(branch.path), period)
    ]


def _binding(rules: list[tuple[str, LocalRule]], branch: Organization) -> list[LocalRule]:
    return [rule for above, rule in rules if contains(above, branch.path)]


def _state(
    branch: Organization, period: Period, submitted_on: date | None, on: date, local: Iterable[LocalRule]
) -> BranchState:
    late = is_late(period, submitted_on, on=on, local=local)
    if submitted_on:
        stands = Stands.LATE if late else Stands.SUBMITTED
        return BranchState(branch.code, branch.name, stands, submitted_on.isoformat())
    return BranchState(branch.code, branch.name, Stands.MISSING if late else Stands.OPEN)
