"""The year's talks in a branch by kinds of pairs (branch regulations, article 19), and which are missing."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations

from rulebook.book import rule_if_held
from rulebook.local import LocalRule
from rulebook.values import Duty, duty_state

KEY, KIND = "talk.per_year", "heart_talk"
FEWEST = 3
"""Of talks no smaller count leaves the branch: it would say who talked with whom."""
Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Seat:
    """A member in the branch's committee from one day until another; `until` is the first day on which no longer."""

    member: int
    since: date | None = None
    until: date | None = None

    def holds(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


@dataclass(frozen=True, slots=True)
class Held:
    """One talk: the two, and the day."""

    first: int
    second: int
    day: date


@dataclass(frozen=True, slots=True)
class TalkYear:
    """What is missing of a year. `times`: how often each is asked for; None: no rule asks on that day.

    `committee_pairs` are pairs of the committee; `without_committee` members with whom nobody of the committee talked
    often enough; `without_member` those who had too few talks with another member. `due` counts all that is asked for.
    """

    times: int | None = None
    due: int = 0
    committee_pairs: tuple[Pair, ...] = ()
    without_committee: tuple[int, ...] = ()
    without_member: tuple[int, ...] = ()

    @property
    def missing(self) -> int:
        return len(self.committee_pairs) + len(self.without_committee) + len(self.without_member)

    @property
    def done(self) -> int:
        return self.due - self.missing


@dataclass(slots=True)
class _Tally:
    """Talks of the year: of two people, of a member with the committee, of a member with another."""

    between: Counter[Pair] = field(default_factory=Counter)
    with_committee: Counter[int] = field(default_factory=Counter)
    with_member: Counter[int] = field(default_factory=Counter)


def times_asked(*, on: date, local: Iterable[LocalRule] = ()) -> int | None:
    """How often a year each kind of pair is asked to talk; None on a day without such a rule."""
    held = rule_if_held(KEY, on, local)
    return held.whole if held else None


def talk_year(
    members: Collection[int], seats: Collection[Seat], talks: Iterable[Held], *, times: int | None, on: date
) -> TalkYear:
    """The year's talks up to the day, held against roster and committee of that day.

    Who sat in the committee on the day of a talk talked as one of it, whoever sits there today; two of today's
    committee may have talked before they sat there. Members keep the order in which they are given.
    """
    if times is None:
        return TalkYear()
    committee = sorted({seat.member for seat in seats if seat.holds(on)})
    others = [member for member in members if member not in committee]
    tally = _tally(seats, talks, on)
    pairs = list(combinations(committee, 2))
    asked_of_committee = others if committee else []
    among = others if len(others) > 1 else []
    return TalkYear(
        times=times,
        due=len(pairs) + len(asked_of_committee) + len(among),
        committee_pairs=tuple(pair for pair in pairs if tally.between[pair] < times),
        without_committee=tuple(one for one in asked_of_committee if tally.with_committee[one] < times),
        without_member=tuple(one for one in among if tally.with_member[one] < times),
    )


def talk_duty(place: str, year: TalkYear, *, on: date, local: Iterable[LocalRule] = ()) -> Duty | None:
    """One a branch and year, by its end; done when nothing is missing. None where nobody is asked to talk."""
    held = rule_if_held(KEY, on, local)
    if held is None or not year.due:
        return None
    due_on = date(on.year, 12, 31)
    state = duty_state(due_on=due_on, done=not year.missing, on=on)
    return Duty(KIND, place, None, str(on.year), due_on, state, held.citations[-1])


def partners(missing: Collection[int], everybody: Collection[int]) -> Iterator[tuple[int, int | None]]:
    """Whom to propose to members who talked with no other yet: each other by twos, and somebody to the last one."""
    waiting = list(missing)
    for place, member in enumerate(waiting):
        beside = place + 1 if place % 2 == 0 else place - 1
        others = (one for one in everybody if one != member)
        yield member, waiting[beside] if beside < len(waiting) else next(others, None)


def told_above(count: int) -> int | None:
    """What a committee is told of a count; None: fewer than three, and not how many."""
    return count if count >= FEWEST else None


def _tally(seats: Collection[Seat], talks: Iterable[Held], on: date) -> _Tally:
    terms: dict[int, list[Seat]] = defaultdict(list)
    for seat in seats:
        terms[seat.member].append(seat)
    tally = _Tally()
    for talk in talks:
        if talk.day.year == on.year and talk.day <= on:
            inside = [one for one in (talk.first, talk.second) if any(seat.holds(talk.day) for seat in terms[one])]
            _count(tally, talk, inside)
    return tally


def _count(tally: _Tally, talk: Held, inside: list[int]) -> None:
    tally.between[min(talk.first, talk.second), max(talk.first, talk.second)] += 1
    members = [one for one in (talk.first, talk.second) if one not in inside]
    (tally.with_committee if inside else tally.with_member).update(members)
