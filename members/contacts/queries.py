"""Who is hard to reach, when somebody was last in touch, and when it is due again."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, OuterRef, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from members.choices import HARD_TO_REACH_KINDS, Capability, HelpState, OrganizationKind, SituationKind
from members.contacts.rules import ContactUrgency, LastContact, NextContact, next_contact, silence
from members.models.contact import Contact, ContactPerson, HelpRequest, HelpRequestQuerySet
from members.models.member import Member, MemberQuerySet, Situation
from members.models.organization import LocalRule, Organization
from members.models.user import User
from members.pages.links import Link
from members.paths import contains, subtree
from members.regulations.queries import value_of
from rulebook import local
from rulebook.rules.mobility import CONTACT_KEYS
from rulebook.values import Verdict


@dataclass(frozen=True, slots=True)
class Waiting:
    """A member who is hard to reach, as light as sorting needs it."""

    member_id: int
    name_key: str
    situations: Mapping[str, date | None]
    """Situation → since when; None where that isn't known."""
    places: str
    last: LastContact | None
    last_kind: str
    next: NextContact
    silence: Verdict | None
    """For lost members: whether the time after which suspension may be considered is complete."""

    @property
    def order(self) -> tuple[Any, ...]:
        return *self.next.order, self.name_key, self.member_id


@dataclass(frozen=True, slots=True)
class ReachRow:
    """The same with what a page shows."""

    member: Member
    waiting: Waiting
    contact_persons: list[ContactPerson]
    open_requests: int


def waiting_members(user: User, *, on: date, text: str = "", situation: str = "", due: str = "") -> list[Waiting]:
    """Everybody hard to reach whose contact log the user reads, the most pressing first. Three queries.

    `text` is searched for as on the roster, `situation` and `due` are codes; empty ones ask for nothing.
    """
    members = _members(user, on=on).search(text)
    if situation:
        members = members.in_situation(SituationKind(situation), on=on)
    rules = _Rules(on)
    situations = _situations(user, on=on)
    found = [_waiting(row, situations[row[0]], rules, on) for row in members.values_list(*_LIGHT).order_by()]
    return sorted((one for one in found if not due or one.next.state == due), key=lambda one: one.order)


def with_people(waiting: Sequence[Waiting], *, on: date) -> list[ReachRow]:
    """The members themselves, their contact persons and how many requests for help are open. Three queries."""
    ids = [one.member_id for one in waiting]
    members = Member.objects.in_bulk(ids)
    persons: dict[int, list[ContactPerson]] = defaultdict(list)
    for person in ContactPerson.objects.holding(on).filter(member__in=ids).select_related("person").order_by("pk"):
        persons[person.member_id].append(person)
    asked = HelpRequest.objects.unanswered().filter(member__in=ids).values_list("member").annotate(Count("pk"))
    requests = dict(asked.order_by())
    return [
        ReachRow(members[one.member_id], one, persons[one.member_id], requests.get(one.member_id, 0)) for one in waiting
    ]


def help_requests(user: User, *, state: str = "") -> HelpRequestQuerySet:
    """Requests for help in the branches whose contact log the user reads: the open ones first, by their day."""
    inside = subtree("member__roster_path", user.access.paths(Capability.VIEW_CONTACTS))
    rows = HelpRequest.objects.visible_to(user).filter(inside).select_related("member", "answered_by")
    if state == HelpState.OPEN:
        rows = rows.unanswered()
    elif state == HelpState.ANSWERED:
        rows = rows.filter(answered_on__isnull=False)
    return rows.order_by(F("answered_on").desc(nulls_first=True), "due_on", "pk")


def member_links(member: Member, user: User, *, on: date) -> Iterator[Link]:
    """The latest contact and the open requests for help, for who may read the log. Four queries."""
    if not user.access.may(Capability.VIEW_CONTACTS, member.roster_path):
        return
    keeps = user.access.may(Capability.RECORD_CONTACTS, member.roster_path)
    last = Contact.objects.filter(member=member).latest_first().first()
    found = Situation.objects.of(*HARD_TO_REACH_KINDS).holding(on).filter(member=member)
    known = LastContact(last.happened_on, last.next_on) if last else None
    asked = next_contact(
        dict(found.values_list("kind", "valid_from")), last=known, on=on, local=_Rules(on).at(member.roster_path)
    )
    address = (
        reverse("members:contact-edit", args=[last.key]) if last else reverse("members:contact-add", args=[member.key])
    )
    is_late = asked.state in (ContactUrgency.OVERDUE, ContactUrgency.NEVER)
    yield Link("chat-dots", _("Last contact"), _last(last, asked), address if keeps else "#timeline", is_late)
    if request := HelpRequest.objects.unanswered().filter(member=member).order_by("due_on", "pk").first():
        text = _("Open, answer by %(day)s.") % {"day": request.due_on}
        address = reverse("members:help-answer", args=[request.key]) if keeps else reverse("members:help-list")
        yield Link("life-preserver", _("Request for help"), text, address, request.due_on < on)


