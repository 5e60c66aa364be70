"""Messages that need nobody outside: a row that is sent stands in its reader's inbox, or on the call list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from reminders.choices import ChannelKind, MessageState
from reminders.models import Message
from reminders.queries.due import rows_of
from reminders.queries.standing import look
from reminders.rules.pending import Due
from reminders.services.clearing import READY, set_aside, still

INSIDE = (ChannelKind.IN_APP, ChannelKind.BY_HAND)
BECOMES = {ChannelKind.IN_APP: MessageState.SENT, ChannelKind.BY_HAND: MessageState.TO_CALL}
WRITTEN = 200
"""Messages that a statement gives new values."""
APART = 3
"""Batches between two workers where no row can be locked: so many may one do more than the other before they meet."""


@dataclass(slots=True)
class Inside:
    """A round of them. Several at once never do the same row: PostgreSQL skips what another has locked. On SQLite who
    writes first has it, and nobody keeps others from writing while they only look; who came second goes further back.
    """

    at: datetime
    start: int = 0

    def deliver(self, most: int) -> tuple[int, int, int]:
        """Do up to so many due messages: claim and effect are one UPDATE of rows that are still planned.

        Returns how many were looked at, how many of them stand in an inbox now, and how many failed.
        """
        if not connection.features.has_select_for_update_skip_locked:
            return self._do(self._due(most))
        with transaction.atomic():
            return self._do(self._due(most))

    def _due(self, most: int) -> list[Due]:
        """In no order of keys: very many are due at the same moment, and would be sorted for each batch."""
        due = Message.objects.due(self.at).filter(channel__in=INSIDE).order_by("due_at")
        rows = due.select_for_update(skip_locked=True)
        while not (found := list(rows_of(rows[self.start * most :][:most]))) and self.start:
            self.start -= 1
        return found

    def _do(self, messages: Sequence[Due]) -> tuple[int, int, int]:
        if not messages:
            return 0, 0, 0
        looked = look(messages, self.at)
        with transaction.atomic():
            failed = set_aside(looked, self.at)
            _write(looked.changed)
            called = _move(looked.fit, ChannelKind.BY_HAND, sent_at=None)
            sent = _move(looked.fit, ChannelKind.IN_APP, sent_at=self.at)
        if called + sent < len(looked.fit):
            self.start += APART
        return len(messages), sent, failed


def _write(changed: Mapping[UUID, Mapping[str, str]]) -> None:
    """What messages say as of now, where the row says something else."""
    rows = [Message(pk=key, values=dict(values)) for key, values in changed.items()]
    if rows:
        still(changed, READY).bulk_update(rows, ["values"], batch_size=WRITTEN)


def _move(messages: Sequence[Due], channel: ChannelKind, *, sent_at: datetime | None) -> int:
    keys = [one.pk for one in messages if one.channel == channel]
    return still(keys, READY).update(state=BECOMES[channel], sent_at=sent_at, problem="") if keys else 0
