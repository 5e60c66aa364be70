"""How a message leaves: claimed, looked at once more, and sent inside or outside."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import gettext as _

from members.bulk import InArray
from reminders.channels.senders import NotSent, Outgoing, Uncertain, sender_for
from reminders.choices import AttemptResult, ChannelKind, MessageState
from reminders.messages.models import Attempt, Message, MessageQuerySet
from reminders.messages.rules import LINK
from reminders.messages.services import answer_link
from reminders.messages.text_rules import filled
from reminders.planning.kinds import Checked, check_before_sending
from reminders.planning.rules import DueMessage
from reminders.sending.queries import addresses_of, rows_of

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
    Attempt.objects.filter(InArray("message", keys), result="").update(
        result=AttemptResult.UNKNOWN, ended_at=at, problem=problem
    )
    return still(keys, [MessageState.SENDING]).update(state=MessageState.UNKNOWN, problem=problem)


def set_aside(checked: Checked[Any], at: datetime) -> int:
    """Store what was found of those that don't go out now; returns how many failed for good or for now."""
    failed = 0
    if checked.stopped:
        _ready(checked.stopped).update(state=MessageState.STOPPED, settled_at=at)
    for moment, keys in checked.quiet.items():
        _ready(keys).update(due_at=moment)
    if checked.troubled:
        problem = _("It couldn't be told whether this is still to be said.")
        failed += _ready(checked.troubled).update(due_at=at + TROUBLE, problem=problem)
    for names, keys in checked.unfilled.items():
        problem = _("Nothing fills %(names)s in the wording.") % {"names": names}
        failed += _ready(keys).update(state=MessageState.DEAD, problem=problem[:300])
    return failed


def _ready(keys: Iterable[UUID]) -> MessageQuerySet:
    return still(keys, READY)


def still(keys: Iterable[UUID], states: Iterable[str]) -> MessageQuerySet:
    """Only those that are still so: whoever was quicker has had the say.

    The keys find the rows. Did a database recognize the state, it might go through all that are so, for each batch.
    """
    return Message.objects.filter(InArray("pk", keys), In(Concat("state", Value("")), list(states)))


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

    def _due(self, most: int) -> list[DueMessage]:
        """In no order of keys: very many are due at the same moment, and would be sorted for each batch."""
        due = Message.objects.due(self.at).filter(channel__in=INSIDE).order_by("due_at")
        rows = due.select_for_update(skip_locked=True)
        while not (found := list(rows_of(rows[self.start * most :][:most]))) and self.start:
            self.start -= 1
        return found

    def _do(self, messages: Sequence[DueMessage]) -> tuple[int, int, int]:
        if not messages:
            return 0, 0, 0
        checked = check_before_sending(messages, self.at)
        with transaction.atomic():
            failed = set_aside(checked, self.at)
            _write(checked.changed)
            called = _move(checked.fit, ChannelKind.BY_HAND, sent_at=None)
            sent = _move(checked.fit, ChannelKind.IN_APP, sent_at=self.at)
        if called + sent < len(checked.fit):
            self.start += APART
        return len(messages), sent, failed


def _write(changed: Mapping[UUID, Mapping[str, str]]) -> None:
    """What messages say as of now, where the row says something else."""
    rows = [Message(pk=key, values=dict(values)) for key, values in changed.items()]
    if rows:
        still(changed, READY).bulk_update(rows, ["values"], batch_size=WRITTEN)


def _move(messages: Sequence[DueMessage], channel: ChannelKind, *, sent_at: datetime | None) -> int:
    keys = [one.pk for one in messages if one.channel == channel]
    return still(keys, READY).update(state=BECOMES[channel], sent_at=sent_at, problem="") if keys else 0


PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
)


