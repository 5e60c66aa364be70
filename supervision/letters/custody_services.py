"""Names of writers: sealed apart from the letter to a custodian who reads no letters, and released with a reason.

The custodian's private key lies on paper; the recovery key has signed it (`make_custody_key`). Without a custodian a
name lies in the letter, and the form says so.
"""

import json
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from members.access.queries import access_for
from members.choices import Capability
from members.models import User
from members.people import says_something
from members.refused import Refused
from supervision.choices import NameState
from supervision.letters import sealing
from supervision.letters.contents import (
    Contents,
    Damaged,
    Opened,
    lock_letter,
    recovery_in_use,
    said,
    subjects_of,
)
from supervision.letters.inspector_services import open_letter_key
from supervision.letters.key_record import CLOSED, mark_sealings, note_sealing, refuse_broken_record
from supervision.letters.models import CustodyKey, InspectorKey, Letter, NameRequest, RecoveryKey, SealedName
from supervision.letters.queries import as_reader, keys_of_inspectors, recovery_key, routing_facts
from supervision.letters.row_order import scattered
from supervision.letters.rules import is_unconcerned

SHORTEST_REASON = 15
"""Signs of a reason that says something."""


@dataclass(frozen=True, slots=True)
class Writer:
    name: str
    contact: str


@dataclass(frozen=True, slots=True)
class OpenedRequest:
    """A request as its letter's readers and its writer see it."""

    request: NameRequest
    reason: str


@transaction.atomic
def make_custody_key(*, user: User, recovery: bytes, on: date, by: User | str) -> bytes:
    """The private half, given out once. The recovery key signs it; an older one is withdrawn. Raises Refused."""
    refuse_broken_record()
    root = recovery_key()
    if root is None or sealing.signing_public_of(recovery) != root.signing_key:
        raise Refused(_("This is not the recovery key of this installation."))
    _refuse_reader(user, on)
    pair = sealing.new_pair()
    for older in CustodyKey.objects.filter(withdrawn_on__isnull=True):
        mark_sealings(older.public_key, CLOSED)
    CustodyKey.objects.filter(withdrawn_on__isnull=True).update(withdrawn_on=on)
    row = CustodyKey(user=user, public_key=pair.public, made_on=on)
    row.signature = sealing.sign(recovery, _statement(row))
    row.save(force_insert=True)
    record(action="make_custody_key", by=by, subject=user)
    return pair.private


def custodian(*, on: date) -> CustodyKey | None:
    """The key in use, if the recovery key signed it and its custodian can log in and reads no letters."""
    row = (
        CustodyKey.objects.filter(withdrawn_on__isnull=True, user__is_active=True)
        .select_related("user__member")
        .first()
    )
    if row is None or not is_signed_now(row) or _reads_letters(row.user, on):
        return None
    return row


def is_signed_now(row: CustodyKey) -> bool:
    """Whether the recovery key in use signed it: another one takes a custodian's key made anew."""
    root = recovery_key()
    return root is not None and is_signed_by(root, row)


def is_signed_by(root: RecoveryKey, row: CustodyKey) -> bool:
    return sealing.is_signed(root.signing_key, _statement(row), row.signature)


def custodian_for(contents: Contents, on: date) -> CustodyKey | None:
    """To whom the name in it is sealed; None where there is no name, or no custodian at all. Raises Refused."""
    row = custodian(on=on) if contents.name or contents.contact else None
    if row is None:
        return None
    person, facts = as_reader(row.pk, "", row.user, ()), routing_facts(on=on)
    if not is_unconcerned(person, subjects_of(contents), facts, close=contents.close, text=contents.text):
        raise Refused(
            _("Who keeps names here may be close to whom the letter is about. Leave name and contact empty."), "name"
        )
    return row


def seal_name(letter: Letter, writer: Writer, custody: CustodyKey) -> None:
    """To the custodian and the recovery key, noted for who stores the letter. What was released stays released."""
    letter.names.filter(inspector_key__isnull=True).delete()
    recovery = recovery_in_use()
    content = _padded(json.dumps([str(letter.pk), writer.name, writer.contact], ensure_ascii=False))
    SealedName.objects.bulk_create(
        [
            SealedName(letter=letter, custody_key=custody, sealed_name=sealing.seal_to(custody.public_key, content)),
            SealedName(letter=letter, recovery_key=recovery, sealed_name=sealing.seal_to(recovery.public_key, content)),
        ]
    )
    note_sealing(letter, "name", [custody, recovery])


@transaction.atomic
def ask_for_name(*, letter: Letter, passphrase: str, text: str, on: date, by: User, key: UUID) -> None:
    """By an inspector, once for a key. The writer sees it with the receipt. Raises Refused, Damaged."""
    words, row = said(text), lock_letter(letter)
    if len(words) < SHORTEST_REASON or not says_something(words):
        raise Refused(_("Say why the letter can't be followed up without the name, in a sentence."), "text")
    letter_key = open_letter_key(row, by, passphrase)
    if NameRequest.objects.filter(pk=key).exists():
        return
    kept = row.names.filter(custody_key__isnull=False).select_related("custody_key").first()
    if kept is None or kept.custody_key is None:
        raise Refused(_("No custodian keeps a name of this letter."))
    if row.name_requests.filter(state=NameState.ASKED).exists():
        raise Refused(_("The name was asked for already. The custodian decides."))
    NameRequest.objects.create(
        key=key,
        letter=row,
        custody_key=kept.custody_key,
        asked_on=on,
        reason=sealing.encrypt(letter_key, words, place=f"reason {key}"),
        sealed_reason=sealing.seal_to(kept.custody_key.public_key, _padded(words)),
    )
    note_sealing(row, "name", [kept.custody_key])
    row.save(update_fields=["sealed_to"])
    record(action="ask_for_writers_name", by=by, subject=None, organization_code=row.organization.code)


