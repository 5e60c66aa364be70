"""What is due, where it goes, and whom to call."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import CharField, TextField
from django.db.models.functions import Cast
from django.utils.functional import Promise

from members.choices import Capability
from members.fields import opened
from members.models import ContactPerson, Member, User
from members.roster.queries import places_of
from reminders.channels.queries import Recipients, recipients
from reminders.channels.rules import Person
from reminders.choices import Addressee, ChannelKind
from reminders.messages.models import Message, MessageQuerySet
from reminders.messages.queries import PEOPLE, REASONS, Letter, letter, messages_of, told
from reminders.messages.rules import choices_of
from reminders.planning.kinds import undone
from reminders.planning.rules import DueMessage


def addresses_of(messages: Sequence[Message], *, on: date) -> dict[UUID, str]:
    """E-mail address or phone number, by message; "" for a group, whose address its setup has. A few queries.

    Missing: there is none any more, or the person doesn't want to be told so any more.
    """
    people = recipients(
        {message.member_id for message in messages if message.member_id},
        {message.user_id for message in messages if message.user_id and message.addressee == Addressee.OFFICER},
        on=on,
    )
    phones = _phones([message for message in messages if message.channel == ChannelKind.SMS])
    found = {message.pk: _address(message, people, phones) for message in messages}
    return {key: address for key, address in found.items() if address is not None}


def _address(message: Message, people: Recipients, phones: Mapping[UUID, str]) -> str | None:
    if message.addressee == Addressee.GROUP_CHAT:
        return ""
    person = _person(message, people)
    if person is None or message.channel in person.no_channels:
        return None
    return (person.email if message.channel == ChannelKind.EMAIL else phones.get(message.pk)) or None


def _person(message: Message, people: Recipients) -> Person | None:
    """Whom the message was planned for; None if they aren't the contact person any more."""
    if message.addressee == Addressee.OFFICER:
        return people.officers.get(message.user_id or 0)
    member = people.members.get(message.member_id or 0)
    if member is None or message.addressee == Addressee.MEMBER:
        return member.person if member else None
    return next((one.person for one in member.contacts if one.key == message.contact_person_id), None)


def _phones(messages: Sequence[Message]) -> dict[UUID, str]:
    contacts = [message.contact_person_id for message in messages if message.contact_person_id]
    members = [message.member_id for message in messages if message.member_id]
    of_member = dict(Member.objects.filter(pk__in=members).values_list("pk", "phone"))
    rows = ContactPerson.objects.filter(pk__in=contacts).values_list("pk", "person", "person__phone", "phone")
    of_contact = {key: phone if person else own for key, person, phone, own in rows}
    return {message.pk: opened(_phone(message, of_member, of_contact) or "") for message in messages}


def _phone(message: Message, of_member: Mapping[int, str], of_contact: Mapping[UUID, str]) -> str | None:
    if message.addressee == Addressee.CONTACT_PERSON:
        return of_contact.get(message.contact_person_id) if message.contact_person_id else None
    return of_member.get(message.member_id) if message.member_id else None


READ = (Cast("key", CharField()), *DueMessage._fields[1:-1], Cast("values", TextField()))
parsed = json.JSONDecoder().raw_decode


def rows_of(messages: MessageQuerySet) -> Iterator[DueMessage]:
    for key, *between, values in messages.values_list(*READ):
        yield DueMessage._make((UUID(key), *between, parsed(values)[0]))


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
    return bool(message.member and user.access.may(Capability.REVEAL_PRIVATE, message.member.roster_path))


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
