"""How somebody would be told something today, and the way to the page where they say how they want it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from members.choices import Capability
from members.links import Link
from members.models import Member, User
from reminders.choices import Addressee, ChannelKind
from reminders.queries.recipients import Setups, recipients, setups_in_use
from reminders.rules.routing import Told, channel_for, told_for, told_officer


@dataclass(frozen=True, slots=True)
class Way:
    """Who would hear of it, and how. `contact` names the contact person in whose hands it is, empty otherwise."""

    channel: ChannelKind
    contact: str
    reads_here: bool
    """Whether it stands in an inbox as well."""


def way_to_member(member: Member, *, on: date) -> Way | None:
    """None for who doesn't exist any more. Four queries."""
    known = recipients([member.pk], on=on).members.get(member.pk)
    return _way(told_for(known), known.path, setups_in_use()) if known else None


def way_to_user(user: User, *, on: date) -> Way | None:
    """As a member; else as the officer that they are."""
    if user.member:
        return way_to_member(user.member, on=on)
    known = recipients((), [user.pk], on=on).officers.get(user.pk)
    return _way(told_officer(known), "", setups_in_use()) if known else None


def member_links(member: Member, user: User) -> Iterator[Link]:
    """The page of how the member is told things, for who may change it."""
    text = _("Quiet hours, language, channels.")
    if user.standing.member_id == member.pk:
        yield Link("bell", _("How I am told things"), text, reverse("reminders:preference-own"))
    elif user.standing.may(Capability.EDIT_ROSTER, member.roster_path):
        address = reverse("reminders:preference-member", args=[member.key])
        yield Link("bell", _("How to tell them things"), text, address)


def _way(told: Told, path: str, setups: Setups) -> Way:
    contact = told.person.name if told.addressee == Addressee.CONTACT_PERSON else ""
    return Way(channel_for(told, setups.ways(path)), contact, told.person.user_id is not None)
