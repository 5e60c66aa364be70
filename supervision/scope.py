"""Whose rows: shared by the querysets of this app."""

from django.db.models import Q
from django.db.models.functions import Length, Substr

from members.choices import Capability, OrganizationKind
from members.models import Member, User
from members.paths import STEP, subtree


def held_at(user: User, capability: Capability, prefix: str = "") -> Q:
    """Condition: an office grants the capability at the row's organization."""
    return subtree(f"{prefix}organization__path", user.access.paths(capability))


def of_own_branch(user: User, prefix: str = "") -> Q:
    """Condition: the row's organization is the branch on whose roster the user stands, directly or in a group."""
    if not user.access.member_id:
        return Q(pk__in=[])
    mine = Member.objects.filter(pk=user.access.member_id).exclude(roster_path="")
    above = mine.annotate(above=Substr("roster_path", 1, Length("roster_path") - STEP)).values("above")
    path, kind = f"{prefix}organization__path__in", f"{prefix}organization__kind"
    return Q(**{path: mine.values("roster_path")}) | Q(**{path: above, kind: OrganizationKind.BRANCH})


def of_member(user: User, field: str = "member") -> Q:
    """Condition: the row is the user's own."""
    return Q(**{field: user.access.member_id}) if user.access.member_id else Q(pk__in=[])
