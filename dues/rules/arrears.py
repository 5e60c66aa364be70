"""How far somebody is behind, and what the branch does about it (2008 provisions, articles 12 and 13)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from dues.rules.months import last_day
from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.rule import Rule

REMIND_AT = (1, 3, 5)
"""Months unpaid at which the branch is told to talk to the member; ours, so that six come as no surprise."""
FLAG_KEY = "dues.arrears.flag_months"


@dataclass(frozen=True, slots=True)
class Span:
    """Months from `first` until the one before `until` (None: without an end)."""

    first: date
    until: date | None = None

    def covers(self, month: date) -> bool:
        return self.first <= month and (self.until is None or month < self.until)


@dataclass(frozen=True, slots=True)
class OpenMonth:
    """A month that isn't fully paid, and what is left of it in fen.

    `carried_over`: not the month itself, but what a ledger carried over of the years up to its.
    """

    month: date
    fen: int
    carried_over: bool = False


@dataclass(frozen=True, slots=True)
class Arrears:
    """What somebody owes on a day, in two figures that no page adds up, and where that is on the ladder."""

    months: tuple[OpenMonth, ...]
    """The open months whose last day to pay is over, the oldest first."""
    counted: tuple[date, ...]
    """Those of them for which no reason is on record."""
    rule: Rule | None
    """Says after how many months the case has to be looked at."""
    this_month: tuple[OpenMonth, ...] = ()
    """What can still be paid in time: this month, where a quarter was agreed on what has begun of it."""
    carried_over: tuple[OpenMonth, ...] = ()
    """What is left of balances carried over: due, but nobody knows for how many months, so they count for none."""

    @property
    def fen(self) -> int:
        """What is due: never with what only this month asks for."""
        return sum(one.fen for one in (*self.months, *self.carried_over))

    @property
    def carried_fen(self) -> int:
        return sum(one.fen for one in self.carried_over)

    @property
    def this_month_fen(self) -> int:
        return sum(one.fen for one in self.this_month)

    @property
    def since(self) -> date | None:
        """The oldest month without a reason."""
        return self.counted[0] if self.counted else None

    @property
    def flag(self) -> int | None:
        return self.rule.whole if self.rule else None

    @property
    def to_review(self) -> bool:
        """Whether people have to look at the case; nothing about the member changes by it."""
        return self.flag is not None and len(self.counted) >= self.flag

    @property
    def step(self) -> int:
        """The highest rung reached: 0, 1, 3, 5, or the rule's six."""
        rungs = (*REMIND_AT, self.flag) if self.flag else REMIND_AT
        return max((rung for rung in rungs if rung <= len(self.counted)), default=0)

    @property
    def reached_with(self) -> date | None:
        """The month that brought the member to the rung."""
        return self.counted[self.step - 1] if self.step else None


def due_on(month: date, quarterly: Iterable[Span] = ()) -> date:
    """The last day on which the month is paid in time: its own, or the quarter's where the branch agreed to that."""
    if not any(span.covers(month) for span in quarterly):
        return last_day(month)
    return last_day(add_months(month, (3 - month.month) % 3))


def arrears(
    open_months: Iterable[OpenMonth], *, on: date, reasons: Iterable[Span] = (), quarterly: Iterable[Span] = ()
) -> Arrears:
    """Which of the open months are due on that day, which of these count, and which can still be paid in time.

    A month is due from the day after its last day to pay. One that asked for nothing (waived, not charged) isn't among
    the open ones: it neither counts nor breaks the row. The same holds for a month with a reason on record.
    """
    reasons, quarterly = list(reasons), list(quarterly)
    begun = sorted((one for one in open_months if one.month <= on), key=lambda one: one.month)
    late = [one for one in begun if due_on(one.month, quarterly) < on]
    months = tuple(one for one in late if not one.carried_over)
    counted = tuple(one.month for one in months if not any(span.covers(one.month) for span in reasons))
    in_time = tuple(one for one in begun if one not in late)
    carried = tuple(one for one in late if one.carried_over)
    return Arrears(months, counted, rule_if_held(FLAG_KEY, on), in_time, carried)
