"""What doesn't add up in a scheme: the table is the specification. Without a database."""

from dataclasses import replace

import pytest
from django.utils.translation import override

from assessment.choices import ClauseKind, Counted, Every
from assessment.schemes.check_rules import MOST_BANDS, flaws
from assessment.schemes.models import RANKS
from assessment.schemes.rules import BandPlan, Flaw, Weights, plain, terms
from tests.assessment.schemes.making import (
    BANDS,
    LINES,
    METRICS,
    PLAN,
    bonus,
    flat,
    line,
    manual,
    missing,
    points,
    ratio,
    tiered,
    veto,
    with_clause,
    with_line,
)


def found(plan):
    return {(flaw.path, flaw.code) for flaw in flaws(plan, metrics=METRICS)}


def banded(*bands):
    return replace(PLAN, bands=bands)


def lined(*lines):
    return replace(PLAN, indicators=lines)


CLAUSE = "indicators/4/clauses/0"
TWO = points("2")

WRONG = [
    # the scheme itself
    (replace(PLAN, code=" "), "code", "code_missing"),
    (replace(PLAN, code="x" * 61), "code", "code_long"),
    (replace(PLAN, title=""), "title", "title_missing"),
    (replace(PLAN, title="长" * 161), "title", "title_long"),
    (replace(PLAN, document="长" * 201), "document", "document_long"),
    (replace(PLAN, approved_by="长" * 121), "approved_by", "approved_by_long"),
    (replace(PLAN, year=26), "year", "year_wrong"),
    (replace(PLAN, total=points("0")), "total", "total_wrong"),
    (replace(PLAN, unit_kind="spaceship"), "unit_kind", "unit_kind_unknown"),
    (replace(PLAN, objection_days=0), "objection_days", "objection_days_wrong"),
    (replace(PLAN, weights=Weights(30, 0, 60, 0)), "weights", "weights_sum"),
    (replace(PLAN, weights=Weights(-10, 0, 110, 0)), "weights", "weights_sum"),
    (replace(PLAN, total=points("90")), "total", "total_sum"),
    # bands
    (banded(BandPlan(2, "好", points("0"))), "bands", "band_ranks"),
    (banded(*(BandPlan(rank, f"{rank}", points(str(60 - 10 * rank))) for rank in range(1, 7))), "bands", "band_ranks"),
    (banded(*BANDS[:2], replace(BANDS[2], name="好")), "bands/0/name", "band_name"),
    (banded(*BANDS[:2], replace(BANDS[2], name="")), "bands/2/name", "band_name"),
    (banded(*BANDS[:2], replace(BANDS[2], at_least=points("-1"))), "bands/2/at_least", "band_points"),
    (banded(replace(BANDS[0], quota_percent=101), *BANDS[1:]), "bands/0/quota_percent", "band_quota"),
    (banded(replace(BANDS[0], at_least=points("70")), *BANDS[1:]), "bands/1/at_least", "band_order"),
    (banded(replace(BANDS[0], at_least=points("105")), *BANDS[1:]), "bands/0/at_least", "band_out_of_reach"),
    (banded(*BANDS[:2], replace(BANDS[2], at_least=points("10"))), "bands/2/at_least", "band_end"),
    (banded(*(replace(band, quota_percent=30) for band in BANDS)), "bands/2/quota_percent", "quotas_short"),
    # lines
    (lined(), "indicators", "no_lines"),
    (with_line("2.1", code=""), "indicators/4/code", "line_code"),
    (with_line("2.1", code="x" * 21), "indicators/4/code", "line_code"),
    (with_line("2.1", code="1.2"), "indicators/4/code", "line_code_twice"),
    (with_line("2.1", title=""), "indicators/4/title", "line_title"),
    (with_line("2.1", title="长" * 201), "indicators/4/title", "line_title"),
    (with_line("2.1", parent="9"), "indicators/4/parent", "line_parent"),
    (with_line("2.1", parent="2.1"), "indicators/4/parent", "line_parent"),
    (lined(*LINES[1:3], LINES[0], *LINES[3:]), "indicators/0/parent", "line_parent"),
    (with_line("2.1", part="gossip"), "indicators/4/part", "line_part"),
    (with_line("2.1", cycle="daily"), "indicators/4/part", "line_part"),
    (with_line("2.1", max_points=points("-1")), "indicators/4/max_points", "line_points"),
    (with_line("2.1", max_points=points("0.125")), "indicators/4/max_points", "line_points"),
    (with_line("2.1", max_points=points("0")), "indicators/4/max_points", "line_points_missing"),
    (with_line("1.1", max_points=points("40")), "indicators/0/max_points", "line_sum"),
    (with_line("2", clauses=(manual(),)), "indicators/3/clauses", "clauses_above_lines"),
    (with_line("2.1", clauses=()), "indicators/4/clauses", "clauses_missing"),
    (with_line("1.2", clauses=(tiered(), flat())), "indicators/2/clauses", "tiers_beside_deductions"),
    (with_line("1.2", clauses=(tiered(), tiered())), "indicators/2/clauses", "tiers_sum"),
    # clauses
    (with_clause(manual(text=" ")), f"{CLAUSE}/text", "text_missing"),
    (with_clause(manual(text="长" * 301)), f"{CLAUSE}/text", "text_long"),
    (with_clause(manual(metric="dues.paid")), f"{CLAUSE}/metric", "metric_of_manual"),
    (with_clause(flat(metric="dues.gone")), f"{CLAUSE}/metric", "metric_unknown"),
    (with_clause(flat(points=None)), f"{CLAUSE}/points", "points_missing"),
    (with_clause(bonus(points=points("0"))), f"{CLAUSE}/points", "points_missing"),
    (with_clause(flat(points=points("0.125"))), f"{CLAUSE}/points", "points_too_fine"),
    (with_clause(manual(points=TWO)), f"{CLAUSE}/points", "points_not_of_kind"),
    (with_clause(tiered(points=TWO)), f"{CLAUSE}/points", "points_not_of_kind"),
    (with_clause(veto(points=TWO)), f"{CLAUSE}/points", "points_not_of_kind"),
    (with_clause(missing(cap=points("0"))), f"{CLAUSE}/cap", "cap_wrong"),
    (with_clause(flat(cap=TWO)), f"{CLAUSE}/cap", "cap_not_of_kind"),
    (with_clause(missing(expected=4)), f"{CLAUSE}/expected", "expected_half"),
    (with_clause(missing(every=Every.YEAR)), f"{CLAUSE}/expected", "expected_half"),
    (with_clause(missing(expected=0, every=Every.YEAR)), f"{CLAUSE}/expected", "expected_half"),
    (with_clause(missing(expected=4, every="week")), f"{CLAUSE}/expected", "expected_half"),
    (with_clause(bonus(expected=4, every=Every.YEAR)), f"{CLAUSE}/expected", "expected_not_of_kind"),
    (with_clause(flat(expected=4, every=Every.YEAR)), f"{CLAUSE}/expected", "expected_needs_metric"),
    (with_clause(flat(counted=Counted.DONE)), f"{CLAUSE}/tiers", "tiers_not_of_kind"),
    (with_clause(tiered(counted="")), f"{CLAUSE}/counted", "counted_missing"),
    (with_clause(tiered(tiers=())), f"{CLAUSE}/tiers", "tiers_missing"),
    (with_clause(tiered(tiers=((points("-1"), TWO),))), f"{CLAUSE}/tiers", "tiers_wrong"),
    (with_clause(tiered(tiers=((points("0"), TWO), (points("9"), TWO)))), f"{CLAUSE}/tiers", "tiers_order"),
    (with_clause(tiered(tiers=((points("9"), TWO), (points("9"), TWO)))), f"{CLAUSE}/tiers", "tiers_order"),
    (with_clause(tiered(tiers=((points("9"), TWO),))), f"{CLAUSE}/tiers", "tiers_end"),
    (with_clause(tiered(tiers=((points("101"), TWO), (points("0"), TWO)))), f"{CLAUSE}/tiers", "tiers_beyond_share"),
    (with_clause(tiered(tiers=((TWO, points("1")), (points("0"), TWO)))), f"{CLAUSE}/tiers", "tiers_reward_less"),
    (with_clause(ratio(full_at=None)), f"{CLAUSE}/full_at", "full_at_wrong"),
    (with_clause(ratio(step=0)), f"{CLAUSE}/step", "step_wrong"),
    (with_clause(flat(step=5)), f"{CLAUSE}/step", "step_not_of_kind"),
    (with_clause(veto(band_rank=4)), f"{CLAUSE}/band_rank", "band_unknown"),
    (with_clause(veto(band_rank=None)), f"{CLAUSE}/band_rank", "band_unknown"),
    (with_clause(flat(band_rank=1)), f"{CLAUSE}/band_rank", "band_not_of_kind"),
    (with_clause(replace(manual(), kind="gossip")), f"{CLAUSE}/kind", "kind_unknown"),
]


