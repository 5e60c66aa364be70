"""What a closed appraisal asks of a branch: that who was graded lower is helped. Facts in, duties out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from rulebook.book import rule, rule_if_held
from rulebook.local import LocalRule
from rulebook.values import NO_ARTICLE, Citation, Duty, Level, Mark, duty_state

FOLLOW_UP = "appraisal_follow_up"
DAYS_KEY = "supervision.appraisal.follow_up.days"


@dataclass(frozen=True, slots=True)
class Lower:
    """A lower grade without whose: since when it stands, by when help is promised, and since when it was given."""

    closed_on: date
    due_on: date | None = None
    done_on: date | None = None


def help_due(closed_on: date, *, local: Iterable[LocalRule] = ()) -> date:
    """By when it is said what is done to help, and done unless a later day is written down."""
    return closed_on + timedelta(days=rule(DAYS_KEY, closed_on, local).whole)


def follow_up_duty(
    branch: str, year: int, lower: Sequence[Lower], *, on: date, local: Iterable[LocalRule] = ()
) -> Duty | None:
    """One for a round: it names nobody. Done once everybody was helped; of another year that is no news."""
    local = tuple(local)
    waiting = [one for one in lower if one.done_on is None or one.done_on > on]
    done = [one.done_on for one in lower if one.done_on]
    if not lower or (not waiting and max(done).year != on.year):
        return None
    due_on = min(one.due_on or help_due(one.closed_on, local=local) for one in waiting or lower)
    state = duty_state(due_on=due_on, done=not waiting, on=on)
    return Duty(FOLLOW_UP, branch, None, str(year), due_on, state, _citation(on, local), stays=True)


def _citation(on: date, local: Iterable[LocalRule]) -> Citation:
    limit = rule_if_held(DAYS_KEY, on, local)
    if limit:
        return limit.citations[-1]
    return Citation(_("the day that was written down for the help"), "", NO_ARTICLE, Level.LOCAL, Mark.UNVERIFIED)
