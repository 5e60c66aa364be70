"""A branch by its groups, and who left it lately."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from members.choices import OrganizationKind
from members.models import Affiliation, Member, Organization
from members.paths import contains, subtree

LATELY = timedelta(days=366)


@dataclass(frozen=True)
class GroupMembers:
    """The branch itself (who is in no group) or one of its groups."""

    organization: Organization
    members: list[Member]


def groups_of(branch: Organization, *, on: date) -> list[GroupMembers]:
    """First who is in no group, then the groups in tree order; by name. Two queries."""
    places = [branch, *Organization.objects.below(branch.path).standing_on(on).filter(kind=OrganizationKind.GROUP)]
    by_path: dict[str, list[Member]] = defaultdict(list)
    for member in Member.objects.below(branch.path).in_roster_order():
        by_path[member.roster_path].append(member)
    return [GroupMembers(place, by_path[place.path]) for place in places]


def left_lately(branch: Organization, *, on: date) -> list[Affiliation]:
    """The last relation of those who left the branch within a year and stand on no roster of it now.

    Where they stand on another roster, only its keeper takes that back.
    """
    ended = Affiliation.objects.formal().filter(
        subtree("organization__path", [branch.path]), valid_until__gt=on - LATELY, valid_until__isnull=False
    )
    gone: dict[int, Affiliation] = {}
    for one in ended.select_related("member", "organization").order_by("valid_until", "pk"):
        if not contains(branch.path, one.member.roster_path):
            gone[one.member_id] = one
    return sorted(gone.values(), key=lambda one: one.valid_until or date.max, reverse=True)
