"""What the planner of a year starts from: days on record, local kinds, what is planned."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from meetings.choices import DayKind, MeetingState
from meetings.meeting.models import LocalKind, Meeting
from meetings.planning.duty_queries import meeting_duties
from meetings.planning.duty_rules import WINDOW
from meetings.planning.models import SpecialDay, ThemeDay
from meetings.planning.rules import Habits, Proposal, Workdays, of_the_program, proposals
from members.choices import Capability
from members.models import LocalRule, Organization, User
from members.paths import STEP, subtree
from members.regulations.queries import PlacesBelow, value_of
from rulebook import local


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of the year's list. `row` is None when it comes with the program."""

    day: date
    kind: DayKind
    name: str
    row: SpecialDay | None = None


def workdays_on_record() -> Workdays:
    """What rules take: a few dozen days a year, read in one query."""
    rows = SpecialDay.objects.values_list("day", "kind")
    return Workdays({day: kind == DayKind.WORKED for day, kind in rows})


def days_of_year(year: int) -> list[DayLine]:
    """The year's list in order; what is recorded stands in place of what comes with the program."""
    shipped = {
        one.day: DayLine(one.day, DayKind.WORKED if one.is_worked else DayKind.OFF, str(one.name))
        for one in of_the_program(year)
    }
    rows = SpecialDay.objects.filter(day__year=year)
    recorded = {row.day: DayLine(row.day, DayKind(row.kind), row.name, row) for row in rows}
    return sorted((shipped | recorded).values(), key=lambda line: line.day)


def proposed_meetings(place: Organization, year: int, *, today: date, workdays: Workdays) -> list[Proposal]:
    """A day for each meeting of that year that is neither held nor planned, the branch's groups included."""
    kept = theme_day_of(place)
    habits = Habits(kept.day_of_month if kept else None, workdays, _local_rules(place))
    due = meeting_duties(PlacesBelow(place.path, today), through=date(year, 12, 31), also_planned=True)
    return proposals(due, today=today, habits=habits)


def _local_rules(place: Organization) -> tuple[local.LocalRule, ...]:
    """When a year's organizational life is held there, whatever the year."""
    rows = LocalRule.objects.in_force_for(place.path).filter(rule_key=WINDOW).select_related("organization")
    return tuple(map(value_of, rows.order_by("organization__path", "valid_from")))


def theme_day_of(place: Organization) -> ThemeDay | None:
    """The fixed day of a branch, or of the branch a group belongs to."""
    return ThemeDay.objects.filter(organization__path=place.branch_path).first()


def meetings_of_year(place: Organization, year: int) -> list[Meeting]:
    """What is planned or held that year at the place and below it, in order of the days."""
    rows = Meeting.objects.within(place.path).in_year(year).select_related("organization", "local_kind")
    return list(rows.order_by("day", "starts_at", "key"))


def usable_at(path: str) -> QuerySet[LocalKind]:
    """Kinds in use that the organization itself or one above it has added."""
    above = [path[:length] for length in range(STEP, len(path) + 1, STEP)]
    return LocalKind.objects.filter(organization__path__in=above, is_used=True).order_by("organization__path", "name")


def managed_by(user: User) -> QuerySet[LocalKind]:
    """Kinds that the user's committees have added, those in use first."""
    placed = subtree("organization__path", user.access.paths(Capability.MANAGE_LOCAL_RULES))
    return LocalKind.objects.filter(placed).select_related("organization").order_by("-is_used", "organization", "name")


BACK, AHEAD = timedelta(days=90), timedelta(days=400)


def calendar_of(user: User, *, on: date) -> QuerySet[Meeting]:
    """From three months back to a year ahead: what one is asked to, and what one's office looks after."""
    rows = Meeting.objects.visible_to(user).filter(day__range=(on - BACK, on + AHEAD))
    return rows.select_related("organization").order_by("day", "starts_at", "key")


def calendar_of_year(path: str, year: int) -> QuerySet[Meeting]:
    """The meetings of a branch and its groups in a year, without those called off."""
    rows = Meeting.objects.within(path).in_year(year).exclude(state=MeetingState.CANCELLED)
    return rows.select_related("organization").order_by("day", "starts_at", "key")
