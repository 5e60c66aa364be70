"""What the services of letters share: routing from the rows, sealing to the readers, opening, adding, emptying."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from members.models import Organization
from members.services.refused import Refused
from supervision import sealing
from supervision.models import InspectorKey, Letter, LetterBox, LetterMessage, RecoveryKey
from supervision.queries.key_trust import recovery_key
from supervision.queries.routing_facts import routing_facts
from supervision.rules.names import Doubt
from supervision.rules.routing import NobodyMayRead, Routing, Subject, doubts, route
from supervision.services.letter_contents import Contents, Message, letter_place, message_place, opened_messages
from supervision.services.letter_refusals import Damaged, NoReaders

MOST_CHARACTERS = 20_000
MOST_MESSAGES = 200


def receipt_cost() -> sealing.Cost:
    return sealing.Cost(*settings.LETTER_RECEIPT_COST)


def passphrase_cost() -> sealing.Cost:
    return sealing.Cost(*settings.LETTER_PASSPHRASE_COST)


def recovery_in_use() -> RecoveryKey:
    """The offline key to which every letter is also sealed. Raises Refused where there is none."""
    if key := recovery_key():
        return key
    raise Refused(
        _("Letters can't be taken yet: there is no recovery key. The administrator makes one: make_recovery_key.")
    )


def routed(contents: Contents, *, on: date, added: Sequence[str] = ()) -> Routing:
    """Who may receive it on that day; `added`: what its writer said later. Raises NoReaders, Refused."""
    subjects, facts = subjects_of(contents), routing_facts(on=on)
    close, away, cleared = contents.close, contents.away, contents.cleared
    text = "\n".join([contents.text, *added])
    try:
        return route(subjects, facts, close=close, away=away, text=text, cleared=cleared)
    except NobodyMayRead as error:
        raise NoReaders from error


def doubts_about(contents: Contents, *, on: date) -> tuple[Doubt, ...]:
    """What to ask the writer before it is sealed. Raises NoReaders, Refused."""
    facts = routing_facts(on=on)
    try:
        return doubts(subjects_of(contents), facts, close=contents.close, away=contents.away, text=contents.text)
    except NobodyMayRead as error:
        raise NoReaders from error


def subjects_of(contents: Contents) -> list[Subject]:
    """Raises Refused."""
    wanted = {one.organization for one in contents.subjects}
    paths = dict(Organization.objects.filter(key__in=wanted).values_list("key", "path"))
    if len(paths) < len(wanted):
        raise Refused(_("An organization that the letter names is not there any more."), "subjects")
    return [Subject(paths[one.organization], one.post, one.names) for one in contents.subjects]


def seal_boxes(letter: Letter, letter_key: bytes, routing: Routing) -> None:
    """The letter's key for exactly those whom routing found, and for the recovery key; older boxes go."""
    keys = InspectorKey.objects.filter(pk__in=[one.key for one in routing.readers])
    recovery = recovery_in_use()
    letter.boxes.all().delete()
    boxes = [
        LetterBox(letter=letter, inspector_key=key, sealed_key=sealing.seal_to(key.public_key, letter_key))
        for key in keys
    ]
    sealed = sealing.seal_to(recovery.public_key, letter_key)
    LetterBox.objects.bulk_create([*boxes, LetterBox(letter=letter, recovery_key=recovery, sealed_key=sealed)])


def locked(letter: Letter) -> Letter:
    """The same letter, as it is now, locked until the transaction ends. Raises Refused once it was shredded."""
    row = Letter.objects.select_for_update().get(pk=letter.pk)
    if not row.ciphertext:
        raise Refused(_("The letter's time was over and it was destroyed."))
    return row


def opened_contents(letter: Letter, letter_key: bytes) -> Contents:
    """Raises Damaged."""
    try:
        return Contents.read(sealing.decrypt(letter_key, letter.ciphertext, place=letter_place(letter)))
    except sealing.Broken as error:
        raise Damaged from error


def opened_dialogue(letter: Letter, letter_key: bytes) -> tuple[Message, ...]:
    """Raises Damaged."""
    try:
        return opened_messages(letter, letter_key)
    except sealing.Broken as error:
        raise Damaged from error


def add_message(
    letter: Letter, letter_key: bytes, words: str, *, is_from_writer: bool, on: date, key: UUID | None = None
) -> bool:
    """To a locked letter; False where the form with that key and these words is there already. Raises Refused, Damaged.

    A form that was changed after it was sent has the key of the first: it is stored under another.
    """
    if key and LetterMessage.objects.filter(pk=key).exists():
        if words in said_by(opened_dialogue(letter, letter_key), is_writer=is_from_writer):
            return False
        key = None
    number = letter.messages.count() + 1
    if number > MOST_MESSAGES:
        raise Refused(_("There is no more room in this letter. Write a new one."), "text")
    place = message_place(letter, number, is_from_writer=is_from_writer)
    LetterMessage.objects.create(
        key=key or uuid4(),
        letter=letter,
        number=number,
        is_from_writer=is_from_writer,
        ciphertext=sealing.encrypt(letter_key, words, place=place),
        written_on=on,
    )
    return True


def said_by(messages: Sequence[Message], *, is_writer: bool) -> list[str]:
    return [one.text for one in messages if one.is_from_writer is is_writer]


def said(text: str) -> str:
    """What somebody wrote, if it is something and not too much. Raises Refused."""
    words = text.strip()
    if not words:
        raise Refused(_("Write what it is about."), "text")
    if len(words) > MOST_CHARACTERS:
        raise Refused(_("Write at most %(most)s characters.") % {"most": MOST_CHARACTERS}, "text")
    return words


def empty(letter: Letter, *, on: date) -> None:
    """Shred a locked letter: its key is gone with its boxes, and so is what it was for."""
    letter.boxes.all().delete()
    letter.messages.all().delete()
    letter.files.all().delete()
    letter.names.all().delete()
    letter.name_requests.all().delete()
    letter.ciphertext = letter.writer_box = ""
    letter.shredded_on = on
    letter.save(update_fields=["ciphertext", "writer_box", "shredded_on"])
