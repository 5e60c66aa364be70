"""Which months a payment settles, and what follows from arrears (2008 provisions)."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Generic, TypeVar

from dues.units import last_day
from members.choices import DuesCategory
from rulebook.book import rule, rule_if_held
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule
from rulebook.values import Citation, Duty, duty_state


def approval_rule(category: str, on: date) -> Rule:
    """The rule for that category: its value is `branch`, or `superior_committee`; before 2017 one for everybody."""
    retired = rule_if_held("dues.waiver.approval_retired", on) if category == DuesCategory.RETIRED else None
    return retired or rule("dues.waiver.approval", on)


def needs_superior(category: str, on: date) -> bool:
    return approval_rule(category, on).value != "branch"


Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Paid(Generic[Key]):
    """A payment as the spreading sees it; `fen` without what was given voluntarily.

    `month`: the one for which a ledger says that it was paid; None for money that was handed over now.
    """

    key: Key
    fen: int
    month: date | None = None


NOTHING: Mapping[date, int] = {}


def spread(
    owed: Mapping[date, int],
    payments: Iterable[Paid[Key]],
    *,
    ahead_from: date,
    monthly_fen: int,
    held: Mapping[date, int] = NOTHING,
    carried: Collection[date] = (),
) -> dict[tuple[Key, date], int]:
    """What each payment gives each month, in fen; every fen of every payment is somewhere.

    `owed` is what the charged months ask for, `carried` which of them are balances carried over, `held` what they got
    from payments whose receipts stand, `payments` come oldest first. What is left over goes ahead, from `ahead_from`
    on: `monthly_fen` a month, or all of it into one month where that isn't known.
    """
    payments = list(payments)
    open_fen = {month: left for month, fen in sorted(owed.items()) if (left := fen - held.get(month, 0)) > 0}
    given = _own_months(payments, open_fen, carried)
    ahead = _months_ahead(max([ahead_from, *(add_months(month, 1) for month in owed)]), monthly_fen, held)
    for payment in payments:
        left = payment.fen - (given.get((payment.key, payment.month), 0) if payment.month else 0)
        while left:
            if not open_fen:
                month, room = next(ahead)
                open_fen[month] = room or left
            month = _next(open_fen, carried if payment.month else ())
            left -= _give(given, open_fen, payment.key, month, left)
    return given


def _own_months(
    payments: Iterable[Paid[Key]], open_fen: dict[date, int], carried: Collection[date]
) -> dict[tuple[Key, date], int]:
    """What money of ledgers gives the months for which it was paid, before any other money is spread."""
    given: dict[tuple[Key, date], int] = {}
    for payment in payments:
        month = payment.month
        if payment.fen and month and month in open_fen and month not in carried:
            _give(given, open_fen, payment.key, month, payment.fen)
    return given


def _give(given: dict[tuple[Key, date], int], open_fen: dict[date, int], key: Key, month: date, left: int) -> int:
    """Let a month have of what is left as much as it asks for; how much that is."""
    part = min(left, open_fen[month])
    given[key, month] = given.get((key, month), 0) + part
    open_fen[month] -= part
    if not open_fen[month]:
        del open_fen[month]
    return part


def _next(open_fen: Mapping[date, int], last: Collection[date]) -> date:
    """The oldest open month; those in `last` only where nothing else is open."""
    return next((month for month in open_fen if month not in last), next(iter(open_fen)))


def passed_over(owed: Mapping[date, int], given: Mapping[date, int]) -> set[date]:
    """The months that are open although a later one was given something."""
    last = max((month for month, fen in given.items() if fen > 0), default=date.min)
    return {month for month, fen in owed.items() if month < last and fen > given.get(month, 0)}


def _months_ahead(first: date, monthly_fen: int, held: Mapping[date, int]) -> Iterator[tuple[date, int]]:
    """Months to come with what each still takes; 0: any amount."""
    month = first
    while True:
        if held.get(month, 0) < monthly_fen:
            yield month, monthly_fen - held.get(month, 0)
        elif not monthly_fen and month not in held:
            yield month, 0
        month = add_months(month, 1)


def differences(
    wanted: Mapping[tuple[Key, date], int], standing: Mapping[tuple[Key, date], int]
) -> dict[tuple[Key, date], int]:
    """The rows to add so that what stands becomes what is wanted."""
    both = {**dict.fromkeys(standing, 0), **wanted}
    moved = {place: fen - standing.get(place, 0) for place, fen in both.items()}
    return {place: fen for place, fen in moved.items() if fen}


ARREARS_STAGES = (1, 3, 5)
"""Months in arrears at which the branch is told to talk to the member and the member is reminded; ours, so that the
rule's six, which begin the review, come as no surprise."""
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
    """What somebody owes on a day, in two figures that no page adds up, and which stage that is."""

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
        """The highest stage reached: 0, 1, 3, 5, or the rule's six."""
        stages = (*ARREARS_STAGES, self.flag) if self.flag else ARREARS_STAGES
        return max((stage for stage in stages if stage <= len(self.counted)), default=0)

    @property
    def reached_with(self) -> date | None:
        """The month that brought the member to the stage."""
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


