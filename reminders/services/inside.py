"""Messages that need nobody outside: a row that is sent stands in its reader's inbox, or on the call list."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from random import randrange
from uuid import UUID

from django.db import connection, transaction

from reminders.choices import ChannelKind, MessageState
from reminders.models import Message
from reminders.queries.standing import look
from reminders.rules.pending import Due
from reminders.services.clearing import READY, set_aside, still

INSIDE = (ChannelKind.IN_APP, ChannelKind.BY_HAND)
BECOMES = {ChannelKind.IN_APP: MessageState.SENT, ChannelKind.BY_HAND: MessageState.TO_CALL}
WRITTEN = 200
"""Messages that a statement gives new values."""
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


def _due(at: datetime, most: int, start: int = 0) -> list[Due]:
    """In no order of keys: very many are due at the same moment, and would be sorted for each batch."""
    due = Message.objects.due(at).filter(channel__in=INSIDE).order_by("due_at").select_for_update(skip_locked=True)
    return list(map(Due._make, due.values_list(*Due._fields)[start : start + most]))


def _do(messages: Sequence[Due], at: datetime) -> tuple[int, int, int]:
    if not messages:
        return 0, 0, 0
    looked = look(messages, at)
    with transaction.atomic():
        failed = set_aside(looked, at)
        _write(looked.changed)
        _move(looked.fit, ChannelKind.BY_HAND, sent_at=None)
        return len(messages), _move(looked.fit, ChannelKind.IN_APP, sent_at=at), failed


def _write(changed: Mapping[UUID, Mapping[str, str]]) -> None:
    """What messages say as of now, where the row says something else."""
    rows = [Message(pk=key, values=dict(values)) for key, values in changed.items()]
    if rows:
        Message.objects.filter(state=MessageState.READY).bulk_update(rows, ["values"], batch_size=WRITTEN)


def _move(messages: Sequence[Due], channel: ChannelKind, *, sent_at: datetime | None) -> int:
    keys = [one.pk for one in messages if one.channel == channel]
    return still(keys, READY).update(state=BECOMES[channel], sent_at=sent_at, problem="") if keys else 0
