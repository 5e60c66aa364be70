"""Where a message goes outside. Phones are opened here, for whoever sends, and nowhere kept."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from members.fields import opened
from members.models import ContactPerson, Member
from reminders.choices import Addressee, ChannelKind
from reminders.models import Message
from reminders.queries.recipients import Recipients, recipients
from reminders.rules.routing import Person


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
