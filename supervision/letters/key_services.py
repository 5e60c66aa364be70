"""Inspectors' keys: made by the inspector, approved by the signature of one who is trusted already, withdrawn.

The passphrase stays with the inspector. It is none of the log-in's, and nothing here resets it. The first two keys are
signed by the recovery key, whose private half is on two sheets of paper (docs/adr/0012).

An inspector's consent by passphrase: what the key ring, the command line and a log-in alone can't give.

Withdrawing an inspector's key: a signature's worth of trust, because it can close the letter box.

One's own key takes its passphrase, another's the passphrase of an approved key of one's own. What would leave fewer
than two readers, and whoever holds no approved key, takes the recovery key: that is two people.

Letters whose readers lost their keys, opened with the offline recovery key and sealed anew; none is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from audit.keyring import proof
from audit.services import record
from members.choices import Capability, OfficeKind
from members.models import Office, Organization, User
from members.refused import Refused
from members.roster.services import demand_substance
from supervision.choices import KeyState
from supervision.letters import key_record, sealing
from supervision.letters.contents import Damaged, passphrase_cost
from supervision.letters.inspector_services import private_of, reseal_with_recovery
from supervision.letters.key_record import CLOSED, EARLY, mark_sealings, refuse_broken_record
from supervision.letters.models import InspectorKey, Letter, LetterBox, RecoveryKey
from supervision.letters.queries import (
    ROOT,
    TOLD_FOR,
    is_among_first,
    is_proved,
    keys_of_inspectors,
    keys_were_signed,
    may_be_approved,
    own_signing_key,
    person,
    proved_text,
    recovery_approves,
    recovery_key,
    signed,
    trusted_keys,
    with_too_few_readers,
    withdrawal_way,
)
from supervision.letters.rules import FEWEST
from supervision.letters.sealing import statement


@dataclass(frozen=True, slots=True)
class Consent:
    """Who agrees, with the passphrase of an approved key of theirs."""

    user: User
    passphrase: str = field(repr=False)


def signing_half(key: InspectorKey, passphrase: str) -> bytes:
    """The private half, where it belongs to the row's key for signatures. Raises Refused (`passphrase`), Damaged."""
    private = private_of(key, passphrase)
    if sealing.signing_public_of(private) != key.signing_key:
        raise Damaged
    return private


def refuse_without_consent(consents: Sequence[Consent], *, on: date) -> None:
    """Two people who hold approved keys agree; one, where there is only one. Nobody has to, where none ever was.

    The record says who holds one: whoever edits rows, ends offices or closes log-ins needs no fewer. A key that another
    inspector approved counts once everybody had two weeks to read of it: else one would approve a second of their own.
    Raises Refused, Damaged.
    """
    held, known = key_record.held_keys(), trusted_keys()
    told = key_record.approved_by(on - TOLD_FOR)
    rows = [key for key in InspectorKey.objects.in_use() if key.signed_by_id is None or str(key.pk) in told]
    keys = [key for key in rows if key.pk in known and str(key.pk) in held]
    needed = min(FEWEST, len(key_record.holders()))
    if not needed and (key_record.an_approval_stands() or InspectorKey.objects.exclude(signature="").exists()):
        raise Refused(_("No inspector is left who could agree. Only both its halves replace the recovery key."))
    if len({person(one.user) for one in consents}) < needed:
        raise Refused(
            _("That takes the passphrases of %(count)s inspectors whose keys are approved.") % {"count": needed}
        )
    for one in consents:
        _refuse_stranger(one, [key for key in keys if key.user_id == one.user.pk])


def _refuse_stranger(one: Consent, keys: Sequence[InspectorKey]) -> None:
    if not keys:
        text = _("%(name)s has no approved key, or one that an inspector approved in the last %(days)s days.")
        raise Refused(text % {"name": one.user.get_full_name(), "days": TOLD_FOR.days})
    signing_half(keys[0], one.passphrase)


SHORTEST = 12
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
        signing_key=pair.signing,
        locked_private_key=sealing.lock_private(pair.private, passphrase, passphrase_cost()),
        made_on=on,
    )
    _record_act("make_inspector_key", key, user)
    return key


def approve_key(*, key: InspectorKey, passphrase: str, on: date, by: User) -> None:
    """Sign it with one's own key: in use from now on; an older one of the same inspector there is withdrawn.

    Raises Refused (`passphrase`), Damaged.
    """
    _refuse_approver(key, on, by)
    readers = keys_of_inspectors(on=on)
    if is_among_first(key, readers):
        raise Refused(_("The first two inspectors' keys are approved with the recovery key."))
    signer = own_signing_key(by, key.organization.path, readers)
    if signer is None:
        raise Refused(_("Approving takes a key of your own that is approved already, of this committee or one above."))
    _approve(key, Signer(signing_half(signer, passphrase), signer), on, by)


