"""Points of an assessment from facts and people's findings: of a clause, of an indicator, of the whole scheme.

Whatever a clause came to is computed again from the facts kept with it (`recomputed`). What nobody recorded is unknown,
what a person has yet to say is waiting; neither is zero, and as long as one is open there is no total.

Months, quarters, half-years and years of a time that is assessed.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from assessment.choices import DEDUCTING, ClauseKind, Counted, Every, Satisfaction, ScoreState, ViewSource
from assessment.schemes.rules import BandPlan, ClausePlan, Weights
from rulebook.metric import Fact
from rulebook.values import Citation, Duty, Level, Mark, duty_state

ZERO = Decimal(0)
FAIRLY = Decimal("0.7")
"""How much of an answer "fairly satisfied" counts. Ours (level L, mark U)."""
FEWEST_ANSWERS = 3
"""Of fewer members' answers nothing is said. Ours (level L, mark U)."""

Trace = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """`points` None unless scored; negative where taken. `is_veto`: it decides the band `terms.band_rank`."""

    terms: ClausePlan
    state: ScoreState
    points: Decimal | None = None
    facts: tuple[Trace, ...] = ()
    is_veto: bool = False


@dataclass(frozen=True, slots=True)
class FactSums:
    """Of facts: `due` is what is known of what was due; its `share` in per cent is None where nothing was."""

    done: int
    due: int
    missing: int

    @property
    def share(self) -> Fraction | None:
        return Fraction(100 * (self.due - self.missing), self.due) if self.due else None


# What is kept of facts


def kept(fact: Fact, **more: object) -> dict[str, Any]:
    """A fact as it is stored with the points that it gave or took."""
    said = {"record": fact.record, "label": str(fact.label), "on": fact.on.isoformat()}
    return {**said, "done": fact.done, "of": fact.of, "unknown": fact.unknown, "url": fact.url, **more}


def kept_value(value: Decimal, record: str, on: date) -> dict[str, Any]:
    """A person's finding as it is stored; what was found stands in `value`."""
    return {"record": record, "label": "", "on": on.isoformat(), "done": 0, "of": 0, "unknown": 0, "value": str(value)}


def by_periods(terms: ClausePlan, facts: Sequence[Fact], first: date, last: date) -> list[dict[str, Any]]:
    """A fact for each period that has ended, of what the scheme itself expects in it, with the records in it.

    None where the record asks nothing of the branch: who has no committee holds no committee meetings.
    """
    expected = terms.expected or 0
    return [
        of_period(expected, begins, ends, [fact for fact in facts if begins <= fact.on <= ends])
        for begins, ends in ended_periods(terms.every, first, last)
        if facts
    ]


def of_period(expected: int, begins: date, ends: date, facts: Sequence[Fact]) -> dict[str, Any]:
    done = sum(fact.done for fact in facts)
    unknown = min(sum(fact.unknown for fact in facts), max(0, expected - done))
    whole = Fact(f"period:{begins}", f"{begins} – {ends}", ends, done, expected, unknown)
    return kept(whole, records=[kept(fact) for fact in facts])


# Clauses


def by_facts(terms: ClausePlan, facts: Sequence[Fact] | None, first: date, last: date) -> ClauseResult:
    """A clause with a metric. `facts` None: nobody records it."""
    if facts is None:
        return ClauseResult(terms, ScoreState.UNKNOWN)
    traces = tuple(by_periods(terms, facts, first, last) if terms.expected else map(kept, facts))
    if all_unknown(traces):
        return ClauseResult(terms, ScoreState.UNKNOWN, facts=traces)
    vetoed = terms.kind == ClauseKind.VETO and sums(traces).missing > 0
    return ClauseResult(terms, ScoreState.SCORED, points_of(terms, sums(traces)), traces, vetoed)


def by_value(terms: ClausePlan, value: Decimal | None, record: str = "", on: date = date.min) -> ClauseResult:
    """A clause without a metric. `value` is what a person found: points of a manual clause, what the tiers measure,
    the share of a ratio in per cent, how often of every other; None: nobody has said yet."""
    if value is None:
        return ClauseResult(terms, ScoreState.WAITING)
    vetoed = terms.kind == ClauseKind.VETO and value >= 1
    facts = (kept_value(value, record, on),)
    return ClauseResult(terms, ScoreState.SCORED, points_by(terms, value), facts, vetoed)


