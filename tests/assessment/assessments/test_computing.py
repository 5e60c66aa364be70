"""A branch computed by a scheme from real records: each point leads to its record, and back."""

import json
from datetime import date
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from assessment.assessments.computing_queries import computed
from assessment.assessments.rules import recomputed
from assessment.choices import AssessmentState, ClauseKind, Counted, Every, ScoreState, ValueState, ViewSource
from assessment.models import Assessment, BranchView, ManualValue, SatisfactionTally
from assessment.schemes.rules import ClausePlan, Weights
from meetings.models import Meeting
from tests.assessment.measuring import LAST
from tests.assessment.schemes.scheming import by_hand, clause_of, deduct, make_scheme
from tests.assessment.test_metrics_meetings import expect, hold

D = Decimal


def line(result, code):
    return next(one for one in result.indicators if one.indicator.code == code)


def begin(scheme, place, **fields):
    return Assessment.objects.create(scheme=scheme, organization=place, **fields)


def confirm(cast, assessment, value, *, clause=None, indicator=None, state=ValueState.CONFIRMED, minutes=0):
    decided = {"decided_by": cast.county_staff, "decided_at": timezone.now()} if state != ValueState.WAITING else {}
    refused = {"refused_because": "没有依据"} if state == ValueState.REFUSED else {}
    return ManualValue.objects.create(
        assessment=assessment, clause=clause, indicator=indicator, value=D(value), basis="查看材料", state=state,
        entered_by=cast.district_staff, **decided, **refused,
    )  # fmt: skip


def theme_days(place, months):
    return {month: hold(place, "theme_day", date(2026, month, 5)) for month in months}


# --- From the record -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("month", range(1, 13))
def test_removing_one_meeting_takes_exactly_its_points(cast, month):
    scheme = make_scheme(cast.district, deduct("meetings.theme_day", "0.3"))
    meetings = theme_days(cast.branch, range(1, 13))
    before = computed(scheme, cast.branch, on=LAST)
    removed = f"meeting:{meetings[month].pk}"
    meetings[month].delete()
    after = computed(scheme, cast.branch, on=LAST)
    assert before.total - after.total == D("0.3")
    facts = {fact["record"] for fact in line(before, "1.1").clauses[0].result.facts}
    left = {fact["record"] for fact in line(after, "1.1").clauses[0].result.facts}
    assert (facts - left, left - facts) == ({removed}, {f"duty:theme_day:2026-{month:02}"})


def test_a_branch_with_real_records_is_scored_and_each_point_can_be_computed_again(cast):
    tiers = ((D(90), D(5)), (D(60), D(3)), (D(0), D(0)))
    bonus = ClausePlan(ClauseKind.BONUS, "党课", "meetings.party_lecture", D(1))
    scheme = make_scheme(
        cast.district,
        deduct("meetings.general_meeting", "2", expected=1, every=Every.QUARTER),
        ClausePlan(ClauseKind.TIERED, "出勤", "meetings.attendance", counted=Counted.SHARE, tiers=tiers),
        (deduct("meetings.theme_day", "0.5", cap=D(2)), bonus),
    )  # fmt: skip
    for month in (1, 4):
        meeting = hold(cast.branch, "general_meeting", date(2026, month, 9))
        expect(meeting, cast.zhang, "on_site")
        expect(meeting, cast.li, "absent" if month == 4 else "online")
    theme_days(cast.branch, range(1, 10))
    hold(cast.branch, "party_lecture", date(2026, 6, 1))
    result = computed(scheme, cast.branch, on=LAST)
    assert [(one.indicator.code, one.points) for one in result.indicators] == [
        ("1", D("8.50")), ("1.1", D(1)), ("1.2", D(3)), ("1.3", D("4.50")),
    ]  # fmt: skip
    assert (result.total, result.band.name, result.is_provisional) == (D("8.50"), "一般", False)
    for one in result.leaves:
        for clause in one.clauses:
            assert recomputed(clause.result.terms, clause.result.facts) == clause.result.points


def test_before_the_year_is_over_only_what_is_due_counts_and_it_is_provisional(cast):
    scheme = make_scheme(cast.district, deduct("meetings.theme_day"))
    theme_days(cast.branch, [1])
    result = computed(scheme, cast.branch, on=date(2026, 3, 30))
    assert (result.total, result.is_provisional) == (D(4), True)


