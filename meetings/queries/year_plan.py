"""What the planner of a year starts from."""

from datetime import date

from meetings.models import Meeting, ThemeDay
from meetings.queries.duties import meeting_duties
from meetings.rules.org_life import WINDOW
from meetings.rules.planning import Habits, Proposal, proposals
from meetings.rules.workdays import Workdays
from members.choices import OrganizationKind
from members.models import LocalRule, Organization
from members.paths import STEP
from members.queries.local_rules import value_of
from rulebook import local


def proposed_meetings(place: Organization, year: int, *, today: date, workdays: Workdays) -> list[Proposal]:
    """A day for each meeting of that year that is neither held nor planned, the branch's groups included."""
    kept = theme_day_of(place)
    habits = Habits(kept.day_of_month if kept else None, workdays, _local_rules(place))
    due = meeting_duties(place.path, on=today, through=date(year, 12, 31), also_planned=True)
    return proposals(due, today=today, habits=habits)


def _local_rules(place: Organization) -> tuple[local.LocalRule, ...]:
    """When a year's organizational life is held there, whatever the year."""
    rows = LocalRule.objects.in_force_for(place.path).filter(rule_key=WINDOW).select_related("organization")
    return tuple(map(value_of, rows.order_by("organization__path", "valid_from")))


def theme_day_of(place: Organization) -> ThemeDay | None:
    """The fixed day of a branch, or of the branch a group belongs to."""
    return ThemeDay.objects.filter(organization__path=branch_path(place)).first()


def branch_path(place: Organization) -> str:
    return place.path[:-STEP] if place.kind == OrganizationKind.GROUP else place.path


def meetings_of_year(place: Organization, year: int) -> list[Meeting]:
    """What is planned or held that year at the place and below it, in order of the days."""
    rows = Meeting.objects.within(place.path).in_year(year).select_related("organization", "local_kind")
    return list(rows.order_by("day", "starts_at", "key"))
