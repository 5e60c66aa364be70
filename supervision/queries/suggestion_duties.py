"""Suggestions that wait for their answer: the facts that `rules.suggestion_duties` needs, for a whole subtree."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from members.models import Organization
from members.paths import contains, subtree
from members.queries.local_rules import binding_below
from rulebook.values import Duty
from supervision.models import Suggestion
from supervision.rules.suggestion_duties import Asked, suggestion_duties
from supervision.rules.suggestions import ANSWER_KEY


def suggestions_due(path: str, *, on: date) -> list[Duty]:
    """The answers that every branch at the path and below it owes, in tree order. Three queries, whatever the tree."""
    waiting = _asked(path, on)
    rules = binding_below(path, [ANSWER_KEY])
    places = Organization.objects.below(path).branches().standing_on(on).in_tree_order()
    found: list[Duty] = []
    for place, code in places.values_list("path", "code"):
        if asked := waiting.get(place):
            local = [rule for above, rule in rules if contains(above, place)]
            found += suggestion_duties(code, asked, on=on, local=local)
    return found


def _asked(path: str, on: date) -> Mapping[str, list[Asked]]:
    """Path of the branch → what waits, and what was answered this year."""
    this_year = Q(answered_on__isnull=True) | Q(answered_on__gte=date(on.year, 1, 1))
    rows = Suggestion.objects.filter(this_year, subtree("organization__path", [path]), asked_on__lte=on)
    found: dict[str, list[Asked]] = defaultdict(list)
    facts = rows.order_by("due_on", "pk").values_list("organization__path", "asked_on", "due_on", "answered_on")
    for place, asked_on, due_on, answered_on in facts:
        found[place].append(Asked(asked_on, due_on, answered_on))
    return found
