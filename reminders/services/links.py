"""Links by which somebody answers without logging in."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse

from reminders.choices import MessageKind
from reminders.models import Message
from reminders.rules.links import PURPOSES, Purpose, is_signed, key_in, make_token

NOTHING = Purpose.WHY_ABSENT
"""Checked for a message that doesn't exist, so that it takes as long as one that does."""


def answer_link(message_key: UUID, kind: str) -> str:
    """The whole address at which a message of that kind is answered; empty for kinds that ask nothing.

    The message needn't be stored yet: its key and our secret are enough.
    """
    purpose = PURPOSES.get(MessageKind(kind))
    if purpose is None:
        return ""
    return settings.PUBLIC_URL + reverse("reminders:answer", args=[make_token(message_key, purpose, _secrets()[0])])


def message_of(token: str) -> Message | None:
    """The message that a link leads to, however old. None alike for a forged token, for no such message, and for a
    token of another purpose."""
    key = key_in(token)
    found = Message.objects.select_related("wording", "organization", "member").filter(pk=key).first() if key else None
    purpose = PURPOSES.get(found.kind) if found else None
    signed = is_signed(token, purpose or NOTHING, _secrets())
    return found if signed and purpose else None


def _secrets() -> list[str]:
    """The secret that signs, and those before it that still open links."""
    return [str(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
