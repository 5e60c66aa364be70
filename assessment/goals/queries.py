"""Joint goals: who may see the people behind them, lists, and counts of the branches below."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _

from assessment.choices import GoalState
from assessment.goals.models import Goal, GoalQuerySet, GoalStep
from members.choices import Capability
from members.models import Member, Organization, User
from members.models.member import MemberQuerySet
from members.models.organization import OrganizationQuerySet
from members.paths import subtree
from supervision.scope import held_at

NAMES = Capability.VIEW_SUPERVISION
"""What an office holds that reads a branch's rows by name; committees hold it nowhere, and read goals without names."""
BADGES = {
    GoalState.PLANNED: "info",
    GoalState.REACHED: "good",
    GoalState.PARTLY: "warn",
    GoalState.MISSED: "bad",
    GoalState.DROPPED: "quiet",
}
ICONS = {
    GoalState.REACHED: "check-circle-fill",
    GoalState.PARTLY: "dash-circle",
    GoalState.MISSED: "x-circle",
    GoalState.DROPPED: "x-lg",
}


@dataclass(frozen=True, slots=True)
class Event:
    """A point on a goal's way; see `includes/timeline.html`."""

    when: date
    icon: str
    title: Promise | str
    text: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class NamedGoal:
    """A goal and who answers for it, empty where the reader is told no name."""

    goal: Goal
    who: str


def state_badges(goal: Goal, on: date) -> Iterator[tuple[Promise | str, str]]:
    """Where it stands, and whether its year is over and nobody has said what came of it."""
    if goal.state == GoalState.CHECKED:
        yield (_("Checked: on the way"), "good") if goal.on_track else (_("Checked: behind"), "warn")
    else:
        yield GoalState(goal.state).label, BADGES[GoalState(goal.state)]
    if goal.state in (GoalState.PLANNED, GoalState.CHECKED) and goal.year < on.year:
        yield _("Result is missing"), "bad"


def sees_names(goal: Goal, user: User) -> bool:
    return user.access.may(NAMES, goal.organization.path)


def named_to(user: User) -> Q:
    """Condition: the goals whose people the user is told."""
    return held_at(user, NAMES)


def who_of(goal: Goal) -> str:
    return goal.responsible.name if goal.responsible else goal.responsible_name


def people_of(branch: Organization) -> MemberQuerySet:
    """Who can answer for a goal: the roster of the branch and of its groups."""
    return Member.objects.below(branch.path).in_roster_order()


def way_of(goal: Goal, steps: list[GoalStep], *, with_names: bool) -> list[Event]:
    """From planning to the result, in the order of the days. Reads `by` where names are shown."""
    done = [Event(step.on, "pencil", _step_title(step, with_names), step.text) for step in steps]
    events = [Event(goal.planned_on, "flag", _("Planned for the year")), *done, *_check(goal), *_result(goal)]
    return sorted(events, key=lambda event: event.when)


def open_of(branch: Organization, year: int) -> GoalQuerySet:
    """What can be taken along into the next year: not reached and not dropped."""
    settled = [GoalState.REACHED, GoalState.DROPPED]
    return Goal.objects.filter(organization=branch, year=year).exclude(state__in=settled).order_by("planned_on", "key")


def _step_title(step: GoalStep, with_names: bool) -> str:
    who = step.by.get_full_name() if with_names else ""
    return f"{gettext('On the way')} · {who}" if who else gettext("On the way")


def _check(goal: Goal) -> Iterator[Event]:
    if goal.checked_on:
        title = _("Checked: on the way") if goal.on_track else _("Checked: behind")
        yield Event(goal.checked_on, "eye", title, goal.check_words)


def _result(goal: Goal) -> Iterator[Event]:
    if goal.ended_on:
        state = GoalState(goal.state)
        yield Event(goal.ended_on, ICONS[state], state.label, goal.result_words)


FIGURES = {
    "planned": Q(),
    "checked": Q(checked_on__isnull=False),
    "behind": Q(state=GoalState.CHECKED, on_track=False),
    "reached": Q(state=GoalState.REACHED),
    "partly": Q(state=GoalState.PARTLY),
    "missed": Q(state=GoalState.MISSED),
    "dropped": Q(state=GoalState.DROPPED),
    "open": Q(state__in=[GoalState.PLANNED, GoalState.CHECKED]),
}
"""`planned` are all of the year, `behind` those that were checked, are not on the way and have no result yet."""
NOTHING = dict.fromkeys(FIGURES, 0)


@dataclass(frozen=True, slots=True)
class GoalCounts:
    branch: Organization
    year: int
    figures: dict[str, int]


def goal_counts(path: str, year: int, branches: OrganizationQuerySet) -> list[GoalCounts]:
    """A line for each of the branches, in their order. Two queries, whatever the tree."""
    rows = Goal.objects.of_year(year).filter(subtree("organization__path", [path])).order_by()
    counts = {name: Count("pk", filter=condition) for name, condition in FIGURES.items()}
    known = {one.pop("organization"): one for one in rows.values("organization").annotate(**counts)}
    return [GoalCounts(branch, year, known.get(branch.pk, NOTHING)) for branch in branches]


def total_of(rows: list[GoalCounts]) -> dict[str, int]:
    return {name: sum(one.figures[name] for one in rows) for name in FIGURES}
