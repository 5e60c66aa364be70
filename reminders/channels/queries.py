"""What is known of people before they are told something, and how they would be told today."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from members.bulk import InArray
from members.choices import Capability
from members.models import ContactPerson, Member, Organization, Situation, User
from members.pages.links import Link
from members.paths import STEP
from reminders.channels.models import ChannelSetup
from reminders.channels.rules import (
    Channels,
    Contact,
    MemberContext,
    Person,
    Quiet,
    Recipient,
    channel_for,
    officer_recipient,
    recipient_for,
)
from reminders.choices import GROUP_CHATS, Addressee, ChannelKind


@dataclass(frozen=True, slots=True)
class Recipients:
    """Those who exist, by primary key. Officers without an account that can log in aren't among them."""

    members: Mapping[int, MemberContext]
    officers: Mapping[int, Person]


def recipients(member_ids: Collection[int], user_ids: Collection[int] = (), *, on: date) -> Recipients:
    """Members with those who are told in their place, and officers by their accounts. Four queries at most."""
    contacts = _contact_rows(member_ids, on) if member_ids else []
    known = _members({*member_ids, *(row["person"] for row in contacts if row["person"])})
    situations = _situations(member_ids, on) if known else {}
    told = _contacts(contacts, known)
    members = {
        member: MemberContext(
            person=known[member].person,
            path=known[member].path,
            situations=frozenset(situations.get(member, ())),
            reach_by=known[member].reach_by,
            contacts=tuple(told.get(member, ())),
        )
        for member in member_ids
        if member in known
    }
    return Recipients(members, _officers(user_ids) if user_ids else {})


@dataclass(frozen=True, slots=True)
class Setup:
    """A service outside that is in use, without its address."""

    key: UUID
    kind: ChannelKind


@dataclass(frozen=True, slots=True)
class Setups:
    """All that are in use, by the path of the organization that set them up."""

    at: Mapping[str, Mapping[ChannelKind, Setup]]

    def sms_for(self, path: str) -> Setup | None:
        """The gateway of the organization with that path, else of the nearest one above."""
        above = (path[:length] for length in range(len(path), 0, -STEP))
        return next((self.at[one][ChannelKind.SMS] for one in above if ChannelKind.SMS in self.at.get(one, {})), None)

    def group_chat_of(self, path: str) -> Setup | None:
        """The group that the branch itself set up: what is above speaks to other people."""
        here = self.at.get(path, {})
        return next((here[kind] for kind in GROUP_CHATS if kind in here), None)

    def channels(self, path: str) -> Channels:
        """What goes out from there."""
        return Channels(email=bool(settings.EMAIL_HOST), sms=self.sms_for(path) is not None)


def setups_in_use() -> Setups:
    """One query; there are few."""
    found: dict[str, dict[ChannelKind, Setup]] = defaultdict(dict)
    for key, kind, path in ChannelSetup.objects.in_use().values_list("key", "kind", "organization__path"):
        found[path][ChannelKind(kind)] = Setup(key, ChannelKind(kind))
    return Setups(found)


# --- Rows -------------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class _Known:
    person: Person
    path: str
    reach_by: str


_PREFERRED = ("language", "quiet_from", "quiet_until", "workdays_only", "no_channels", "wants_digest")
_ACCOUNT = ("pk", "is_active", "email", "language")
_MEMBER = (
    "pk", "name", "email", "roster_path", "reach_by", "has_phone",
    *(f"user__{field}" for field in _ACCOUNT),
    *(f"preference__{field}" for field in _PREFERRED),
)  # fmt: skip
_USER = (
    *_ACCOUNT, "display_name", "username", "member__name", "member__email",
    *(f"preference__{field}" for field in _PREFERRED),
    *(f"member__preference__{field}" for field in _PREFERRED),
)  # fmt: skip


def _has(field: str) -> ExpressionWrapper:
    """Whether something sealed is there, without reading it."""
    return ExpressionWrapper(~Q(**{field: ""}), output_field=BooleanField())


def _members(ids: Collection[int]) -> dict[int, _Known]:
    rows = Member.objects.filter(InArray("pk", ids)).annotate(has_phone=_has("phone")).order_by().values(*_MEMBER)
    return {row["pk"]: _known(row) for row in rows} if ids else {}


def _known(row: Mapping[str, Any]) -> _Known:
    can_log_in = bool(row["user__is_active"])
    person = Person(
        name=row["name"],
        user_id=row["user__pk"] if can_log_in else None,
        email=(row["user__email"] if can_log_in else "") or row["email"],
        has_phone=row["has_phone"],
        **_preferred(row, "preference__", row["user__language"]),
    )
    return _Known(person, row["roster_path"], row["reach_by"])


