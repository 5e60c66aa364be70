"""Any clause and any facts: points stay within their bounds, lead to their records, and can be computed again."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, strategies as st

from assessment.assessments.rules import begins_with, by_facts, by_value, indicator_result, recomputed, weighted
from assessment.choices import ClauseKind, Counted, Every, ScoreState
from assessment.schemes.rules import ClausePlan, Weights
from rulebook.metric import Fact

FIRST, LAST = date(2026, 1, 1), date(2026, 12, 31)
ZERO = Decimal(0)

hundredths = st.integers(1, 2000).map(lambda number: Decimal(number) / 100)
caps = st.none() | hundredths
days = st.integers(0, 364).map(lambda number: FIRST + timedelta(number))
TAKING = (ClauseKind.DEDUCT_PER_MISSING, ClauseKind.DEDUCT_FLAT)


@st.composite
def fact_lists(draw):
    facts = []
    for number in range(draw(st.integers(0, 12))):
        of = draw(st.integers(0, 5))
        unknown = draw(st.integers(0, of))
        done = draw(st.integers(0, of - unknown + 1))
        facts.append(Fact(f"record:{number}", "…", draw(days), done, of, unknown))
    return facts


@st.composite
def tiers(draw):
    bounds = sorted(draw(st.lists(st.integers(1, 100), unique=True, max_size=4)), reverse=True)
    return tuple((Decimal(bound), draw(hundredths)) for bound in [*bounds, 0])


@st.composite
def clauses(draw, kinds=tuple(ClauseKind), metric="a.b"):
    kind = draw(st.sampled_from(kinds))
    terms = {"metric": "" if kind == ClauseKind.MANUAL else metric}
    if kind in (*TAKING, ClauseKind.RATIO_STEP, ClauseKind.BONUS):
        terms |= {"points": draw(hundredths), "cap": draw(caps)}
    if kind == ClauseKind.RATIO_STEP:
        terms |= {"full_at": draw(st.integers(1, 100)), "step": draw(st.integers(1, 100))}
    if kind == ClauseKind.TIERED:
        terms |= {"counted": draw(st.sampled_from(Counted)), "tiers": draw(tiers())}
    if kind == ClauseKind.VETO:
        terms |= {"band_rank": draw(st.integers(1, 5))}
    if metric and kind not in (ClauseKind.BONUS, ClauseKind.MANUAL) and draw(st.booleans()):
        terms |= {"expected": draw(st.integers(1, 4)), "every": draw(st.sampled_from(Every))}
    return ClausePlan(kind, "…", **terms)


RECORDED = tuple(kind for kind in ClauseKind if kind != ClauseKind.MANUAL)


@given(clauses(RECORDED), st.none() | fact_lists(), days)
def test_points_of_a_clause_stay_within_what_it_can_give_or_take(terms, facts, last):
    result = by_facts(terms, facts, FIRST, last)
    if result.state != ScoreState.SCORED:
        assert (result.state, result.points, result.is_veto) == (ScoreState.UNKNOWN, None, False)
        return
    most = terms.cap if terms.cap is not None else Decimal(10**6)
    if terms.kind == ClauseKind.TIERED:
        assert result.points in [ZERO, *(points for _bound, points in terms.tiers)]
    elif terms.kind == ClauseKind.BONUS:
        assert ZERO <= result.points <= most
    else:
        assert -most <= result.points <= ZERO
    assert result.points == result.points.quantize(Decimal("0.01"))


@given(clauses(RECORDED), fact_lists(), days)
def test_what_is_kept_gives_the_points_again(terms, facts, last):
    result = by_facts(terms, facts, FIRST, last)
    if result.state == ScoreState.SCORED:
        assert recomputed(terms, result.facts) == result.points


@given(clauses(metric=""), st.integers(0, 10_000).map(lambda number: Decimal(number) / 100))
def test_what_a_person_found_gives_the_points_again(terms, value):
    result = by_value(terms, value, "value:1", LAST)
    assert recomputed(terms, result.facts) == result.points


@given(clauses(RECORDED), fact_lists(), st.randoms())
def test_the_order_of_records_makes_no_difference(terms, facts, random):
    shuffled = random.sample(facts, len(facts))
    one, other = by_facts(terms, facts, FIRST, LAST), by_facts(terms, shuffled, FIRST, LAST)
    assert (one.state, one.points, one.is_veto) == (other.state, other.points, other.is_veto)


@given(hundredths, caps, fact_lists(), st.data())
def test_undoing_one_record_takes_exactly_the_points_it_carried(points, cap, facts, data):
    """Without a cap: for every record, so many points for each that was done; with one: as far as the cap allows."""
    terms = ClausePlan(ClauseKind.DEDUCT_PER_MISSING, "…", "a.b", points=points, cap=cap)
    done = [fact for fact in facts if fact.done]
    before = by_facts(terms, facts, FIRST, LAST)
    if not done or before.state != ScoreState.SCORED:
        return
    undone = data.draw(st.sampled_from(done))
    left = [replace(fact, done=0) if fact is undone else fact for fact in facts]
    carried = points * (max(0, undone.of - undone.unknown) - undone.missing)
    taken = by_facts(terms, left, FIRST, LAST).points
    assert taken == (before.points - carried if cap is None else max(-cap, _uncapped(terms, facts) - carried))


def _uncapped(terms, facts):
    return by_facts(replace(terms, cap=None), facts, FIRST, LAST).points


@given(hundredths, st.integers(1, 3), st.sampled_from(Every), fact_lists(), st.data())
def test_removing_one_record_of_a_period_takes_what_is_then_missing_in_it_alone(points, expected, every, facts, data):
    facts = [replace(fact, done=1, of=1, unknown=0) for fact in facts]
    if len(facts) < 2:
        return
    terms = ClausePlan(ClauseKind.DEDUCT_PER_MISSING, "…", "a.b", points=points, expected=expected, every=every)
    removed = data.draw(st.sampled_from(facts))
    before = by_facts(terms, facts, FIRST, LAST)
    after = by_facts(terms, [fact for fact in facts if fact is not removed], FIRST, LAST)
    held = next(one["done"] for one in before.facts if any(fact["record"] == removed.record for fact in one["records"]))
    assert before.points - after.points == (points if held <= expected else ZERO)
    changed = [one for one, other in zip(before.facts, after.facts, strict=True) if one != other]
    assert len(changed) == 1


@given(hundredths, st.lists(st.tuples(clauses(RECORDED), fact_lists()), min_size=1, max_size=4))
def test_points_of_an_indicator_lie_between_nothing_and_all(most, parts):
    results = [by_facts(terms, facts, FIRST, LAST) for terms, facts in parts]
    found = indicator_result(most, results)
    if any(result.state == ScoreState.UNKNOWN for result in results):
        assert (found.state, found.points) == (ScoreState.UNKNOWN, None)
        return
    assert ZERO <= found.points <= most
    whole = begins_with(most, results) + sum(result.points for result in results)
    assert found.points == min(max(whole, ZERO), most)


@given(fact_lists(), hundredths, caps)
def test_more_that_is_done_never_takes_more(facts, points, cap):
    terms = ClausePlan(ClauseKind.DEDUCT_PER_MISSING, "…", "a.b", points=points, cap=cap)
    before = by_facts(terms, facts, FIRST, LAST)
    better = [replace(fact, done=max(fact.done, fact.of - fact.unknown)) for fact in facts]
    if before.state == ScoreState.SCORED:
        after = by_facts(terms, better, FIRST, LAST)
        assert after.points == ZERO >= before.points


views = st.integers(0, 10_000).map(lambda number: Decimal(number) / 100)


@given(views, views, views, views, st.lists(st.integers(0, 100), min_size=3, max_size=3))
def test_the_total_lies_between_the_lowest_and_the_highest_view(own, peer, superior, members, cuts):
    low, middle, high = sorted(cuts)
    weights = Weights(low, middle - low, high - middle, 100 - high)
    found = {"self": own, "peer": peer, "superior": superior, "members": members}
    total = weighted(weights, found)
    assert min(found.values()) <= total <= max(found.values())