def approve_first_key(*, key: InspectorKey, private: bytes, on: date, by: User) -> None:
    """Sign it with the recovery key, while fewer than two inspectors could do so. Raises Refused."""
    _refuse_approver(key, on, by)
    root = recovery_key()
    if root is None or sealing.signing_public_of(private) != root.signing_key:
        raise Refused(_("This is not the recovery key of this installation."))
    if not recovery_approves(key, keys_of_inspectors(on=on)):
        raise Refused(_("Two inspectors can approve it already: one of them does so with the own passphrase."))
    _approve(key, Signer(private, None), on, by)


@transaction.atomic
def change_passphrase(*, key: InspectorKey, old: str, new: str, by: User) -> None:
    """The same key under another passphrase. A key from before there were signatures can be signed then.

    Raises Refused (`old`, `new`).
    """
    if key.user_id != by.pk:
        raise Refused(_("Only the inspector changes the passphrase."))
    row = InspectorKey.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=key.pk)
    private = private_of(row, old, "old")
    _refuse_weak(new, by, "new")
    row.locked_private_key = sealing.lock_private(private, new, passphrase_cost())
    row.signing_key = sealing.signing_public_of(private)  # whatever stood in the row
    row.save(update_fields=["locked_private_key", "signing_key"])
    _record_act("change_passphrase", row, by)


@transaction.atomic
def make_recovery_key(
    *, on: date, by: User | str, old: bytes | None = None, is_lost: bool = False, consents: Sequence[Consent] = ()
) -> bytes:
    """The private half, which is given out once and stored nowhere. An older key is withdrawn; what it approved stays.

    `old`: the private half until now, which signs itself away. `is_lost`: without it two inspectors whose keys are
    approved agree with their passphrases (one, if there is only one). Letters sealed to the older key stay so until
    they are sealed anew: keep its paper as long. Raises Refused, Damaged.
    """
    refuse_broken_record()
    before, kept = recovery_key(), trusted_keys()
    if before:
        _refuse_replacement(before, old, consents, is_lost=is_lost, on=on)
    else:
        _refuse_second_start()
    for older in RecoveryKey.objects.filter(withdrawn_on__isnull=True):
        mark_sealings(older.public_key, CLOSED)
    RecoveryKey.objects.filter(withdrawn_on__isnull=True).update(withdrawn_on=on)
    pair = sealing.new_pair()
    proved = proof(proved_text(pair.public, pair.signing), purpose=ROOT)
    made = RecoveryKey.objects.create(public_key=pair.public, signing_key=pair.signing, proof=proved, made_on=on)
    for row in InspectorKey.objects.filter(pk__in=kept, signed_by__isnull=True).select_related("organization"):
        _sign(row, Signer(pair.private, None))
        row.save(update_fields=["signature"])
    action = "lose_recovery_key" if before and is_lost else "make_recovery_key"
    record(action=action, by=by, subject=None, details=key_record.marked(made))
    return pair.private


def _refuse_second_start() -> None:
    """A chain that can't be proved here belongs to other keys than those the program was started with, or to rows that
    somebody took away: the record still says that it began.
    """
    if keys_were_signed() or key_record.a_chain_began():
        raise Refused(
            _(
                "Keys were signed here, and the keys in field_keys don't vouch for the recovery key that signed them. "
                "Start with those of this installation, or put its database back."
            )
        )


def _refuse_replacement(
    before: RecoveryKey, old: bytes | None, consents: Sequence[Consent], *, is_lost: bool, on: date
) -> None:
    if is_lost:
        refuse_without_consent(consents, on=on)
    elif old is None or sealing.signing_public_of(old) != before.signing_key:
        raise Refused(_("There is a recovery key. Type in both its halves to replace it."))


@transaction.atomic
def renew_recovery_proof() -> None:
    """Vouch with the newest key of the ring, so that older ones can be dropped."""
    for row in RecoveryKey.objects.exclude(proof="").select_for_update():
        if is_proved(row):
            row.proof = proof(proved_text(row.public_key, row.signing_key), purpose=ROOT)
            row.save(update_fields=["proof"])


