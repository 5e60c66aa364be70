"""Lower grades that are to be followed up: the facts that `rules.appraisal_duties` needs, for a whole subtree."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date

from django.db.models import Q

from members.models import Organization
from members.paths import contains, subtree
from members.queries.local_rules import binding_below
from rulebook.values import Duty
from supervision.choices import LOWER_GRADES, RoundState
from supervision.models import Appraisee
from supervision.rules.appraisal_duties import DAYS_KEY, Lower, follow_up_duty

Place = tuple[str, int]
"""Path of the branch, and the year."""


def appraisal_duties(path: str, *, on: date) -> list[Duty]:
    """The help that every branch at the path and below it owes, in tree order. Three queries, whatever the tree."""
    lower, rules = _lower(path, on), binding_below(path, [DAYS_KEY])
    codes = dict(Organization.objects.below(path).branches().standing_on(on).values_list("path", "code"))
    found: list[Duty] = []
    for (place, year), grades in sorted(lower.items()):
        local = [rule for above, rule in rules if contains(above, place)]
        if place in codes and (duty := follow_up_duty(codes[place], year, grades, on=on, local=local)):
            found.append(duty)
    return found


def _lower(path: str, on: date) -> Mapping[Place, list[Lower]]:
    this_year = Q(followed_up_on__isnull=True) | Q(followed_up_on__gte=date(on.year, 1, 1))
    rows = Appraisee.objects.filter(
        this_year, subtree("round__organization__path", [path]), grade__in=LOWER_GRADES,
        round__state=RoundState.CLOSED, round__closed_on__lte=on,
    )  # fmt: skip
    found: dict[Place, list[Lower]] = defaultdict(list)
    facts = ("round__organization__path", "round__year", "round__closed_on", "follow_up_due_on", "followed_up_on")
    for place, year, *days in rows.order_by().values_list(*facts):
        found[place, year].append(Lower(*days))
    return found