def test_before_the_year_begins_nothing_is_due(cast):
    scheme = make_scheme(cast.district, deduct("meetings.theme_day"))
    assert computed(scheme, cast.branch, on=date(2025, 12, 31)).total == D(5)


def test_what_nobody_recorded_is_unknown_and_there_is_no_total(cast):
    scheme = make_scheme(cast.district, deduct("dues.paid"), deduct("meetings.theme_day"))
    theme_days(cast.branch, range(1, 13))
    result = computed(scheme, cast.branch, on=LAST)
    assert [one.state for one in result.indicators] == [ScoreState.UNKNOWN, ScoreState.UNKNOWN, ScoreState.SCORED]
    assert (result.known_points, result.open_points, result.total, result.band) == (D(5), D(5), None, None)


def test_each_metric_is_asked_once(cast, django_assert_num_queries):
    theme_days(cast.branch, range(1, 13))
    once = make_scheme(cast.district, deduct("meetings.theme_day"))
    thrice = make_scheme(cast.district, *[deduct("meetings.theme_day")] * 3, code="t-3")
    for scheme in (once, thrice):
        with django_assert_num_queries(4 + 7):
            computed(scheme, cast.branch, on=LAST)


# --- From people -----------------------------------------------------------------------------------------------------
def test_a_clause_without_a_metric_waits_until_two_persons_said_it(cast):
    scheme = make_scheme(cast.district, by_hand())
    assessment = begin(scheme, cast.branch)
    clause = clause_of(scheme, "1.1")
    assert line(computed(scheme, cast.branch, on=LAST), "1.1").state == ScoreState.WAITING
    confirm(cast, assessment, "4", clause=clause, state=ValueState.WAITING)
    confirm(cast, assessment, "1", clause=clause, state=ValueState.REFUSED)
    assert line(computed(scheme, cast.branch, on=LAST), "1.1").state == ScoreState.WAITING
    confirm(cast, assessment, "3.5", clause=clause)
    newest = confirm(cast, assessment, "2.5", clause=clause)
    found = line(computed(scheme, cast.branch, on=LAST), "1.1")
    assert (found.state, found.points) == (ScoreState.SCORED, D("2.50"))
    assert [fact["record"] for fact in found.clauses[0].result.facts] == [f"value:{newest.pk}"]


def test_points_of_the_whole_indicator_stand_after_an_objection(cast):
    scheme = make_scheme(cast.district, deduct("dues.paid"))
    assessment = begin(scheme, cast.branch)
    said = confirm(cast, assessment, "4", indicator=clause_of(scheme, "1.1").indicator)
    found = line(computed(scheme, cast.branch, on=LAST), "1.1")
    assert (found.state, found.points, found.said) == (ScoreState.SCORED, D(4), said)


def test_values_of_another_branch_count_nowhere_else(cast):
    scheme = make_scheme(cast.district, by_hand())
    confirm(cast, begin(scheme, cast.next_branch), "4", clause=clause_of(scheme, "1.1"))
    assert computed(scheme, cast.branch, on=LAST).total is None


# --- Views, bands, vetoes --------------------------------------------------------------------------------------------
WEIGHTS = Weights(self_view=10, peer=20, superior=50, members=20)


def test_the_total_takes_all_views_by_their_weights(cast):
    scheme = make_scheme(cast.district, deduct("meetings.theme_day"), most="10", weights=WEIGHTS)
    theme_days(cast.branch, range(1, 13))
    assessment = begin(scheme, cast.branch, state=AssessmentState.SHOWN, shown_on=LAST, objections_until=LAST)
    given = {"by": cast.secretary, "given_on": LAST, "assessment": assessment}
    BranchView.objects.create(organization=cast.branch, source=ViewSource.SELF, points=D(8), **given)
    assert computed(scheme, cast.branch, on=LAST).total is None
    BranchView.objects.create(organization=cast.next_branch, source=ViewSource.PEER, points=D(6), **given)
    BranchView.objects.create(organization=cast.other_branch, source=ViewSource.PEER, points=D(7), **given)
    for answer, count in (("satisfied", 2), ("fairly", 1), ("cant_say", 4)):
        SatisfactionTally.objects.create(assessment=assessment, answer=answer, count=count)
    result = computed(scheme, cast.branch, on=LAST)
    assert result.views == {"superior": D(10), "self": D(8), "peer": D("6.50"), "members": D(9)}
    assert result.total == D("8.90")


