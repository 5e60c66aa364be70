"""What major matters ask of a branch: an opinion while nothing is decided yet, and to look back after a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from rulebook.book import rule
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.values import Duty, duty_state

OPINION, REVIEW = "major_matter_opinion", "major_matter_review"
OPINION_KEY, REVIEW_KEY = "supervision.matter.opinion.days", "supervision.matter.review.months"
LOCAL_KEYS = {OPINION_KEY, REVIEW_KEY}
SOON = timedelta(days=14)
"""How long ahead a look back is asked for. Ours, not a rule's."""


@dataclass(frozen=True, slots=True)
class Step:
    """The day from which a matter waited for a step, and the day on which it was taken."""

    since: date
    done_on: date | None = None

    def counts(self, on: date) -> bool:
        """What was done in another year is no news."""
        return self.done_on is None or self.done_on.year == on.year


def opinion_due(proposed_on: date, local: Iterable[LocalRule] = ()) -> date:
    return proposed_on + timedelta(days=rule(OPINION_KEY, proposed_on, local).whole)


def review_due(executed_on: date, local: Iterable[LocalRule] = ()) -> date:
    return add_months(executed_on, rule(REVIEW_KEY, executed_on, local).whole)


def opinion_duties(branch: str, steps: Iterable[Step], *, on: date, local: Iterable[LocalRule] = ()) -> list[Duty]:
    """One a month in which matters were proposed: the earliest that still waits decides."""
    local = tuple(local)
    due = [(f"{one.since:%Y-%m}", opinion_due(one.since, local), one.done_on) for one in steps if one.counts(on)]
    return _by_period(OPINION, OPINION_KEY, branch, due, on, local)


def review_duties(branch: str, steps: Iterable[Step], *, on: date, local: Iterable[LocalRule] = ()) -> list[Duty]:
    """One a month in which matters are to be looked back on, from two weeks before the day."""
    local, due = tuple(local), []
    for one in steps:
        day = review_due(one.since, local)
        opened_on = day - SOON
        if one.counts(on) and (one.done_on or opened_on <= on):
            due.append((f"{opened_on:%Y-%m}", day, one.done_on))
    return _by_period(REVIEW, REVIEW_KEY, branch, due, on, local)


def _by_period(
    kind: str, key: str, branch: str, due: list[tuple[str, date, date | None]], on: date, local: tuple[LocalRule, ...]
) -> list[Duty]:
    found = []
    for period in sorted({period for period, _day, _done in due}):
        here = [(day, done) for month, day, done in due if month == period]
        waiting = [day for day, done in here if done is None]
        day = min(waiting or [day for day, _done in here])
        state = duty_state(due_on=day, done=not waiting, on=on)
        found.append(Duty(kind, branch, None, period, day, state, rule(key, on, local).citations[-1], stays=True))
    return found
