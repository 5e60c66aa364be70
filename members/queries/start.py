"""The counts of the start page."""

from collections.abc import Mapping
from datetime import date

from django.db.models import Count

from members.choices import Capability, OrganizationKind, SituationKind
from members.models import Member, Organization, Situation, User
from members.paths import subtree


def roster_size(user: User) -> int:
    """Members on the rosters that the user may see."""
    return Member.objects.filter(subtree("roster_path", user.standing.paths(Capability.VIEW_ROSTER))).count()


def situation_counts(user: User, *, on: date) -> Mapping[SituationKind, int]:
    """Members by situation of that day on the rosters the user works with; situations nobody is in are left out."""
    mine = subtree("member__roster_path", user.standing.paths(Capability.VIEW_CONTACTS))
    held = Situation.objects.holding(on).filter(mine).values_list("kind").annotate(Count("member", distinct=True))
    counts = dict(held.order_by())
    return {kind: counts[kind] for kind in SituationKind if kind in counts}


def organization_counts(user: User, *, on: date) -> Mapping[OrganizationKind, int]:
    """Organizations by kind in the user's subtrees; kinds of which there is none are left out."""
    held = Organization.objects.visible_to(user).standing_on(on).values_list("kind").annotate(Count("pk"))
    counts = dict(held.order_by())
    return {kind: counts[kind] for kind in OrganizationKind if kind in counts}
