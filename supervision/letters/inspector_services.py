"""What an inspector does with a sealed letter. Each act is put on record without saying with which letter.

An entry has a moment, a person and the committee in which the inspector holds the office; a letter has days only. Were
its key in the entry, whoever reads the record could follow one letter through the hours.

Pictures and PDFs of sealed letters: made anew, sealed under the letter's key, opened by who may read the letter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _, gettext_lazy

from audit.services import record
from meetings.planning.queries import workdays_on_record
from members.choices import Capability
from members.models import Organization, User
from members.refused import Refused
from supervision.choices import FileKind, KeyState, LetterState
from supervision.letters import bare_files, sealing
from supervision.letters.contents import (
    Contents,
    Damaged,
    NoReaders,
    Opened,
    add_message,
    letter_place,
    lock_letter,
    opened_contents,
    opened_dialogue,
    reader_keys,
    routed,
    said,
    said_by,
    seal_boxes,
)
from supervision.letters.key_record import note_sealing
from supervision.letters.models import InspectorKey, Letter, LetterBox, LetterFile
from supervision.letters.row_order import scatter_files
from supervision.letters.rules import answer_due


@transaction.atomic
def open_by_inspector(*, letter: Letter, user: User, passphrase: str) -> Opened:
    """Raises Refused (`passphrase`) for a wrong passphrase or where nothing is sealed to the user; Damaged."""
    opened = _opened(letter, user, passphrase)
    _record_act("open_letter", letter, user)
    return opened


@transaction.atomic
def answer(*, letter: Letter, passphrase: str, text: str, on: date, by: User, key: UUID | None = None) -> Opened:
    """Something said to the writer, once for a key, who reads it with the receipt. Raises Refused, Damaged."""
    opened, is_new = _tell(letter, passphrase, text, on, by, key)
    if is_new:
        _record_act("answer_letter", letter, by)
    return opened


@transaction.atomic
def accept(*, letter: Letter, on: date, by: User) -> None:
    """Accepted, and told so: the writer sees it with the receipt from now on. Raises Refused."""
    row = _in_state(letter, by, LetterState.RECEIVED)
    _change(row, on, state=LetterState.ACCEPTED, accepted_on=on)
    _record_act("accept_letter", row, by)


@transaction.atomic
def not_accept(*, letter: Letter, passphrase: str, text: str, on: date, by: User, key: UUID | None = None) -> None:
    """Not for the discipline body, with the reason to the writer. It is closed with that. Raises Refused, Damaged."""
    row = _in_state(letter, by, LetterState.RECEIVED)
    _tell(row, passphrase, text, on, by, key)
    _change(row, on, state=LetterState.NOT_ACCEPTED, accepted_on=on, closed_on=on, answered_on=on)
    _record_act("not_accept_letter", row, by)


@transaction.atomic
def close(*, letter: Letter, on: date, by: User) -> None:
    """What was to be done is done; the days to tell the result begin. Raises Refused."""
    row = _in_state(letter, by, LetterState.ACCEPTED)
    _change(row, on, state=LetterState.CLOSED, closed_on=on, answer_due_on=answer_due(on, workdays_on_record()))
    _record_act("close_letter", row, by)


@transaction.atomic
def tell_result(*, letter: Letter, passphrase: str, text: str, on: date, by: User, key: UUID | None = None) -> Opened:
    """The result to the writer, after closing. Raises Refused, Damaged."""
    row = _in_state(letter, by, LetterState.CLOSED)
    if row.answered_on:
        raise Refused(_("The result was told before. Write to the writer instead."))
    opened, _is_new = _tell(row, passphrase, text, on, by, key)
    _change(row, on, answered_on=on)
    _record_act("tell_letter_result", row, by)
    return opened


@transaction.atomic
def step_back(*, letter: Letter, passphrase: str, on: date, by: User) -> None:
    """The inspector should not read this one: it goes to those whom routing finds without them. Raises Refused."""
    row = lock_letter(letter)
    opened = _opened(row, by, passphrase)
    contents = replace(opened.contents, away=(*opened.contents.away, by.pk))
    try:
        seal_anew(row, contents, opened.letter_key, on)
    except NoReaders as error:
        raise Refused(
            _("You can't step back: without you fewer than two may read it. Ask the committee above for an inspector.")
        ) from error
    _record_act("step_back_from_letter", letter, by)


@transaction.atomic
def reseal(*, letter: Letter, passphrase: str, on: date, by: User) -> int:
    """Seal it anew to everybody who may read it today; how many those are. Raises Refused, Damaged."""
    row = lock_letter(letter)
    opened = _opened(row, by, passphrase)
    readers = seal_anew(row, opened.contents, opened.letter_key, on)
    _record_act("reseal_letter", letter, by)
    return readers


@transaction.atomic
def reseal_with_recovery(*, letter: Letter, private: bytes, on: date) -> int:
    """The same with the offline key, when passphrases were lost. Raises Refused, Damaged."""
    row, public = lock_letter(letter), sealing.public_of(private)
    box = row.boxes.filter(recovery_key__public_key=public).first()
    if box is None:
        raise Refused(_("The letter isn't sealed to this recovery key."))
    letter_key = _unsealed(box, private)
    return seal_anew(row, opened_contents(row, letter_key), letter_key, on)


def seal_anew(row: Letter, contents: Contents, letter_key: bytes, on: date) -> int:
    """To exactly those whom routing finds now, also by what the writer added; the case moves to their committee."""
    added = said_by(opened_dialogue(row, letter_key), is_writer=True)
    routing = routed(contents, on=on, added=added)
    row.organization = Organization.objects.get(path=routing.path)
    row.ciphertext = sealing.encrypt(letter_key, contents.written(), place=letter_place(row))
    keys = reader_keys(routing)
    note_sealing(row, "letter", keys)
    row.save(update_fields=["organization", "ciphertext", "sealed_to"])
    seal_boxes(row, letter_key, keys)
    return len(routing.readers)


def _tell(letter: Letter, passphrase: str, text: str, on: date, by: User, key: UUID | None) -> tuple[Opened, bool]:
    """The letter with what was said, and whether it was said now and not before."""
    words, row = said(text), lock_letter(letter)
    opened = _opened(row, by, passphrase)
    is_new = add_message(row, opened.letter_key, words, is_from_writer=False, on=on, key=key)
    return replace(opened, messages=opened_dialogue(row, opened.letter_key)), is_new


def open_letter_key(letter: Letter, user: User, passphrase: str) -> bytes:
    """Raises Refused (`passphrase`), Damaged."""
    box = _box_of(letter, user)
    return _unsealed(box, _private(box, passphrase))


def _opened(letter: Letter, user: User, passphrase: str) -> Opened:
    box = _box_of(letter, user)
    private = _private(box, passphrase)
    letter_key = _unsealed(box, private)
    contents, dialogue = opened_contents(letter, letter_key), opened_dialogue(letter, letter_key)
    return Opened(letter, contents, dialogue, letter_key, private, box.inspector_key)


def _box_of(letter: Letter, user: User) -> LetterBox:
    """What is sealed to the user's own key, while the user holds the office that it was made for."""
    boxes = letter.boxes.filter(inspector_key__user=user, inspector_key__state=KeyState.IN_USE)
    for box in boxes.select_related("inspector_key__organization"):
        if box.inspector_key and user.access.may(Capability.READ_LETTERS, box.inspector_key.organization.path):
            return box
    raise Refused(_("This letter isn't sealed to your key."), "passphrase")