def test_while_members_are_asked_their_view_is_not_told(cast):
    scheme = make_scheme(cast.district, deduct("meetings.theme_day"), weights=Weights(superior=80, members=20))
    theme_days(cast.branch, range(1, 13))
    assessment = begin(scheme, cast.branch)
    SatisfactionTally.objects.create(assessment=assessment, answer="satisfied", count=9)
    assert computed(scheme, cast.branch, on=LAST).views[ViewSource.MEMBERS] is None


def test_a_veto_decides_the_band_whatever_the_points(cast):
    stop = ClausePlan(ClauseKind.VETO, "未召开组织生活会的定为差", "meetings.org_life_meeting", band_rank=3)
    scheme = make_scheme(cast.district, (deduct("meetings.theme_day"), stop), by_hand())
    theme_days(cast.branch, range(1, 13))
    result = computed(scheme, cast.branch, on=LAST)
    assert (result.total, result.band.name, result.veto.sentence) == (None, "差", stop.text)
    hold(cast.branch, "org_life_meeting", date(2026, 11, 1))
    result = computed(scheme, cast.branch, on=LAST)
    assert (result.band, result.veto) == (None, None)


# --- The command -----------------------------------------------------------------------------------------------------
def assess(*arguments):
    out = StringIO()
    call_command("assess", *arguments, "--json", stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def test_the_command_says_points_with_their_evidence(cast):
    scheme = make_scheme(cast.district, deduct("meetings.theme_day", "0.5"), by_hand())
    meetings = theme_days(cast.branch, range(1, 12))
    answer = assess("--scheme", "t-1", "--org", "branch", "--on", "2026-12-31")
    assert (answer["total"], answer["complete"], answer["band"], answer["veto"]) == (4.5, False, None, None)
    assert [(one["code"], one["points"], one["max"], one["state"], one["leaf"]) for one in answer["indicators"]] == [
        ("1", 4.5, 10, "waiting", False), ("1.1", 4.5, 5, "scored", True), ("1.2", None, 5, "waiting", True),
    ]  # fmt: skip
    (evidence,) = answer["indicators"][1]["evidence"]
    assert (evidence["clause"], evidence["points"]) == (clause_of(scheme, "1.1").text, -0.5)
    assert [fact["record"] for fact in evidence["facts"]] == [
        *(f"meeting:{one.pk}" for one in meetings.values()), "duty:theme_day:2026-12",
    ]  # fmt: skip
    assert [answer[key] for key in ("scheme", "version", "organization", "year")] == ["t-1", 1, "branch", 2026]


def test_the_command_says_the_total_and_the_band_when_all_is_known(cast):
    make_scheme(cast.district, deduct("meetings.theme_day"))
    theme_days(cast.branch, range(1, 13))
    answer = assess("--scheme", "t-1", "--org", "branch", "--on", "2026-12-31")
    assert (answer["total"], answer["complete"], answer["band"]) == (5, True, "好")


def test_the_version_in_force_is_taken_before_a_newer_draft(cast):
    make_scheme(cast.district, deduct("meetings.theme_day"))
    make_scheme(cast.district, deduct("meetings.theme_day"), in_force=False)
    assert assess("--scheme", "t-1", "--org", "branch")["version"] == 1


def test_without_one_in_force_the_newest_draft_is_taken(cast):
    for _number in range(2):
        make_scheme(cast.district, deduct("meetings.theme_day"), in_force=False)
    assert assess("--scheme", "t-1", "--org", "branch")["version"] == 2


@pytest.mark.parametrize("wrong", [("none", "branch"), ("t-1", "none"), ("t-1", "district")])
def test_the_command_refuses_what_it_cannot_find(cast, wrong):
    make_scheme(cast.district, deduct("meetings.theme_day"))
    with pytest.raises(CommandError) as refused:
        assess("--scheme", wrong[0], "--org", wrong[1])
    assert refused.value.returncode == 2
    assert str(refused.value)


def test_the_command_stores_nothing(cast):
    make_scheme(cast.district, deduct("meetings.theme_day"))
    assess("--scheme", "t-1", "--org", "branch")
    assert not Assessment.objects.exists()
    assert not Meeting.objects.exists()


def test_the_command_speaks_to_people_too(cast):
    make_scheme(cast.district, deduct("meetings.theme_day"), by_hand())
    theme_days(cast.branch, range(1, 13))
    out = StringIO()
    call_command("assess", "--scheme", "t-1", "--org", "branch", "--on", "2026-12-31", stdout=out)
    assert "1.2" in out.getvalue()
    assert "waiting" in out.getvalue()
