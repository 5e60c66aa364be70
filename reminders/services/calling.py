"""The list to call from: what became of a call, and who is called again on the next workday."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.services import record
from meetings.queries.special_days import workdays_on_record
from meetings.rules.workdays import Workdays
from members.models import ContactPerson, Member, User
from members.services.calls import Numbers, open_call_list
from members.services.refused import Refused
from reminders.choices import AnswerSource, AttemptResult, ChannelKind, MessageState
from reminders.models import Attempt, Message
from reminders.queries.calls import may_open
from reminders.services.answering import answer, hold_meeting

TOLD, NOT_REACHED = "told", "not_reached"
CALLS = 3
"""After so many calls in vain somebody has to think of another way."""
MORNING = time(8)
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
