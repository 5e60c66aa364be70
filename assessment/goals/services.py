"""Joint goals of party work and the unit: planned, looked at in the middle of the year, come to a result."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from assessment.choices import GoalState
from assessment.goals.models import Goal, GoalStep
from assessment.goals.queries import open_of, people_of
from audit.services import Change, record
from members.choices import OrganizationKind
from members.models import Organization, User
from members.refused import Refused

Values = Mapping[str, Any]
RUNNING = (GoalState.PLANNED, GoalState.CHECKED)
ANSWERS = ("responsible", "responsible_name")
ACTIONS = {
    "edit": ("edit_goal",),
    "check": ("check_goal", "correct_goal_check"),
    "result": ("end_goal", "correct_goal_result"),
}
"""Step → what the trail calls taking and correcting it."""
COPIED = ("title", "target", "party_work", *ANSWERS)


def plan_goal(goal: Goal, *, on: date, by: User | str) -> Goal:
    """Store a goal. The same key twice stores it once. Raises Refused."""
    same = Goal.objects.filter(pk=goal.pk, organization=goal.organization)
    if known := same.first():
        return known
    _demand_possible(goal, on)
    _demand_member(goal)
    try:
        with transaction.atomic():
            goal.save(force_insert=True)
            _record("plan_goal", goal, by)
    except IntegrityError:
        if known := same.first():
            return known
        raise
    return goal


@transaction.atomic
def edit_goal(*, goal: Goal, values: Values, on: date, by: User | str) -> list[str]:
    """The names of what changed. Once it was checked, only who answers for it changes. Raises Refused."""
    held = _held(goal)
    changes = _changes(held, values)
    names = {name for name, _old, _new in changes}
    if changes and held.state not in RUNNING:
        raise Refused(_("The goal has its result: it stays as it is."))
    if names - set(ANSWERS) and held.state == GoalState.CHECKED:
        raise Refused(_("The goal was checked and isn't moved any more. Only who answers for it can change."))
    for name, _old, new in changes:
        setattr(held, name, new)
    _demand_possible(held, on if "year" in names else date(held.year, 12, 31))
    if "responsible" in names:
        _demand_member(held)
    return _change(held, changes, ACTIONS["edit"][0], by)


@transaction.atomic
def add_goal_step(*, goal: Goal, key: UUID, text: str, day: date, on: date, by: User) -> GoalStep:
    """What was done on a day. The same key twice stores it once. Raises Refused."""
    held = _held(goal)
    if known := held.steps.filter(pk=key).first():
        return known
    if held.state not in RUNNING:
        raise Refused(_("The goal has its result: it stays as it is."))
    _demand_day(held, day, on, "on")
    step = GoalStep.objects.create(key=key, goal=held, on=day, text=text.strip(), by=by)
    _record("add_goal_step", held, by)
    return step


@transaction.atomic
def check_goal(
    *, goal: Goal, on_track: bool, words: str, day: date, reason: str = "", on: date, by: User | str
) -> list[str]:
    """Where it stands in the middle of the year; what stands there is corrected with a reason. Raises Refused.

    Sent twice, the second changes nothing.
    """
    held = _held(goal)
    if held.state not in RUNNING:
        raise Refused(_("The goal has its result: it stays as it is."))
    _demand_day(held, day, on, "checked_on")
    values = {"state": GoalState.CHECKED, "checked_on": day, "on_track": on_track, "check_words": words.strip()}
    return _settle(held, "check", values, reason, stands=held.checked_on is not None, by=by)


@transaction.atomic
def end_goal(*, goal: Goal, state: str, words: str, day: date, reason: str = "", on: date, by: User | str) -> list[str]:
    """What came of it, or why it is dropped; what stands there is corrected with a reason. Raises Refused.

    Sent twice, the second changes nothing.
    """
    held = _held(goal)
    if state in RUNNING:
        raise Refused(_("Say what came of it."), "state")
    _demand_day(held, day, on, "ended_on")
    if held.checked_on and day < held.checked_on:
        raise Refused(_("It was still looked at on %(day)s.") % {"day": held.checked_on.isoformat()}, "ended_on")
    values = {"state": state, "ended_on": day, "result_words": words.strip()}
    return _settle(held, "result", values, reason, stands=held.ended_on is not None, by=by)


@transaction.atomic
def copy_goals(*, branch: Organization, goals: Iterable[Goal], on: date, by: User | str) -> list[Goal]:
    """Take goals that are still open along into the year after theirs, once each. What was stored. Raises Refused."""
    chosen = {goal.pk for goal in goals}
    if not chosen:
        raise Refused(_("Choose at least one goal."), "goals")
    held = Goal.objects.select_for_update(of=("self",)).filter(pk__in=chosen, organization=branch)
    copies = [_copy(goal, on) for goal in held.select_related("organization").order_by("pk")]
    for one in copies:
        _demand_possible(one, on)
    known = set(Goal.objects.filter(pk__in=[one.pk for one in copies]).values_list("pk", flat=True))
    stored = [one for one in copies if one.pk not in known]
    for one in stored:
        one.save(force_insert=True)
        _record("copy_goal", one, by)
    return stored


def still_open(branch: Organization, year: int) -> list[Goal]:
    """Open goals of the year that haven't been taken along yet. Two queries."""
    rows = list(open_of(branch, year))
    copied = set(Goal.objects.filter(pk__in=[copy_key(one) for one in rows]).values_list("pk", flat=True))
    return [one for one in rows if copy_key(one) not in copied]


