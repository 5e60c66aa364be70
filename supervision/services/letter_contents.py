"""What lies inside a letter's ciphertext, and what its readers and its writer are shown of it."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID

from supervision import sealing
from supervision.models import Letter


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
