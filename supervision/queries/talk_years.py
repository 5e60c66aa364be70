"""Rosters, committees and talks of a year: the facts that `rules.talks` needs, in a few queries for a whole subtree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from meetings.queries.roll import COMMITTEE_OFFICES
from members.choices import OrganizationKind, SituationKind
from members.models import Affiliation, Office, Organization, Situation
from members.models.organization import OrganizationQuerySet
from members.paths import STEP, contains, subtree
from members.queries.local_rules import binding_below
from rulebook.local import LocalRule
from rulebook.values import Duty
from supervision.models import Talk
from supervision.rules.talks import KEY, Held, Seat, TalkYear, talk_duty, talk_year, times_asked

POSTS = ("书记", "委员")
"""How a roster names the committee's members where no offices are recorded; the same as `meetings.queries.roll`."""


@dataclass(frozen=True, slots=True)
class BranchYear:
    """A branch with its year: everybody asked, in roster order, the committee of the day, what is missing.

    `lost` are those whom nobody can reach: they are asked for nothing. `talks` counts the year's talks.
    """

    branch: Organization
    members: tuple[int, ...]
    committee: tuple[int, ...]
    lost: int
    talks: int
    year: TalkYear


@dataclass(slots=True)
class _Facts:
    """Of one branch, before the rules looked at it."""

    members: list[int] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    """Whom the roster names as the committee's."""
    lost: int = 0
    seats: list[Seat] = field(default_factory=list)
    talks: list[Held] = field(default_factory=list)


def branch_years(path: str, *, on: date, branches: OrganizationQuerySet | None = None) -> list[BranchYear]:
    """The year up to the day of every branch at the path and below it, in tree order. Six queries, whatever the tree.

    `branches`: only these of them.
    """
    asked = Organization.objects.all() if branches is None else branches
    places = list(asked.below(path).branches().standing_on(on).with_first_day().in_tree_order())
    facts, local = _facts(path, places, on), _local(path, places)
    years: list[BranchYear] = []
    for place in places:
        known = facts[place.path]
        times = times_asked(on=on, local=local[place.path])
        year = talk_year(known.members, known.seats, known.talks, times=times, on=on)
        committee = tuple(sorted({seat.member for seat in known.seats if seat.holds(on)}))
        years.append(BranchYear(place, tuple(known.members), committee, known.lost, len(known.talks), year))
    return years


def talk_duties(path: str, *, on: date) -> list[Duty]:
    """What the year's talks ask of every branch at the path and below it, in tree order. Seven queries.

    A branch whose first day lies in the year is asked from the next one on.
    """
    years = [one for one in branch_years(path, on=on) if not _is_new(one.branch, on)]
    local = _local(path, [one.branch for one in years])
    duties = (talk_duty(one.branch.code, one.year, on=on, local=local[one.branch.path]) for one in years)
    return [duty for duty in duties if duty]


def _is_new(branch: Organization, on: date) -> bool:
    return branch.first_day is not None and branch.first_day > date(on.year, 1, 1)


def _local(path: str, places: Iterable[Organization]) -> dict[str, list[LocalRule]]:
    """What committees set for each branch. One query."""
    rules = binding_below(path, [KEY])
    return {place.path: [one for above, one in rules if contains(above, place.path)] for place in places}


def _facts(path: str, places: list[Organization], on: date) -> Mapping[str, _Facts]:
    found = {place.path: _Facts() for place in places}
    lost = _lost(path, on)
    for place, member, post in _rosters(path, on):
        known = found.get(place) or found.get(place[:-STEP])
        if known is not None:
            _put_on_roster(known, member, post, is_lost=member in lost)
    for place, seat in _seats(path, on):
        if place in found:
            found[place].seats.append(seat)
    for place, talk in _talks(path, on):
        if place in found:
            found[place].talks.append(talk)
    for known in found.values():
        known.seats = known.seats or [Seat(member) for member in known.named]
    return found


def _put_on_roster(known: _Facts, member: int, post: str, *, is_lost: bool) -> None:
    if is_lost:
        known.lost += 1
        return
    known.members.append(member)
    if any(word in post for word in POSTS):
        known.named.append(member)


def _rosters(path: str, on: date) -> Iterable[tuple[str, int, str]]:
    rows = Affiliation.objects.formal().holding(on).filter(subtree("organization__path", [path]))
    rows = rows.order_by("member__name_key", "member")
    return rows.values_list("organization__path", "member", "member__party_post")


def _lost(path: str, on: date) -> set[int]:
    """Members out of contact on the day: nobody can be asked to talk with them."""
    rows = Situation.objects.of(SituationKind.LOST_CONTACT).holding(on)
    return set(rows.filter(subtree("member__roster_path", [path])).values_list("member", flat=True))


def _seats(path: str, on: date) -> Iterator[tuple[str, Seat]]:
    """Offices of the branches' committees that somebody on record held in the year."""
    ended_before = Q(valid_until__lte=date(on.year, 1, 1))
    rows = Office.objects.filter(
        subtree("organization__path", [path]), kind__in=COMMITTEE_OFFICES, organization__kind=OrganizationKind.BRANCH
    ).exclude(ended_before)
    facts = rows.order_by("organization__path", "pk")
    for place, member, other, since, until in facts.values_list(
        "organization__path", "member", "user__member", "valid_from", "valid_until"
    ):
        if member or other:
            yield place, Seat(member or other, since, until)


def _talks(path: str, on: date) -> Iterator[tuple[str, Held]]:
    rows = Talk.objects.filter(subtree("organization__path", [path]), held_on__range=(date(on.year, 1, 1), on))
    for place, first, second, day in rows.order_by().values_list("organization__path", "first", "second", "held_on"):
        yield place, Held(first, second, day)


def last_day(year: int, today: date) -> date:
    """Up to which day a year is looked at: today, or its end when it is over."""
    return today if year >= today.year else date(year, 12, 31)


def of_branch(branch: Organization, *, on: date) -> BranchYear:
    """The year of one branch, also of one that was dissolved since."""
    one = Organization.objects.filter(pk=branch.pk)
    found = branch_years(branch.path, on=on, branches=one)
    return found[0] if found else BranchYear(branch, (), (), 0, 0, TalkYear())
