"""Pictures and PDFs of sealed letters: made anew, sealed under the letter's key, opened by who may read the letter."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.services import record
from members.models import User
from members.services.refused import Refused
from supervision import bare_files, sealing
from supervision.choices import FileKind
from supervision.models import Letter, LetterFile
from supervision.services.letter_acts import open_letter_key
from supervision.services.letter_order import scatter_files
from supervision.services.letter_refusals import Damaged
from supervision.services.letter_sealing import locked

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
    bare = [_bare(content) for content in contents]
    with transaction.atomic():
        row = locked(letter)
        kept = {_opened(one, letter_key) for one in row.files.all()}
        new = [one for one in dict.fromkeys(bare) if one[1] not in kept]
        _demand_room(row, new)
        scatter_files([_sealed(row, letter_key, len(kept) + at, *one, on).pk for at, one in enumerate(new, 1)])
    return len(new)


@transaction.atomic
def open_file(*, file: LetterFile, user: User, passphrase: str) -> OpenedFile:
    """By an inspector. Raises Refused (`passphrase`), Damaged."""
    letter_key = open_letter_key(file.letter, user, passphrase)
    content = _opened(file, letter_key)
    record(action="open_letter_file", by=user, subject=None, organization_code=file.letter.organization.code)
    return OpenedFile(FileKind(file.kind), content)


def _bare(content: bytes) -> tuple[str, bytes]:
    try:
        return bare_files.bare_file(content)
    except bare_files.NotTaken as refusal:
        raise Refused(f"{WHY[refusal.reason]} {OTHERWISE}", "attached") from refusal


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


def _opened(row: LetterFile, letter_key: bytes) -> bytes:
    try:
        return sealing.decrypt_file(letter_key, bytes(row.ciphertext), place=_place(row))
    except sealing.Broken as error:
        raise Damaged from error


def _place(row: LetterFile) -> str:
    return f"file {row.letter_id} {row.number}"
