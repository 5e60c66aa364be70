"""What is due for members and organizations, and how a desk speaks of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.choices import HARD_TO_REACH_KINDS, Capability, OrganizationKind
from members.contacts.rules import (
    HELP_KEY,
    REMINDER_KEY,
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
from members.paths import STEP, contains, subtree
from members.regulations.queries import binding_below
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rules.mobility import CONTACT_KEYS
from rulebook.values import Duty

LOCAL_KEYS = {*CONTACT_KEYS.values(), HELP_KEY, REMINDER_KEY}
FURTHEST = 12
"""Months before its end from which a term may be reminded of: a committee may set no more."""
Found = Iterator[tuple[str, Duty | None]]
"""The path of the place whose duty it is, and the duty."""


def member_duties(path: str, *, on: date) -> list[Duty]:
    """Members to be in touch with, requests to answer and elections to hold, at the path and below it: in tree order,
    and in each place what is due first.

    Six queries, whatever the tree. A group's members are their branch's.
    """
    places = _Places(path, on)
    found: dict[str, list[Duty]] = defaultdict(list)
    for duties in (_terms(path, on, places), _contacts(path, on, places), _requests(path, on, places)):
        for place, duty in duties:
            if duty:
                found[place].append(duty)
    return [duty for place in places.codes for duty in sorted(found.get(place, ()), key=_order)]


def _order(duty: Duty) -> tuple[date, str, str]:
    return duty.due_on, duty.kind, duty.member or ""


class _Places:
    """What stands below a path, with codes in tree order, and the local rules that bind there. Two queries."""

    def __init__(self, path: str, on: date) -> None:
        standing = Organization.objects.below(path).standing_on(on).in_tree_order()
        rows = list(standing.values_list("path", "code", "kind"))
        self.codes = {place: code for place, code, _kind in rows}
        self.branches = {place for place, _code, kind in rows if kind == OrganizationKind.BRANCH}
        self.rules = binding_below(path, LOCAL_KEYS)

    def branch_of(self, roster: str) -> str:
        """The path of the branch of somebody on that roster; empty where there is none here."""
        return next((place for place in (roster, roster[:-STEP]) if place in self.branches), "")

    def binding(self, place: str) -> tuple[int, ...]:
        """Which of the local rules bind there: the same for places under the same committees."""
        return tuple(number for number, (above, _rule) in enumerate(self.rules) if contains(above, place))

    def local(self, binding: Iterable[int]) -> list[LocalRule]:
        return [self.rules[number][1] for number in binding]


def _terms(path: str, on: date, places: _Places) -> Found:
    """The latest term of each organization, and those before it that were followed this year."""
    next_one = Term.objects.filter(
        organization=OuterRef("organization"), elected_on__gt=OuterRef("elected_on"), elected_on__lte=on
    )
    followed = next_one.order_by().values("organization").annotate(first=Min("elected_on")).values("first")
    ending = Term.objects.filter(subtree("organization__path", [path]), elected_on__lte=on)
    asked = (
        ending.ending_by(add_months(on, FURTHEST))
        .annotate(followed_on=Subquery(followed))
        .filter(Q(followed_on__isnull=True) | Q(followed_on__gte=date(on.year, 1, 1)))
        .order_by("ends_on")
    )
    rows = asked.values_list("organization__path", "organization__code", "rule", "ends_on", "followed_on")
    for place, *facts in rows:
        yield place, term_duty(InOffice(*facts), on=on, local=places.local(places.binding(place)))


def hard_to_reach(path: str, *, on: date) -> Iterator[tuple[HardToReach, Interval | None]]:
    """Members below a path whom somebody has to be in touch with, and how often. Four queries, whatever the tree."""
    return ((facts, asked) for _place, facts, asked in _reach(path, on, _Places(path, on)))


def _contacts(path: str, on: date, places: _Places) -> Found:
    for place, facts, asked in _reach(path, on, places):
        yield place, contact_duty(facts, asked, on=on)


def _reach(path: str, on: date, places: _Places) -> Iterator[tuple[str, HardToReach, Interval | None]]:
    """The rule is looked up once for all whom it treats alike."""
    last = _last_contacts(path, on)

    @cache
    def asked(situations: frozenset[str], binding: tuple[int, ...]) -> Interval | None:
        return interval(situations, on=on, local=places.local(binding))

    for (member, roster), situations in _hard_to_reach(path, on).items():
        if place := places.branch_of(roster):
            facts = HardToReach(member, places.codes[place], situations, last.get(member))
            yield place, facts, asked(frozenset(situations), places.binding(place))


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


def _requests(path: str, on: date, places: _Places) -> Found:
    """Those that wait, and those that were answered this year."""
    rows = HelpRequest.objects.filter(subtree("member__roster_path", [path]), asked_on__lte=on).filter(
        Q(answered_on__isnull=True) | Q(answered_on__gte=date(on.year, 1, 1))
    )
    facts = rows.order_by("due_on", "pk").values_list(
        "member__roster_path", "member", "asked_on", "due_on", "answered_on"
    )
    for roster, member, asked_on, due_on, answered_on in facts:
        if place := places.branch_of(roster):
            asked = HelpDates(member, places.codes[place], asked_on, due_on, answered_on)
            yield place, help_duty(asked, on=on, local=places.local(places.binding(place)))


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
