"""Withdrawing an inspector's key: a signature's worth of trust, because it can close the letter box.

One's own key takes its passphrase, another's the passphrase of an approved key of one's own. What would leave fewer
than two readers, and whoever holds no approved key, takes the recovery key: that is two people.
"""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.models import User
from members.services.private import demand_substance
from members.services.refused import Refused
from supervision import sealing
from supervision.choices import KeyState
from supervision.models import InspectorKey, LetterBox
from supervision.queries.key_trust import keys_of_inspectors, own_signing_key, recovery_key, withdrawal_way
from supervision.queries.letters import with_too_few_readers
from supervision.services.key_consent import signing_half
from supervision.services.letter_acts import private_of


@transaction.atomic
def withdraw_key(
    *, key: InspectorKey, on: date, by: User, reason: str, passphrase: str = "", private: bytes = b""
) -> int:
    """Nothing can be opened with it any longer; how many letters have too few readers now.

    `passphrase`: of the key itself, or of one's own; `private`: the recovery key. Raises Refused, Damaged.
    """
    demand_substance(reason)
    row = InspectorKey.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=key.pk)
    if row.state == KeyState.WITHDRAWN:
        raise Refused(_("This key was withdrawn before."))
    _refuse_unproved(row, by, on, passphrase, private)
    letters = empty(row, on)
    code = row.organization.code
    record(action="withdraw_inspector_key", by=by, subject=row, organization_code=code, reason=reason)
    return len(with_too_few_readers(letters, keys_of_inspectors(on=on)))


def empty(row: InspectorKey, on: date) -> list[UUID]:
    """Its boxes and its private half go with it: who has a copy of that opens nothing that is stored here."""
    boxes = LetterBox.objects.filter(inspector_key=row)
    letters = list(boxes.values_list("letter", flat=True))
    boxes.delete()
    row.state, row.withdrawn_on, row.locked_private_key = KeyState.WITHDRAWN, on, ""
    row.save(update_fields=["state", "withdrawn_on", "locked_private_key"])
    return letters


def _refuse_unproved(row: InspectorKey, by: User, on: date, passphrase: str, private: bytes) -> None:
    readers = keys_of_inspectors(on=on)
    way = withdrawal_way(by, row, readers)
    if not way:
        raise Refused(_("Your office doesn't withdraw keys there."))
    if way == "recovery":
        return _refuse_other_root(private)
    if row.user_id == by.pk:
        private_of(row, passphrase)
    elif own := own_signing_key(by, row.organization.path, readers):
        signing_half(own, passphrase)
    return None


def _refuse_other_root(private: bytes) -> None:
    root = recovery_key()
    if root is None or not private or sealing.signing_public_of(private) != root.signing_key:
        raise Refused(_("This takes the recovery key: both its halves."))
