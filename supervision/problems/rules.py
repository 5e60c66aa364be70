"""What may happen to a problem, and who may do it. The one who puts it right never says that it is put right."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rulebook.book import rule
from rulebook.values import Duty, duty_state

KIND = "rectification"
RULE_KEY = "meet.org_life_meeting.steps"
SOON = timedelta(days=30)
"""How long before its day a problem is asked for. Ours, not a rule's."""


class ProblemRole(StrEnum):
    """Who somebody is to a problem."""

    RESPONSIBLE = "responsible"
    RECORDER = "recorder"
    """Keeps the branch's list."""
    SETTLER = "settler"
    """Accepts: of findings those who inspect, of everything else the branch."""


OPEN, DONE = "open", "done"
STEPS: dict[str, tuple[frozenset[str], frozenset[ProblemRole], str]] = {
    "done": (frozenset({OPEN}), frozenset({ProblemRole.RESPONSIBLE, ProblemRole.RECORDER}), DONE),
    "note": (frozenset({OPEN, DONE}), frozenset(ProblemRole), ""),
    "accepted": (frozenset({DONE}), frozenset({ProblemRole.SETTLER}), "accepted"),
    "sent_back": (frozenset({DONE}), frozenset({ProblemRole.SETTLER}), OPEN),
    "moved": (frozenset({OPEN}), frozenset({ProblemRole.SETTLER}), ""),
    "dropped": (frozenset({OPEN, DONE}), frozenset({ProblemRole.SETTLER}), "dropped"),
}
"""Step → in which states, by whom, and the state after it; empty: it stays."""
SETTLING = frozenset({"accepted", "sent_back", "moved", "dropped"})
"""What the one who puts it right never does."""
FINAL = frozenset({"accepted", "dropped"})


def possible(state: str, parts: Iterable[ProblemRole]) -> list[str]:
    """The steps that somebody can take now, in order. Who puts it right is offered no step that judges it."""
    mine = frozenset(parts)
    found = [step for step, (states, allowed, _after) in STEPS.items() if state in states and allowed & mine]
    return [step for step in found if step not in SETTLING or ProblemRole.RESPONSIBLE not in mine]


@dataclass(frozen=True, slots=True)
class ProblemDates:
    """A problem as far as its day is concerned."""

    due_on: date
    is_open: bool

    def counts(self, on: date) -> bool:
        """From a month before its day; what is settled counts in the month of its day."""
        return self.due_on - SOON <= on if self.is_open else self.due_on.year == on.year


def rectification_duties(branch: str, items: Iterable[ProblemDates], *, on: date) -> list[Duty]:
    """One a month in which problems fall due: done when none of them is still being put right."""
    months: dict[str, list[ProblemDates]] = {}
    for one in items:
        if one.counts(on):
            months.setdefault(f"{one.due_on:%Y-%m}", []).append(one)
    return [_duty(branch, month, found, on) for month, found in sorted(months.items())]


def _duty(branch: str, month: str, items: list[ProblemDates], on: date) -> Duty:
    waiting = [one.due_on for one in items if one.is_open]
    day = min(waiting or [one.due_on for one in items])
    state = duty_state(due_on=day, done=not waiting, on=on)
    return Duty(KIND, branch, None, month, day, state, rule(RULE_KEY, on).citation, stays=True)