def reason_for_custodian(*, request: NameRequest, private: bytes) -> str:
    """Raises Refused (`first`)."""
    try:
        return _unpadded(sealing.open_with(private, request.sealed_reason))
    except sealing.Broken as error:
        raise Refused(_("This is not the key on your paper to which the request is sealed."), "first") from error


@scattered()
def decide_name(*, request: NameRequest, private: bytes, is_released: bool, on: date, by: User) -> None:
    """The custodian releases the name to the letter's readers of today, or doesn't. Raises Refused."""
    row = NameRequest.objects.select_for_update(of=("self",)).select_related("letter__organization").get(pk=request.pk)
    if row.custody_key.user_id != by.pk or row.state != NameState.ASKED:
        raise Refused(_("This request doesn't wait for you any more."))
    _refuse_reader(by, on)
    reason_for_custodian(request=row, private=private)
    if is_released:
        _release(lock_letter(row.letter), row.custody_key, private, on)
    row.state, row.decided_on = NameState.RELEASED if is_released else NameState.REFUSED, on
    row.save(update_fields=["state", "decided_on"])
    action = "release_writers_name" if is_released else "refuse_writers_name"
    record(action=action, by=by, subject=None, organization_code=row.letter.organization.code)


def released_name(letter: Letter, key: InspectorKey | None, private: bytes) -> Writer | None:
    """What was released to that key. Raises Damaged."""
    row = letter.names.filter(inspector_key=key).first() if key else None
    return _opened(letter, row.sealed_name, private) if row else None


@dataclass(frozen=True, slots=True)
class NameView:
    """What an inspector who opened the letter is shown of its writer's name."""

    writer: Writer | None
    is_kept_apart: bool
    requests: list[OpenedRequest]

    @property
    def may_ask(self) -> bool:
        return self.is_kept_apart and not any(one.request.state == NameState.ASKED for one in self.requests)


def name_view(opened: Opened) -> NameView:
    """Raises Damaged."""
    letter = opened.letter
    is_apart = letter.names.filter(custody_key__isnull=False).exists()
    writer = released_name(letter, opened.inspector_key, opened.private)
    return NameView(writer, is_apart, requests_of(letter, opened.letter_key))


def requests_of(letter: Letter, letter_key: bytes) -> list[OpenedRequest]:
    """Raises Damaged."""
    try:
        return [
            OpenedRequest(row, sealing.decrypt(letter_key, row.reason, place=f"reason {row.pk}"))
            for row in letter.name_requests.all()
        ]
    except sealing.Broken as error:
        raise Damaged from error


def _release(letter: Letter, custody: CustodyKey, private: bytes, on: date) -> None:
    """To whom the letter is sealed and who may still read letters."""
    kept = letter.names.get(custody_key=custody)
    writer = _opened(letter, kept.sealed_name, private)
    content = _padded(json.dumps([str(letter.pk), writer.name, writer.contact], ensure_ascii=False))
    letter.names.filter(inspector_key__isnull=False).delete()
    boxes = set(letter.boxes.values_list("inspector_key", flat=True))
    readers = [key for key in keys_of_inspectors(on=on) if key.pk in boxes]
    SealedName.objects.bulk_create(
        SealedName(letter=letter, inspector_key=key, sealed_name=sealing.seal_to(key.public_key, content))
        for key in readers
    )
    note_sealing(letter, "name", readers)
    letter.save(update_fields=["sealed_to"])


def _opened(letter: Letter, sealed_name: str, private: bytes) -> Writer:
    """Of this letter and no other. Raises Damaged."""
    try:
        of, name, contact = json.loads(_unpadded(sealing.open_with(private, sealed_name)))
    except (sealing.Broken, ValueError) as error:
        raise Damaged from error
    if of != str(letter.pk):
        raise Damaged
    return Writer(name, contact)


def _padded(text: str) -> bytes:
    return sealing.filled_up(text.encode(), sealing.SIZES)


def _unpadded(content: bytes) -> str:
    return sealing.taken_out(content).decode()


def _statement(row: CustodyKey) -> str:
    facts = ("branchweb custody key 1", row.pk, row.user_id, row.public_key, row.made_on)
    return json.dumps([str(fact) for fact in facts])


def _reads_letters(user: User, on: date) -> bool:
    return access_for(user, on=on).may_any((Capability.READ_LETTERS,))


def _refuse_reader(user: User, on: date) -> None:
    if _reads_letters(user, on):
        raise Refused(_("Who reads letters can't keep the names of their writers."))
