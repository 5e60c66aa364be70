"""Posts of party work with the class hours of a year, who can hold one, and what a place has to work with."""

from collections.abc import Iterable
from dataclasses import dataclass
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

from assessment.models import CadrePost, Conditions, Training
from assessment.models.cadre import CadrePostQuerySet
from assessment.rules.measures import per_mille
from assessment.rules.training import MEMBER_KEY, OFFICER_KEY, has_ended, hours_rule, is_kept
from meetings.meeting.queries import COMMITTEE_OFFICES
from members.choices import OrganizationKind
from members.models import Member, Office, Organization, User
from members.models.member import MemberQuerySet
from members.paths import subtree
from members.queries.local_rules import in_force_at
from rulebook.rule import Rule

FOUND_AT_MOST = 50
NO_HOURS = Value(Decimal(0), output_field=DecimalField())


@dataclass(frozen=True, slots=True)
class Asked:
    """The rule of a year and whether it has ended by then."""

    rule: Rule
    ended: bool

    @property
    def known_until(self) -> int | None:
        """The last year for which the rule is known to hold; None: no end is known."""
        return (self.rule.until - timedelta(days=1)).year if self.rule.until else None


@dataclass(frozen=True, slots=True)
class Shown:
    """A post with the hours and certificates of its holder in the year."""

    post: CadrePost
    hours: Decimal
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


def asked_of(key: str, place: Organization, year: int, *, on: date) -> Asked:
    """What is asked of the people at that place in the year. One query."""
    rule = hours_rule(key, year, in_force_at(place.path, on=min(on, date(year, 12, 31))))
    return Asked(rule, has_ended(rule, year))


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


def show(post: CadrePost, rule: Rule) -> Shown:
    """Of a post that `with_hours` gave."""
    hours: Decimal = post.hours  # type: ignore[attr-defined]
    return Shown(post, hours, post.certificates, is_kept(hours, rule))  # type: ignore[attr-defined]


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
    seated = seat.filter(Q(user=user) | Q(member=user.standing.member_id)).exists()
    return OFFICER_KEY if seated else MEMBER_KEY
