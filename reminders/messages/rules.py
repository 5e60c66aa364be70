"""Links by which somebody answers, and what an answer does."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from meetings.choices import TOOK_PART
from reminders.choices import AnswerChoice, MessageKind

LINK, STANDS = "answer_link", "→"
"""The placeholder of the link, and what is stored in its place: the address itself is made when it is sent, for whoever
reads the rows of the database shall not be able to answer."""

MAC = 16
"""Bytes of the signature: 2**128 guesses; the whole token has 43 characters, which a text message has room for."""


class Purpose(StrEnum):
    """What a link is good for. A token signed for one purpose opens nothing else, though the message is the same."""

    WHY_ABSENT = "why_absent"
    STUDIED = "studied"


PURPOSES: Mapping[str, Purpose] = {MessageKind.MISSED: Purpose.WHY_ABSENT, MessageKind.MAKE_UP: Purpose.STUDIED}
"""Kinds of messages that ask something, and what they ask. The others have no link to answer."""

CHOICES: Mapping[Purpose, tuple[AnswerChoice, ...]] = {
    Purpose.WHY_ABSENT: (AnswerChoice.ILL, AnswerChoice.AWAY, AnswerChoice.DID_NOT_KNOW, AnswerChoice.OTHER),
    Purpose.STUDIED: (AnswerChoice.STUDIED,),
}


def choices_of(kind: str) -> tuple[AnswerChoice, ...]:
    """The answers to a message of that kind; none if it asks nothing."""
    purpose = PURPOSES.get(kind)
    return CHOICES[purpose] if purpose else ()


def make_token(message_key: UUID, purpose: Purpose, secret: str) -> str:
    """43 characters for an address: the message, and that we said so for this purpose."""
    return _text(message_key.bytes + _mac(message_key, purpose, secret))


def key_in(token: str) -> UUID | None:
    """Which message the token names. Says nothing about whether it is ours."""
    raw = _bytes(token)
    return UUID(bytes=raw[:16]) if raw else None


def is_signed(token: str, purpose: Purpose, secrets: Iterable[str]) -> bool:
    """Whether one of our secrets signed the token for this purpose."""
    raw, key = _bytes(token), key_in(token)
    if raw is None or key is None:
        return False
    fitting = [hmac.compare_digest(raw[16:], _mac(key, purpose, secret)) for secret in secrets]
    return any(fitting)


def _mac(message_key: UUID, purpose: Purpose, secret: str) -> bytes:
    signed = f"branchweb answer {purpose} {message_key}".encode()
    return hmac.new(secret.encode(), signed, hashlib.sha256).digest()[:MAC]


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(token: str) -> bytes | None:
    """What the token says, if it is written the one way in which we write it."""
    try:
        raw = base64.urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
    except (ValueError, binascii.Error):
        return None
    return raw if len(raw) == 16 + MAC and _text(raw) == token else None


class Closed(StrEnum):
    """Why nothing more is recorded."""

    NOT_EXPECTED = "not_expected"
    """The member isn't on the meeting's list, or there is no such meeting any more."""
    NOT_OVER = "not_over"
    TOOK_PART = "took_part"
    """There, visited, or made up for it."""
    SAID_OTHERWISE = "said_otherwise"
    """An officer recorded a reason, or has changed the attendance since the answer."""
    MINUTES = "minutes"
    """Answered, and the minutes were locked on it."""


@dataclass(frozen=True, slots=True)
class AttendanceOnRecord:
    """What the meeting's record says about whom the question concerns. `state` is empty: not on the list."""

    state: str = ""
    is_over: bool = True
    is_locked: bool = False
    has_reason: bool = False
    is_answered_last: bool = False
    """The last that happened to this attendance was an answer to one of our messages."""


def closed(purpose: Purpose, known: AttendanceOnRecord) -> Closed | None:
    """Why an answer isn't recorded; None when it is.

    A first answer is welcome also after the minutes: figures don't move by it. Another one isn't: they were signed
    with the first. What an officer recorded goes before every tap.
    """
    if not known.state:
        return Closed.NOT_EXPECTED
    if not known.is_over:
        return Closed.NOT_OVER
    if known.state in TOOK_PART:
        return Closed.TOOK_PART
    if purpose == Purpose.STUDIED or not known.has_reason:
        return None
    if not known.is_answered_last:
        return Closed.SAID_OTHERWISE
    return Closed.MINUTES if known.is_locked else None


def is_reason(choice: AnswerChoice) -> bool:
    """Whether the answer says why somebody was absent."""
    return choice != AnswerChoice.STUDIED
