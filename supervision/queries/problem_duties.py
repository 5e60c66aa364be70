"""Problems that are being put right: the facts that `rules.problems` needs, for a whole subtree."""

from collections import defaultdict
from datetime import date

from django.db.models import Q

from members.models import Organization
from rulebook.values import Duty
from supervision.choices import ProblemState
from supervision.models import Problem
from supervision.rules.problems import Item, rectification_duties


def problem_duties(path: str, *, on: date) -> list[Duty]:
    """The branches' duties in tree order. Two queries, whatever the tree; one where nothing was found."""
    items = _items(path, on)
    if not items:
        return []
    places = Organization.objects.filter(pk__in=items).standing_on(on).in_tree_order()
    found: list[Duty] = []
    for pk, code in places.values_list("pk", "code"):
        found += rectification_duties(code, items[pk], on=on)
    return found


def _items(path: str, on: date) -> dict[int, list[Item]]:
    """By organization: what is being put right, and what fell due this year."""
    counts = Q(state=ProblemState.OPEN) | Q(due_on__year=on.year)
    rows = Problem.objects.below(path).handed_over().filter(counts).exclude(state=ProblemState.DROPPED)
    items: dict[int, list[Item]] = defaultdict(list)
    for place, due_on, state in rows.order_by("due_on", "pk").values_list("organization_id", "due_on", "state"):
        items[place].append(Item(due_on, state == ProblemState.OPEN))
    return items
