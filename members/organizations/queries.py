"""The tree, its figures, and one organization's page."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import Case, CharField, Count, Q, When
from django.db.models.functions import Left
from django.db.models.lookups import In

from audit.models import Entry
from members.choices import (
    ABROAD_KINDS,
    FRAIL_KINDS,
    VOTELESS_KINDS,
    Capability,
    OfficeKind,
    OrganizationKind,
    SituationKind,
)
from members.models.member import Affiliation, Member, MemberQuerySet, Situation, formal_on
from members.models.office import Office
from members.models.organization import Organization, OrganizationQuerySet, Term
from members.models.user import User
from members.organizations.rules import TermState, size_flags, term_state
from members.paths import ROOT, STEP, contains, subtree
from members.regulations.queries import in_force_at
from members.trail.queries import Act, trail_page
from rulebook.values import Verdict


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


LEVEL_LIMIT = 200
"""Most organizations shown of one level; the others are found by searching."""


@dataclass(frozen=True)
class Node:
    """A line of the tree; `level` counts from the top that is shown, `close_to` stays open when it is closed."""

    organization: Organization
    level: int
    opened: bool
    close_to: str
    figures: RosterSummary


@dataclass(frozen=True)
class OrganizationTree:
    nodes: list[Node]
    cut: list[Organization]
    """Open organizations that have more below them than is shown."""


def tree(user: User, *, opened: Organization | None, on: date) -> OrganizationTree:
    """The lines with everything on the way to `opened` laid open, and its own level; nothing opened: a single top's.

    One query for the tops and one for each open level, and two for all figures.
    """
    tops = user.access.paths(Capability.VIEW_ORGANIZATIONS)
    standing = Organization.objects.standing_on(on).in_tree_order()
    open_paths = list(_open_paths(tops, opened))
    levels = {path: list(_children(standing, path)) for path in open_paths}
    shown = list(standing.filter(path__in=tops)) + [place for level in levels.values() for place in level[:LEVEL_LIMIT]]
    shown.sort(key=lambda place: place.path)
    figures, codes = summaries(shown, on=on), {place.path: place.code for place in shown}
    nodes = [
        Node(
            organization=place,
            level=len(place.path) // STEP - _top_length(tops, place.path) // STEP,
            opened=place.path in levels,
            close_to=codes.get(place.parent_path, ""),
            figures=figures[place.path],
        )
        for place in shown
    ]
    return OrganizationTree(nodes, [place for place in shown if len(levels.get(place.path, ())) > LEVEL_LIMIT])


def _open_paths(tops: list[str], opened: Organization | None) -> Iterator[str]:
    if opened is None:
        yield from tops if len(tops) == 1 else ()
        return
    top = _top_length(tops, opened.path)
    for length in range(top, len(opened.path) + 1, STEP):
        yield opened.path[:length]


def _children(standing: OrganizationQuerySet, path: str) -> OrganizationQuerySet:
    """One more than is shown, so that a level which is cut is known."""
    below: OrganizationQuerySet = standing.filter(depth=len(path) // STEP + 1).below(path)[: LEVEL_LIMIT + 1]
    return below


def _top_length(tops: list[str], path: str) -> int:
    """Length of the path of the top above."""
    return next(len(top) for top in tops if contains(top, path))


BRANCH_COMMITTEE = {
    OfficeKind.ORGANIZATION_OFFICER,
    OfficeKind.PUBLICITY_OFFICER,
    OfficeKind.DISCIPLINE_OFFICER,
    OfficeKind.COMMITTEE_MEMBER,
}
RANK = {kind.value: rank for rank, kind in enumerate(OfficeKind)}
CHILDREN_SHOWN = 60


class PlaceLine(NamedTuple):
    place: Organization
    figures: RosterSummary


@dataclass(frozen=True)
class OrganizationPage:
    above: list[Organization]
    """From the top of the viewer's scope down."""
    figures: RosterSummary
    flags: tuple[Verdict, ...]
    """What the regulations would have otherwise."""
    terms: list[Term]
    """Newest first."""
    term_state: TermState | None
    offices: list[Office]
    """Those that have not ended."""
    past_offices: list[Office]
    children: list[PlaceLine]
    more_children: bool
    history: list[Act]


def organization_page(organization: Organization, viewer: User, *, on: date) -> OrganizationPage:
    """The page's content on that day; the number of queries doesn't depend on the organization's size."""
    offices = sorted(
        Office.objects.filter(organization=organization).select_related("organization", "user", "member__user"),
        key=lambda office: (RANK[office.kind], office.valid_from or date.min),
    )
    current = [office for office in offices if office.valid_until is None or office.valid_until > on]
    terms = list(organization.terms.order_by("-elected_on"))
    local = in_force_at(organization.path, on=on)
    children = list(_children_of(organization, on))
    found = summaries([organization, *children[:CHILDREN_SHOWN]], on=on)
    figures = found[organization.path]
    return OrganizationPage(
        above=list(_above(organization, viewer)),
        figures=figures,
        flags=size_flags(
            kind=OrganizationKind(organization.kind),
            members=figures.members,
            formal=figures.full,
            has_committee=any(office.kind in BRANCH_COMMITTEE for office in current),
            on=on,
            local=local,
        ),
        terms=terms,
        term_state=term_state(terms[0].ends_on, on=on, local=local) if terms else None,
        offices=current,
        past_offices=[office for office in offices if office not in current],
        children=[PlaceLine(child, found[child.path]) for child in children[:CHILDREN_SHOWN]],
        more_children=len(children) > CHILDREN_SHOWN,
        history=trail_page(Entry.objects.about("members.Organization", organization.pk), reader=viewer).acts,
    )


def _above(organization: Organization, viewer: User) -> OrganizationQuerySet:
    steps = range(organization.steplen, len(organization.path), organization.steplen)
    above = Organization.objects.filter(path__in=[organization.path[:length] for length in steps])
    return above.visible_to(viewer).in_tree_order()


def _children_of(organization: Organization, on: date) -> OrganizationQuerySet:
    below = Organization.objects.below(organization.path).filter(depth=organization.depth + 1).standing_on(on)
    return below.in_tree_order()[: CHILDREN_SHOWN + 1]
