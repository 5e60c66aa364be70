"""Inspectors' keys as their page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from members.choices import Capability, OfficeKind
from members.links import Link
from members.models import Organization, User
from members.models.organization import OrganizationQuerySet
from supervision.choices import KeyState
from supervision.models import InspectorKey, RecoveryKey
from supervision.queries.key_trust import (
    is_among_first,
    keys_of_inspectors,
    may_be_approved,
    own_signing_key,
    recovery_approves,
    trusted_keys,
)
from supervision.rules.fingerprints import fingerprint_of

KEYS = InspectorKey.objects.select_related("user", "organization", "approved_by")
KIND = {KeyState.WAITING: "warn", KeyState.IN_USE: "good", KeyState.WITHDRAWN: "quiet"}
UNSIGNED = gettext_lazy("To be approved again: no valid signature")
NEW_FOR = timedelta(days=90)
"""How long a key stands among the new ones on the page of everybody who reads letters."""
TOLD_FOR = timedelta(days=14)
"""How long the start page speaks of it."""


@dataclass(frozen=True, slots=True)
class Line:
    key: InspectorKey
    fingerprint: str
    badge: str
    state: Any
    may_approve: bool
    """By the viewer, with their own key or with the recovery key."""
    is_old: bool
    """From before there were signatures: its inspector chooses the passphrase anew first."""


@dataclass(frozen=True, slots=True)
class KeyLines:
    mine: list[Line]
    others: list[Line]
    """Those of others that one may approve or withdraw."""
    new: list[Line]
    """Of everybody, for who reads letters: whom else they are sealed to, or soon."""


def lines_of(user: User, *, on: date) -> KeyLines:
    """What waits comes first."""
    known, readers = trusted_keys(), keys_of_inspectors(on=on)
    rows = list(KEYS.visible_to(user).order_by("-state", "-made_on", "key"))
    lines = [_line(key, user, known, readers) for key in rows]
    mine = [line for line in lines if line.key.user_id == user.pk]
    others = [line for line in lines if line.key.user_id != user.pk]
    fresh = _new_for(user, on - NEW_FOR) if mine else []
    return KeyLines(mine, others, [_line(key, user, known, readers) for key in fresh])


def approval_way(user: User, key: InspectorKey, readers: list[InspectorKey]) -> str:
    """How the user may approve it: with their `own` key, with the `recovery` key, or not at all (empty)."""
    if key.user_id == user.pk or not user.standing.may(Capability.APPROVE_KEYS, key.organization.path):
        return ""
    if own_signing_key(user, key.organization.path, readers) and not is_among_first(key, readers):
        return "own"
    return "recovery" if recovery_approves(key, readers) else ""


def _line(key: InspectorKey, user: User, known: set[UUID], readers: list[InspectorKey]) -> Line:
    waits, state = may_be_approved(key, known), KeyState(key.state)
    is_unsigned = waits and state == KeyState.IN_USE
    return Line(
        key=key,
        fingerprint=fingerprint_of(key.public_key),
        badge="bad" if is_unsigned else KIND[state],
        state=UNSIGNED if is_unsigned else state.label,
        may_approve=waits and bool(key.signing_key) and bool(approval_way(user, key, readers)),
        is_old=not key.signing_key and state != KeyState.WITHDRAWN,
    )


def _new_for(user: User, since: date) -> list[InspectorKey]:
    fresh = KEYS.filter(Q(made_on__gte=since) | Q(approved_on__gte=since)).exclude(user=user.pk)
    return list(fresh.order_by("-state", "-made_on", "key"))


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """A new recovery key and new keys, for who holds one; keys that wait, for who approves. At most five queries."""
    if not user.standing.may_any((Capability.READ_LETTERS, Capability.APPROVE_KEYS)):
        return
    if day := _replaced_since(on - TOLD_FOR):
        text = _("The recovery key was replaced on %(day)s. Ask who did it, if you didn't agree to it.")
        yield Link("key", _("Recovery key"), text % {"day": day}, reverse("supervision:key-list"))
    holds = InspectorKey.objects.in_use().filter(user=user.pk).exists()
    fresh = _new_for(user, on - TOLD_FOR) if holds else []
    waiting = list(KEYS.visible_to(user).filter(state=KeyState.WAITING).exclude(user=user.pk))
    count = len({key.pk for key in (*fresh, *waiting)})
    if count:
        names = _(", ").join(dict.fromkeys(key.user.get_full_name() for key in (*waiting, *fresh)))
        text = ngettext("%(count)s new key: %(names)s", "%(count)s new keys: %(names)s", count)
        yield Link(
            "key", _("Inspectors' keys"), text % {"count": count, "names": names}, reverse("supervision:key-list")
        )


def _replaced_since(day: date) -> date | None:
    """When another recovery key took the place of an older one."""
    made = list(RecoveryKey.objects.order_by("made_on", "withdrawn_on").values_list("made_on", flat=True))
    return made[-1] if len(made) > 1 and made[-1] >= day else None


def own_places(user: User) -> OrganizationQuerySet:
    """The committees at which the user is inspector today."""
    paths = [office.path for office in user.standing.held if office.kind == OfficeKind.INSPECTOR]
    return Organization.objects.filter(path__in=paths)
