"""What is due for members and organizations, and how a desk speaks of it."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping
from datetime import date

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import HARD_TO_REACH_KINDS, Capability, OrganizationKind
from members.contacts.rules import (
    HardToReach,
    HelpDates,
    InOffice,
    Interval,
    LastContact,
    contact_duty,
    help_duty,
    interval,
    term_duty,
)
from members.models.contact import Contact, HelpRequest
from members.models.member import Member, Situation
from members.models.organization import Organization, Term
from members.models.user import User
from members.pages.links import DutyDisplay, DutyLink
from members.paths import subtree
from members.regulations.queries import PlacesBelow
from rulebook.dates import add_months
from rulebook.values import Duty

FURTHEST = 12
"""Months before its end from which a term may be reminded of: a committee may set no more."""
Found = Iterator[tuple[str, Duty | None]]
"""The path of the place whose duty it is, and the duty."""


def member_duties(places: PlacesBelow) -> list[Duty]:
    """Members to be in touch with, requests to answer and elections to hold: in tree order, and in each place what is
    due first.

    Four queries beside those of the places. A group's members are their branch's.
    """
    found: dict[str, list[Duty]] = defaultdict(list)
    for duties in (_terms(places), _contacts(places), _requests(places)):
        for place, duty in duties:
            if duty:
                found[place].append(duty)
    return [duty for place in places.all for duty in sorted(found.get(place.path, ()), key=_order)]


def _order(duty: Duty) -> tuple[date, str, str]:
    return duty.due_on, duty.kind, duty.member or ""


def _terms(places: PlacesBelow) -> Found:
    """The latest term of each organization, and those before it that were followed this year."""
    on = places.on
    next_one = Term.objects.filter(
        organization=OuterRef("organization"), elected_on__gt=OuterRef("elected_on"), elected_on__lte=on
    )
    followed = next_one.order_by().values("organization").annotate(first=Min("elected_on")).values("first")
    ending = Term.objects.filter(subtree("organization__path", [places.path]), elected_on__lte=on)
    asked = (
        ending.ending_by(add_months(on, FURTHEST))
        .annotate(followed_on=Subquery(followed))
        .filter(Q(followed_on__isnull=True) | Q(followed_on__gte=date(on.year, 1, 1)))
        .order_by("ends_on")
    )
    rows = asked.values_list("organization__path", "organization__code", "rule", "ends_on", "followed_on")
    for place, *facts in rows:
        yield place, term_duty(InOffice(*facts), on=on, local=places.local(place))


def hard_to_reach(path: str, *, on: date) -> Iterator[tuple[HardToReach, Interval | None]]:
    """Members below a path whom somebody has to be in touch with, and how often. Four queries, whatever the tree."""
    return ((facts, asked) for _place, facts, asked in _reach(PlacesBelow(path, on)))


def _contacts(places: PlacesBelow) -> Found:
    for place, facts, asked in _reach(places):
        yield place, contact_duty(facts, asked, on=places.on)


def _reach(places: PlacesBelow) -> Iterator[tuple[str, HardToReach, Interval | None]]:
    """The rule is looked up once for all whom it treats alike."""
    last = _last_contacts(places.path, places.on)
    known: dict[Hashable, Interval | None] = {}
    for (member, roster), situations in _hard_to_reach(places.path, places.on).items():
        if branch := places.branch_of(roster):
            alike = frozenset(situations), places.binding(branch.path)
            if alike not in known:
                known[alike] = interval(alike[0], on=places.on, local=places.local(branch.path))
            yield branch.path, HardToReach(member, branch.code, situations, last.get(member)), known[alike]


def _hard_to_reach(path: str, on: date) -> Mapping[tuple[int, str], dict[str, date | None]]:
    """Member and roster → the situations that hold, each with its beginning."""
    rows = Situation.objects.of(*HARD_TO_REACH_KINDS).holding(on).filter(subtree("member__roster_path", [path]))
    found: dict[tuple[int, str], dict[str, date | None]] = defaultdict(dict)
    for member, roster, kind, since in rows.values_list("member", "member__roster_path", "kind", "valid_from"):
        found[member, roster][kind] = since
    return found


def _last_contacts(path: str, on: date) -> dict[int, LastContact]:
    """Member → the latest contact on record by that day."""
    until = Contact.objects.filter(happened_on__lte=on)
    later = until.filter(
        Q(happened_on__gt=OuterRef("happened_on"))
        | Q(happened_on=OuterRef("happened_on"), recorded_at__gt=OuterRef("recorded_at")),
        member=OuterRef("member"),
    )
    rows = until.filter(~Exists(later), subtree("member__roster_path", [path]))
    return {
        member: LastContact(day, next_on)
        for member, day, next_on in rows.values_list("member", "happened_on", "next_on")
    }


def _requests(places: PlacesBelow) -> Found:
    """Those that wait, and those that were answered this year."""
    on = places.on
    rows = HelpRequest.objects.filter(subtree("member__roster_path", [places.path]), asked_on__lte=on).filter(
        Q(answered_on__isnull=True) | Q(answered_on__gte=date(on.year, 1, 1))
    )
    facts = rows.order_by("due_on", "pk").values_list(
        "member__roster_path", "member", "asked_on", "due_on", "answered_on"
    )
    for roster, member, asked_on, due_on, answered_on in facts:
        if branch := places.branch_of(roster):
            asked = HelpDates(member, branch.code, asked_on, due_on, answered_on)
            yield branch.path, help_duty(asked, on=on, local=places.local(branch.path))


def _contact(place: DutyLink) -> str:
    """The form, and from there back to the desk."""
    if place.member is None:
        return reverse("members:reach-list")
    return f"{reverse('members:contact-add', args=[place.member.key])}?back=desk"


def _help(place: DutyLink) -> str:
    return reverse("members:help-next", args=[place.member.key]) if place.member else reverse("members:help-list")


VIEW, RECORD = Capability.VIEW_CONTACTS, Capability.RECORD_CONTACTS
DISPLAY: dict[str, DutyDisplay] = {
    "contact": DutyDisplay(_("Be in touch"), _("Record the contact"), _contact, "telephone", VIEW, RECORD),
    "help_request": DutyDisplay(_("Request for help"), _("Answer it"), _help, "life-preserver", VIEW, RECORD),
}


def roster_size(user: User) -> int:
    """Members on the rosters that the user may see."""
    return Member.objects.filter(subtree("roster_path", user.access.paths(Capability.VIEW_ROSTER))).count()


def organization_counts(user: User, *, on: date) -> Mapping[OrganizationKind, int]:
    """Organizations by kind in the user's subtrees; kinds of which there is none are left out."""
    held = Organization.objects.visible_to(user).standing_on(on).values_list("kind").annotate(Count("pk"))
    counts = dict(held.order_by())
    return {kind: counts[kind] for kind in OrganizationKind if kind in counts}