def copy_key(goal: Goal) -> UUID:
    """The key of the goal that a goal becomes in the year after."""
    return uuid5(goal.pk, str(goal.year + 1))


def _copy(goal: Goal, on: date) -> Goal:
    facts = {name: getattr(goal, name) for name in COPIED}
    return Goal(key=copy_key(goal), organization=goal.organization, year=goal.year + 1, planned_on=on, **facts)


def _settle(held: Goal, step: str, values: Values, reason: str, *, stands: bool, by: User | str) -> list[str]:
    changes = _changes(held, values)
    if changes and stands and not reason.strip():
        raise Refused(_("Say why it is corrected."), "reason")
    return _change(held, changes, ACTIONS[step][int(stands)], by, reason.strip())


def _changes(held: Goal, values: Values) -> list[Change]:
    return [(name, old, new) for name, new in values.items() if (old := getattr(held, name)) != new]


def _change(held: Goal, changes: list[Change], action: str, by: User | str, reason: str = "") -> list[str]:
    for name, _old, new in changes:
        setattr(held, name, new)
    names = [name for name, _old, _new in changes]
    if names:
        held.save(update_fields=names)
        _record(action, held, by, reason=reason, changes=changes)
    return names


def _demand_possible(goal: Goal, on: date) -> None:
    if goal.organization.kind != OrganizationKind.BRANCH:
        raise Refused(_("Joint goals are set by branches."))
    if bool(goal.responsible_id) == bool(goal.responsible_name):
        raise Refused(_("Choose a member or type a name, one of the two."), "responsible")
    if not on.year - 1 <= goal.year <= on.year + 1:
        raise Refused(_("A goal is set for this year, the last or the next one."), "year")
    if goal.planned_on > on:
        raise Refused(_("That day hasn't come yet."), "planned_on")


def _demand_member(goal: Goal) -> None:
    if goal.responsible_id and not people_of(goal.organization).filter(pk=goal.responsible_id).exists():
        raise Refused(_("That member isn't on the roster of the branch."), "responsible")


def _demand_day(goal: Goal, day: date, on: date, field: str) -> None:
    if day > on:
        raise Refused(_("That day hasn't come yet."), field)
    if day < goal.planned_on:
        raise Refused(_("The goal was only planned on %(day)s.") % {"day": goal.planned_on.isoformat()}, field)


def _held(goal: Goal) -> Goal:
    return Goal.objects.select_for_update(of=("self",)).select_related("organization").get(pk=goal.pk)


def _record(action: str, goal: Goal, by: User | str, *, reason: str = "", changes: Iterable[Change] = ()) -> None:
    record(
        action=action, by=by, subject=goal, organization_code=goal.organization.code, reason=reason, changes=changes,
        details={"year": goal.year},
    )  # fmt: skip
