"""One member's page: what happened, who looked, groups."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import IntEnum
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf, TruncDate
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise

from audit.actions import ACTIONS
from audit.models import Entry
from members.choices import Capability, ImportState, MergeState, OfficeKind, OrganizationKind, RowVerdict
from members.fields import Sealed, SealedField, unended_on
from members.models.contact import Contact, ContactPerson, HelpRequest, Merge
from members.models.files import ExportedMember, RosterImportRow
from members.models.member import Affiliation, Member, Situation
from members.models.office import Office
from members.models.organization import Organization
from members.models.user import User
from members.pages.queries import names_of
from members.paths import contains, subtree
from members.people import span_of_years, voting_right
from members.trail.queries import field_name
from rulebook.values import Verdict


class Happening(IntEnum):
    """The kinds of events, in the order in which they follow each other within a day."""

    JOINED = 1
    CONFIRMED = 2
    PLACED = 3
    LEFT = 4
    OFFICE_BEGUN = 5
    OFFICE_ENDED = 6
    SITUATION_BEGUN = 7
    SITUATION_ENDED = 8
    PERSON_BEGUN = 9
    PERSON_ENDED = 10
    CONTACT = 11
    HELP_ASKED = 12
    HELP_ANSWERED = 13
    IMPORTED = 14


@dataclass(frozen=True, slots=True)
class Event:
    """One happening. `code` is the choice it belongs to (a situation's kind, a date's precision), `text` a name or
    place, `words` what was heard or answered, `ref` the key of its row."""

    day: date
    happening: Happening
    code: str
    text: str
    words: Sealed
    ref: UUID


def timeline(member: Member, *, start: int, size: int, with_contacts: bool) -> list[Event]:
    """A page of events, newest first, and one more if there are older ones. Days that aren't known are left out."""
    parts = [rows.filter(**{owner: member.pk}) for owner, rows in _parts(with_contacts)]
    events = parts[0].union(*parts[1:], all=True).order_by("-event_day", "-event_happening", "event_ref")
    rows = events[start : start + size + 1]
    return [Event(day, Happening(happening), code, text, words, ref) for day, happening, code, text, words, ref in rows]


Part = QuerySet[Any, tuple[Any, ...]]


@cache
def _parts(with_contacts: bool) -> list[tuple[str, Part]]:
    """What the union is made of, of all members, with the field that says whose it is. Made once: making fourteen
    querysets takes longer than asking them."""
    of_member = [*_belonging(), *_life(), *(_care() if with_contacts else [])]
    return [*[("pk", rows) for rows in _person()], *[("member", rows) for rows in of_member]]


def _person() -> list[Part]:
    return [
        _part(Member.objects.all(), Happening.JOINED, "joined_on", code=F("joined_precision")),
        _part(Member.objects.all(), Happening.CONFIRMED, "full_on", code=F("full_precision")),
    ]


def _belonging() -> list[Part]:
    affiliations, offices = Affiliation.objects.all(), Office.objects.all()
    place = F("organization__name")
    return [
        _part(affiliations, Happening.PLACED, "valid_from", code=F("kind"), text=place),
        _part(affiliations, Happening.LEFT, "valid_until", code=F("left_because"), text=place),
        _part(offices, Happening.OFFICE_BEGUN, "valid_from", code=F("kind"), text=place),
        _part(offices, Happening.OFFICE_ENDED, "valid_until", code=F("kind"), text=place),
    ]


def _life() -> list[Part]:
    situations = Situation.objects.all()
    return [
        _part(situations, Happening.SITUATION_BEGUN, "valid_from", code=F("kind"), text=F("place")),
        _part(situations, Happening.SITUATION_ENDED, "valid_until", code=F("kind"), text=F("place")),
        _imports(),
    ]


def _care() -> list[Part]:
    persons = ContactPerson.objects.all()
    name = Coalesce(NullIf(F("name"), Value("")), F("person__name"))
    contacts, requests = Contact.objects.all(), HelpRequest.objects.all()
    return [
        _part(persons, Happening.PERSON_BEGUN, "valid_from", code=F("relation"), text=name),
        _part(persons, Happening.PERSON_ENDED, "valid_until", code=F("relation"), text=name),
        _part(contacts, Happening.CONTACT, "happened_on", code=F("kind"), text=F("made_by"), words=F("needs")),
        _part(requests, Happening.HELP_ASKED, "asked_on", words=F("request")),
        _part(requests, Happening.HELP_ANSWERED, "answered_on", words=F("answer")),
    ]