def _preferred(row: Mapping[str, Any], prefix: str, language: str | None) -> dict[str, Any]:
    """What the person wants; the defaults where there is no row. `language`: the one chosen for pages."""
    said = {field: row[prefix + field] for field in _PREFERRED}
    spoken = said["language"] or language or settings.LANGUAGE_CODE
    if said["quiet_from"] is None:
        return {"language": spoken}
    return {
        "language": spoken,
        "quiet": Quiet(said["quiet_from"], said["quiet_until"], said["workdays_only"]),
        "no_channels": frozenset(said["no_channels"]),
        "wants_digest": said["wants_digest"],
    }


def _contact_rows(member_ids: Collection[int], on: date) -> list[dict[str, Any]]:
    rows = ContactPerson.objects.holding(on).filter(InArray("member", member_ids)).annotate(has_phone=_has("phone"))
    return list(rows.order_by("member", "valid_from", "key").values("key", "member", "person", "name", "has_phone"))


def _contacts(rows: Iterable[Mapping[str, Any]], known: Mapping[int, _Known]) -> dict[int, list[Contact]]:
    """Member → contact persons. A member who is on no roster any more, like one who died, is none."""
    found: dict[int, list[Contact]] = defaultdict(list)
    for row in rows:
        if row["person"] is None:
            person = Person(row["name"], settings.LANGUAGE_CODE, has_phone=row["has_phone"])
            found[row["member"]].append(Contact(row["key"], person))
        elif known[row["person"]].path:
            found[row["member"]].append(Contact(row["key"], known[row["person"]].person))
    return found


def _situations(member_ids: Collection[int], on: date) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    rows = Situation.objects.holding(on).filter(InArray("member", member_ids)).values_list("member", "kind")
    for member, kind in rows:
        found[member].add(kind)
    return found


def _officers(ids: Collection[int]) -> dict[int, Person]:
    rows = User.objects.filter(InArray("pk", ids), is_active=True).order_by().values(*_USER)
    return {row["pk"]: _officer(row) for row in rows}


def _officer(row: Mapping[str, Any]) -> Person:
    """A user who is a member has the member's preference."""
    prefix = "preference__" if row["member__name"] is None else "member__preference__"
    return Person(
        name=row["member__name"] or row["display_name"] or row["username"],
        user_id=row["pk"],
        email=row["email"] or row["member__email"] or "",
        **_preferred(row, prefix, row["language"]),
    )


@dataclass(frozen=True, slots=True)
class RecipientChannel:
    """Who would hear of it, and how. `contact` names the contact person in whose hands it is, empty otherwise."""

    channel: ChannelKind
    contact: str
    reads_here: bool
    """Whether it stands in an inbox as well."""


def way_to_member(member: Member, *, on: date) -> RecipientChannel | None:
    """None for who doesn't exist any more. Four queries."""
    known = recipients([member.pk], on=on).members.get(member.pk)
    return _way(recipient_for(known), known.path, setups_in_use()) if known else None


def way_to_user(user: User, *, on: date) -> RecipientChannel | None:
    """As a member; else as the officer that they are."""
    if user.member:
        return way_to_member(user.member, on=on)
    known = recipients((), [user.pk], on=on).officers.get(user.pk)
    return _way(officer_recipient(known), "", setups_in_use()) if known else None


def member_links(member: Member, user: User, *, on: date) -> Iterator[Link]:
    """The page of how the member is told things, for who may change it."""
    text = _("Quiet hours, language, channels.")
    if user.access.member_id == member.pk:
        yield Link("bell", _("How I am told things"), text, reverse("reminders:preference-own"))
    elif user.access.may(Capability.EDIT_ROSTER, member.roster_path):
        address = reverse("reminders:preference-member", args=[member.key])
        yield Link("bell", _("How to tell them things"), text, address)


def _way(recipient: Recipient, path: str, setups: Setups) -> RecipientChannel:
    contact = recipient.person.name if recipient.addressee == Addressee.CONTACT_PERSON else ""
    return RecipientChannel(
        channel_for(recipient, setups.channels(path)), contact, recipient.person.user_id is not None
    )


OFFERED = 200
"""Organizations that the browser offers while one is typed."""


def managed_places(user: User) -> QuerySet[Organization]:
    """The organizations whose messages the user manages, in tree order; none that was dissolved."""
    places = Organization.objects.visible_to(user, Capability.MANAGE_MESSAGES)
    return places.filter(dissolved_on__isnull=True).in_tree_order()
