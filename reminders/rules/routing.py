"""Who is told, and by which channel. Nothing here knows an address or a number, only whether there is one."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from members.choices import FRAIL_KINDS, ReachBy
from reminders.choices import Addressee, ChannelKind
from reminders.rules.quiet import Quiet

OUTSIDE = (ChannelKind.EMAIL, ChannelKind.SMS)
"""What somebody may not want to be told by, the better one first. In Branchweb, and on the phone, one always can be."""


class Person(NamedTuple):
    """Somebody who can be told, and how they want it. `user_id` is an account that can log in, None without."""

    name: str
    language: str
    user_id: int | None = None
    email: str = ""
    has_phone: bool = False
    quiet: Quiet = Quiet()
    no_channels: frozenset[str] = frozenset()
    wants_digest: bool = True


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact person in force; `key` is the row's."""

    key: UUID
    person: Person


class Concerned(NamedTuple):
    """A member whom something concerns, with what decides who is told. `path`: where they stand on a roster today."""

    person: Person
    path: str = ""
    situations: frozenset[str] = frozenset()
    reach_by: str = ""
    contacts: tuple[Contact, ...] = ()


class Told(NamedTuple):
    """Who hears of it. `contact` is the key of the contact person that it is, None for anybody else."""

    addressee: Addressee
    person: Person
    contact: UUID | None = None


@dataclass(frozen=True, slots=True)
class Ways:
    """What goes out from a place: whether there is a mail server, and a gateway for text messages."""

    email: bool = False
    sms: bool = False


def told_for(member: Concerned) -> Told:
    """The contact person alone for who is frail, or wants it so; the member where there is none."""
    if member.contacts and (member.reach_by == ReachBy.CONTACT_PERSON or not member.situations.isdisjoint(FRAIL_KINDS)):
        contact = easiest(member.contacts)
        return Told(Addressee.CONTACT_PERSON, contact.person, contact.key)
    return Told(Addressee.MEMBER, member.person)


def told_officer(person: Person) -> Told:
    return Told(Addressee.OFFICER, person)


def easiest(contacts: Iterable[Contact]) -> Contact:
    """The contact person who is reached most easily; of two alike the first."""
    return min(contacts, key=lambda one: (one.person.user_id is None, not one.person.email, not one.person.has_phone))


def channel_for(told: Told, ways: Ways) -> ChannelKind:
    """One channel outside, if the person has one that they don't mind and that goes out from here; else none.

    Who has an account reads it in Branchweb in any case. For who has neither, somebody calls or goes there. Officers
    get no text messages: what they are told are lists.
    """
    possible = {
        ChannelKind.EMAIL: ways.email and bool(told.person.email),
        ChannelKind.SMS: ways.sms and told.person.has_phone and told.addressee != Addressee.OFFICER,
    }
    wanted = (one for one in OUTSIDE if possible[one] and one not in told.person.no_channels)
    return next(wanted, ChannelKind.BY_HAND if told.person.user_id is None else ChannelKind.IN_APP)