def _imports() -> Part:
    stored = RosterImportRow.objects.filter(
        verdict__in=[RowVerdict.NEW, RowVerdict.CHANGED], roster_import__state=ImportState.APPLIED
    ).annotate(applied_on=TruncDate("roster_import__applied_at"))
    file_name, ref = F("roster_import__file_name"), F("roster_import_id")
    return _part(stored, Happening.IMPORTED, "applied_on", code=F("verdict"), text=file_name, ref=ref)


def _part(rows: QuerySet[Any], happening: Happening, day: str, **columns: Any) -> Part:
    """One table's share of the union: the same six columns from each."""
    given = {
        "day": F(day),
        "happening": Value(int(happening)),
        "code": Value(""),
        "text": Value(""),
        "words": Value("", SealedField()),
        "ref": F("key"),
        **columns,
    }
    named = {f"event_{name}": column for name, column in given.items()}
    return rows.filter(**{f"{day}__isnull": False}).order_by().annotate(**named).values_list(*named)


EVENTS = 15
"""On one page of the timeline."""


@dataclass(frozen=True)
class MemberPage:
    member: Member
    places: list[Organization]
    """The branch, and the group if the member is in one; empty: on no roster."""
    present: Affiliation | None
    departure: Affiliation | None
    """How somebody who is on no roster left the last one; its `left_because` is empty when that is to come."""
    situations: list[Situation]
    """Those that hold and those to come, the newest first."""
    contact_persons: list[ContactPerson]
    events: list[Event]
    older: int | None
    """Where the next page of the timeline begins; None: there is nothing older."""
    formal: bool
    vote: Verdict
    age: tuple[int, int] | None
    standing: tuple[int, int] | None
    """Years since becoming a formal member, at least and at most."""


def member_page(member: Member, viewer: User, *, start: int, on: date) -> MemberPage:
    """Contact persons and the contact log only for those who may read them, and for the member."""
    with_contacts = reads_contacts(viewer, member)
    events = timeline(member, start=start, size=EVENTS, with_contacts=with_contacts)
    situations = situations_of(member, on=on)
    holding = [one.kind for one in situations if one.valid_from is None or one.valid_from <= on]
    formal = member.is_formal(on)
    return MemberPage(
        member=member,
        places=places_of(member),
        present=Affiliation.objects.formal().open().filter(member=member).order_by("pk").first(),
        departure=departure_of(member),
        situations=situations,
        contact_persons=contact_persons_of(member, on=on) if with_contacts else [],
        events=events[:EVENTS],
        older=start + EVENTS if len(events) > EVENTS else None,
        formal=formal,
        vote=voting_right(formal=formal, situations=holding, on=on),
        age=span_of_years(member.born, on),
        standing=span_of_years(member.confirmed, on) if formal else None,
    )


def reads_contacts(viewer: User, member: Member) -> bool:
    """Whether the contact log of this member is theirs to read."""
    own = viewer.access.member_id == member.pk
    return own or viewer.access.may(Capability.VIEW_CONTACTS, member.roster_path)


def departure_of(member: Member) -> Affiliation | None:
    """The last relation of a member who is on no roster; None: they are on one, or never were."""
    if member.roster_path:
        return None
    return Affiliation.objects.formal().filter(member=member).select_related("organization").latest_first().first()


def whereabouts(member: Member) -> str:
    """Path of where the member belongs, or belonged last: whose offices may read what is on record."""
    departure = departure_of(member)
    return departure.organization.path if departure else member.roster_path


def places_of(member: Member) -> list[Organization]:
    """The branch and the group on whose roster the member stands."""
    path, kinds = member.roster_path, [OrganizationKind.BRANCH, OrganizationKind.GROUP]
    places = Organization.objects.filter(path__in=[path, path[: -Organization.steplen]], kind__in=kinds)
    return list(places.in_tree_order()) if path else []


def situations_of(member: Member, *, on: date) -> list[Situation]:
    """Those that haven't ended by that day, the newest first."""
    rows = Situation.objects.filter(unended_on(on), member=member)
    return list(rows.order_by(F("valid_from").desc(nulls_last=True), "kind"))


def contact_persons_of(member: Member, *, on: date) -> list[ContactPerson]:
    """Who looks after the member on that day; of another member nothing but the name."""
    persons = ContactPerson.objects.holding(on).filter(member=member)
    rows = persons.order_by(F("valid_from").asc(nulls_first=True), "pk")
    return [
        ContactPerson(
            pk=pk,
            member=member,
            name=name,
            relation=relation,
            valid_from=begun,
            person=Member(pk=person, name=called) if person else None,
        )
        for pk, name, relation, begun, person, called in rows.values_list(
            "pk", "name", "relation", "valid_from", "person", "person__name"
        )
    ]


