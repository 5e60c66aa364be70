"""Why a branch may need help: reasons, no order of merit. Thresholds are ours (level L, mark U)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Reason:
    """Holds when the weighted sum of figures is more than `beyond`: the same in Python and in SQL."""

    code: str
    words: Promise
    weights: Mapping[str, int]
    beyond: int = 0

    def holds(self, figures: Mapping[str, int]) -> bool:
        return sum(weight * figures[name] for name, weight in self.weights.items()) > self.beyond

    @property
    def sql(self) -> str:
        """The condition over columns of those names."""
        return " + ".join(f"{weight} * {name}" for name, weight in self.weights.items()) + f" > {self.beyond}"


REASONS = (
    Reason("meetings", _("two meetings or more were not held"), {"meetings_due": 1, "meetings_held": -1}, 1),
    Reason("unexplained", _("more than a quarter absent without a word"), {"unexplained": 4, "expected": -1}),
    Reason("dues", _("less than four fifths of the dues collected"), {"charged_fen": 4, "paid_fen": -5}),
    Reason("contact", _("contact overdue with more than half of those hard to reach"),
           {"hard_to_reach": 1, "in_contact": -2}),
    Reason("problems", _("problems not put right by their day"), {"problems_due": 1, "problems_on_time": -1}),
    Reason("help", _("requests not answered by their day"), {"help_due": 1, "help_on_time": -1}),
    Reason("terms", _("the term of office is over"), {"terms_over": 1}),
)  # fmt: skip

INCOMPLETE = (
    Reason("uncharged", _("no dues charged"), {"members": 1, "charged_fen": -1}),
    Reason("unrecorded", _("most attendance not recorded"), {"unrecorded": 2, "expected": -1}),
)
"""Of such a branch nothing is compared."""


def reasons(figures: Mapping[str, int]) -> Iterator[Reason]:
    """Those that hold for a branch in a month."""
    return (reason for reason in REASONS if reason.holds(figures))


def is_incomplete(figures: Mapping[str, int]) -> bool:
    return any(reason.holds(figures) for reason in INCOMPLETE)


def needs_help(figures: Mapping[str, int]) -> bool:
    """The one answer for every page: a reason holds, and enough is recorded to say so."""
    return not is_incomplete(figures) and any(reasons(figures))
