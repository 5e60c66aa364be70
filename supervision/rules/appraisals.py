"""Democratic appraisal (branch regulations, article 18): its steps, when a ballot counts, and what is too much."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from rulebook.book import rule
from rulebook.values import Citation
from supervision.choices import BallotMethod, Mark, RoundState

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
    return {mark: sums.get(mark, 0) for mark in Mark.values}


def missing_marks(asked: Collection[str], marks: Mapping[str, str]) -> list[str]:
    """Whom a ballot says nothing of, or something that no ballot can say."""
    return [key for key in asked if marks.get(key) not in Mark.values]


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
