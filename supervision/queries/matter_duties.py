"""Opinions that are waited for and looking back: the facts that `rules.matter_duties` needs, for a whole subtree."""

from collections import defaultdict
from datetime import date

from django.db.models import Q

from members.models import Organization
from members.paths import contains, subtree
from members.queries.local_rules import binding_below
from rulebook.values import Duty
from supervision.models import Matter
from supervision.rules.matter_duties import LOCAL_KEYS, Step, opinion_duties, review_duties


def matter_duties(path: str, *, on: date) -> list[Duty]:
    """The branches' duties in tree order. Three queries, whatever the tree; two where nothing is recorded.

    Whoever decided without the opinion can't be asked for it any more: the register says what happened.
    """
    opinions, reviews = _steps(path, on)
    concerned = [*opinions, *reviews]
    if not concerned:
        return []
    places = Organization.objects.filter(pk__in=concerned).standing_on(on).in_tree_order()
    rules, found = binding_below(path, LOCAL_KEYS), []
    for pk, place, code in places.values_list("pk", "path", "code"):
        local = [one for above, one in rules if contains(above, place)]
        found += opinion_duties(code, opinions.get(pk, ()), on=on, local=local)
        found += review_duties(code, reviews.get(pk, ()), on=on, local=local)
    return found


def _steps(path: str, on: date) -> tuple[dict[int, list[Step]], dict[int, list[Step]]]:
    """By organization: what waits or waited for its opinion, and what was carried out and is or was looked back on."""
    this_year = (date(on.year, 1, 1), date(on.year, 12, 31))
    waits = Q(opinion_on__isnull=True, decided_on__isnull=True) | Q(opinion_on__range=this_year)
    runs = Q(executed_on__isnull=False) & (Q(reviewed_on__isnull=True) | Q(reviewed_on__range=this_year))
    rows = Matter.objects.filter(waits | runs, subtree("organization__path", [path])).order_by("proposed_on", "key")
    opinions: dict[int, list[Step]] = defaultdict(list)
    reviews: dict[int, list[Step]] = defaultdict(list)
    for one in rows.only("organization_id", "proposed_on", "opinion_on", "decided_on", "executed_on", "reviewed_on"):
        if one.opinion_on or one.decided_on is None:
            opinions[one.organization_id].append(Step(one.proposed_on, one.opinion_on))
        if one.executed_on:
            reviews[one.organization_id].append(Step(one.executed_on, one.reviewed_on))
    return opinions, reviews
