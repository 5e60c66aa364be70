"""The token in the address of a one-tap answer: whoever holds it may answer this one question, and nothing else."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from enum import StrEnum
from uuid import UUID

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