def _private(box: LetterBox, passphrase: str) -> bytes:
    if box.inspector_key is None:
        raise Damaged
    return private_of(box.inspector_key, passphrase)


def private_of(key: InspectorKey, passphrase: str, field: str = "passphrase") -> bytes:
    """The half that belongs to the row's public one. Raises Refused for a wrong passphrase, Damaged."""
    try:
        private = sealing.unlock_private(key.locked_private_key, passphrase)
    except sealing.WrongSecret as error:
        raise Refused(
            _("That isn't the passphrase of your key. It is not the password of the log-in."), field
        ) from error
    except sealing.Broken as error:
        raise Damaged from error
    if sealing.public_of(private) != key.public_key:
        raise Damaged
    return private


def _unsealed(box: LetterBox, private: bytes) -> bytes:
    try:
        return sealing.open_with(private, box.sealed_key)
    except sealing.Broken as error:
        raise Damaged from error


def _in_state(letter: Letter, by: User, state: LetterState) -> Letter:
    row = lock_letter(letter)
    _box_of(row, by)
    if row.state != state:
        raise Refused(_("The letter is not at that step any more. Load the page again."))
    return row


def _change(row: Letter, on: date, **values: object) -> None:
    if on < row.received_on:
        raise Refused(_("That is before the letter came in."))
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))


