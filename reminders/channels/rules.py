"""When a message may ring, who is told, and by which channel."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

from meetings.planning.rules import Workdays
from members.choices import FRAIL_KINDS, ReachBy
from reminders.choices import Addressee, ChannelKind

SHANGHAI = ZoneInfo("Asia/Shanghai")
MORNING = time(8)
"""When a day begins for whoever has no quiet hours in the early morning, but wants to hear on workdays only."""


class Habits(Protocol):
    """A preference, or whatever says the same."""

    @property
    def quiet_from(self) -> time: ...
    @property
    def quiet_until(self) -> time: ...
    @property
    def workdays_only(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `quiet_from` until just before `quiet_until`, over midnight where that is the earlier; both alike: never."""

    quiet_from: time = time(21)
    quiet_until: time = MORNING
    workdays_only: bool = False

    def covers(self, clock: time) -> bool:
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until


def next_allowed(
    at: datetime, quiet_from: time, quiet_until: time, workdays_only: bool, workdays: Workdays
) -> datetime:
    """The moment itself if it may ring then, else the first one after it at which it may."""
    quiet = Quiet(quiet_from, quiet_until, workdays_only)
    local = at.astimezone(SHANGHAI)
    while (later := _moved(local, quiet, workdays)) != local:
        local = later
    return at if local == at else local


def allowed_for(habits: Habits, at: datetime, workdays: Workdays) -> datetime:
    """The same for somebody's habits."""
    return next_allowed(at, habits.quiet_from, habits.quiet_until, habits.workdays_only, workdays)


def _moved(local: datetime, quiet: Quiet, workdays: Workdays) -> datetime:
    """One step on from a moment that isn't allowed."""
    if quiet.workdays_only and not workdays.is_workday(local.date()):
        begins = time.min if quiet.covers(time.min) else MORNING
        return _at(local + timedelta(days=1), begins)
    if not quiet.covers(local.time()):
        return local
    ends = _at(local, quiet.quiet_until)
    return ends if ends > local else _at(local + timedelta(days=1), quiet.quiet_until)


def _at(day: datetime, clock: time) -> datetime:
    return datetime.combine(day.date(), clock, SHANGHAI)


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


class MemberContext(NamedTuple):
    """A member whom something concerns, with what decides who is told. `path`: where they stand on a roster today."""

    person: Person
    path: str = ""
    situations: frozenset[str] = frozenset()
    reach_by: str = ""
    contacts: tuple[Contact, ...] = ()


class Recipient(NamedTuple):
    """Who hears of it. `contact` is the key of the contact person that it is, None for anybody else."""

    addressee: Addressee
    person: Person
    contact: UUID | None = None


@dataclass(frozen=True, slots=True)
class Channels:
    """What goes out from a place: whether there is a mail server, and a gateway for text messages."""

    email: bool = False
    sms: bool = False


def recipient_for(member: MemberContext) -> Recipient:
    """The contact person alone for who is frail, or wants it so; the member where there is none."""
    if member.contacts and (member.reach_by == ReachBy.CONTACT_PERSON or not member.situations.isdisjoint(FRAIL_KINDS)):
        contact = easiest(member.contacts)
        return Recipient(Addressee.CONTACT_PERSON, contact.person, contact.key)
    return Recipient(Addressee.MEMBER, member.person)


def officer_recipient(person: Person) -> Recipient:
    return Recipient(Addressee.OFFICER, person)


def easiest(contacts: Iterable[Contact]) -> Contact:
    """The contact person who is reached most easily; of two alike the first."""
    return min(contacts, key=lambda one: (one.person.user_id is None, not one.person.email, not one.person.has_phone))


def channel_for(recipient: Recipient, channels: Channels) -> ChannelKind:
    """One channel outside, if the person has one that they don't mind and that goes out from here; else none.

    Who has an account reads it in Branchweb in any case. For who has neither, somebody calls or goes there. Officers
    get no text messages: what they are told are lists.
    """
    possible = {
        ChannelKind.EMAIL: channels.email and bool(recipient.person.email),
        ChannelKind.SMS: channels.sms and recipient.person.has_phone and recipient.addressee != Addressee.OFFICER,
    }
    wanted = (one for one in OUTSIDE if possible[one] and one not in recipient.person.no_channels)
    return next(wanted, ChannelKind.BY_HAND if recipient.person.user_id is None else ChannelKind.IN_APP)
