"""Inspectors' keys: made by the inspector, approved by a second person, withdrawn.

The passphrase stays with the inspector. It is none of the log-in's, and nothing here resets it.
"""

from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.choices import Capability, OfficeKind
from members.models import Office, Organization, User
from members.services.refused import Refused
from supervision import sealing
from supervision.choices import KeyState
from supervision.models import InspectorKey, LetterBox, RecoveryKey
from supervision.queries.letters import with_too_few_readers
from supervision.services.letter_acts import private_of
from supervision.services.letter_sealing import passphrase_cost

SHORTEST = 10
"""Characters of a passphrase."""


@transaction.atomic
def make_key(*, user: User, organization: Organization, passphrase: str, on: date) -> InspectorKey:
    """A pair of keys for the office of inspector at the organization; it waits for a second person.

    An older key that still waits there is given up for it. Raises Refused.
    """
    _refuse_without_office(user, organization, on)
    _refuse_weak(passphrase, user, "passphrase")
    pair = sealing.new_pair()
    InspectorKey.objects.filter(user=user, organization=organization, state=KeyState.WAITING).delete()
    key = InspectorKey.objects.create(
        user=user,
        organization=organization,
        public_key=pair.public,
        locked_private_key=sealing.lock_private(pair.private, passphrase, passphrase_cost()),
        made_on=on,
    )
    _record_act("make_inspector_key", key, user)
    return key


def approve_key(*, key: InspectorKey, on: date, by: User) -> None:
    """In use from now on; an older key of the same inspector there is withdrawn. Raises Refused."""
    if key.user_id == by.pk:
        raise Refused(_("Somebody else approves your key."))
    if not by.standing.may(Capability.APPROVE_KEYS, key.organization.path):
        raise Refused(_("Your office doesn't approve keys there."))
    _refuse_without_office(key.user, key.organization, on)
    try:
        _approve(key, on, by)
    except IntegrityError as error:
        raise Refused(_("Another key was approved just now. Load the page again.")) from error


@transaction.atomic
def withdraw_key(*, key: InspectorKey, on: date, by: User) -> int:
    """Nothing can be opened with it any longer; how many letters have too few readers now. Raises Refused."""
    if key.user_id != by.pk and not by.standing.may(Capability.APPROVE_KEYS, key.organization.path):
        raise Refused(_("Your office doesn't withdraw keys there."))
    row = InspectorKey.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=key.pk)
    if row.state == KeyState.WITHDRAWN:
        raise Refused(_("This key was withdrawn before."))
    letters = _withdraw(row, on)
    _record_act("withdraw_inspector_key", row, by)
    return len(with_too_few_readers(letters, on=on))


@transaction.atomic
def change_passphrase(*, key: InspectorKey, old: str, new: str, by: User) -> None:
    """The same key under another passphrase. Raises Refused (`old`, `new`)."""
    if key.user_id != by.pk:
        raise Refused(_("Only the inspector changes the passphrase."))
    row = InspectorKey.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=key.pk)
    private = private_of(row, old, "old")
    _refuse_weak(new, by, "new")
    row.locked_private_key = sealing.lock_private(private, new, passphrase_cost())
    row.save(update_fields=["locked_private_key"])
    _record_act("change_passphrase", row, by)


@transaction.atomic
def make_recovery_key(*, on: date, by: User | str) -> bytes:
    """The private half, which is given out once and stored nowhere. An older key is withdrawn.

    Letters sealed to the older one stay so until they are sealed anew: keep its paper as long.
    """
    RecoveryKey.objects.filter(withdrawn_on__isnull=True).update(withdrawn_on=on)
    pair = sealing.new_pair()
    RecoveryKey.objects.create(public_key=pair.public, made_on=on)
    record(action="make_recovery_key", by=by, subject=None)
    return pair.private


@transaction.atomic
def _approve(key: InspectorKey, on: date, by: User) -> None:
    row = InspectorKey.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=key.pk)
    if row.state != KeyState.WAITING:
        raise Refused(_("This key doesn't wait for approval any more."))
    for older in InspectorKey.objects.in_use().filter(user=row.user, organization=row.organization):
        _withdraw(older, on)
    row.state, row.approved_by, row.approved_on = KeyState.IN_USE, by, on
    row.save(update_fields=["state", "approved_by", "approved_on"])
    _record_act("approve_inspector_key", row, by)


def _withdraw(row: InspectorKey, on: date) -> list[UUID]:
    """Its boxes go with it, so that whoever has the private half opens nothing that is stored here."""
    boxes = LetterBox.objects.filter(inspector_key=row)
    letters = list(boxes.values_list("letter", flat=True))
    boxes.delete()
    row.state, row.withdrawn_on = KeyState.WITHDRAWN, on
    row.save(update_fields=["state", "withdrawn_on"])
    return letters


def _refuse_without_office(user: User, organization: Organization, on: date) -> None:
    offices = Office.objects.held_by(user).holding(on)
    if not offices.filter(kind=OfficeKind.INSPECTOR, organization=organization).exists():
        raise Refused(_("Only who holds the office of discipline inspector there has a key."), "organization")


def _refuse_weak(passphrase: str, user: User, field: str) -> None:
    if len(passphrase) < SHORTEST:
        raise Refused(_("Take at least %(least)s characters, several words best.") % {"least": SHORTEST}, field)
    if user.check_password(passphrase):
        raise Refused(_("Take another one than the password of the log-in."), field)


def _record_act(action: str, key: InspectorKey, by: User) -> None:
    record(action=action, by=by, subject=key, organization_code=key.organization.code)
