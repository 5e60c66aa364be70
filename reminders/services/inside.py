"""Messages that need nobody outside: a row that is sent stands in its reader's inbox, or on the call list."""

from collections.abc import Sequence
from datetime import datetime
from random import randrange

from django.db import connection, transaction

from reminders.choices import ChannelKind, MessageState
from reminders.models import Message, Wording
from reminders.queries.standing import look
from reminders.services.clearing import set_aside

INSIDE = (ChannelKind.IN_APP, ChannelKind.BY_HAND)
BECOMES = {ChannelKind.IN_APP: MessageState.SENT, ChannelKind.BY_HAND: MessageState.TO_CALL}


STARTS = 4
"""Where no row can be locked, workers begin at one of so many batches, and rarely look at the same one."""


def deliver(at: datetime, most: int) -> tuple[int, int, int]:
    """Do up to so many due messages: claim and effect are one UPDATE of rows that are still planned.

    Returns how many were looked at, how many of them stand in an inbox now, and how many failed. Several at once never
    do the same row: PostgreSQL skips what another has locked; on SQLite whoever writes first has it, and nobody keeps
    others from writing while they only look.
    """
    if not connection.features.has_select_for_update_skip_locked:
        return _do(_due(at, most, randrange(STARTS) * most) or _due(at, most), at)  # noqa: S311
    with transaction.atomic():
        return _do(_due(at, most), at)


def _due(at: datetime, most: int, start: int = 0) -> list[Message]:
    """In no order of keys: very many are due at the same moment, and would be sorted for each batch."""
    due = Message.objects.due(at).filter(channel__in=INSIDE).order_by("due_at").select_for_update(skip_locked=True)
    messages = list(due[start : start + most])
    wordings = Wording.objects.in_bulk({message.wording_id for message in messages})
    for message in messages:
        message.wording = wordings[message.wording_id]
    return messages


def _do(messages: Sequence[Message], at: datetime) -> tuple[int, int, int]:
    if not messages:
        return 0, 0, 0
    looked = look(messages, at)
    with transaction.atomic():
        failed = set_aside(looked, at)
        Message.objects.bulk_update(looked.changed, ["values"])
        _move(looked.fit, ChannelKind.BY_HAND, sent_at=None)
        return len(messages), _move(looked.fit, ChannelKind.IN_APP, sent_at=at), failed


def _move(messages: Sequence[Message], channel: ChannelKind, *, sent_at: datetime | None) -> int:
    keys = [message.pk for message in messages if message.channel == channel]
    if not keys:
        return 0
    planned = Message.objects.filter(pk__in=keys, state=MessageState.READY)
    return planned.update(state=BECOMES[channel], sent_at=sent_at, problem="")
