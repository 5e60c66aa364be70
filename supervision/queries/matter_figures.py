"""Counts of major matters, for a subtree or branch by branch. No text."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Count, Q

from members.paths import subtree
from supervision.models import Matter
from supervision.models.matter import NO_OPINION_FIRST, SHOWN_BY

FIGURES = ("proposed", "decided", "without_opinion", "executed", "reviewed")


def matter_figures(path: str, first: date, last: date) -> dict[str, int]:
    """What happened from `first` to `last` at the organization and below it. One query."""
    here = Matter.objects.filter(subtree("organization__path", [path]))
    return here.aggregate(**_counts(first, last))


def matter_figures_by_place(path: str, first: date, last: date) -> Mapping[str, dict[str, int]]:
    """The same by the code of the organization; places in which nothing happened are missing. One query."""
    here = Matter.objects.filter(subtree("organization__path", [path])).order_by()
    rows = here.values("organization__code").annotate(**_counts(first, last))
    return {row.pop("organization__code"): row for row in rows}


def _counts(first: date, last: date) -> dict[str, Count]:
    within = {name: Q(**{f"{SHOWN_BY[name]}__range": (first, last)}) for name in FIGURES}
    within["without_opinion"] &= NO_OPINION_FIRST
    return {name: Count("pk", filter=condition) for name, condition in within.items()}
