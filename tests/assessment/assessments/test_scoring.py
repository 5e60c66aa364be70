"""What clauses, indicators and schemes come to. The tables are the specification; no database."""

from datetime import date
from decimal import Decimal

import pytest

from assessment.assessments.rules import (
    ClauseResult,
    IndicatorResult,
    assessed_time,
    band_rank,
    by_facts,
    by_value,
    ended_periods,
    indicator_result,
    is_provisional,
    members_points,
    peer_points,
    recomputed,
    record_points,
    weighted,
    worst_veto,
)
from assessment.choices import ClauseKind, Counted, Every, ScoreState, ViewSource
from assessment.schemes.rules import BandPlan, ClausePlan, Weights
from rulebook.metric import Fact

D = Decimal
FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
TIERS = ((D(4), D(5)), (D(2), D(2)), (D(1), D(1)), (D(0), D(0)))
SHARES = ((D(95), D(10)), (D(80), D(6)), (D(0), D(0)))
FEWER = ((D(3), D(0)), (D(1), D(2)), (D(0), D(5)))


def clause(kind: ClauseKind, metric: str = "a.b", **terms: object) -> ClausePlan:
    return ClausePlan(kind, "…", metric, **terms)


def deduct(points: str = "1", **terms: object) -> ClausePlan:
    return clause(ClauseKind.DEDUCT_PER_MISSING, points=D(points), **terms)


def flat(points: str = "1", **terms: object) -> ClausePlan:
    return clause(ClauseKind.DEDUCT_FLAT, points=D(points), **terms)


def bonus(points: str = "1", **terms: object) -> ClausePlan:
    return clause(ClauseKind.BONUS, points=D(points), **terms)


def ratio(points: str = "1", full_at: int = 90, step: int = 10, **terms: object) -> ClausePlan:
    return clause(ClauseKind.RATIO_STEP, points=D(points), full_at=full_at, step=step, **terms)


def tiered(counted: Counted, tiers: tuple[tuple[Decimal, Decimal], ...], **terms: object) -> ClausePlan:
    return clause(ClauseKind.TIERED, counted=counted, tiers=tiers, **terms)


def veto(**terms: object) -> ClausePlan:
    return clause(ClauseKind.VETO, band_rank=4, **terms)


def facts(*counts: tuple[int, ...]) -> list[Fact]:
    """(done, of[, unknown[, month]]) each."""
    return [fact(number, *count) for number, count in enumerate(counts)]


def fact(number: int, done: int, of: int, unknown: int = 0, month: int = 1) -> Fact:
    return Fact(f"record:{number}", "…", date(2026, month, 15), done, of, unknown)


HELD, MISSED, UNSAID = (1, 1), (0, 1), (0, 1, 1)
NONE_HELD = (0, 0)
"""Nothing is due by the rules, and nothing was done."""

