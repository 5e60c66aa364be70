"""Attendance over a period: of each member of a branch, of each branch of a committee, and one's own."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date, timedelta

from django.db.models import BooleanField, Count, ExpressionWrapper, Min, Q

from meetings.choices import TOOK_PART, AttendanceState, NotCountedBecause
from meetings.models import Expected
from meetings.queries.observers import Elsewhere, elsewhere_below, elsewhere_of
from meetings.queries.tally import TALLY, Tally, attendance_of
from meetings.rules.expected import unexplained_months
from members.choices import OrganizationKind
from members.models import Affiliation, Member, Organization
from members.paths import STEP, subtree
from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.rule import Rule

MONTHS_BACK = 24
"""How far back a row of months is looked for; the flag needs six."""
WITHDRAWAL = "withdrawal.months"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A member of the roster, attendances of the period, and how many months in a row are missing without a reason.

    What was attended `elsewhere`, as a leader from above or as a guest, stands beside these figures and is in none.
    """

    member: Member
    tally: Tally
    months: int
    is_flagged: bool
    elsewhere: list[Elsewhere] = field(default_factory=list)

    @property
    def took_part(self) -> int:
        return took_part(self.tally)


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A branch with its groups, and beside it how often its members attended elsewhere."""

    branch: Organization
    tally: Tally
    elsewhere: int = 0

    @property
    def took_part(self) -> int:
        return took_part(self.tally)


def took_part(tally: Tally) -> int:
    """On site, online, visited or made up later."""
    return tally.is_on_site + tally.is_online + tally.is_visited + tally.is_made_up


def flag_rule(on: date) -> Rule | None:
    """After how many months people have to look at it; None on a day without such a rule."""
    return rule_if_held(WITHDRAWAL, on)


def counted_on(last: date, today: date) -> date:
    """On which day the months in a row are told for a period: the first day after it, or today if that is earlier."""
    return min(last + timedelta(days=1), today) if last < date.max else today


def person_lines(path: str, first: date, last: date, *, on: date) -> list[PersonLine]:
    """Everybody on the roster at the path and below, in roster order, the months in a row as of `on`; five queries.

    The flag decides nothing.
    """
    members = list(Member.objects.below(path).in_roster_order())
    keys = [one.pk for one in members]
    tallies, months = attendance_of(members, first, last), months_of(keys, on=on)
    elsewhere, rule = elsewhere_of(keys, first, last), flag_rule(on)
    long = rule.whole if rule else MONTHS_BACK + 1
    return [
        PersonLine(
            one, tallies.get(one.pk, Tally()), months.get(one.pk, 0), months.get(one.pk, 0) >= long,
            elsewhere.get(one.pk, []),
        )
        for one in members
    ]  # fmt: skip


def months_of(members: Iterable[int], *, on: date) -> dict[int, int]:
    """Member → whole months in a row, over by that day, with nothing but absences without a reason; two queries.

    What isn't recorded is neither an absence nor a presence, and who was left out with both approvals isn't absent.
    Taking part as a guest ends the row; a guest who doesn't come isn't absent.
    """
    keys = list(members)
    rows = (
        Expected.objects.of_held_meetings()
        .between(add_months(on.replace(day=1), -MONTHS_BACK), on)
        .filter(member__in=keys)
        .exclude(not_counted=NotCountedBecause.EXCLUDED)
        .exclude(~Q(state__in=TOOK_PART), not_counted=NotCountedBecause.PARTICIPANT)
        .exclude(state=AttendanceState.UNKNOWN)
        .annotate(unexplained=_condition(Q(state=AttendanceState.ABSENT, reason="")))
    )
    absences: dict[int, list[tuple[date, bool]]] = defaultdict(list)
    for member, day, unexplained in rows.values_list("member_id", "meeting__day", "unexplained"):
        absences[member].append((day, bool(unexplained)))
    since = _joined(absences)
    return {member: unexplained_months(days, on=on, since=since.get(member)) for member, days in absences.items()}


def _joined(members: Iterable[int]) -> dict[int, date | None]:
    """Member → the first day on which he belonged anywhere; None where a beginning isn't known."""
    relations = Affiliation.objects.filter(member__in=list(members)).formal().order_by()
    begun = relations.values_list("member").annotate(
        first=Min("valid_from"), known=Count("valid_from"), all=Count("pk")
    )
    return {member: first if known == every else None for member, first, known, every in begun}


def place_lines(path: str, first: date, last: date) -> list[PlaceLine]:
    """Each branch at the path and below with the attendances of its own and its groups' meetings; three queries."""
    branches = list(Organization.objects.below(path).branches().standing_on(last).in_tree_order())
    held = Expected.objects.of_held_meetings().between(first, last)
    rows = held.filter(subtree("meeting__organization__path", [path])).values(
        "meeting__organization__path", "meeting__organization__kind"
    )
    sums: dict[str, Tally] = {}
    for row in rows.annotate(**TALLY):
        place, kind = row.pop("meeting__organization__path"), row.pop("meeting__organization__kind")
        branch = place[:-STEP] if kind == OrganizationKind.GROUP else place
        sums[branch] = _sum(sums.get(branch, Tally()), Tally(**row))
    elsewhere = elsewhere_below(branches, first, last)
    return [PlaceLine(one, sums.get(one.path, Tally()), elsewhere[one.path]) for one in branches]


def _condition(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())


def _sum(one: Tally, other: Tally) -> Tally:
    return Tally(*(getattr(one, field.name) + getattr(other, field.name) for field in fields(Tally)))
