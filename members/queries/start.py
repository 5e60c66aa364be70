"""The counts of the start page that no other page has."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Count

from members.choices import Capability, OrganizationKind
from members.models import Member, Organization, User
from members.paths import subtree


def roster_size(user: User) -> int:
    """Members on the rosters that the user may see."""
    return Member.objects.filter(subtree("roster_path", user.standing.paths(Capability.VIEW_ROSTER))).count()


def organization_counts(user: User, *, on: date) -> Mapping[OrganizationKind, int]:
    """Organizations by kind in the user's subtrees; kinds of which there is none are left out."""
    held = Organization.objects.visible_to(user).standing_on(on).values_list("kind").annotate(Count("pk"))
    counts = dict(held.order_by())
    return {kind: counts[kind] for kind in OrganizationKind if kind in counts}