BY_FACTS = [
    # clause, facts, points
    (deduct(), [], "0"),
    (deduct(), [HELD, HELD], "0"),
    (deduct(), [HELD, MISSED, MISSED], "-2"),
    (deduct("0.5"), [MISSED] * 3, "-1.50"),
    (deduct("0.2"), [(7, 10), (9, 10)], "-0.80"),
    (deduct(cap=D(2)), [MISSED] * 5, "-2"),
    (deduct(cap=D("1.5")), [MISSED], "-1"),
    (deduct(), [MISSED, UNSAID, HELD], "-1"),
    (deduct(), [(5, 10, 3)], "-2"),
    (deduct(), [(3, 1)], "0"),
    (flat("2"), [], "0"),
    (flat("2"), [HELD], "0"),
    (flat("2"), [HELD, MISSED], "-2"),
    (flat("2"), [MISSED] * 7, "-2"),
    (flat("2", cap=D(1)), [MISSED], "-1"),
    (flat("2"), [HELD, UNSAID], "0"),
    (tiered(Counted.DONE, TIERS), [HELD] * 6, "5"),
    (tiered(Counted.DONE, TIERS), [HELD] * 4, "5"),
    (tiered(Counted.DONE, TIERS), [HELD] * 3 + [MISSED], "2"),
    (tiered(Counted.DONE, TIERS), [HELD, MISSED], "1"),
    (tiered(Counted.DONE, TIERS), [MISSED], "0"),
    (tiered(Counted.DONE, TIERS), [], "0"),
    (tiered(Counted.MISSING, FEWER), [HELD], "5"),
    (tiered(Counted.MISSING, FEWER), [], "5"),
    (tiered(Counted.MISSING, FEWER), [MISSED, MISSED], "2"),
    (tiered(Counted.MISSING, FEWER), [MISSED] * 3, "0"),
    (tiered(Counted.SHARE, SHARES), [(19, 20)], "10"),
    (tiered(Counted.SHARE, SHARES), [(94, 100)], "6"),
    (tiered(Counted.SHARE, SHARES), [(949, 999)], "6"),
    (tiered(Counted.SHARE, SHARES), [(8, 10), (0, 10, 10)], "6"),
    (tiered(Counted.SHARE, SHARES), [MISSED], "0"),
    (tiered(Counted.SHARE, SHARES), [], "10"),
    (tiered(Counted.DONE, ((D(3), D(5)),)), [HELD], "0"),
    (ratio(), [], "0"),
    (ratio(), [(9, 10)], "0"),
    (ratio(), [(10, 10)], "0"),
    (ratio(), [(89, 100)], "-1"),
    (ratio(), [(80, 100)], "-1"),
    (ratio(), [(79, 100)], "-2"),
    (ratio(), [(0, 10)], "-9"),
    (ratio(cap=D(3)), [(0, 10)], "-3"),
    (ratio("0.5", full_at=100, step=10), [(2, 3)], "-2"),
    (ratio("0.5", full_at=100, step=10), [(2, 3, 1)], "0"),
    (bonus("2"), [], "0"),
    (bonus("2"), [HELD, HELD, MISSED], "4"),
    (bonus("2", cap=D(3)), [HELD, HELD], "3"),
    (bonus("2"), [(1, 0)], "2"),
    (veto(), [HELD], "0"),
    (veto(), [MISSED], "0"),
    # the scheme's own number in a period
    (deduct(expected=1, every=Every.QUARTER), [], "0"),
    (deduct(expected=1, every=Every.QUARTER), [NONE_HELD], "-4"),
    (deduct(expected=1, every=Every.QUARTER), [(1, 1, 0, 3), (1, 1, 0, 4), (1, 1, 0, 9), (1, 1, 0, 10)], "0"),
    (deduct(expected=1, every=Every.QUARTER), [(1, 1, 0, 1), (1, 1, 0, 2), (1, 1, 0, 3)], "-3"),
    (deduct(expected=2, every=Every.HALF), [(1, 1, 0, 6), (1, 1, 0, 7), (1, 1, 0, 8), (1, 1, 0, 9)], "-1"),
    (deduct(expected=1, every=Every.MONTH), [(1, 1, 0, 2), (0, 1, 1, 3)], "-10"),
    (deduct(expected=1, every=Every.YEAR), [(0, 1, 0, 5), (1, 1, 0, 6)], "0"),
    (deduct(expected=1, every=Every.MONTH, cap=D(3)), [NONE_HELD], "-3"),
    (flat("3", expected=1, every=Every.YEAR), [NONE_HELD], "-3"),
    (tiered(Counted.SHARE, SHARES, expected=1, every=Every.QUARTER), [(5, 5, 0, 1)], "0"),
    (tiered(Counted.DONE, TIERS, expected=1, every=Every.QUARTER), [(1, 1, 0, 1), (1, 1, 0, 2)], "2"),
    (ratio("1", 100, 25, expected=1, every=Every.QUARTER), [(1, 1, 0, 1), (1, 1, 0, 12)], "-2"),
]


@pytest.mark.parametrize(("terms", "counts", "points"), BY_FACTS)
def test_a_clause_comes_to_its_points_by_the_record(
    terms: ClausePlan, counts: list[tuple[int, ...]], points: str
) -> None:
    result = by_facts(terms, facts(*counts), FIRST, LAST)
    assert (result.state, result.points) == (ScoreState.SCORED, D(points))


@pytest.mark.parametrize(("terms", "counts", "points"), BY_FACTS)
def test_what_was_kept_gives_the_same_points_again(
    terms: ClausePlan, counts: list[tuple[int, ...]], points: str
) -> None:
    assert recomputed(terms, by_facts(terms, facts(*counts), FIRST, LAST).facts) == D(points)


