"""Rows of the outbox that don't go out, and why: too late, done already, not now, or nothing to say."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.db.models.lookups import In
from django.utils.translation import gettext as _

from members.among import Among
from reminders.choices import AttemptResult, MessageState
from reminders.models import Attempt, Message
from reminders.models.message import MessageQuerySet
from reminders.queries.standing import Looked

LEASE = timedelta(minutes=5)
"""So long a way outside may take. Whoever took a message and said nothing by then was interrupted."""
TROUBLE = timedelta(minutes=5)
READY = (MessageState.READY,)
ENDS = (MessageState.HELD, MessageState.READY, MessageState.TO_CALL)
"""What expires. A message that is being sent is left to whoever sends it."""


@transaction.atomic
def expire(at: datetime) -> int:
    """What nobody needs any more; rows that somebody else is about to send are left to them."""
    late = Message.objects.filter(state__in=ENDS, expires_at__lte=at).select_for_update(skip_locked=True)
    keys = list(late.values_list("pk", flat=True))
    return still(keys, ENDS).update(state=MessageState.EXPIRED) if keys else 0


def give_up_leases(at: datetime) -> int:
    """Whoever was sending these was interrupted: nobody knows whether they went out."""
    return _give_up(Q(claimed_at__lt=at - LEASE), at)


def give_up_of(worker: str, at: datetime) -> int:
    """What this worker was sending when it ended; called when it begins anew, under the same name."""
    open_attempts = Attempt.objects.filter(by=worker, result="").values("message")
    return _give_up(Q(pk__in=open_attempts), at)


@transaction.atomic
def _give_up(which: Q, at: datetime) -> int:
    left = Message.objects.filter(which, state=MessageState.SENDING).select_for_update(skip_locked=True)
    keys = list(left.values_list("pk", flat=True))
    if not keys:
        return 0
    problem = _("The program was interrupted while it was sending this: perhaps it arrived, perhaps not.")
    Attempt.objects.filter(Among("message", keys), result="").update(
        result=AttemptResult.UNKNOWN, ended_at=at, problem=problem
    )
    return still(keys, [MessageState.SENDING]).update(state=MessageState.UNKNOWN, problem=problem)


def set_aside(looked: Looked[Any], at: datetime) -> int:
    """Store what was found of those that don't go out now; returns how many failed for good or for now."""
    failed = 0
    if looked.stopped:
        _ready(looked.stopped).update(state=MessageState.STOPPED, settled_at=at)
    for moment, keys in looked.quiet.items():
        _ready(keys).update(due_at=moment)
    if looked.troubled:
        problem = _("It couldn't be told whether this is still to be said.")
        failed += _ready(looked.troubled).update(due_at=at + TROUBLE, problem=problem)
    for names, keys in looked.unfilled.items():
        problem = _("Nothing fills %(names)s in the wording.") % {"names": names}
        failed += _ready(keys).update(state=MessageState.DEAD, problem=problem[:300])
    return failed


def _ready(keys: Iterable[UUID]) -> MessageQuerySet:
    return still(keys, READY)


def still(keys: Iterable[UUID], states: Iterable[str]) -> MessageQuerySet:
    """Only those that are still so: whoever was quicker has had the say.

    The keys find the rows. Did a database recognize the state, it might go through all that are so, for each batch.
    """
    return Message.objects.filter(Among("pk", keys), In(Concat("state", Value("")), list(states)))
