"""Messages that need nobody outside: a row that is sent stands in its reader's inbox, or on the call list."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from reminders.choices import ChannelKind, MessageState
from reminders.models import Message, Wording
from reminders.queries.standing import look
from reminders.services.clearing import set_aside

INSIDE = (ChannelKind.IN_APP, ChannelKind.BY_HAND)
BECOMES = {ChannelKind.IN_APP: MessageState.SENT, ChannelKind.BY_HAND: MessageState.TO_CALL}


@transaction.atomic
def deliver(at: datetime, most: int) -> tuple[int, int, int]:
    """Claim up to so many due messages and do them: the claim and its effect are one transaction.

    Returns how many were claimed, how many of them stand in an inbox now, and how many failed. Several at once
    never take the same row: PostgreSQL skips what is locked, SQLite lets only one of them write.
    """
    messages = _claim(at, most)
    if not messages:
        return 0, 0, 0
    looked = look(messages, at)
    failed = set_aside(looked, at)
    Message.objects.bulk_update(looked.changed, ["values"])
    _move(looked.fit, ChannelKind.BY_HAND, sent_at=None)
    return len(messages), _move(looked.fit, ChannelKind.IN_APP, sent_at=at), failed


def _claim(at: datetime, most: int) -> list[Message]:
    """In no order of keys: very many are due at the same moment, and would be sorted for each batch."""
    due = Message.objects.due(at).filter(channel__in=INSIDE).order_by("due_at").select_for_update(skip_locked=True)
    messages = list(due[:most])
    wordings = Wording.objects.in_bulk({message.wording_id for message in messages})
    for message in messages:
        message.wording = wordings[message.wording_id]
    return messages


def _move(messages: Sequence[Message], channel: ChannelKind, *, sent_at: datetime | None) -> int:
    keys = [message.pk for message in messages if message.channel == channel]
    if not keys:
        return 0
    return Message.objects.filter(pk__in=keys).update(state=BECOMES[channel], sent_at=sent_at, problem="")