def _last(last: Contact | None, asked: NextContact) -> str:
    said = f"{last.get_kind_display()} {last.happened_on}" if last else _("No contact on record")
    return f"{said} · {_('due by %(day)s') % {'day': asked.due_on}}" if asked.due_on else said


def possible_contact_persons(member: Member, user: User, present: int | None = None) -> MemberQuerySet:
    """The others of the member's branch whom the user may see, and who is it now (the id of a member)."""
    path = member.roster_path
    group = Organization.objects.filter(path=path, kind=OrganizationKind.GROUP).exists()
    branch = path[: -Organization.steplen] if group else path
    others = Member.objects.below(branch).visible_to(user, former=False) if path else Member.objects.none()
    if present:
        others |= Member.objects.filter(pk=present)
    return others.exclude(pk=member.pk).in_roster_order()


def said_to_be_lost(member: Member, *, on: date) -> bool:
    """Whether “contact lost” holds for the member on that day."""
    return Situation.objects.of(SituationKind.LOST_CONTACT).holding(on).filter(member=member).exists()


class _Rules:
    """The committees' own intervals for the place of each member; read once."""

    def __init__(self, on: date) -> None:
        rows = LocalRule.objects.holding(on).filter(rule_key__in=set(CONTACT_KEYS.values()))
        ordered = rows.select_related("organization").order_by("organization__path")
        self.rows = [(row.organization.path, value_of(row)) for row in ordered]

    def at(self, path: str) -> list[local.LocalRule]:
        """Those that bind there, outermost first."""
        return [rule for place, rule in self.rows if contains(place, path)]


_LIGHT = ("pk", "roster_path", "name_key", "last_on", "next_on", "last_kind")


def _members(user: User, *, on: date) -> MemberQuerySet:
    paths = user.access.paths(Capability.VIEW_CONTACTS)
    members = Member.objects.visible_to(user, Capability.VIEW_CONTACTS, former=False)
    inside = members.filter(subtree("roster_path", paths))
    latest = Contact.objects.filter(member=OuterRef("pk")).latest_first()
    return inside.in_situation(*HARD_TO_REACH_KINDS, on=on).annotate(
        last_on=Subquery(latest.values("happened_on")[:1]),
        next_on=Subquery(latest.values("next_on")[:1]),
        last_kind=Subquery(latest.values("kind")[:1]),
    )


def _situations(user: User, *, on: date) -> Mapping[int, list[tuple[str, date | None, str]]]:
    """Kind, beginning and place of what holds for each member whose contact log the user reads."""
    inside = subtree("member__roster_path", user.access.paths(Capability.VIEW_CONTACTS))
    holding = Situation.objects.of(*HARD_TO_REACH_KINDS).holding(on).filter(inside)
    found: dict[int, list[tuple[str, date | None, str]]] = defaultdict(list)
    for member, kind, since, place in holding.values_list("member", "kind", "valid_from", "place"):
        found[member].append((kind, since, place))
    return found


def _waiting(
    row: tuple[Any, ...], situations: Iterable[tuple[str, date | None, str]], rules: _Rules, on: date
) -> Waiting:
    member_id, path, name_key, last_on, next_on, last_kind = row
    held = sorted(situations, key=lambda one: _RANK[one[0]])
    since = {kind: begun for kind, begun, _place in held}
    last = LastContact(last_on, next_on) if last_on else None
    return Waiting(
        member_id=member_id,
        name_key=name_key,
        situations=since,
        places=" · ".join(dict.fromkeys(place for _kind, _begun, place in held if place)),
        last=last,
        last_kind=last_kind or "",
        next=next_contact(since, last=last, on=on, local=rules.at(path)),
        silence=silence(since, last=last, on=on),
    )


_RANK = {kind.value: rank for rank, kind in enumerate(HARD_TO_REACH_KINDS)}
