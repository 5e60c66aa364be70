"""Kinds of meetings that committees add for their subtrees."""

from django.db.models import QuerySet

from meetings.models import LocalKind
from members.choices import Capability
from members.models import User
from members.paths import STEP, subtree


def usable_at(path: str) -> QuerySet[LocalKind]:
    """Kinds in use that the organization itself or one above it has added."""
    above = [path[:length] for length in range(STEP, len(path) + 1, STEP)]
    return LocalKind.objects.filter(organization__path__in=above, is_used=True).order_by("organization__path", "name")


def managed_by(user: User) -> QuerySet[LocalKind]:
    """Kinds that the user's committees have added, those in use first."""
    placed = subtree("organization__path", user.standing.paths(Capability.MANAGE_LOCAL_RULES))
    return LocalKind.objects.filter(placed).select_related("organization").order_by("-is_used", "organization", "name")
