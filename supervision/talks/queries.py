"""The year's talks: facts for `supervision.talks.rules`, its page, counts, people and links."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy as _

from meetings.meeting.queries import COMMITTEE_OFFICES
from members.choices import OrganizationKind, SituationKind
from members.models import Affiliation, Member, Office, Organization, Situation, User
from members.models.member import MemberQuerySet
from members.pages.links import Link
from members.paths import STEP, subtree
from members.regulations.queries import PlacesBelow
from rulebook.values import Duty
from supervision.talks.models import Talk
from supervision.talks.rules import Held, Seat, TalkYear, partners, talk_duty, talk_year, times_asked, told_above

POSTS = ("书记", "委员")
"""How a roster names the committee's members where no offices are recorded, as in `meetings.attendance.queries`."""


@dataclass(frozen=True, slots=True)
class BranchYear:
    """A branch with its year: everybody asked, in roster order, the committee of the day, what is missing.

    `lost` are those whom nobody can reach: they are asked for nothing. `talks` counts the year's talks.
    """

    branch: Organization
    members: tuple[int, ...]
    committee: tuple[int, ...]
    lost: int
    talks: int
    year: TalkYear


@dataclass(slots=True)
class _Facts:
    """Of one branch, before the rules looked at it."""

    members: list[int] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    """Whom the roster names as the committee's."""
    lost: int = 0
    seats: list[Seat] = field(default_factory=list)
    talks: list[Held] = field(default_factory=list)


def branch_years(places: PlacesBelow) -> list[BranchYear]:
    """The year up to the day of every branch, in tree order. Four queries beside those of the places."""
    on, facts = places.on, _facts(places.path, list(places.branches.values()), places.on)
    years: list[BranchYear] = []
    for place in places.branches.values():
        known = facts[place.path]
        times = times_asked(on=on, local=places.local(place.path))
        year = talk_year(known.members, known.seats, known.talks, times=times, on=on)
        committee = tuple(sorted({seat.member for seat in known.seats if seat.holds(on)}))
        years.append(BranchYear(place, tuple(known.members), committee, known.lost, len(known.talks), year))
    return years


def talk_duties(places: PlacesBelow) -> list[Duty]:
    """What the year's talks ask of every branch, in tree order. Four queries beside those of the places.

    A branch whose first day lies in the year is asked from the next one on.
    """
    on = places.on
    years = [one for one in branch_years(places) if not _is_new(one.branch, on)]
    duties = (talk_duty(one.branch.code, one.year, on=on, local=places.local(one.branch.path)) for one in years)
    return [duty for duty in duties if duty]


def _is_new(branch: Organization, on: date) -> bool:
    return branch.first_day is not None and branch.first_day > date(on.year, 1, 1)


def _facts(path: str, places: list[Organization], on: date) -> Mapping[str, _Facts]:
    found = {place.path: _Facts() for place in places}
    lost = _lost(path, on)
    for place, member, post in _rosters(path, on):
        known = found.get(place) or found.get(place[:-STEP])
        if known is not None:
            _put_on_roster(known, member, post, is_lost=member in lost)
    for place, seat in _seats(path, on):
        if place in found:
            found[place].seats.append(seat)
    for place, talk in _talks(path, on):
        if place in found:
            found[place].talks.append(talk)
    for known in found.values():
        known.seats = known.seats or [Seat(member) for member in known.named]
    return found


def _put_on_roster(known: _Facts, member: int, post: str, *, is_lost: bool) -> None:
    if is_lost:
        known.lost += 1
        return
    known.members.append(member)
    if any(word in post for word in POSTS):
        known.named.append(member)


def _rosters(path: str, on: date) -> Iterable[tuple[str, int, str]]:
    rows = Affiliation.objects.formal().holding(on).filter(subtree("organization__path", [path]))
    rows = rows.order_by("member__name_key", "member")
    return rows.values_list("organization__path", "member", "member__party_post")


def _lost(path: str, on: date) -> set[int]:
    """Members out of contact on the day: nobody can be asked to talk with them."""
    rows = Situation.objects.of(SituationKind.LOST_CONTACT).holding(on)
    return set(rows.filter(subtree("member__roster_path", [path])).values_list("member", flat=True))


def _seats(path: str, on: date) -> Iterator[tuple[str, Seat]]:
    """Offices of the branches' committees that somebody on record held in the year."""
    ended_before = Q(valid_until__lte=date(on.year, 1, 1))
    rows = Office.objects.filter(
        subtree("organization__path", [path]), kind__in=COMMITTEE_OFFICES, organization__kind=OrganizationKind.BRANCH
    ).exclude(ended_before)
    facts = rows.order_by("organization__path", "pk")
    for place, member, other, since, until in facts.values_list(
        "organization__path", "member", "user__member", "valid_from", "valid_until"
    ):
        if member or other:
            yield place, Seat(member or other, since, until)


def _talks(path: str, on: date) -> Iterator[tuple[str, Held]]:
    rows = Talk.objects.filter(subtree("organization__path", [path]), held_on__range=(date(on.year, 1, 1), on))
    for place, first, second, day in rows.order_by().values_list("organization__path", "first", "second", "held_on"):
        yield place, Held(first, second, day)


