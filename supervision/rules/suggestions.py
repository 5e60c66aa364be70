"""By when a suggestion is answered, and where it stands on a day."""

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

from rulebook.book import rule
from rulebook.local import LocalRule

ANSWER_KEY = "supervision.suggestion.days"


class Standing(StrEnum):
    """Where a suggestion stands, the most pressing first."""

    OVERDUE = "overdue"
    WAITING = "waiting"
    ANSWERED = "answered"


def answer_due(asked_on: date, *, local: Iterable[LocalRule] = ()) -> date:
    """The last day on which the branch answers in time."""
    return asked_on + timedelta(days=rule(ANSWER_KEY, asked_on, local).whole)


def standing(*, due_on: date, answered_on: date | None, on: date) -> Standing:
    """As it was known on that day: what was answered later still waited then."""
    if answered_on is not None and answered_on <= on:
        return Standing.ANSWERED
    return Standing.OVERDUE if due_on < on else Standing.WAITING


def share(part: int, whole: int) -> int | None:
    """Per cent, rounded down, so that 100 means all of them; None of nothing."""
    return part * 100 // whole if whole else None