def test_the_plan_to_test_with_adds_up():
    assert found(PLAN) == set()


@pytest.mark.parametrize(("plan", "path", "code"), WRONG, ids=[f"{line[2]}-{n}" for n, line in enumerate(WRONG)])
def test_what_does_not_add_up_is_named_where_it_stands(plan, path, code):
    assert (path, code) in found(plan)


@pytest.mark.parametrize(("plan", "path", "code"), WRONG, ids=[f"{line[2]}-{n}" for n, line in enumerate(WRONG)])
def test_every_flaw_is_said_in_a_whole_sentence(plan, path, code):
    for flaw in flaws(plan, metrics=METRICS):
        assert flaw.sentence.rstrip().endswith((".", "。"))
        assert "%(" not in flaw.sentence


RIGHT = {
    "a scheme without bands or vetoes": replace(PLAN, bands=(), indicators=LINES[:-1]),
    "bonus within the sum": replace(PLAN, total=points("104")),
    "lines at the top alone": lined(line("1", "100", "", flat())),
    "a group that only adds": lined(*LINES[:5], line("3", "4"), line("3.1", "4", "3", bonus()), LINES[-1]),
    "half points": with_line("2.1", clauses=(flat(points=points("0.5")), bonus(points=points("0.25")))),
    "fewer missing is better": with_line(
        "1.2",
        clauses=(tiered(counted=Counted.MISSING, tiers=((points("3"), points("0")), (points("0"), points("10")))),),
    ),
    "no cap": with_clause(missing(cap=None)),
    "quotas of some": banded(*(replace(band, quota_percent=30) for band in BANDS[:2]), BANDS[2]),
    "quotas of all": banded(*(replace(band, quota_percent=40) for band in BANDS)),
}


