"""Counts of the tree: who stands on the rosters of a day, in any number of organizations at once."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby
from typing import Any

from django.db.models import Case, CharField, Count, Q, When
from django.db.models.functions import Left
from django.db.models.lookups import In

from members.choices import ABROAD_KINDS, FRAIL_KINDS, VOTELESS_KINDS, SituationKind
from members.models import Affiliation, Member, Organization, Situation
from members.models.member import MemberQuerySet, formal_on
from members.paths import ROOT, STEP, subtree


@dataclass(frozen=True)
class RosterSummary:
    """How many members there are on a day, and how many in which situation. A member may be in several."""

    members: int = 0
    full: int = 0
    probationary: int = 0
    retired: int = 0
    mobile: int = 0
    frail: int = 0
    """Old and frail, or bedridden."""
    abroad: int = 0
    lost_contact: int = 0
    in_transfer: int = 0
    voting: int = 0

    def __add__(self, other: "RosterSummary") -> "RosterSummary":
        names = [field.name for field in fields(self)]
        return RosterSummary(**{name: getattr(self, name) + getattr(other, name) for name in names})


SITUATIONS: dict[str, tuple[SituationKind, ...]] = {
    "retired": (SituationKind.RETIRED,),
    "mobile": (SituationKind.MOBILE,),
    "frail": FRAIL_KINDS,
    "abroad": ABROAD_KINDS,
    "lost_contact": (SituationKind.LOST_CONTACT,),
    "in_transfer": (SituationKind.IN_TRANSFER,),
}


def roster_summary(paths: Iterable[str], *, on: date) -> RosterSummary:
    """The figures of those subtrees (`[ROOT]`: of all) by the affiliations of that day; two queries."""
    members = _belonging(list(paths), on)
    situations = Situation.objects.holding(on).filter(member__in=members.values("pk"))
    return _summary(members.aggregate(**_member_counts(on)), situations.aggregate(**_situation_counts(on)))


def summaries(organizations: Iterable[Organization], *, on: date) -> dict[str, RosterSummary]:
    """Path → figures of the subtree, by today's rosters; two queries, however many organizations and members.

    The database counts each member once, at the lowest of the organizations above them; the sums go up from there.
    """
    paths = {organization.path for organization in organizations}
    found = dict.fromkeys(paths, RosterSummary())
    for place, figures in _figures_by_lowest(paths, on):
        for path in _ways_up(place):
            if path in paths:
                found[path] += figures
    return found


def members_by_path() -> Counter[str]:
    """Path → members of the subtree by today's rosters, for the whole tree; one query."""
    counts: Counter[str] = Counter()
    for place, members in Member.objects.on_roster().order_by().values_list("roster_path").annotate(Count("pk")):
        counts.update(dict.fromkeys(_ways_up(place), members))
    return counts


def names_down_to(organization: Organization) -> list[str]:
    """The names from the top of the tree down to the organization's own."""
    on_the_way = Organization.objects.filter(path__in=_ways_up(organization.path)).in_tree_order()
    return list(on_the_way.values_list("name", flat=True))


def _belonging(paths: list[str], on: date) -> MemberQuerySet:
    affiliations = Affiliation.objects.formal().holding(on)
    if ROOT not in paths:
        affiliations = affiliations.filter(subtree("organization__path", paths))
    return Member.objects.filter(pk__in=affiliations.values("member"))


def _figures_by_lowest(paths: set[str], on: date) -> Iterable[tuple[str, RosterSummary]]:
    if not paths:
        return
    members = Member.objects.order_by().filter(_between(paths, "roster_path"))
    situations = Situation.objects.order_by().holding(on).filter(_between(paths, "member__roster_path"))
    counted = members.values(lowest=_lowest_of(paths, "roster_path")).annotate(**_member_counts(on))
    held = situations.values(lowest=_lowest_of(paths, "member__roster_path")).annotate(**_situation_counts(on))
    by_place = {row.pop("lowest"): row for row in held}
    for row in counted:
        if place := row.pop("lowest"):
            yield place, _summary(row, by_place.get(place, {}))


def _between(paths: set[str], field: str) -> Q:
    """One range from the first to the last, with what lies between: SQLite reads many ranges slower than all rows."""
    return Q(**{f"{field}__range": (min(paths), max(path + "Z" * STEP for path in paths))})


def _lowest_of(paths: set[str], field: str) -> Case:
    """Expression: the longest of the paths in which the row lies; NULL in none."""
    by_length = groupby(sorted(paths, key=len, reverse=True), key=len)
    lowest = [When(In(Left(field, length), list(group)), then=Left(field, length)) for length, group in by_length]
    return Case(*lowest, output_field=CharField())


def _member_counts(on: date) -> dict[str, Count]:
    return {"members": Count("pk"), "full": Count("pk", filter=formal_on(on))}


def _situation_counts(on: date) -> dict[str, Count]:
    counts = {name: Count("member", distinct=True, filter=Q(kind__in=kinds)) for name, kinds in SITUATIONS.items()}
    voteless = Q(kind__in=VOTELESS_KINDS) & formal_on(on, "member__")
    return {**counts, "voteless": Count("member", distinct=True, filter=voteless)}


def _summary(members: dict[str, Any], situations: dict[str, Any]) -> RosterSummary:
    counted = {name: situations.get(name, 0) for name in SITUATIONS}
    total, full = members["members"], members["full"]
    voting = full - situations.get("voteless", 0)
    return RosterSummary(members=total, full=full, probationary=total - full, voting=voting, **counted)


def _ways_up(place: str) -> list[str]:
    """The path itself and those of everything above it."""
    return [place[:length] for length in range(STEP, len(place) + 1, STEP)]
