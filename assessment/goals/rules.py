"""Which joint goals a committee asks for, and by when."""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.values import Citation, Duty, duty_state

PLAN, CHECK, RESULT = "joint_goal_plan", "joint_goal_check", "joint_goal_result"
KEYS = {
    PLAN: "assessment.goals.plan.month",
    CHECK: "assessment.goals.check.month",
    RESULT: "assessment.goals.result.month",
}
"""Kind → the rule by which a committee asks for it; without a local rule nobody does."""


@dataclass(frozen=True, slots=True)
class GoalDates:
    """A joint goal as far as days are concerned."""

    year: int
    planned_on: date
    is_checked: bool
    is_ended: bool


@dataclass(frozen=True, slots=True)
class Deadline:
    due_on: date
    citation: Citation

    def is_near(self, on: date) -> bool:
        """From the first day of the month before."""
        month = self.due_on.month
        return on >= date(self.due_on.year, max(1, month - 1), 1)


@dataclass(frozen=True, slots=True)
class Branch:
    """What has to be known of a branch, with the local rules that bind it."""

    code: str
    first_day: date | None
    goals: tuple[GoalDates, ...]
    local: tuple[LocalRule, ...]


def goal_duties(branch: Branch, *, on: date) -> Iterator[Duty]:
    """Of the year; of the year before only the results that are still missing."""
    yield from _plan(branch, on)
    yield from _check(branch, on)
    yield from _result(branch, on.year - 1, on)
    yield from _result(branch, on.year, on)


def deadline(kind: str, year: int, local: Iterable[LocalRule], *, on: date) -> Deadline | None:
    """By when a committee asks for it in that year; None: none asks, or only since a later day than that."""
    asked = rule(KEYS[kind], on, local)
    if asked.adopted is None:
        return None
    due_on = date(year, asked.whole, monthrange(year, asked.whole)[1])
    return Deadline(due_on, asked.citations[-1]) if asked.adopted.starts <= due_on else None


def _plan(branch: Branch, on: date) -> Iterator[Duty]:
    asked = deadline(PLAN, on.year, branch.local, on=on)
    if asked and (branch.first_day is None or branch.first_day <= date(on.year, 1, 1)):
        done = any(goal.year == on.year for goal in branch.goals)
        state = duty_state(due_on=asked.due_on, done=done, on=on)
        yield Duty(PLAN, branch.code, None, str(on.year), asked.due_on, state, asked.citation)


def _check(branch: Branch, on: date) -> Iterator[Duty]:
    """Of the goals that were planned by then; one that has come to its result needs no check."""
    asked = deadline(CHECK, on.year, branch.local, on=on)
    if asked and asked.is_near(on):
        goals = [goal for goal in branch.goals if goal.year == on.year and goal.planned_on <= asked.due_on]
        if goals:
            done = all(goal.is_checked or goal.is_ended for goal in goals)
            state = duty_state(due_on=asked.due_on, done=done, on=on)
            yield Duty(CHECK, branch.code, None, str(on.year), asked.due_on, state, asked.citation)


def _result(branch: Branch, year: int, on: date) -> Iterator[Duty]:
    asked = deadline(RESULT, year, branch.local, on=on)
    goals = [goal for goal in branch.goals if goal.year == year]
    if asked and goals and asked.is_near(on):
        done = all(goal.is_ended for goal in goals)
        if not done or year == on.year:
            state = duty_state(due_on=asked.due_on, done=done, on=on)
            yield Duty(RESULT, branch.code, None, str(year), asked.due_on, state, asked.citation)