def pause_after(attempts: int) -> timedelta | None:
    """How long to wait after so many attempts (1: the first has failed). None: it was tried often enough."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None


log = logging.getLogger(__name__)

UNKNOWN = AttemptResult.UNKNOWN
LOOKED_AT_ONCE = 20
"""So few, that little time passes between a look whether a thing is done and its message."""
PROBLEMS_BORNE = 3
"""After so many failures a way outside is left alone until the next round: its server is down."""


@dataclass(slots=True)
class Round:
    """One round of sending. `now` goes on from the moment that the round was begun for."""

    at: datetime
    by: str
    began: float
    problems: "Counter[tuple[str, UUID | None]]"

    @classmethod
    def begin(cls, at: datetime, by: str) -> "Round":
        return cls(at, by, time.monotonic(), Counter())

    def now(self) -> datetime:
        return self.at + timedelta(seconds=time.monotonic() - self.began)

    def leaves_alone(self, message: Message) -> bool:
        return self.problems[message.channel, message.setup_id] >= PROBLEMS_BORNE


@dataclass(frozen=True, slots=True)
class Ending:
    """What became of an attempt."""

    result: AttemptResult
    state: MessageState
    problem: str = ""
    again_after: timedelta | None = None


def send_some(turn: Round, most: int) -> tuple[int, int, int]:
    """Send up to so many due messages; how many were looked at, how many sent, how many failed or are unknown."""
    messages = _next(turn, min(most, LOOKED_AT_ONCE))
    if not messages:
        return 0, 0, 0
    checked = check_before_sending(messages, turn.now())
    failed = set_aside(checked, turn.now())
    for message in checked.fit:
        message.values = dict(checked.changed.get(message.pk, message.values))
    addresses = addresses_of(checked.fit, on=timezone.localdate(turn.at))
    results = Counter(send_one(message, addresses, turn) for message in checked.fit)
    return len(messages), results[AttemptResult.SENT], failed + results[AttemptResult.FAILED] + results[UNKNOWN]


def send_one(message: Message, addresses: Mapping[UUID, str], turn: Round) -> AttemptResult | None:
    """None: somebody else has it, or its way outside is left alone for now."""
    if turn.leaves_alone(message):
        return None
    attempt = _claim(message, turn)
    if attempt is None:
        return None
    ending = _send(message, addresses.get(message.pk))
    if ending.again_after:
        turn.problems[message.channel, message.setup_id] += 1
    _finish(attempt, ending, turn.now())
    return ending.result


def _next(turn: Round, most: int) -> list[Message]:
    now = turn.now()
    due = Message.objects.due(now).filter(expires_at__gt=now).exclude(channel__in=INSIDE)
    for channel, setup in (way for way, count in turn.problems.items() if count >= PROBLEMS_BORNE):
        due = due.exclude(channel=channel, setup=setup)
    return list(due.select_related("wording", "setup")[:most])


@transaction.atomic
def _claim(message: Message, turn: Round) -> Attempt | None:
    """First step. Whoever changes the row from planned to being sent has it; nobody else then does."""
    now = turn.now()
    ours = Message.objects.filter(pk=message.pk, state=MessageState.READY, due_at__lte=now, expires_at__gt=now).update(
        state=MessageState.SENDING, claimed_at=now, attempts_made=F("attempts_made") + 1, values=message.values
    )
    if not ours:
        return None
    number = Message.objects.values_list("attempts_made", flat=True).get(pk=message.pk)
    return Attempt.objects.create(
        message=message, number=number, channel=message.channel, started_at=now, by=turn.by[:150]
    )


def _send(message: Message, address: str | None) -> Ending:
    """Second step, in no transaction: it may take seconds."""
    try:
        sender_for(message.channel).send(_outgoing(message, address), message.setup)
    except NotSent as problem:
        return _not_sent(message, problem)
    except Uncertain as problem:
        return Ending(UNKNOWN, MessageState.UNKNOWN, problem.sentence)
    except Exception:
        log.exception("Sending message %s broke off.", message.pk)
        return Ending(UNKNOWN, MessageState.UNKNOWN, _("The program broke off while it was sending this."))
    return Ending(AttemptResult.SENT, MessageState.SENT)


def _outgoing(message: Message, address: str | None) -> Outgoing:
    if address is None:
        raise NotSent(_("There is no address any more, or none that may be used."), again=False)
    if message.setup and not message.setup.is_used:
        raise NotSent(_("This channel isn't in use any more."), again=False)
    link = {LINK: answer_link(message.pk, message.kind)} if LINK in message.values else {}
    subject, text = filled(message.wording, {**message.values, **link})
    return Outgoing(address, subject, text, "", message.pk)


def _not_sent(message: Message, problem: NotSent) -> Ending:
    pause = pause_after(message.attempts_made + 1) if problem.again else None
    state = MessageState.READY if pause else MessageState.DEAD
    return Ending(AttemptResult.FAILED, state, problem.sentence, pause)


@transaction.atomic
def _finish(attempt: Attempt, ending: Ending, now: datetime) -> None:
    """Third step. Somebody may have given the message up meanwhile; what we know is more than they knew."""
    Attempt.objects.filter(pk=attempt.pk).update(result=ending.result, ended_at=now, problem=ending.problem[:300])
    Message.objects.filter(
        pk=attempt.message_id,
        attempts_made=attempt.number,
        state__in=(MessageState.SENDING, MessageState.UNKNOWN),
    ).update(
        state=ending.state,
        sent_at=now if ending.state == MessageState.SENT else None,
        problem=ending.problem[:300],
        **({"due_at": now + ending.again_after} if ending.again_after else {}),
    )