def last_day(year: int, today: date) -> date:
    """Up to which day a year is looked at: today, or its end when it is over."""
    return today if year >= today.year else date(year, 12, 31)


def of_branch(branch: Organization, *, on: date) -> BranchYear:
    """The year of one branch, also of one that was dissolved since."""
    found = branch_years(PlacesBelow(branch.path, on))
    return found[0] if found else BranchYear(branch, (), (), 0, 0, TalkYear())


@dataclass(frozen=True, slots=True)
class PairWords:
    """How a kind of pair is called, and what stands there when nothing of it is missing."""

    title: Promise | str
    none_left: Promise | str


PARTS = {
    "committee": PairWords(
        _("Between members of the committee"), _("Everybody in the committee talked with each other.")
    ),
    "with-committee": PairWords(_("Members and the committee"), _("The committee talked with every member.")),
    "members": PairWords(_("Members among each other"), _("Every member talked with another.")),
}
"""The kinds of article 19, by their name in the address."""


@dataclass(frozen=True, slots=True)
class MissingTalk:
    """A talk that is missing: who, and with whom; None: with anybody. `url` records it with both names filled in."""

    part: str
    first: Member | None
    second: Member | None
    url: str

    @property
    def is_pair(self) -> bool:
        """Whether just these two are asked to talk; else the second is a proposal."""
        return self.part == "committee"


@dataclass(frozen=True, slots=True)
class BranchTalks:
    """A branch as a committee sees it: counts, and none below three."""

    branch: Organization
    members: int
    talks: int | None
    missing: int | None
    is_done: bool


def missing_lines(found: BranchYear, part: str, user: User) -> list[MissingTalk]:
    """What is missing of one kind, with a proposal for the second where any would do. One query."""
    pairs = list(_pairs(found, part, user.access.member_id))
    people = Member.objects.in_bulk({one for pair in pairs for one in pair if one})
    return [_line(found, part, people.get(first), people.get(second or 0)) for first, second in pairs]


def below_lines(path: str, *, on: date) -> list[BranchTalks]:
    """Every branch at the path and below it that is asked for talks. Six queries."""
    return [
        BranchTalks(
            one.branch, len(one.members) + one.lost, told_above(one.talks), told_above(one.year.missing),
            not one.year.missing,
        )
        for one in branch_years(PlacesBelow(path, on))
        if one.year.due
    ]  # fmt: skip


def _pairs(found: BranchYear, part: str, me: int | None) -> Iterator[tuple[int, int | None]]:
    """With the committee: the reader proposes themself where they sit in it."""
    if part == "committee":
        yield from found.year.committee_pairs
    elif part == "with-committee":
        proposed = me if me in found.committee else next(iter(found.committee), None)
        yield from ((member, proposed) for member in found.year.without_committee)
    else:
        ordinary = [one for one in found.members if one not in found.committee]
        yield from partners(found.year.without_member, ordinary)


def _line(found: BranchYear, part: str, first: Member | None, second: Member | None) -> MissingTalk:
    keys = {"org": found.branch.code, "first": first.key if first else "", "second": second.key if second else ""}
    return MissingTalk(part, first, second, f"{reverse('supervision:talk-new')}?{urlencode(keys)}")


def talk_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Talks of the period at the path and below it; of the year of `last`, up to that day, what is asked for by article
    19 (`pairs_due`: pairs of the committee, members with it, members among each other) and what of it is done.

    Seven queries. What is told upwards hides counts below three (`rules.talks.told_above`): these are the branch's own.
    """
    held = Talk.objects.filter(subtree("organization__path", [path]), held_on__range=(first, last))
    years = [one.year for one in branch_years(PlacesBelow(path, last))]
    return {
        "talks": held.count(),
        "pairs_due": sum(year.due for year in years),
        "pairs_done": sum(year.done for year in years),
    }


def people_of(branch: Organization, *, on: date) -> MemberQuerySet:
    """The roster of the branch and its groups, and whoever sits in its committee; in order of the names."""
    seats = Office.objects.holding(on).filter(organization=branch, kind__in=COMMITTEE_OFFICES)
    inside = subtree("roster_path", [branch.path])
    seated = Q(pk__in=seats.filter(member__isnull=False).values("member")) | Q(pk__in=seats.values("user__member"))
    return Member.objects.filter(inside | seated).order_by("name_key", "pk")


def own_branch(user: User) -> Organization | None:
    """The branch on whose roster the user stands as a member, directly or in a group; None: on none."""
    mine = Member.objects.filter(pk=user.access.member_id or 0).values_list("roster_path", flat=True).first()
    if not mine:
        return None
    branches = Organization.objects.filter(path__in=[mine, mine[:-STEP]], kind=OrganizationKind.BRANCH)
    return branches.order_by("-path").first()


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """Two ways, without a query: nothing of what is private is counted on the start page."""
    if user.access.member_id is not None:
        talks, checks = reverse("supervision:talk-mine"), reverse("supervision:self-check-mine")
        yield Link(
            "chat-dots",
            gettext("My talks"),
            gettext("Put down with whom you talked; the note is for the two of you."),
            talks,
        )
        yield Link(
            "ui-checks", gettext("My self-checks"), gettext("Check yourself against a list, for yourself."), checks
        )
