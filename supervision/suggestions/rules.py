"""By when a suggestion is answered, and the duty that says so."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from rulebook.book import rule, rule_if_held
from rulebook.local import LocalRule
from rulebook.values import NO_ARTICLE, Citation, Duty, Level, Mark, duty_state

ANSWER_KEY = "supervision.suggestion.days"


class AnswerState(StrEnum):
    """Where a suggestion stands, the most pressing first."""

    OVERDUE = "overdue"
    WAITING = "waiting"
    ANSWERED = "answered"


def answer_due(asked_on: date, *, local: Iterable[LocalRule] = ()) -> date:
    """The last day on which the branch answers in time."""
    return asked_on + timedelta(days=rule(ANSWER_KEY, asked_on, local).whole)


def answer_state(*, due_on: date, answered_on: date | None, on: date) -> AnswerState:
    """As it was known on that day: what was answered later still waited then."""
    if answered_on is not None and answered_on <= on:
        return AnswerState.ANSWERED
    return AnswerState.OVERDUE if due_on < on else AnswerState.WAITING


def share(part: int, whole: int) -> int | None:
    """Per cent, rounded down, so that 100 means all of them; None of nothing."""
    return part * 100 // whole if whole else None


SUGGESTION = "suggestion"


@dataclass(frozen=True, slots=True)
class SuggestionDates:
    """A suggestion without who made it: when, by when it is (and on what day it was) answered."""

    asked_on: date
    due_on: date
    answered_on: date | None = None


def suggestion_duties(
    branch: str, asked: Iterable[SuggestionDates], *, on: date, local: Iterable[LocalRule] = ()
) -> list[Duty]:
    """One for each month in which something was asked: it names nobody. Done once all of the month are answered; the
    answers of another year are no news."""
    months: dict[str, list[SuggestionDates]] = defaultdict(list)
    for one in asked:
        months[f"{one.asked_on:%Y-%m}"].append(one)
    citation = _citation(on, local)
    found = (_month_duty(branch, period, of_month, citation, on) for period, of_month in sorted(months.items()))
    return [duty for duty in found if duty]


def _month_duty(branch: str, period: str, asked: list[SuggestionDates], citation: Citation, on: date) -> Duty | None:
    open_days = [one.due_on for one in asked if one.answered_on is None or one.answered_on > on]
    answers = [one.answered_on for one in asked if one.answered_on]
    if not open_days and max(answers).year != on.year:
        return None
    due_on = min(open_days) if open_days else max(one.due_on for one in asked)
    state = duty_state(due_on=due_on, done=not open_days, on=on)
    return Duty(SUGGESTION, branch, None, period, due_on, state, citation, stays=True)


def _citation(on: date, local: Iterable[LocalRule]) -> Citation:
    limit = rule_if_held(ANSWER_KEY, on, local)
    if limit:
        return limit.citations[-1]
    return Citation(_("the day that was set for the answer"), "", NO_ARTICLE, Level.LOCAL, Mark.UNVERIFIED)