BY_VALUE = [
    # clause, what a person found, points, whether it is a veto
    (clause(ClauseKind.MANUAL, ""), "3.5", "3.50", False),
    (clause(ClauseKind.MANUAL, "", cap=D(3)), "3.5", "3", False),
    (deduct("0.5", metric=""), "3", "-1.50", False),
    (deduct("0.5", metric="", cap=D(1)), "3", "-1", False),
    (deduct("0.5", metric=""), "0", "0", False),
    (flat("2", metric=""), "3", "-2", False),
    (flat("2", metric=""), "0", "0", False),
    (tiered(Counted.DONE, TIERS, metric=""), "2", "2", False),
    (tiered(Counted.SHARE, SHARES, metric=""), "94.99", "6", False),
    (ratio(metric=""), "79.5", "-2", False),
    (bonus("1.5", metric="", cap=D(4)), "2", "3", False),
    (bonus("1.5", metric="", cap=D(4)), "3", "4", False),
    (veto(metric=""), "1", "0", True),
    (veto(metric=""), "0", "0", False),
]


@pytest.mark.parametrize(("terms", "value", "points", "is_veto"), BY_VALUE)
def test_a_clause_comes_to_its_points_by_what_a_person_found(
    terms: ClausePlan, value: str, points: str, is_veto: bool
) -> None:
    result = by_value(terms, D(value), "value:1", LAST)
    assert (result.state, result.points, result.is_veto) == (ScoreState.SCORED, D(points), is_veto)
    assert recomputed(terms, result.facts) == D(points)


@pytest.mark.parametrize("kind", list(ClauseKind))
def test_a_clause_without_a_metric_waits_until_somebody_says_something(kind: ClauseKind) -> None:
    terms = ClausePlan(kind, "…", points=D(1))
    assert by_value(terms, None) == ClauseResult(terms, ScoreState.WAITING)


@pytest.mark.parametrize("found", [None, [UNSAID], [UNSAID, UNSAID], [(0, 30, 30)]])
@pytest.mark.parametrize("terms", [deduct(), flat(), ratio(), tiered(Counted.SHARE, SHARES), veto()])
def test_what_nobody_recorded_is_unknown_and_no_zero(terms: ClausePlan, found: list[tuple[int, ...]] | None) -> None:
    result = by_facts(terms, None if found is None else facts(*found), FIRST, LAST)
    assert (result.state, result.points, result.is_veto) == (ScoreState.UNKNOWN, None, False)


@pytest.mark.parametrize(
    ("counts", "is_veto"), [([HELD], False), ([], False), ([HELD, MISSED], True), ([HELD, UNSAID], False)]
)
def test_a_veto_holds_when_something_is_missing(counts: list[tuple[int, ...]], is_veto: bool) -> None:
    assert by_facts(veto(), facts(*counts), FIRST, LAST).is_veto is is_veto


def test_of_several_vetoes_the_one_with_the_lowest_band_decides() -> None:
    low, lower = (
        ClauseResult(clause(ClauseKind.VETO, band_rank=rank), ScoreState.SCORED, D(0), is_veto=True) for rank in (3, 4)
    )
    held_back = ClauseResult(clause(ClauseKind.VETO, band_rank=5), ScoreState.SCORED, D(0))
    assert worst_veto([low, lower, held_back]) is lower
    assert worst_veto([held_back]) is None


def test_a_fact_is_kept_with_its_counts_and_its_page() -> None:
    held = Fact("meeting:1", "2026-01 general meeting", date(2026, 1, 9), 1, 1, 0, "/meetings/1/")
    (trace,) = by_facts(deduct(), [held], FIRST, LAST).facts
    assert trace == {
        "record": "meeting:1", "label": "2026-01 general meeting", "on": "2026-01-09",
        "done": 1, "of": 1, "unknown": 0, "url": "/meetings/1/",
    }  # fmt: skip


def test_a_period_is_kept_with_the_records_in_it() -> None:
    terms = deduct(expected=1, every=Every.HALF)
    first, second = by_facts(terms, facts((1, 1, 0, 2), (1, 1, 0, 3)), FIRST, LAST).facts
    assert (first["record"], first["on"], first["done"], first["of"]) == ("period:2026-01-01", "2026-06-30", 2, 1)
    assert [one["record"] for one in first["records"]] == ["record:0", "record:1"]
    assert (second["done"], second["of"], second["records"]) == (0, 1, [])


