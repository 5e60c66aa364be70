"""Cadres, class hours and conditions, of one place and counted for those below."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import (
    Case,
    Count,
    DecimalField,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from assessment.cadres.models import CadrePost, CadrePostQuerySet, Conditions, Training
from assessment.cadres.rules import MEMBER_KEY, OFFICER_KEY, has_ended, hours_rule, is_kept, per_mille
from assessment.choices import PostShare
from meetings.meeting.queries import COMMITTEE_OFFICES
from members.choices import OrganizationKind
from members.models import Member, Office, Organization, User
from members.models.member import MemberQuerySet
from members.models.organization import OrganizationQuerySet
from members.paths import contains, subtree
from members.regulations.queries import binding_below, in_force_at
from rulebook.rule import Rule

FOUND_AT_MOST = 50
NO_HOURS = Value(Decimal(0), output_field=DecimalField())


@dataclass(frozen=True, slots=True)
class YearRule:
    """The rule of a year and whether it has ended by then."""

    rule: Rule
    ended: bool

    @property
    def known_until(self) -> int | None:
        """The last year for which the rule is known to hold; None: no end is known."""
        return (self.rule.until - timedelta(days=1)).year if self.rule.until else None


@dataclass(frozen=True, slots=True)
class PostLine:
    """A post with the hours and certificates of its holder in the year."""

    post: CadrePost
    hours: Decimal
    asked: Decimal
    certificates: int
    is_kept: bool


@dataclass(frozen=True, slots=True)
class Staffing:
    """What a place has for party work. `kept` None: nobody has put anything down for that year."""

    kept: Conditions | None
    held: int

    @property
    def unfilled(self) -> int | None:
        planned = self.kept.posts_planned if self.kept else None
        return None if planned is None else max(0, planned - self.held)

    @property
    def spent_percent(self) -> int | None:
        """Half up; None where nothing was planned, or nobody said what was spent."""
        return percent_of(self.kept.spent_fen, self.kept.budget_fen) if self.kept else None


def percent_of(part: int | None, whole: int | None) -> int | None:
    return None if part is None or not whole else per_mille(part, whole) // 10


def asked_of(key: str, place: Organization, year: int, *, on: date) -> YearRule:
    """What is asked of the people at that place in the year. One query."""
    rule = hours_rule(key, year, in_force_at(place.path, on=min(on, date(year, 12, 31))))
    return YearRule(rule, has_ended(rule, year))


def posts_of_year(path: str, year: int) -> CadrePostQuerySet:
    """Held at the path and below it on some day of the year, with `hours` and `certificates` of their holders."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    over = Q(valid_until__isnull=False, valid_until__lte=first)
    rows = CadrePost.objects.filter(subtree("organization__path", [path]), valid_from__lte=last).exclude(over)
    return with_hours(rows, year)


def with_hours(rows: CadrePostQuerySet, year: int) -> CadrePostQuerySet:
    own = Training.objects.in_year(year).filter(member=OuterRef("member")).order_by().values("member")
    hours = own.annotate(total=Sum("hours")).values("total")
    certificates = own.annotate(total=Count("pk", filter=~Q(certificate=""))).values("total")
    return rows.annotate(
        hours=Coalesce(Subquery(hours), NO_HOURS),
        certificates=Coalesce(Subquery(certificates, output_field=IntegerField()), 0),
    )


def show(post: CadrePost, rule: Rule) -> PostLine:
    """Of a post that `with_hours` gave."""
    hours: Decimal = post.hours  # type: ignore[attr-defined]
    return PostLine(post, hours, rule.number, post.certificates, is_kept(hours, rule))  # type: ignore[attr-defined]


def staffing(place: Organization, year: int, *, on: date) -> Staffing:
    """Of the place itself, not of what is below it. Two queries."""
    day = min(on, date(year, 12, 31))
    held = CadrePost.objects.holding(day).filter(organization=place).count()
    return Staffing(Conditions.objects.filter(organization=place, year=year).first(), held)


def people_found(place: Organization, text: str) -> tuple[MemberQuerySet, list[Member]]:
    """Who may hold a post there, and whom the form offers: a branch its roster, a committee whom one looks for.

    Each has `stands_in`, the name of where they are on the roster.
    """
    everybody = Member.objects.below(place.path).in_roster_order()
    branch = Organization.objects.filter(path=OuterRef("roster_path")).order_by().values("name")
    everybody = everybody.annotate(stands_in=Subquery(branch[:1]))
    if text:
        return everybody, list(everybody.search(text)[:FOUND_AT_MOST])
    return everybody, [] if place.kind == OrganizationKind.COMMITTEE else list(everybody)


def holders_below(path: str, *, on: date) -> dict[int, Organization]:
    """Member → the organization, the lowest one, in which they hold a post on that day. One query."""
    rows = CadrePost.objects.holding(on).filter(subtree("organization__path", [path])).select_related("organization")
    return {post.member_id: post.organization for post in rows.order_by("organization__path", "pk")}