FIX_KEY, PERIOD_KEY, REMIND_KEY = "dues.base.fix", "dues.period", "dues.reminder"
RATIO_KEY, DISCLOSE_KEY = "dues.remit.ratio", "dues.disclose.times_per_year"
DAYS_TO_FIX = timedelta(days=30)
"""No article says by when somebody who comes within the year has a base: as long as January gives everybody."""
LOCAL_KEYS = {FIX_KEY, RATIO_KEY, DISCLOSE_KEY}


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """What has to be known of a branch's year."""

    code: str
    first_day: date | None = None
    members: int = 0
    without_base: int = 0
    """Members for whom no base of the year is fixed."""
    newcomers: tuple[date, ...] = ()
    """Since when those of them are there who came within the year."""
    open_by_month: Mapping[date, int] = field(default_factory=dict)
    """Months of the year that were charged → members who left something open."""
    payments: int = 0
    remitted: int = 0
    """Of the payments of the year, those that were handed up."""
    disclosures: int = 0


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """Somebody in arrears, the code of the branch, and whether a review of just these months was closed."""

    pk: int
    branch: str
    arrears: Arrears
    reviewed: bool = False


@dataclass(frozen=True, slots=True)
class WaitingRelief:
    """A relief that the branch considered and the committee hasn't answered."""

    member: int
    branch: str
    decided_on: date
    citation: Citation


def branch_duties(facts: BranchFacts, *, on: date, local: Iterable[LocalRule] = ()) -> Iterator[Duty]:
    """Bases in January, each month's collection, handing up by the end of the year, and the yearly disclosure."""
    local, year = tuple(local), date(on.year, 1, 1)
    if not facts.members or (facts.first_day and facts.first_day > year):
        yield from _collection(facts, on)
        return
    yield from _bases(facts, on, local)
    yield from _collection(facts, on)
    yield from _remittance(facts, on, local)
    yield from _disclosure(facts, on, local)


def member_duty(facts: MemberFacts, *, on: date) -> Duty | None:
    """The stage somebody has reached: to be talked to at 1, 3 and 5 months, at six a review. None below the first.

    Its period is the month that brought the stage; the branch has the month after it for the talk.
    """
    month = facts.arrears.reached_with
    if month is None:
        return None
    is_review = facts.arrears.to_review
    asked = facts.arrears.rule if is_review else rule_if_held(REMIND_KEY, on)
    if asked is None:
        return None
    due_on = last_day(add_months(month, 1))
    state = duty_state(due_on=due_on, done=is_review and facts.reviewed, on=on)
    kind = "dues_review" if is_review else "dues_arrears"
    return Duty(kind, facts.branch, str(facts.pk), f"{month:%Y-%m}", due_on, state, asked.citation, stays=True)


def relief_duty(relief: WaitingRelief, *, on: date) -> Duty:
    """The committee's answer; no article says by when, so it is looked for until the end of the next month."""
    due_on = last_day(add_months(relief.decided_on.replace(day=1), 1))
    state = duty_state(due_on=due_on, done=False, on=on)
    period = f"{relief.decided_on:%Y-%m}"
    return Duty("dues_relief", relief.branch, str(relief.member), period, due_on, state, relief.citation, stays=True)


def _bases(facts: BranchFacts, on: date, local: tuple[LocalRule, ...]) -> Iterator[Duty]:
    asked = rule_if_held(FIX_KEY, date(on.year, 1, 1), local)
    if asked and asked.value == "yearly":
        due_on = _fixed_by(facts, on.year)
        state = duty_state(due_on=due_on, done=facts.without_base == 0, on=on)
        yield Duty("dues_bases", facts.code, None, str(on.year), due_on, state, asked.citations[-1])


def _fixed_by(facts: BranchFacts, year: int) -> date:
    """The end of January; where all who lack a base came later, as many days after the first of them came."""
    january = date(year, 1, 31)
    if not facts.newcomers or facts.without_base > len(facts.newcomers):
        return january
    return min(max(january, min(facts.newcomers) + DAYS_TO_FIX), date(year, 12, 31))


def _collection(facts: BranchFacts, on: date) -> Iterator[Duty]:
    """Only months that were charged: for the others nothing is known to be owed."""
    for month, left_open in sorted(facts.open_by_month.items()):
        if month <= on and (facts.first_day is None or facts.first_day <= month):
            due_on, asked = _collected(month)
            state = duty_state(due_on=due_on, done=left_open == 0, on=on)
            yield Duty("dues_collection", facts.code, None, month.isoformat()[:7], due_on, state, asked.citation)


@cache
def _collected(month: date) -> tuple[date, Rule]:
    """By when and by which rule a month is collected: the same for every branch."""
    return last_day(month), rule(PERIOD_KEY, month)


def _remittance(facts: BranchFacts, on: date, local: tuple[LocalRule, ...]) -> Iterator[Duty]:
    """Only where a committee set a ratio, and something was received that can be handed up."""
    asked = rule_if_held(RATIO_KEY, on, local)
    if asked and asked.adopted and asked.value and facts.payments:
        due_on = date(on.year, 12, 31)
        state = duty_state(due_on=due_on, done=facts.remitted >= facts.payments, on=on)
        yield Duty("dues_remittance", facts.code, None, str(on.year), due_on, state, asked.citations[-1])


def _disclosure(facts: BranchFacts, on: date, local: tuple[LocalRule, ...]) -> Iterator[Duty]:
    asked = rule_if_held(DISCLOSE_KEY, on, local)
    if asked:
        due_on = date(on.year, 12, 31)
        state = duty_state(due_on=due_on, done=facts.disclosures >= asked.whole, on=on)
        yield Duty("dues_disclosure", facts.code, None, str(on.year), due_on, state, asked.citations[-1])
