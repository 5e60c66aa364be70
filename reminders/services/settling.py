"""What messages asked for was done since: seen each night, so that the list says what they led to."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from reminders.choices import MessageState
from reminders.models import Message
from reminders.models.message import SHOWN, MessageQuerySet
from reminders.queries.due import rows_of
from reminders.queries.standing import undone
from reminders.services.clearing import still

AT_ONCE = 1_000
LOOKED_BACK = timedelta(days=60)
"""What is older and still undone won't have been done because of the message."""
NOT_OUT_YET = (MessageState.HELD, MessageState.TO_CALL)


def settle(at: datetime) -> int:
    """Write at sent messages that their thing is done, and stop calls and reviews that nobody needs any more.

    Returns how many. Those that are done are looked at no more.
    """
    sent = Message.objects.unsettled().filter(planned_at__gte=at - LOOKED_BACK)
    waiting = Message.objects.filter(state__in=NOT_OUT_YET)
    settled = sum(still(done, SHOWN).filter(settled_at=None).update(settled_at=at) for done in _done(sent, at))
    left = {"state": MessageState.STOPPED, "settled_at": at}
    return settled + sum(still(done, NOT_OUT_YET).update(**left) for done in _done(waiting, at))


def _done(messages: MessageQuerySet, at: datetime) -> Iterator[list[UUID]]:
    """Batch by batch in the order of their keys: what is settled meanwhile doesn't shift the rest."""
    after: UUID | None = None
    rows = messages.order_by("pk")
    while batch := list(rows_of((rows.filter(pk__gt=after) if after else rows)[:AT_ONCE])):
        after = batch[-1].pk
        standing, troubled = undone(batch, at)
        there = standing.keys() | set(troubled)
        if done := [message.pk for message in batch if message.pk not in there]:
            yield done
