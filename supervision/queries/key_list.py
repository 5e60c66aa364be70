"""Inspectors' keys as their page shows them."""

from dataclasses import dataclass

from members.choices import Capability, OfficeKind
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from supervision.choices import KeyState
from supervision.models import InspectorKey
from supervision.rules.fingerprints import fingerprint_of

KEYS = InspectorKey.objects.select_related("user", "organization", "approved_by")
KIND = {KeyState.WAITING: "warn", KeyState.IN_USE: "good", KeyState.WITHDRAWN: "quiet"}


@dataclass(frozen=True, slots=True)
class Line:
    key: InspectorKey
    fingerprint: str
    badge: str
    may_approve: bool


def lines_of(user: User) -> tuple[list[Line], list[Line]]:
    """One's own keys, and those of others that one may approve; what waits comes first."""
    mine: list[Line] = []
    others: list[Line] = []
    for key in KEYS.visible_to(user).order_by("-state", "-made_on", "key"):
        is_mine = key.user_id == user.pk
        may = not is_mine and key.state == KeyState.WAITING and _approves(user, key)
        (mine if is_mine else others).append(Line(key, fingerprint_of(key.public_key), KIND[KeyState(key.state)], may))
    return mine, others


def _approves(user: User, key: InspectorKey) -> bool:
    return user.standing.may(Capability.APPROVE_KEYS, key.organization.path)


def own_places(user: User) -> OrganizationQuerySet:
    """The committees at which the user is inspector today."""
    paths = [office.path for office in user.standing.held if office.kind == OfficeKind.INSPECTOR]
    return Organization.objects.filter(path__in=paths)
