"""The dispatcher's round, the night's, and calls."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time as datetime_time, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from meetings.planning.queries import workdays_on_record
from meetings.planning.rules import Workdays
from members.contacts.services import Numbers, open_call_list
from members.models import ContactPerson, Member, User
from members.refused import Refused
from reminders.choices import AnswerSource, AttemptResult, ChannelKind, MessageState
from reminders.messages.models import SHOWN, Attempt, Message, MessageQuerySet
from reminders.messages.services import answer, hold_meeting
from reminders.planning.kinds import undone
from reminders.sending.delivery import Inside, Round, expire, give_up_leases, send_some, still
from reminders.sending.queries import may_open, rows_of

CLAIMED = 2_000
"""In-app messages that a transaction does."""

Batch = Callable[[int], tuple[int, int, int]]
"""Given how many at most: how many it looked at, how many went out, how many failed."""


@dataclass(frozen=True, slots=True)
class Dispatched:
    """`dispatched` messages stand in an inbox or were taken by a way outside; `failed` weren't, or nobody knows."""

    dispatched: int = 0
    failed: int = 0

    def __add__(self, other: "Dispatched") -> "Dispatched":
        return Dispatched(self.dispatched + other.dispatched, self.failed + other.failed)


def dispatch(at: datetime, *, limit: int | None = None, seconds: float | None = None, by: str = "") -> Dispatched:
    """What sends a reminder: all that is due at that moment, or until `limit` messages or `seconds` of work.

    `by` is whose name stands at attempts outside. What is left waits for the next round.
    """
    room = _Room(limit, seconds)
    given_up = Dispatched(failed=give_up_leases(at))
    expire(at)
    turn = Round.begin(at, by)
    inbox = Inside(at)
    inside = _until_done(lambda most: inbox.deliver(min(most, CLAIMED)), room)
    return given_up + inside + _until_done(lambda most: send_some(turn, most), room)


class _Room:
    """How much may still be done."""

    def __init__(self, limit: int | None, seconds: float | None) -> None:
        self.left = limit if limit is not None else 10**9
        self.until = time.monotonic() + seconds if seconds is not None else float("inf")

    def most(self) -> int:
        return self.left if time.monotonic() < self.until else 0


def _until_done(batch: Batch, room: _Room) -> Dispatched:
    done = Dispatched()
    while most := room.most():
        looked_at, dispatched, failed = batch(most)
        if not looked_at:
            break
        room.left -= looked_at
        done += Dispatched(dispatched, failed)
    return done


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


TOLD, NOT_REACHED = "told", "not_reached"
CALLS = 3
"""After so many calls in vain somebody has to think of another way."""
MORNING = datetime_time(8)
WITHIN = timedelta(days=14)
"""Within so many days there is a workday, whatever the holidays."""


@transaction.atomic
def record_call(*, message: Message, result: str, at: datetime, by: User, words: str = "") -> Message:
    """What became of a call: an answer's code, TOLD or NOT_REACHED. Raises Refused, also when another was quicker."""
    if result not in (TOLD, NOT_REACHED):
        hold_meeting(message)
    message = Message.objects.select_for_update(of=("self",)).select_related("organization").get(pk=message.pk)
    if message.state != MessageState.TO_CALL:
        raise Refused(_("Somebody has dealt with this call already."))
    if result == NOT_REACHED:
        _not_reached(message, at, by)
        return message
    if result != TOLD:
        answer(message=message, choice=result, source=AnswerSource.CALL, words=words, at=at, by=by)
    _attempt(message, AttemptResult.SENT, at, by)
    _store(message, state=MessageState.SENT, sent_at=at, problem="")
    _record("record_call", message, by)
    return message


def open_numbers(*, messages: Sequence[Message], reason: str, now: datetime, by: User) -> dict[int, Numbers]:
    """Member's id → the numbers of whoever is to be called: the member's, or the contact person's and no other's.

    Guests' numbers, which their own branch keeps, are left out. Each is on record with the reason, and counts as on
    the roster's own list. Raises Refused.
    """
    people: dict[int, tuple[Member, list[ContactPerson]]] = {}
    for message in messages:
        if message.member and may_open(message, by):
            _member, persons = people.setdefault(message.member.pk, (message.member, []))
            if message.contact_person and message.contact_person not in persons:
                persons.append(message.contact_person)
    return open_call_list(people=list(people.values()), reason=reason, now=now, by=by)


def next_workday(day: date, workdays: Workdays) -> date:
    """The workday after that day."""
    first = day + timedelta(days=1)
    return workdays.workday_near(first, first=first, last=first + WITHIN)


def _not_reached(message: Message, at: datetime, by: User) -> None:
    sentence = _("Nobody answered.")
    _attempt(message, AttemptResult.FAILED, at, by, problem=sentence)
    calls = message.attempts.filter(channel=ChannelKind.BY_HAND, result=AttemptResult.FAILED).count()
    if calls >= CALLS:
        _store(message, state=MessageState.DEAD, problem=_("Three calls in vain. A visit, or a neighbour, may help."))
    else:
        morning = datetime.combine(next_workday(timezone.localdate(at), workdays_on_record()), MORNING)
        _store(message, due_at=timezone.make_aware(morning), problem=sentence)
    _record("record_call", message, by)


def _attempt(message: Message, result: str, at: datetime, by: User, *, problem: str = "") -> None:
    last = message.attempts.order_by("-number").first()
    number = last.number + 1 if last else 1
    Attempt.objects.create(
        message=message, number=number, channel=ChannelKind.BY_HAND, started_at=at, ended_at=at, result=result,
        problem=problem, by=str(by),
    )  # fmt: skip
    message.attempts_made += 1


def _store(message: Message, **fields: object) -> None:
    for name, value in fields.items():
        setattr(message, name, value)
    message.save(update_fields=[*fields, "attempts_made"])


def _record(action: str, message: Message, by: User) -> None:
    record(action=action, by=by, subject=message, organization_code=message.organization.code)