def recomputed(terms: ClausePlan, facts: Sequence[Trace]) -> Decimal:
    """The points of a scored clause from nothing but what was kept with it."""
    if terms.metric:
        return points_of(terms, sums(facts))
    return points_by(terms, Decimal(facts[0]["value"]))


def all_unknown(facts: Iterable[Trace]) -> bool:
    """Something was due, and nothing is known of all that was."""
    facts = list(facts)
    due = sum(fact["of"] for fact in facts)
    return due > 0 and sum(fact["unknown"] for fact in facts) >= due


def sums(facts: Iterable[Trace]) -> FactSums:
    facts = list(facts)
    due = sum(max(0, fact["of"] - fact["unknown"]) for fact in facts)
    missing = sum(max(0, fact["of"] - fact["done"] - fact["unknown"]) for fact in facts)
    return FactSums(sum(fact["done"] for fact in facts), due, missing)


def points_of(terms: ClausePlan, found: FactSums) -> Decimal:
    """From the record."""
    match terms.kind:
        case ClauseKind.BONUS:
            return given(terms, found.done)
        case ClauseKind.TIERED:
            return tiered(terms, found)
        case ClauseKind.RATIO_STEP:
            return taken(terms, steps(terms, found.share))
        case ClauseKind.VETO:
            return ZERO
        case _:
            return taken(terms, found.missing)


def points_by(terms: ClausePlan, value: Decimal) -> Decimal:
    """From what a person found."""
    match terms.kind:
        case ClauseKind.MANUAL:
            return rounded(at_most(value, terms.cap))
        case ClauseKind.BONUS:
            return given(terms, value)
        case ClauseKind.TIERED:
            return tier(terms, value)
        case ClauseKind.RATIO_STEP:
            return taken(terms, steps(terms, Fraction(value)))
        case ClauseKind.VETO:
            return ZERO
        case _:
            return taken(terms, value)


def taken(terms: ClausePlan, times: Decimal | int) -> Decimal:
    """Once at most where the clause takes points once."""
    if terms.kind == ClauseKind.DEDUCT_FLAT:
        times = 1 if times > 0 else 0
    return ZERO - given(terms, times)


def given(terms: ClausePlan, times: Decimal | int) -> Decimal:
    return rounded(at_most((terms.points or ZERO) * times, terms.cap))


def tiered(terms: ClausePlan, found: FactSums) -> Decimal:
    if terms.counted == Counted.SHARE:
        return rounded(terms.tiers[0][1]) if found.share is None else tier(terms, found.share)
    return tier(terms, found.done if terms.counted == Counted.DONE else found.missing)


def tier(terms: ClausePlan, measured: Decimal | Fraction | int) -> Decimal:
    """The first tier, from the highest down, whose bound is reached."""
    reached = (points for bound, points in terms.tiers if Fraction(measured) >= Fraction(bound))
    return rounded(next(reached, ZERO))