def people_of_course(place: Organization, *, on: date) -> QuerySet[Member]:
    """Of whom a course can be recorded: of a branch its cadres and its roster, of a committee the cadres below it."""
    cadres = Q(pk__in=list(holders_below(place.path, on=on)))
    inside = Q() if place.kind == OrganizationKind.COMMITTEE else subtree("roster_path", [place.path])
    people = Member.objects.filter(cadres | inside if inside else cadres)
    first = Case(When(cadres, then=0), default=1)
    return people.order_by(first, "roster_path", "name_key", "pk")


def own_key(user: User, posts: Iterable[CadrePost], *, on: date) -> str:
    """Which rule asks somebody for class hours: who holds a post or sits in a committee, the one for officers."""
    if list(posts):
        return OFFICER_KEY
    seat = Office.objects.holding(on).filter(kind__in=COMMITTEE_OFFICES)
    seated = seat.filter(Q(user=user) | Q(member=user.access.member_id)).exists()
    return OFFICER_KEY if seated else MEMBER_KEY


@dataclass(slots=True)
class Counts:
    """Of one organization on a day of a year. Without conditions `planned`, `budget` and `spent` are None."""

    posts: int = 0
    full_time: set[int] = field(default_factory=set)
    people: set[int] = field(default_factory=set)
    kept: set[int] = field(default_factory=set)
    trained: set[int] = field(default_factory=set)
    """Whose training anything is recorded of."""
    planned: int | None = None
    rooms: int | None = None
    budget: int | None = None
    spent: int | None = None

    @property
    def unfilled(self) -> int | None:
        return None if self.planned is None else max(0, self.planned - self.posts)

    @property
    def part_time(self) -> int:
        return len(self.people - self.full_time)

    @property
    def spent_percent(self) -> int | None:
        return percent_of(self.spent, self.budget)

    @property
    def is_empty(self) -> bool:
        return not self.posts and self.planned is None and self.budget is None and self.rooms is None


@dataclass(frozen=True, slots=True)
class CadreCounts:
    place: Organization
    counts: Counts
    url: str = ""
    """The list of its posts, for who may read it."""


def cadre_lines(path: str, year: int, places: OrganizationQuerySet, *, on: date) -> list[CadreCounts]:
    """A line for each of the places, in their order. Four queries, whatever the tree."""
    day = min(on, date(year, 12, 31))
    rows = list(places)
    rules = rules_of(path, rows, year)
    known: dict[int, Counts] = defaultdict(Counts)
    posts = CadrePost.objects.holding(day).filter(subtree("organization__path", [path])).order_by("pk")
    for post in with_hours(posts, year):
        if post.organization_id in rules:
            _add(known[post.organization_id], post, rules[post.organization_id])
    for one in Conditions.objects.filter(subtree("organization__path", [path]), year=year):
        counts = known[one.organization_id]
        counts.planned, counts.rooms = one.posts_planned, one.rooms
        counts.budget, counts.spent = one.budget_fen, one.spent_fen
    return [CadreCounts(place, known[place.pk]) for place in rows]


def rules_of(path: str, places: Iterable[Organization], year: int) -> dict[int, Rule]:
    """Organization → the rule for class hours there. One query."""
    local = binding_below(path, [OFFICER_KEY])
    return {
        place.pk: hours_rule(OFFICER_KEY, year, [one for above, one in local if contains(above, place.path)])
        for place in places
    }


def total_of(lines: Iterable[CadreCounts]) -> dict[str, int]:
    """What is known, added; who holds posts in two organizations counts in each. Funds: only of organizations that put
    down both what is planned and what was spent."""
    all_counts = [line.counts for line in lines]
    both = [one for one in all_counts if one.budget is not None and one.spent is not None]
    return {
        "posts": sum(one.posts for one in all_counts),
        "full_time": sum(len(one.full_time) for one in all_counts),
        "part_time": sum(one.part_time for one in all_counts),
        "people": sum(len(one.people) for one in all_counts),
        "kept": sum(len(one.kept) for one in all_counts),
        "unfilled": sum(one.unfilled or 0 for one in all_counts),
        "budget": sum(one.budget or 0 for one in both),
        "spent": sum(one.spent or 0 for one in both),
    }


def _add(counts: Counts, post: CadrePost, rule: Rule) -> None:
    counts.posts += 1
    counts.people.add(post.member_id)
    if post.share == PostShare.FULL_TIME:
        counts.full_time.add(post.member_id)
    if post.hours:  # type: ignore[attr-defined]
        counts.trained.add(post.member_id)
    if is_kept(post.hours, rule):  # type: ignore[attr-defined]
        counts.kept.add(post.member_id)
