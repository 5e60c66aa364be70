"""Local rules as the rulebook wants them: those that bind an organization, outermost first."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property
from uuid import UUID

from django.db.models import Q

from members.choices import Capability, OrganizationKind
from members.models.organization import LocalRule, LocalRuleQuerySet, Organization
from members.models.user import User
from members.paths import STEP, contains, subtree
from rulebook import local
from rulebook.book import versions


def in_force_at(path: str, *, on: date) -> tuple[local.LocalRule, ...]:
    """What binds the organization at the path on that day, its own rules and those from above; pass it as `local=`."""
    rows = LocalRule.objects.in_force_for(path).holding(on).select_related("organization")
    return tuple(value_of(row) for row in rows)


def binding_below(path: str, keys: Collection[str] = ()) -> list[tuple[str, local.LocalRule]]:
    """Local rules of those keys, or of all, that bind at the path or somewhere below it, with the path of who set each,
    outermost first. One query; which of them binds a place: `members.paths.contains`."""
    above = [path[:length] for length in range(STEP, len(path), STEP)]
    binding = Q(organization__path__in=above) | subtree("organization__path", [path])
    rows = LocalRule.objects.filter(binding, **({"rule_key__in": keys} if keys else {})).select_related("organization")
    return [(row.organization.path, value_of(row)) for row in rows.order_by("organization__path", "valid_from")]


class PlacesBelow:
    """What stands at a path and below it on a day, in tree order, and the local rules that bind there: two queries,
    however many ask what is due."""

    def __init__(self, path: str, on: date) -> None:
        self.path, self.on = path, on
        self._binding: dict[str, tuple[int, ...]] = {}

    def standing_on(self, day: date) -> "PlacesBelow":
        return self if day == self.on else PlacesBelow(self.path, day)

    @cached_property
    def all(self) -> list[Organization]:
        """Each with its `first_day`."""
        return list(Organization.objects.below(self.path).standing_on(self.on).with_first_day().in_tree_order())

    @cached_property
    def branches(self) -> dict[str, Organization]:
        """By their paths."""
        return {place.path: place for place in self.all if place.kind == OrganizationKind.BRANCH}

    def branch_of(self, roster: str) -> Organization | None:
        """The branch of somebody on that roster: a group's members are their branch's. None where it isn't here."""
        return self.branches.get(roster) or self.branches.get(roster[:-STEP])

    @cached_property
    def rules(self) -> list[tuple[str, local.LocalRule]]:
        return binding_below(self.path)

    def binding(self, place: str) -> tuple[int, ...]:
        """Which of the local rules bind there: the same for places under the same committees."""
        if place not in self._binding:
            self._binding[place] = tuple(n for n, (above, _rule) in enumerate(self.rules) if contains(above, place))
        return self._binding[place]

    def local(self, place: str) -> list[local.LocalRule]:
        """Those that bind there, of every key; pass it as `local=`."""
        return [self.rules[number][1] for number in self.binding(place)]


def value_of(row: LocalRule) -> local.LocalRule:
    """A stored row as the plain value that rules take."""
    return local.LocalRule(
        key=row.rule_key,
        value=versions()[row.rule_key][-1].policy.read(str(row.value)),
        document=row.document,
        number=row.number,
        approved_by=row.approved_by,
        approved_on=row.approved_on,
        organization=row.organization.code,
        starts=row.valid_from,
        until=row.valid_until,
    )


def place_of(user: User) -> str:
    """The path from whose place somebody reads the rules: the first office, else the own branch, else nowhere."""
    if user.access.held:
        return user.access.held[0].path
    return user.member.roster_path if user.member else ""


def bearing_on(user: User) -> LocalRuleQuerySet:
    """Local rules of one's own subtree and of the committees above one's place, newest first within a rule."""
    place = place_of(user)
    above = [place[:length] for length in range(Organization.steplen, len(place) + 1, Organization.steplen)]
    own = subtree("organization__path", user.access.paths(Capability.VIEW_ORGANIZATIONS))
    rows = LocalRule.objects.filter(own | Q(organization__path__in=above))
    return rows.select_related("organization").order_by("rule_key", "organization__path", "-valid_from")


def endable(rows: Iterable[LocalRule], user: User) -> set[UUID]:
    """The keys of those rows that hold without an end and that the user's office may end."""
    may, capability = user.access.may, Capability.MANAGE_LOCAL_RULES
    return {row.key for row in rows if row.valid_until is None and may(capability, row.organization.path)}
