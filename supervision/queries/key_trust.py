"""Which keys letters may be sealed to: only what a chain of signatures connects with the recovery key.

A row that somebody put into the database, or a state that somebody changed there, makes no reader.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from audit.keyring import proves
from members.choices import Capability, OfficeKind
from members.models import Office, User
from members.models.periods import holding
from members.paths import contains
from supervision.choices import KeyState
from supervision.models import InspectorKey, RecoveryKey
from supervision.rules.routing import FEWEST
from supervision.rules.signatures import SignedKey, trusted

ROOT = b"recovery key"
"""For what the key ring vouches beside a recovery key."""


def proved_text(public_key: str, signing_key: str) -> str:
    return f"{public_key} {signing_key}"


def recovery_key() -> RecoveryKey | None:
    """The recovery key in use, if the program itself put it there."""
    row = RecoveryKey.objects.filter(withdrawn_on__isnull=True).first()
    return row if row and is_proved(row) else None


def is_proved(row: RecoveryKey) -> bool:
    return bool(row.signing_key) and proves(row.proof, proved_text(row.public_key, row.signing_key), purpose=ROOT)


def signed(row: InspectorKey, organization: UUID) -> SignedKey:
    return SignedKey(
        key=row.pk, user_id=row.user_id, organization=organization, public_key=row.public_key,
        signing_key=row.signing_key, made_on=row.made_on, approved_on=row.approved_on,
        approved_by=row.approved_by_id, signed_by=row.signed_by_id, signature=row.signature,
    )  # fmt: skip


def trusted_keys() -> set[UUID]:
    """Keys with a valid chain, whatever their state and their owner's office. Two queries."""
    root = recovery_key()
    rows = InspectorKey.objects.exclude(signature="").select_related("organization")
    return trusted([signed(row, row.organization.key) for row in rows], root.signing_key) if root else set()


def keys_of_inspectors(*, on: date) -> list[InspectorKey]:
    """Keys that are trusted and in use, whose owners can log in and hold the office of inspector there on that day."""
    offices = Office.objects.filter(holding(on), kind=OfficeKind.INSPECTOR).values_list(
        "organization", "user", "member__user"
    )
    held = {(place, user) for place, *users in offices for user in users if user is not None}
    rows = InspectorKey.objects.in_use().filter(user__is_active=True)
    rows = rows.select_related("organization", "user__member").order_by("pk")
    known = trusted_keys()
    return [row for row in rows if row.pk in known and (row.organization_id, row.user_id) in held]


def may_be_approved(row: InspectorKey, known: set[UUID]) -> bool:
    """It waits, or it is in use without a signature that still counts: then it is signed again."""
    return row.state == KeyState.WAITING or (row.state == KeyState.IN_USE and row.pk not in known)


def own_signing_key(user: User, path: str, readers: Iterable[InspectorKey]) -> InspectorKey | None:
    """The key with which the user approves others at that path: of an office there or above it."""
    return next((key for key in _above(path, readers) if key.user_id == user.pk), None)


def is_among_first(key: InspectorKey, readers: Iterable[InspectorKey]) -> bool:
    """Only the recovery key approves it: fewer than two inspectors' keys bear its signature so far."""
    if not recovery_approves(key, readers):
        return False
    rows = InspectorKey.objects.filter(pk__in=trusted_keys(), signed_by__isnull=True)
    return rows.values("user").distinct().count() < FEWEST


def withdrawal_way(user: User, key: InspectorKey, readers: list[InspectorKey]) -> str:
    """How the user may withdraw it: with a passphrase of their `own`, the `recovery` key, or not at all (empty)."""
    is_own, path = key.user_id == user.pk, key.organization.path
    if not is_own and not user.standing.may(Capability.APPROVE_KEYS, path):
        return ""
    if key in readers and recovery_approves(key, readers):
        return "recovery"
    return "own" if is_own or own_signing_key(user, path, readers) else "recovery"


def recovery_approves(key: InspectorKey, readers: Iterable[InspectorKey]) -> bool:
    """The recovery key approves while fewer than two inspectors there or above could do so for its owner."""
    others = {one.user_id for one in _above(key.organization.path, readers)} - {key.user_id}
    return len(others) < FEWEST


def _above(path: str, readers: Iterable[InspectorKey]) -> Iterable[InspectorKey]:
    return (key for key in readers if contains(key.organization.path, path))


@dataclass(frozen=True, slots=True)
class ReadingCommittee:
    """How many inspectors of a committee letters are sealed to, and when the newest of their keys was approved."""

    name: str
    readers: int
    newest: date


def reading_committees(*, on: date) -> list[ReadingCommittee]:
    """In the order of the tree; empty while no letter can be taken anywhere."""
    keys = sorted(keys_of_inspectors(on=on), key=lambda key: str(key.organization.path))
    places = {key.organization.path: key.organization.name for key in keys}
    found = [_reading(name, [key for key in keys if key.organization.path == path]) for path, name in places.items()]
    return found if any(one.readers >= FEWEST for one in found) else []


def _reading(name: str, keys: list[InspectorKey]) -> ReadingCommittee:
    people = {(key.user.member_id or -key.user_id) for key in keys}
    return ReadingCommittee(name, len(people), max(key.approved_on for key in keys if key.approved_on))
