"""What one member's page shows besides the row itself: five queries, however much there is."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import Http404

from members.choices import Capability, OfficeKind, OrganizationKind
from members.models import Affiliation, ContactPerson, Member, Office, Organization, Situation, User
from members.models.member import MemberQuerySet
from members.models.organization import OrganizationQuerySet
from members.models.situation import SituationQuerySet
from members.prepared import Prepared
from members.queries.timeline import Event, timeline
from members.rules.people import span_of_years, voting_right
from members.standing import HeldOffice, Standing
from rulebook.values import Verdict

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
        present=next(iter(_PRESENT.objects(Affiliation, member=member.pk)), None),
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
    own = viewer.standing.member_id == member.pk
    return own or viewer.standing.may(Capability.VIEW_CONTACTS, member.roster_path)


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
    path = member.roster_path
    return _PLACES.objects(Organization, paths=[path, path[: -Organization.steplen]]) if path else []


def situations_of(member: Member, *, on: date) -> list[Situation]:
    """Those that haven't ended by that day, the newest first."""
    return _SITUATIONS.objects(Situation, member=member.pk, on=on)


def contact_persons_of(member: Member, *, on: date) -> list[ContactPerson]:
    """Who looks after the member on that day; of another member nothing but the name."""
    return [
        ContactPerson(
            pk=pk,
            member=member,
            name=name,
            relation=relation,
            valid_from=begun,
            person=person and Member(pk=person, name=called),
        )
        for pk, name, relation, begun, person, called in _LOOKING_AFTER.rows(member=member.pk, on=on)
    ]


def _situations(member: int, on: date) -> SituationQuerySet:
    unended = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    return Situation.objects.filter(unended, member=member).order_by(F("valid_from").desc(nulls_last=True), "kind")


def _places(paths: list[str]) -> OrganizationQuerySet:
    kinds = [OrganizationKind.BRANCH, OrganizationKind.GROUP]
    return Organization.objects.filter(path__in=paths, kind__in=kinds).in_tree_order()


def _looking_after(member: int, on: date) -> QuerySet[ContactPerson, Any]:
    persons = ContactPerson.objects.holding(on).filter(member=member)
    return persons.order_by(F("valid_from").asc(nulls_first=True), "pk").values_list(
        "pk", "name", "relation", "valid_from", "person", "person__name"
    )


def shown_to(user: User, key: UUID) -> Member:
    """A member who is visible to somebody with rosters. Raises Http404. One query."""
    paths, own = user.standing.paths(Capability.VIEW_ROSTER), user.standing.member_id
    found = _SHOWN.objects(Member, key=key, paths=paths, **({"own": own} if own else {})) if paths else []
    if not found:
        raise Http404
    return found[0]


def _shown(key: UUID, paths: list[str], own: int | None = None) -> MemberQuerySet:
    """What `visible_to` says to somebody who keeps the rosters at those places and is the member `own`."""
    reader = User()
    held = tuple(HeldOffice(OfficeKind.SECRETARY, path, "", "") for path in paths)
    reader.standing = Standing(held=held, member_id=own)
    return Member.objects.visible_to(reader, Capability.VIEW_ROSTER).filter(key=key)


_LOOKING_AFTER = Prepared(_looking_after)
_SHOWN = Prepared(_shown)
_PRESENT = Prepared(lambda member: Affiliation.objects.formal().open().filter(member=member).order_by("pk")[:1])
_SITUATIONS = Prepared(_situations)
_PLACES = Prepared(_places)


def movers_above(member: Member, viewer: User, *, on: date) -> list[str] | None:
    """Names of those above who may move the member to other branches, the nearest committee first; None where the
    viewer may. Two queries."""
    path = member.roster_path
    above = [path[:length] for length in range(Organization.steplen, len(path), Organization.steplen)]
    offices = Office.objects.holding(on).filter(organization__path__in=above, kind=OfficeKind.COMMITTEE_STAFF)
    found = list(offices.select_related("organization", "user", "member").order_by("-organization__path", "pk"))
    if any(viewer.standing.may(Capability.IMPORT_ROSTER, one.organization.path) for one in found):
        return None
    return [f"{one.organization} {one.member or (one.user and one.user.get_full_name())}" for one in found]


def last_steps(member: Member, viewer: User) -> dict[str, Affiliation | None]:
    """`present`: the relation that holds; `before`: the one before it, if the viewer may take it up again."""
    formal = Affiliation.objects.formal().filter(member=member).select_related("organization")
    present = formal.open().first()
    ended_then = formal.filter(valid_until=present.valid_from) if present and present.valid_from else formal.none()
    before = ended_then.visible_to(viewer, Capability.EDIT_ROSTER).latest_first().first()
    return {"present": present, "before": before}