def test_only_periods_that_have_ended_expect_something() -> None:
    terms = deduct(expected=1, every=Every.QUARTER)
    none = facts(NONE_HELD)
    assert by_facts(terms, none, FIRST, date(2026, 6, 29)).points == D(-1)
    assert by_facts(terms, none, FIRST, date(2026, 6, 30)).points == D(-2)
    assert by_facts(terms, none, FIRST, date(2025, 12, 31)).points == 0


# Indicators

SCORED, UNKNOWN, WAITING = ScoreState.SCORED, ScoreState.UNKNOWN, ScoreState.WAITING


def scored(terms: ClausePlan, points: str) -> ClauseResult:
    return ClauseResult(terms, SCORED, D(points))


INDICATORS = [
    # points at most, clauses, said after an objection, state, points
    ("4", [scored(deduct(), "-1")], None, SCORED, "3"),
    ("4", [scored(deduct(), "-9")], None, SCORED, "0"),
    ("4", [scored(deduct(), "-1"), scored(flat(), "-2")], None, SCORED, "1"),
    ("4", [scored(deduct(), "-1"), scored(bonus(), "2")], None, SCORED, "4"),
    ("4", [scored(deduct(), "-3"), scored(bonus(), "2")], None, SCORED, "3"),
    ("4", [scored(ratio(), "-3")], None, SCORED, "1"),
    ("4", [scored(bonus(), "2")], None, SCORED, "2"),
    ("4", [scored(bonus(), "6")], None, SCORED, "4"),
    ("5", [scored(tiered(Counted.DONE, TIERS), "2")], None, SCORED, "2"),
    ("5", [scored(clause(ClauseKind.MANUAL), "4.5"), scored(bonus(), "1")], None, SCORED, "5"),
    ("4", [scored(veto(), "0"), scored(deduct(), "-1")], None, SCORED, "3"),
    ("4", [scored(deduct(), "-1"), ClauseResult(flat(), UNKNOWN)], None, UNKNOWN, None),
    ("4", [scored(deduct(), "-1"), ClauseResult(flat(), WAITING)], None, WAITING, None),
    ("4", [ClauseResult(deduct(), WAITING), ClauseResult(flat(), UNKNOWN)], None, UNKNOWN, None),
    ("4", [], None, WAITING, None),
    ("4", [scored(deduct(), "-4")], "3", SCORED, "3"),
    ("4", [ClauseResult(flat(), UNKNOWN)], "2.5", SCORED, "2.50"),
    ("4", [scored(deduct(), "0")], "9", SCORED, "4"),
    ("0", [scored(veto(), "0")], None, SCORED, "0"),
]


@pytest.mark.parametrize(("most", "clauses", "said", "state", "points"), INDICATORS)
def test_an_indicator_adds_its_clauses_between_nothing_and_all_its_points(
    most: str, clauses: list[ClauseResult], said: str | None, state: ScoreState, points: str | None
) -> None:
    result = indicator_result(D(most), clauses, None if said is None else D(said))
    assert result == IndicatorResult(state, None if points is None else D(points))


# The whole scheme


def test_there_is_no_sum_as_long_as_something_is_open() -> None:
    assert record_points([IndicatorResult(SCORED, D("3.5")), IndicatorResult(SCORED, D(2))]) == D("5.5")
    assert record_points([IndicatorResult(SCORED, D("3.5")), IndicatorResult(UNKNOWN)]) is None
    assert record_points([IndicatorResult(WAITING)]) is None


SATISFACTION = [
    ({}, None),
    ({"satisfied": 2}, None),
    ({"satisfied": 2, "cant_say": 9}, None),
    ({"satisfied": 3}, "100"),
    ({"satisfied": 2, "fairly": 1}, "90"),
    ({"satisfied": 1, "fairly": 1, "not": 1, "cant_say": 1}, "56.67"),
    ({"not": 3}, "0"),
]


@pytest.mark.parametrize(("answers", "points"), SATISFACTION)
def test_members_satisfaction_is_a_share_of_the_points(answers: dict[str, int], points: str | None) -> None:
    assert members_points(D(100), answers) == (None if points is None else D(points))


