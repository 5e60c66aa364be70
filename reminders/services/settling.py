"""What messages asked for was done since: seen each night, so that the list says what they led to."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from uuid import UUID

from reminders.choices import MessageState
from reminders.models import Message
from reminders.models.message import MessageQuerySet
from reminders.queries.standing import undone

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
    settled = sum(sent.filter(pk__in=done).update(settled_at=at) for done in _done(sent, at))
    stopped = (
        waiting.filter(pk__in=done).update(state=MessageState.STOPPED, settled_at=at) for done in _done(waiting, at)
    )
    return settled + sum(stopped)


def _done(messages: MessageQuerySet, at: datetime) -> Iterator[list[UUID]]:
    """Batch by batch in the order of their keys: what is settled meanwhile doesn't shift the rest."""
    after: UUID | None = None
    while batch := list((messages.filter(pk__gt=after) if after else messages).order_by("pk")[:AT_ONCE]):
        after = batch[-1].pk
        standing, troubled = undone(batch, at)
        there = standing.keys() | set(troubled)
        yield [message.pk for message in batch if message.pk not in there]
