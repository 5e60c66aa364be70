"""Whose rows: shared by the querysets of this app."""

from django.db.models import Q

from members.choices import Capability
from members.models import User
from members.paths import STEP, subtree


def held_at(user: User, capability: Capability, prefix: str = "") -> Q:
    """Condition: an office grants the capability at the row's organization."""
    return subtree(f"{prefix}organization__path", user.standing.paths(capability))


def binding_on(user: User, capability: Capability, prefix: str = "") -> Q:
    """Condition: the row's organization stands above an office that grants the capability, or is its own."""
    paths = user.standing.paths(capability)
    above = {path[:end] for path in paths for end in range(STEP, len(path) + STEP, STEP)}
    return Q(**{f"{prefix}organization__path__in": above}) if above else Q(pk__in=[])
