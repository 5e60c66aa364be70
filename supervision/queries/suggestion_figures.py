"""Suggestions and requests for help in counts: of a subtree over a period, and of each branch below a committee."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, Q

from members.models import Organization
from members.paths import subtree
from members.queries.records import help_of
from supervision.choices import SuggestionOutcome
from supervision.models import Suggestion
from supervision.rules.suggestions import share


def suggestion_figures(path: str, first: date, last: date) -> dict[str, int]:
    """What was asked from `first` to `last`, and what had come of it by `last`; `overdue` counts whatever was late
    then, whenever it was asked. Two queries."""
    suggestions = Suggestion.objects.filter(subtree("organization__path", [path]))
    help_asked = help_of(path, "asked_on").filter(asked_on__range=(first, last))
    return suggestions.aggregate(**_counts(first, last)) | help_asked.aggregate(
        help_asked=Count("pk"), help_answered=Count("pk", filter=Q(answered_on__lte=last))
    )


@dataclass(frozen=True, slots=True)
class BranchLine:
    """One branch in counts: what a committee is told."""

    branch: Organization
    asked: int = 0
    answered: int = 0
    answered_on_time: int = 0
    solved: int = 0
    overdue: int = 0

    @property
    def solved_share(self) -> int | None:
        """Per cent of the answers."""
        return share(self.solved, self.answered)

    @property
    def order(self) -> tuple[int, int, int, str]:
        """Who needs help first: late answers, answers that came late, then those whom nobody asks anything."""
        late = self.answered - self.answered_on_time
        return -self.overdue, -late, min(self.asked, 1), self.branch.path


def branch_lines(path: str, first: date, last: date) -> list[BranchLine]:
    """The standing branches at the path and below it, who needs help first. Two queries, whatever the tree."""
    rows = Suggestion.objects.filter(subtree("organization__path", [path])).order_by().values("organization")
    counted = {row.pop("organization"): row for row in rows.annotate(**_counts(first, last))}
    branches = Organization.objects.below(path).branches().standing_on(last)
    lines = (BranchLine(branch, **counted.get(branch.pk, {})) for branch in branches)
    return sorted(lines, key=lambda line: line.order)


def _counts(first: date, last: date) -> dict[str, Count]:
    asked, answered = Q(asked_on__range=(first, last)), Q(answered_on__lte=last)
    late = Q(asked_on__lte=last, due_on__lt=last) & (Q(answered_on__isnull=True) | Q(answered_on__gt=last))
    conditions = {
        "asked": asked,
        "answered": asked & answered,
        "answered_on_time": asked & answered & Q(answered_on__lte=F("due_on")),
        "solved": asked & answered & Q(outcome=SuggestionOutcome.SOLVED),
        "overdue": late,
    }
    return {name: Count("pk", filter=condition) for name, condition in conditions.items()}
