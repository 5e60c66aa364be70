"""What lies inside a letter: sealing it to its readers, opening it, and how that is refused."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.utils.translation import gettext as _

from members.models import Organization
from members.refused import Refused
from rulebook.book import versions
from rulebook.values import Citation
from supervision.letters import sealing
from supervision.letters.models import (
    InspectorKey,
    Letter,
    LetterBox,
    LetterMessage,
    RecoveryKey,
)
from supervision.letters.name_rules import Doubt
from supervision.letters.queries import recovery_key, routing_facts
from supervision.letters.rules import NobodyMayRead, Routing, Subject, doubts, route

CHANNELS = "report.channels"
SITE = "https://www.12388.gov.cn/"


@dataclass(frozen=True, slots=True)
class Channel:
    """An official way to send a letter. The citation has its level and how sure it is."""

    sentence: str
    citation: Citation
    url: str = ""


class NoReaders(Refused):
    """Fewer than two may read it, so nothing was stored. `channels`: the official ways."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Nothing was stored: fewer than two inspectors stand above those the letter is about. Use one of the"
                " official ways."
            ),
            "subjects",
        )
        self.channels = official_channels()


class Damaged(Refused):
    """The letter can't be opened because what is stored was changed or damaged."""

    def __init__(self) -> None:
        super().__init__(_("What is stored of this letter was changed or damaged. Tell the administrator."))


def official_channels() -> tuple[Channel, ...]:
    """Always open, whatever this program does."""
    citation = versions()[CHANNELS][-1].citation
    return (
        Channel(_("Call the discipline bodies on 12388."), citation),
        Channel(_("Write on the discipline bodies' site, www.12388.gov.cn."), citation, SITE),
        Channel(_("Write to the discipline commission above those the letter is about, or go there."), citation),
    )


@dataclass(frozen=True, slots=True)
class NamedSubject:
    """Whom a letter is about: at which organization, in which post there, by which names.

    `post` is an OfficeKind value, or `routing.LEADERSHIP` (all who lead there), or `routing.MEMBER`.
    """

    organization: UUID
    """`Organization.key`."""
    post: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Contents:
    """All that the writer said. `away`: users who stepped back and never get it again."""

    subjects: tuple[NamedSubject, ...]
    text: str
    name: str = ""
    contact: str = ""
    close: tuple[str, ...] = ()
    """Names of people close to whom it is about: they don't get it either."""
    away: tuple[int, ...] = ()
    cleared: tuple[str, ...] = ()
    """Names of readers whom the letter seemed to name, and doesn't by the word of its writer."""

    @property
    def is_named(self) -> bool:
        """A name and a way to reach the writer (rule report.real_name)."""
        return bool(self.name and self.contact)

    def without_name(self) -> "Contents":
        """For who keeps names apart."""
        return replace(self, name="", contact="")

    def written(self) -> str:
        subjects = [[str(one.organization), one.post, list(one.names)] for one in self.subjects]
        facts = {"text": self.text, "name": self.name, "contact": self.contact, "subjects": subjects}
        kept_out = {"close": list(self.close), "away": list(self.away), "cleared": list(self.cleared)}
        return json.dumps(facts | kept_out, ensure_ascii=False)

    @classmethod
    def read(cls, written: str) -> "Contents":
        """Raises sealing.Broken."""
        try:
            return cls._read(json.loads(written))
        except (KeyError, TypeError, ValueError) as error:
            raise sealing.Broken from error

    @classmethod
    def _read(cls, facts: dict[str, Any]) -> "Contents":
        subjects = tuple(NamedSubject(UUID(key), post, tuple(names)) for key, post, names in facts["subjects"])
        close, away, cleared = tuple(facts["close"]), tuple(facts["away"]), tuple(facts.get("cleared", ()))
        return cls(subjects, facts["text"], facts["name"], facts["contact"], close, away, cleared)


@dataclass(frozen=True, slots=True)
class Message:
    """Something added later, opened."""

    number: int
    is_from_writer: bool
    text: str
    written_on: date


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the writer gets once, and nobody can give again."""

    digits: str
    committee: str
    """Name of the committee whose inspectors got it."""
    readers: int
    is_added: bool = False
    """Its letter was there before, and what is new was added to it."""

    @property
    def grouped(self) -> str:
        return sealing.grouped(self.digits)


@dataclass(frozen=True, slots=True)
class WriterView:
    """A letter opened with its receipt. Who reads it is not said; `letter` has the days and the state."""

    letter: Letter
    contents: Contents
    messages: tuple[Message, ...]
    requests: Sequence[Any] = ()
    """Of the custodian, to release the name (`letter_names.OpenedRequest`)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A letter opened by an inspector, in the memory of one request."""

    letter: Letter
    contents: Contents
    messages: tuple[Message, ...]
    letter_key: bytes = field(repr=False, default=b"")
    private: bytes = field(repr=False, default=b"")
    """Of the inspector who opens it, and the key it belongs to: what was released to it opens with them."""
    inspector_key: Any = None


def opened_messages(letter: Letter, letter_key: bytes) -> tuple[Message, ...]:
    """Raises sealing.Broken where one was changed, or moved to another place."""
    return tuple(_opened(letter, letter_key, row) for row in letter.messages.all())


def _opened(letter: Letter, letter_key: bytes, row: Any) -> Message:
    place = message_place(letter, row.number, is_from_writer=row.is_from_writer)
    text = sealing.decrypt(letter_key, row.ciphertext, place=place)
    return Message(row.number, row.is_from_writer, text, row.written_on)


def letter_place(letter: Letter) -> str:
    return f"letter {letter.pk}"


def message_place(letter: Letter, number: int, *, is_from_writer: bool) -> str:
    return f"message {letter.pk} {number} {'writer' if is_from_writer else 'inspector'}"


def clean_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(stripped for name in names if (stripped := name.strip()))


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


def reader_keys(routing: Routing) -> list[InspectorKey | RecoveryKey]:
    """The keys of exactly those whom routing found, and last the recovery key. Raises Refused."""
    return [*InspectorKey.objects.filter(pk__in=[one.key for one in routing.readers]), recovery_in_use()]


def seal_boxes(letter: Letter, letter_key: bytes, keys: Sequence[InspectorKey | RecoveryKey]) -> None:
    """The letter's key for each of them; older boxes go."""
    letter.boxes.all().delete()
    LetterBox.objects.bulk_create(
        LetterBox(
            letter=letter,
            inspector_key=key if isinstance(key, InspectorKey) else None,
            recovery_key=key if isinstance(key, RecoveryKey) else None,
            sealed_key=sealing.seal_to(key.public_key, letter_key),
        )
        for key in keys
    )


def lock_letter(letter: Letter) -> Letter:
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
    letter.shredded_on, letter.sealed_to = on, []
    letter.save(update_fields=["ciphertext", "writer_box", "shredded_on", "sealed_to"])
