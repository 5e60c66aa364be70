"""Whom to call."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from members.choices import Capability
from members.models import User
from reminders.models import Message
from reminders.queries.answering import REASONS
from reminders.queries.messages import PEOPLE, Letter, letter, messages_of, told
from reminders.queries.standing import undone
from reminders.rules.links import choices_of


@dataclass(frozen=True, slots=True)
class Call:
    """One person to call: what to say, and the answers to what is asked."""

    message: Message
    told: str
    letter: Letter
    choices: list[tuple[str, Promise]]


def calls_of(user: User, *, at: datetime) -> list[Call]:
    """Who is on the list now, branch by branch and the longest waiting first. A few queries for each kind.

    Whose thing was done since isn't called; the night's round takes them off the list for good.
    """
    due = messages_of(user, Capability.SEND_MESSAGES).to_call().filter(due_at__lte=at, expires_at__gt=at)
    rows = due.select_related(*PEOPLE, "wording").order_by("organization__path", "due_at", "key")
    waiting = list(rows)
    standing, troubled = undone(waiting, at)
    for message in waiting:
        message.values = dict(standing.get(message.pk, message.values))
    return [_call(message) for message in waiting if message.pk in standing or message.pk in troubled]


def _call(message: Message) -> Call:
    choices = [(code.value, REASONS[code]) for code in choices_of(message.kind)]
    return Call(message, told(message), letter(message, asks_here=True), choices)
