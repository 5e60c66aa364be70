"""What the regulations ask of a branch about dues in a year, and what a member's arrears ask of it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

from dues.rules.arrears import Arrears
from dues.rules.months import last_day
from rulebook.book import rule, rule_if_held
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rule import Rule
from rulebook.values import Citation, Duty, duty_state

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
    """Somebody who is behind, the code of the branch, and whether a review of just these months was closed."""

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
    """The rung somebody stands on: to be talked to at 1, 3 and 5 months, at six a review. None below the first.

    Its period is the month that brought the rung; the branch has the month after it for the talk.
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
