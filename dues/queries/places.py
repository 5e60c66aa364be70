"""Where a member pays, and what those who recorded it are called."""

from collections.abc import Iterable

from members.choices import OrganizationKind
from members.models import Member, Organization, User
from members.paths import STEP


def branch_of(member: Member) -> Organization | None:
    """The branch on whose roster a member stands, never a group of it; None: on no roster any more."""
    if not member.roster_path:
        return None
    places = Organization.objects.filter(path__in=[member.roster_path, member.roster_path[:-STEP]])
    return places.exclude(kind=OrganizationKind.GROUP).in_tree_order().last()


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """What people are called who stand in the ledger by their user name; the machine itself has no name."""
    users = User.objects.filter(username__in={*usernames}).values_list("username", "display_name", "member__name")
    return {username: shown or name or username for username, shown, name in users}
