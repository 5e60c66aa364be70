"""Grades and ballots of an appraisal, the duty that follows it, and when counts are shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.translation import gettext as _

from rulebook.book import rule, rule_if_held
from rulebook.local import LocalRule
from rulebook.values import NO_ARTICLE, Citation, Duty, Level, Mark, duty_state
from supervision.choices import AppraisalMark, BallotMethod, RoundState

STEPS_KEY, SHARE_KEY, PROBATIONARY_KEY = "evaluation.steps", "evaluation.excellent.max_share", "evaluation.probationary"
ORDER = tuple(RoundState)
FEWEST = 3
"""Of fewer ballots each voter could work out the others', so none is shown. Ours, not a rule's."""
Figures = Mapping[str, Mapping[str, int]]
"""Key of whom it is about → mark → how many ballots say so."""


def next_step(state: str) -> RoundState | None:
    place = ORDER.index(RoundState(state))
    return ORDER[place + 1] if place + 1 < len(ORDER) else None


def step_before(state: str) -> RoundState | None:
    place = ORDER.index(RoundState(state))
    return ORDER[place - 1] if place else None


def is_counted(state: str) -> bool:
    """Whether the ballot step is over: before that nobody sees a sum."""
    return state in (RoundState.OPINION, RoundState.CLOSED)


class NoBallot(StrEnum):
    """Why the ballot can't be held that way or closed yet."""

    NONE = ""
    FEW_VOTERS = "few_voters"
    FEW_BALLOTS = "few_ballots"
    NOT_COUNTED = "not_counted"


def online_hindrance(voters: int) -> NoBallot:
    return NoBallot.FEW_VOTERS if voters < FEWEST else NoBallot.NONE


def closing_hindrance(method: str, ballots: int) -> NoBallot:
    """Paper is counted by two before it counts at all; online at least three have to be in."""
    if method == BallotMethod.PAPER:
        return NoBallot.NONE if ballots else NoBallot.NOT_COUNTED
    return NoBallot.NONE if ballots >= FEWEST else NoBallot.FEW_BALLOTS


def shown_result(sums: Mapping[str, int]) -> dict[str, int] | None:
    """The marks of one member in their order; None where fewer than three ballots speak of them."""
    if sum(sums.values()) < FEWEST:
        return None
    return {mark: sums.get(mark, 0) for mark in AppraisalMark.values}


def missing_marks(asked: Collection[str], marks: Mapping[str, str]) -> list[str]:
    """Whom a ballot says nothing of, or something that no ballot can say."""
    return [key for key in asked if marks.get(key) not in AppraisalMark.values]


def unfit_people(ballots: int, figures: Figures) -> list[str]:
    """Whose marks can't come from so many papers. Everybody leaves out only themself; what is blank is abstained."""
    return [key for key, marks in figures.items() if sum(marks.values()) not in (ballots, ballots - 1)]


def differing_people(one: Figures, other: Figures) -> list[str]:
    """Of whom two people typed different figures."""
    return [key for key in sorted({*one, *other}) if one.get(key) != other.get(key)]


@dataclass(frozen=True, slots=True)
class ManyExcellent:
    """More are excellent than the rule generally allows. It warns; it never blocks."""

    excellent: int
    members: int
    most: int
    citation: Citation


def many_excellent(excellent: int, members: int, *, on: date) -> ManyExcellent | None:
    """None up to exactly a third. Whether probationary members count in the total isn't said, so they do."""
    asked = rule(SHARE_KEY, on)
    limit = asked.share.fraction * members
    most = limit.numerator // limit.denominator
    return ManyExcellent(excellent, members, most, asked.citation) if excellent > most else None


def rule_versions(on: date) -> list[str]:
    """By which rules a round of that day is held."""
    return [rule(key, on).version for key in (STEPS_KEY, SHARE_KEY, PROBATIONARY_KEY)]


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


FEWEST_COUNTED = 3


def guarded(counts: Mapping[str, int]) -> dict[str, int | None]:
    """Counts of one and two are left out; where that is only one, the next smallest goes as well, or the difference
    to the roster would tell it."""
    hidden = {name for name, count in counts.items() if 0 < count < FEWEST_COUNTED}
    if len(hidden) == 1:
        others = sorted((count, name) for name, count in counts.items() if count >= FEWEST_COUNTED)
        hidden |= {name for _count, name in others[:1]}
    return {name: None if name in hidden else count for name, count in counts.items()}