def _record_act(action: str, letter: Letter, by: User) -> None:
    """At the committee whose inspector it is; never at one below it, where those it is about could read the record."""
    record(action=action, by=by, subject=None, organization_code=letter.organization.code)


MOST_FILES = 12
"""Of one letter."""
ROOM = 4 << 30
"""Bytes of all files of all letters together: who floods the box can't fill the disk."""
OTHERWISE = gettext_lazy("Take a picture of each page with your telephone, or a screenshot, and send the pictures.")
WHY = {
    bare_files.UNKNOWN: gettext_lazy("This is no JPEG or PNG picture and no PDF."),
    bare_files.TOO_LARGE: gettext_lazy("This file is too large: at most 10 MB and 50 million pixels."),
    bare_files.LOCKED: gettext_lazy("This PDF needs a password."),
    bare_files.TOO_LONG: gettext_lazy("This PDF has no page, or more than 20."),
    bare_files.NO_FONTS: gettext_lazy("This PDF doesn't hold the fonts of its text, so parts of it would be lost."),
    bare_files.BROKEN: gettext_lazy("This file is damaged."),
    bare_files.TOO_HEAVY: gettext_lazy("This file takes too long to read."),
}


@dataclass(frozen=True, slots=True)
class OpenedFile:
    kind: FileKind
    content: bytes = field(repr=False)


def attach_files(*, letter: Letter, letter_key: bytes, contents: Sequence[bytes], on: date) -> int:
    """Add files to an opened letter; how many are new. Where one can't be made bare, none is added. Raises Refused.

    The same file is stored once, however often its form is sent.
    """
    bare = _all_bare(contents)
    with transaction.atomic():
        row = lock_letter(letter)
        kept = {_opened_file(one, letter_key) for one in row.files.all()}
        new = [one for one in dict.fromkeys(bare) if one[1] not in kept]
        _demand_room(row, new)
        for at, one in enumerate(new, len(kept) + 1):
            _sealed(row, letter_key, at, *one, on)
        scatter_files(row)
    return len(new)


@transaction.atomic
def open_file(*, file: LetterFile, user: User, passphrase: str) -> OpenedFile:
    """By an inspector. Raises Refused (`passphrase`), Damaged."""
    letter_key = open_letter_key(file.letter, user, passphrase)
    content = _opened_file(file, letter_key)
    record(action="open_letter_file", by=user, subject=None, organization_code=file.letter.organization.code)
    return OpenedFile(FileKind(file.kind), content)


def _all_bare(contents: Sequence[bytes]) -> list[tuple[str, bytes]]:
    """Raises Refused, which names every file that isn't taken."""
    bare: list[tuple[str, bytes]] = []
    wrong: list[str] = []
    for number, content in enumerate(contents, 1):
        try:
            bare.append(bare_files.bare_file(content))
        except bare_files.NotTaken as refusal:
            wrong.append(f"{_which(number, len(contents))} {WHY[refusal.reason]}".strip())
    if wrong:
        raise Refused(" ".join([*wrong, str(OTHERWISE)]), "attached")
    return bare


def _which(number: int, count: int) -> str:
    """As they were chosen: names of files are not kept, and the browser still shows them."""
    return _("File %(number)s of %(count)s:") % {"number": number, "count": count} if count > 1 else ""


def _demand_room(letter: Letter, new: Sequence[tuple[str, bytes]]) -> None:
    if letter.files.count() + len(new) > MOST_FILES:
        raise Refused(_("A letter takes at most %(most)s files.") % {"most": MOST_FILES}, "attached")
    taken = LetterFile.objects.aggregate(taken=Sum("size"))["taken"] or 0
    if taken + sum(len(content) for _kind, content in new) > ROOM:
        raise Refused(
            _("There is no room for files now. Write down what they show, or use an official way."), "attached"
        )


def _sealed(letter: Letter, letter_key: bytes, number: int, kind: str, content: bytes, on: date) -> LetterFile:
    row = LetterFile(letter=letter, number=number, kind=kind, added_on=on)
    row.ciphertext = sealing.encrypt_file(letter_key, content, place=_place(row))
    row.size = len(row.ciphertext)
    row.save(force_insert=True)
    return row


def _opened_file(row: LetterFile, letter_key: bytes) -> bytes:
    try:
        return sealing.decrypt_file(letter_key, bytes(row.ciphertext), place=_place(row))
    except sealing.Broken as error:
        raise Damaged from error


def _place(row: LetterFile) -> str:
    return f"file {row.letter_id} {row.number}"