@dataclass(frozen=True, slots=True)
class Signer:
    """With what is signed: a private key, and the inspector's key that it belongs to; None: the recovery key."""

    private: bytes
    key: InspectorKey | None

    def __repr__(self) -> str:
        return f"Signer({self.key})"


def _refuse_approver(key: InspectorKey, on: date, by: User) -> None:
    if key.user_id == by.pk or (by.member_id and by.member_id == key.user.member_id):
        raise Refused(_("Somebody else approves your key."))
    if not by.access.may(Capability.APPROVE_KEYS, key.organization.path):
        raise Refused(_("Your office doesn't approve keys there."))
    _refuse_without_office(key.user, key.organization, on)


def _approve(key: InspectorKey, signer: Signer, on: date, by: User) -> None:
    try:
        with transaction.atomic():
            _approve_row(key, signer, on, by)
    except IntegrityError as error:
        raise Refused(_("Another key was approved just now. Load the page again.")) from error


def _approve_row(key: InspectorKey, signer: Signer, on: date, by: User) -> None:
    refuse_broken_record()
    row = InspectorKey.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=key.pk)
    if not may_be_approved(row, trusted_keys()):
        raise Refused(_("This key doesn't wait for approval any more."))
    if not row.signing_key:
        raise Refused(
            _("This key is older than signatures. Its inspector chooses the passphrase anew, then approve it.")
        )
    if not key_record.is_as_made(row):
        raise Refused(_("This key is not what its inspector made: its row was changed. See manage.py verify."))
    if str(row.pk) not in key_record.held_keys():
        mark_sealings(row.public_key, EARLY)
    for older in InspectorKey.objects.in_use().filter(user=row.user, organization=row.organization).exclude(pk=row.pk):
        empty(older, on)
    row.state, row.approved_by, row.approved_on = KeyState.IN_USE, by, on
    row.signed_by = signer.key
    _sign(row, signer)
    row.save(update_fields=["state", "approved_by", "approved_on", "signed_by", "signature"])
    _record_act("approve_inspector_key", row, by)


def _sign(row: InspectorKey, signer: Signer) -> None:
    row.signature = sealing.sign(signer.private, statement(signed(row, row.organization.key)))


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
    code = key.organization.code
    record(action=action, by=by, subject=key, organization_code=code, details=key_record.marked(key))


@transaction.atomic
def withdraw_key(
    *, key: InspectorKey, on: date, by: User, reason: str, passphrase: str = "", private: bytes = b""
) -> int:
    """Nothing can be opened with it any longer; how many letters have too few readers now.

    `passphrase`: of the key itself, or of one's own; `private`: the recovery key. Raises Refused, Damaged.
    """
    demand_substance(reason)
    refuse_broken_record()
    row = InspectorKey.objects.select_for_update(of=("self",)).select_related("organization", "user").get(pk=key.pk)
    if row.state == KeyState.WITHDRAWN or str(row.pk) in key_record.withdrawn_in_record():
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
    if str(row.pk) in key_record.held_keys():  # what was sealed to a key whose time is over stays strange
        mark_sealings(row.public_key, CLOSED)
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
    if not key_record.is_as_recorded(row):
        raise Refused(_("This key isn't what was approved: somebody edited it. Run manage.py verify."))
    if row.user_id == by.pk:
        private_of(row, passphrase)
    elif own := own_signing_key(by, row.organization.path, readers):
        signing_half(own, passphrase)
    return None


def _refuse_other_root(private: bytes) -> None:
    root = recovery_key()
    if root is None or not private or sealing.signing_public_of(private) != root.signing_key:
        raise Refused(_("This takes the recovery key: both its halves."))


@dataclass
class Recovered:
    """How many letters were sealed anew, and how many were not."""

    resealed: int = 0
    refused: int = 0


def recover_letters(*, private: bytes, every: bool, on: date, by: User | str) -> Recovered:
    """Those that fewer than two can read, or every one. Each is a transaction of its own. Raises Refused."""
    if not RecoveryKey.objects.filter(public_key=sealing.public_of(private)).exists():
        raise Refused(_("This is no recovery key of this installation."))
    letters = {letter.pk: letter for letter in Letter.objects.unshredded()}
    done = Recovered()
    for key in letters if every else with_too_few_readers(letters, keys_of_inspectors(on=on)):
        _recover(letters[key], private, on, done)
    record(action="recover_letters", by=by, subject=None)
    return done


def _recover(letter: Letter, private: bytes, on: date, done: Recovered) -> None:
    try:
        reseal_with_recovery(letter=letter, private=private, on=on)
    except Refused:
        done.refused += 1
    else:
        done.resealed += 1