def shown_to(user: User, key: UUID) -> Member:
    """A member who is visible to somebody with rosters. Raises Http404. One query."""
    if not user.access.paths(Capability.VIEW_ROSTER):
        raise Http404
    return get_object_or_404(Member.objects.visible_to(user, Capability.VIEW_ROSTER), key=key)


def movers_above(member: Member, viewer: User, *, on: date) -> list[str] | None:
    """Names of those above who may move the member to other branches, the nearest committee first; None where the
    viewer may. Two queries."""
    path = member.roster_path
    above = [path[:length] for length in range(Organization.steplen, len(path), Organization.steplen)]
    offices = Office.objects.holding(on).filter(organization__path__in=above, kind=OfficeKind.COMMITTEE_STAFF)
    found = list(offices.select_related("organization", "user", "member").order_by("-organization__path", "pk"))
    if any(viewer.access.may(Capability.IMPORT_ROSTER, one.organization.path) for one in found):
        return None
    return [f"{one.organization} {one.member or (one.user and one.user.get_full_name())}" for one in found]


def last_steps(member: Member, viewer: User) -> dict[str, Affiliation | None]:
    """`present`: the relation that holds; `before`: the one before it, if the viewer may take it up again."""
    formal = Affiliation.objects.formal().filter(member=member).select_related("organization")
    present = formal.open().first()
    ended_then = formal.filter(valid_until=present.valid_from) if present and present.valid_from else formal.none()
    before = ended_then.visible_to(viewer, Capability.EDIT_ROSTER).latest_first().first()
    return {"present": present, "before": before}


ONE_BY_ONE = ("reveal_private", "print_phone")


@dataclass(frozen=True, slots=True)
class Look:
    """`fields`: what the values are called. `agreed`: who said yes as the second person; empty where none had to."""

    at: datetime
    who: str
    what: str | Promise
    fields: list[str]
    reason: str
    agreed: str


def looks_at(member: Member, *, start: int, size: int) -> list[Look]:
    """A page of them, the newest first, and one more if there are older ones. Those at a merged entry are among them.

    Three queries.
    """
    merged = Merge.objects.filter(kept=member, state=MergeState.DONE).values_list("merged", flat=True)
    ids = [member.pk, *merged]
    own = Q(subject_kind=Member._meta.label, subject_id__in=map(str, ids), action__in=ONE_BY_ONE)
    in_workbooks = Q(pk__in=ExportedMember.objects.filter(member__in=ids).values("entry"))
    entries = list(Entry.objects.filter(own | in_workbooks).order_by("-number")[start : start + size + 1])
    names = names_of({name for one in entries for name in (one.actor, one.details.get("agreed_by", ""))})
    return [_look(one, names) for one in entries]


def _look(entry: Entry, names: dict[str, str]) -> Look:
    fields = entry.details.get("fields") or [entry.details["field"]]
    agreed = entry.details.get("agreed_by", "")
    return Look(
        at=entry.at,
        who=names.get(entry.actor, entry.actor),
        what=ACTIONS.get(entry.action, entry.action),
        fields=[field_name(Member._meta.label, one) for one in fields],
        reason=entry.reason,
        agreed=names.get(agreed, agreed),
    )


LATELY = timedelta(days=366)


@dataclass(frozen=True)
class GroupMembers:
    """The branch itself (who is in no group) or one of its groups."""

    organization: Organization
    members: list[Member]


def groups_of(branch: Organization, *, on: date) -> list[GroupMembers]:
    """First who is in no group, then the groups in tree order; by name. Two queries."""
    places = [branch, *Organization.objects.below(branch.path).standing_on(on).filter(kind=OrganizationKind.GROUP)]
    by_path: dict[str, list[Member]] = defaultdict(list)
    for member in Member.objects.below(branch.path).in_roster_order():
        by_path[member.roster_path].append(member)
    return [GroupMembers(place, by_path[place.path]) for place in places]


def left_lately(branch: Organization, *, on: date) -> list[Affiliation]:
    """The last relation of those who left the branch within a year and stand on no roster of it now.

    Where they stand on another roster, only its keeper takes that back.
    """
    ended = Affiliation.objects.formal().filter(
        subtree("organization__path", [branch.path]), valid_until__gt=on - LATELY, valid_until__isnull=False
    )
    gone: dict[int, Affiliation] = {}
    for one in ended.select_related("member", "organization").order_by("valid_until", "pk"):
        if not contains(branch.path, one.member.roster_path):
            gone[one.member_id] = one
    return sorted(gone.values(), key=lambda one: one.valid_until or date.max, reverse=True)
