"""Messages that go outside, in three steps: claim it, send it, say what became of it.

Between the first and the last the program may be killed. Then the row says that somebody was sending it, and after
its lease that nobody knows; it is never sent again by itself.
"""

import logging
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from reminders.choices import AttemptResult, MessageState
from reminders.models import Attempt, Message
from reminders.queries.addresses import addresses_of
from reminders.queries.standing import look
from reminders.rules.backoff import pause_after
from reminders.rules.filling import filled
from reminders.rules.links import LINK
from reminders.senders import NotSent, Outgoing, Uncertain, sender_for
from reminders.services.clearing import set_aside
from reminders.services.inside import INSIDE
from reminders.services.links import answer_link

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
    looked = look(messages, turn.now())
    failed = set_aside(looked, turn.now())
    for message in looked.fit:
        message.values = dict(looked.changed.get(message.pk, message.values))
    addresses = addresses_of(looked.fit, on=timezone.localdate(turn.at))
    results = Counter(send_one(message, addresses, turn) for message in looked.fit)
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
