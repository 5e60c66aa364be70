"""Where a member pays."""

from members.choices import OrganizationKind
from members.models import Member, Organization
from members.paths import STEP


def branch_of(member: Member) -> Organization | None:
    """The branch on whose roster a member stands, never a group of it; None: on no roster any more."""
    if not member.roster_path:
        return None
    places = Organization.objects.filter(path__in=[member.roster_path, member.roster_path[:-STEP]])
    return places.exclude(kind=OrganizationKind.GROUP).in_tree_order().last()