@pytest.mark.parametrize(("points", "mean"), [([], None), (["80"], "80"), (["80", "85", "90.01"], "85")])
def test_other_branches_views_are_their_mean(points: list[str], mean: str | None) -> None:
    assert peer_points([D(one) for one in points]) == (None if mean is None else D(mean))


ALL_VIEWS = {ViewSource.SELF: D(90), ViewSource.PEER: D(80), ViewSource.SUPERIOR: D("85.55"), ViewSource.MEMBERS: D(70)}
WEIGHTED = [
    (Weights(), ALL_VIEWS, "85.55"),
    (Weights(), {ViewSource.SUPERIOR: D(60)}, "60"),
    (Weights(10, 10, 60, 20), ALL_VIEWS, "82.33"),
    (Weights(30, 0, 70, 0), {**ALL_VIEWS, ViewSource.PEER: None, ViewSource.MEMBERS: None}, "86.89"),
    (Weights(30, 0, 70, 0), {**ALL_VIEWS, ViewSource.SELF: None}, None),
    (Weights(10, 10, 60, 20), {**ALL_VIEWS, ViewSource.MEMBERS: None}, None),
    (Weights(), {**ALL_VIEWS, ViewSource.SUPERIOR: None}, None),
    (Weights(100, 0, 0, 0), {**ALL_VIEWS, ViewSource.SUPERIOR: None}, None),
    (Weights(100, 0, 0, 0), ALL_VIEWS, "90"),
]


@pytest.mark.parametrize(("weights", "views", "total"), WEIGHTED)
def test_the_total_takes_every_view_by_its_weight_or_there_is_none(
    weights: Weights, views: dict[str, Decimal | None], total: str | None
) -> None:
    assert weighted(weights, views) == (None if total is None else D(total))


BANDS = (
    BandPlan(1, "优秀", D(120)),
    BandPlan(2, "良好", D(100)),
    BandPlan(3, "一般", D(80)),
    BandPlan(4, "较差", D(0)),
)


@pytest.mark.parametrize(
    ("total", "rank"),
    [("150", 1), ("120", 1), ("119.99", 2), ("100", 2), ("80", 3), ("79.99", 4), ("0", 4), (None, None)],
)
def test_the_band_is_the_best_whose_points_are_reached(total: str | None, rank: int | None) -> None:
    assert band_rank(BANDS, None if total is None else D(total)) == rank


def test_a_scheme_without_bands_has_none() -> None:
    assert band_rank((), D(90)) is None


# Time


@pytest.mark.parametrize(
    ("on", "last", "provisional"),
    [
        (date(2025, 11, 30), date(2025, 11, 30), True),
        (date(2026, 6, 30), date(2026, 6, 30), True),
        (date(2026, 12, 30), date(2026, 12, 30), True),
        (date(2026, 12, 31), LAST, False),
        (date(2027, 2, 1), LAST, False),
    ],
)
def test_the_year_is_assessed_up_to_the_day(on: date, last: date, provisional: bool) -> None:
    assert assessed_time(2026, on) == (FIRST, last)
    assert is_provisional(2026, on) is provisional


@pytest.mark.parametrize(
    ("every", "last", "ends"),
    [
        (Every.MONTH, date(2026, 3, 30), [(1, 31), (2, 28)]),
        (Every.MONTH, date(2026, 3, 31), [(1, 31), (2, 28), (3, 31)]),
        (Every.QUARTER, date(2026, 9, 30), [(3, 31), (6, 30), (9, 30)]),
        (Every.HALF, date(2026, 12, 30), [(6, 30)]),
        (Every.YEAR, date(2026, 12, 30), []),
        (Every.YEAR, LAST, [(12, 31)]),
        (Every.MONTH, date(2025, 12, 1), []),
    ],
)
def test_periods_count_once_they_have_ended(every: Every, last: date, ends: list[tuple[int, int]]) -> None:
    assert [(end.month, end.day) for _, end in ended_periods(every, FIRST, last)] == ends


def test_a_period_that_began_earlier_is_not_counted() -> None:
    assert next(iter(ended_periods(Every.QUARTER, date(2026, 2, 1), LAST)))[0] == date(2026, 4, 1)
