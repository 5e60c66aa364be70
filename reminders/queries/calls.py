"""Whom to call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from members.choices import Capability
from members.models import User
from members.queries.places import places_of
from reminders.models import Message
from reminders.queries.answering import REASONS
from reminders.queries.messages import PEOPLE, Letter, letter, messages_of, told
from reminders.queries.standing import undone
from reminders.rules.links import choices_of


@dataclass(frozen=True, slots=True)
class Call:
    """One thing to say, and the answers to what is asked."""

    message: Message
    letter: Letter
    choices: list[tuple[str, Promise]]


@dataclass(frozen=True, slots=True)
class Callee:
    """One person to call, with everything there is to say."""

    told: str
    calls: list[Call]

    @property
    def message(self) -> Message:
        """The first thing: who is called is the same in all of them."""
        return self.calls[0].message


def callees_of(user: User, *, at: datetime) -> list[Callee]:
    """The calls, each person once."""
    people: dict[object, list[Call]] = {}
    for call in calls_of(user, at=at):
        message = call.message
        who = (message.addressee, message.member_id, message.contact_person_id, message.user_id)
        people.setdefault(who, []).append(call)
    return [Callee(told(calls[0].message), calls) for calls in people.values()]


def holders_of(callees: Iterable[Callee], user: User) -> dict[int, str]:
    """Member's id → the organization that holds the number, where it isn't the user's to open. One query at most."""
    guests = [one.message.member for one in callees if one.message.member and not may_open(one.message, user)]
    if not guests:
        return {}
    names = places_of(user, "", [guest.roster_path for guest in guests]).names
    return {guest.pk: names.get(guest.roster_path, "") for guest in guests}


def may_open(message: Message, user: User) -> bool:
    """Whether the number of whoever is called is the user's to open: a guest's is kept by their own branch."""
    return bool(message.member and user.standing.may(Capability.REVEAL_PRIVATE, message.member.roster_path))


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
    return Call(message, letter(message, asks_here=True), choices)