def steps(terms: ClausePlan, share: Fraction | None) -> int:
    """Begun steps below where nothing is taken; nothing due takes nothing."""
    if share is None or terms.full_at is None or terms.step is None:
        return 0
    return max(0, -((share - terms.full_at) // terms.step))


def at_most(points: Decimal, cap: Decimal | None) -> Decimal:
    return points if cap is None else min(points, cap)


def rounded(points: Decimal) -> Decimal:
    """To the hundredth, half up."""
    return points.quantize(Decimal("0.01"), ROUND_HALF_UP)


# Indicators


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    state: ScoreState
    points: Decimal | None = None


def indicator_result(
    max_points: Decimal, clauses: Sequence[ClauseResult], said: Decimal | None = None
) -> IndicatorResult:
    """`said`: what two persons said of the whole indicator after an objection; it stands whatever the clauses say."""
    if said is not None:
        return IndicatorResult(ScoreState.SCORED, within(rounded(said), max_points))
    states = {clause.state for clause in clauses}
    if ScoreState.UNKNOWN in states:
        return IndicatorResult(ScoreState.UNKNOWN)
    if ScoreState.WAITING in states or not clauses:
        return IndicatorResult(ScoreState.WAITING)
    return IndicatorResult(ScoreState.SCORED, within(begins_with(max_points, clauses) + added(clauses), max_points))


def begins_with(max_points: Decimal, clauses: Iterable[ClauseResult]) -> Decimal:
    """All its points where a clause takes some, none where clauses only give."""
    return max_points if any(clause.terms.kind in DEDUCTING for clause in clauses) else ZERO


def added(clauses: Iterable[ClauseResult]) -> Decimal:
    return sum((clause.points or ZERO for clause in clauses), ZERO)


def within(points: Decimal, ceiling: Decimal) -> Decimal:
    return rounded(max(ZERO, min(points, ceiling)))


# The whole scheme


def record_points(leaves: Sequence[IndicatorResult]) -> Decimal | None:
    """The points of the level above: by the record and by what people confirmed. None while something is open."""
    if any(leaf.points is None for leaf in leaves):
        return None
    return sum((leaf.points or ZERO for leaf in leaves), ZERO)


def members_points(total: Decimal, answers: Mapping[str, int]) -> Decimal | None:
    """Of the scheme's points as many as members are satisfied; who can't say isn't counted. None of too few answers."""
    counted = sum(count for answer, count in answers.items() if answer != Satisfaction.CANT_SAY)
    if counted < FEWEST_ANSWERS:
        return None
    content = answers.get(Satisfaction.SATISFIED, 0) + FAIRLY * answers.get(Satisfaction.FAIRLY, 0)
    return rounded(total * content / counted)


def peer_points(points: Sequence[Decimal]) -> Decimal | None:
    """The mean of what other branches gave."""
    return rounded(sum(points, ZERO) / len(points)) if points else None


def weighted(weights: Weights, views: Mapping[ViewSource, Decimal | None]) -> Decimal | None:
    """The total of all views by their weights. None unless the record's points and every weighted view are there."""
    weight_of = {
        ViewSource.SELF: weights.self_view,
        ViewSource.PEER: weights.peer,
        ViewSource.SUPERIOR: weights.superior,
        ViewSource.MEMBERS: weights.members,
    }
    needed = [view for view, weight in weight_of.items() if weight or view == ViewSource.SUPERIOR]
    if any(views.get(view) is None for view in needed):
        return None
    return rounded(sum(((views[view] or ZERO) * weight_of[view] for view in needed), ZERO) / 100)


def band_rank(bands: Iterable[BandPlan], total: Decimal | None) -> int | None:
    """The best band whose points are reached."""
    if total is None:
        return None
    return min((band.rank for band in bands if total >= band.at_least), default=None)


def worst_veto(clauses: Iterable[ClauseResult]) -> ClauseResult | None:
    """Of several vetoes the one that decides the lowest band."""
    return max((one for one in clauses if one.is_veto), key=lambda one: one.terms.band_rank or 0, default=None)


MONTHS = {Every.MONTH: 1, Every.QUARTER: 3, Every.HALF: 6, Every.YEAR: 12}


def assessed_time(year: int, on: date) -> tuple[date, date]:
    """Both days included. Before the year has begun the last day lies before the first: nothing was due."""
    return date(year, 1, 1), min(date(year, 12, 31), on)


def is_provisional(year: int, on: date) -> bool:
    """The year isn't over."""
    return on < date(year, 12, 31)


def ended_periods(every: str, first: date, last: date) -> Iterator[tuple[date, date]]:
    """First and last day of each whole period of the calendar between two days, both included."""
    months = MONTHS[Every(every)]
    begins = date(first.year, (first.month - 1) // months * months + 1, 1)
    while (ends := after(begins, months) - timedelta(1)) <= last:
        if begins >= first:
            yield begins, ends
        begins = after(begins, months)


def after(month: date, months: int) -> date:
    """The first day of the month so many months later."""
    years, rest = divmod(month.month - 1 + months, 12)
    return date(month.year + years, rest + 1, 1)


SELF_VIEW = "self_view"
VIEW_MONTH, VIEW_DAY = 1, 31
"""Until when, in the year after the one that is assessed, a branch's own view is waited for. Ours, not a rule's."""
DECEMBER = 12


def view_duty(code: str, year: int, document: str, *, is_given: bool, on: date) -> Duty | None:
    """The branch's own view of a year that is being assessed; asked for since the December of that year."""
    if on < date(year, DECEMBER, 1):
        return None
    due_on = date(year + 1, VIEW_MONTH, VIEW_DAY)
    state = duty_state(due_on=due_on, done=is_given, on=on)
    citation = Citation(document, "", "none", Level.LOCAL, Mark.UNVERIFIED)
    return Duty(SELF_VIEW, code, None, str(year), due_on, state, citation)
