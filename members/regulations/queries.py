"""Local rules as the rulebook wants them: those that bind an organization, outermost first."""

from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

from django.db.models import Q

from members.choices import Capability
from members.models.organization import LocalRule, LocalRuleQuerySet, Organization
from members.models.user import User
from members.paths import STEP, subtree
from rulebook import local
from rulebook.book import versions


def in_force_at(path: str, *, on: date) -> tuple[local.LocalRule, ...]:
    """What binds the organization at the path on that day, its own rules and those from above; pass it as `local=`."""
    rows = LocalRule.objects.in_force_for(path).holding(on).select_related("organization")
    return tuple(value_of(row) for row in rows)


def binding_below(path: str, keys: Collection[str]) -> list[tuple[str, local.LocalRule]]:
    """Local rules of those keys that bind at the path or somewhere below it, with the path of who set each, outermost
    first. One query; which of them binds a place: `members.paths.contains`."""
    above = [path[:length] for length in range(STEP, len(path), STEP)]
    binding = Q(organization__path__in=above) | subtree("organization__path", [path])
    rows = LocalRule.objects.filter(binding, rule_key__in=keys).select_related("organization")
    return [(row.organization.path, value_of(row)) for row in rows.order_by("organization__path", "valid_from")]


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