@pytest.mark.parametrize("plan", RIGHT.values(), ids=RIGHT)
def test_what_adds_up_is_not_complained_about(plan):
    assert found(plan) == set()


def test_a_flaw_knows_its_line_and_its_clause():
    flaw = Flaw("indicators/4/clauses/1/points", "points_missing", "…")

    assert (flaw.line, flaw.clause) == (4, 1)
    assert (Flaw("bands/1/name", "x", "…").line, Flaw("indicators/4/code", "x", "…").clause) == (None, None)
    assert (Flaw("total", "x", "…").line, Flaw("indicators", "x", "…").line) == (None, None)


def test_as_many_bands_as_roll_ups_count():
    assert MOST_BANDS == RANKS


@pytest.mark.parametrize(("text", "shown"), [("10.00", "10"), ("0.50", "0.5"), ("100", "100"), ("1E+2", "100")])
def test_points_are_written_without_zeros(text, shown):
    assert plain(points(text)) == shown


def test_every_kind_of_clause_is_in_the_plan():
    assert {clause.kind for one in LINES for clause in one.clauses} == set(ClauseKind)


def test_what_a_tiered_clause_gives_is_said_in_whole_words():
    clause = tiered(tiers=((points("90"), points("2")), (points("60"), points("1"))))
    with override("en"):
        said = terms(clause)

    assert said.endswith("from 90%: 2 points; from 60%: 1 point")
