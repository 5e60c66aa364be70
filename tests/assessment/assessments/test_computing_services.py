"""Points kept with every fact behind them, and what is noticed when the record says something else afterwards."""

from datetime import date
from decimal import Decimal

import pytest
from django.utils import timezone

from assessment.assessments import services
from assessment.assessments.computing_queries import computed
from assessment.assessments.rules import recomputed
from assessment.assessments.services import freshen, store
from assessment.choices import AssessmentState, ScoreState
from assessment.models import Assessment, ClauseScore, IndicatorScore
from assessment.schemes.queries import terms_of
from assessment.tasks import freshen_assessments
from audit.models import Entry
from audit.services import record
from members.models import LocalRule
from members.refused import Refused
from tests.assessment.assessments.test_computing import begin, confirm, theme_days
from tests.assessment.measuring import LAST
from tests.assessment.schemes.scheming import by_hand, clause_of, deduct, make_scheme
from tests.assessment.test_metrics_meetings import hold

D = Decimal
LATER = date(2027, 2, 1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def scheme(cast):
    return make_scheme(cast.district, deduct("meetings.theme_day", "0.5"), deduct("meetings.general_meeting", "1"))


@pytest.fixture
def published(cast, scheme):
    """Eleven theme days: December's is missing, and the four general meetings are."""
    theme_days(cast.branch, range(1, 12))
    assessment = begin(scheme, cast.branch)
    store(assessment=assessment, on=LAST, by="system")
    days = {"shown_on": LAST, "objections_until": LAST, "published_on": LAST}
    Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.PUBLISHED, **days)
    return Assessment.objects.get(pk=assessment.pk)


def put_on_record(place, subject=None):
    return record(action="hold_meeting", by="secretary", subject=subject, organization_code=place.code)


def now(assessment):
    return Assessment.objects.get(pk=assessment.pk)


# --- Kept ------------------------------------------------------------------------------------------------------------
def test_points_are_kept_with_their_facts(cast, scheme):
    theme_days(cast.branch, range(1, 12))
    assessment = begin(scheme, cast.branch)
    found = store(assessment=assessment, on=LAST, by=cast.district_staff)
    kept = {score.indicator.code: score for score in IndicatorScore.objects.filter(assessment=assessment)}
    assert {code: score.points for code, score in kept.items()} == {"1.1": D("4.50"), "1.2": D(1)}
    clause = ClauseScore.objects.get(score=kept["1.1"])
    assert (clause.state, clause.points, len(clause.facts)) == (ScoreState.SCORED, D("-0.50"), 12)
    stored = now(assessment)
    assert (stored.known_points, stored.open_points, stored.total) == (D("5.50"), D(0), D("5.50"))
    assert (stored.band.name, stored.veto, stored.computed_on) == ("一般", None, LAST)
    assert found.total == stored.total


def test_what_was_kept_gives_the_points_again(cast, scheme):
    theme_days(cast.branch, range(1, 12))
    store(assessment=begin(scheme, cast.branch), on=LAST, by=cast.district_staff)
    for score in ClauseScore.objects.select_related("clause__band"):
        assert recomputed(terms_of(score.clause), score.facts) == score.points


def test_a_second_time_the_new_points_stand_instead_of_the_old(cast, scheme):
    assessment = begin(scheme, cast.branch)
    store(assessment=assessment, on=LAST, by=cast.district_staff)
    assert now(assessment).total is None
    theme_days(cast.branch, range(1, 13))
    store(assessment=assessment, on=LAST, by=cast.district_staff)
    assert now(assessment).total == D(6)
    assert IndicatorScore.objects.filter(assessment=assessment).count() == 2


def test_what_is_unknown_is_kept_without_points(cast, scheme):
    assessment = begin(scheme, cast.branch)
    store(assessment=assessment, on=LAST, by=cast.district_staff)
    assert set(IndicatorScore.objects.values_list("state", "points")) == {("unknown", None)}
    assert (now(assessment).open_points, now(assessment).band) == (D(10), None)


def test_what_the_program_computes_on_its_own_is_put_on_record_here(cast, scheme):
    assessment = begin(scheme, cast.branch)
    store(assessment=assessment, on=LAST, by=cast.district_staff)
    assert not Entry.objects.filter(action="compute_assessment").exists()
    store(assessment=assessment, on=LAST, by="system")
    entry = Entry.objects.get(action="compute_assessment")
    assert (entry.actor, entry.organization_code, entry.subject_id) == ("system", "branch", str(assessment.pk))


def test_a_locked_assessment_is_not_computed_again(cast, published):
    Assessment.objects.filter(pk=published.pk).update(state=AssessmentState.LOCKED, locked_on=LATER)
    with pytest.raises(Refused):
        store(assessment=now(published), on=LATER, by=cast.district_staff)


def test_when_computing_fails_nothing_changes(cast, published, monkeypatch):
    theme_days(cast.branch, [12])
    monkeypatch.setattr(services, "_keep_outcome", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store(assessment=published, on=LAST, by="system")
    assert IndicatorScore.objects.get(assessment=published, indicator__code="1.1").points == D("4.50")


def test_the_words_of_facts_are_the_installations(cast, scheme, settings):
    theme_days(cast.branch, [1])
    store(assessment=begin(scheme, cast.branch), on=LAST, by=cast.district_staff)
    clause = ClauseScore.objects.get(clause=clause_of(scheme, "1.1"))
    assert clause.facts[0]["label"] == "主题党日 2026-01-05"


# --- What changed since ----------------------------------------------------------------------------------------------
def test_a_change_of_the_record_is_noticed_and_changes_no_point(cast, published):
    theme_days(cast.branch, [12])
    put_on_record(cast.branch)
    assert freshen(on=LATER) == 1
    stale = now(published)
    assert stale.stale_since is not None
    assert (stale.stale_points, stale.stale_because) == (D(6), ["1.1"])
    assert (stale.total, IndicatorScore.objects.get(indicator__code="1.1").points) == (D("5.50"), D("4.50"))


def test_a_fact_that_is_no_longer_so_is_noticed_though_the_points_are_the_same(cast, published):
    meeting = cast.branch.meetings.get(day=date(2026, 5, 5))
    meeting.delete()
    hold(cast.branch, "theme_day", date(2026, 5, 6))
    put_on_record(cast.branch)
    freshen(on=LATER)
    assert (now(published).stale_points, now(published).stale_because) == (D("5.50"), ["1.1"])


def test_one_more_meeting_than_asked_for_changes_nothing(cast, published):
    hold(cast.branch, "theme_day", date(2026, 5, 20))
    put_on_record(cast.branch)
    assert freshen(on=LATER) == 0
    assert now(published).stale_since is None


def test_what_was_changed_back_is_the_same_again(cast, published):
    extra = theme_days(cast.branch, [12])[12]
    put_on_record(cast.branch)
    freshen(on=LATER)
    extra.delete()
    put_on_record(cast.branch)
    assert freshen(on=LATER) == 1
    stale = now(published)
    assert (stale.stale_since, stale.stale_points, stale.stale_because) == (None, None, [])


def test_a_change_in_a_group_or_of_a_committees_rule_is_looked_at_too(cast, published):
    theme_days(cast.branch, [12])
    put_on_record(cast.group)
    assert freshen(on=LATER) == 1
    rule = LocalRule.objects.create(
        organization=cast.district, rule_key="meet.general_meeting.per_quarter", value=2, document="通知",
        approved_by="镇党委", approved_on=date(2026, 1, 1), valid_from=date(2026, 1, 1),
    )  # fmt: skip
    put_on_record(cast.district, rule)
    assert freshen(on=LATER) == 1
    assert now(published).stale_because == ["1.1", "1.2"]


@pytest.mark.parametrize("place", ["next_branch", "district"])
def test_where_nothing_was_put_on_record_nothing_is_computed(cast, published, place, monkeypatch):
    theme_days(cast.branch, [12])
    put_on_record(getattr(cast, place))
    monkeypatch.setattr(services, "computed", lambda *_given, **_more: 1 / 0)
    assert freshen(on=LATER) == 0
    assert now(published).entry_number == Entry.objects.count()


def test_entries_about_assessing_are_no_news_of_the_record(cast, published, monkeypatch):
    put_on_record(cast.branch, published)
    monkeypatch.setattr(services, "computed", lambda *_given, **_more: 1 / 0)
    assert freshen(on=LATER) == 0


def test_the_passing_of_time_alone_makes_nothing_stale(cast, scheme):
    theme_days(cast.branch, [1])
    assessment = begin(scheme, cast.branch)
    store(assessment=assessment, on=date(2026, 2, 10), by="system")
    days = {"shown_on": LAST, "objections_until": LAST, "published_on": LAST}
    Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.PUBLISHED, **days)
    put_on_record(cast.branch)
    assert freshen(on=LATER) == 0


def test_what_is_still_being_put_together_is_left_alone(cast, scheme):
    assessment = begin(scheme, cast.branch)
    store(assessment=assessment, on=LAST, by="system")
    theme_days(cast.branch, [12])
    put_on_record(cast.branch)
    assert freshen(on=LATER) == 0
    assert now(assessment).stale_since is None


def test_publishing_again_clears_what_was_noticed(cast, published):
    theme_days(cast.branch, [12])
    put_on_record(cast.branch)
    freshen(on=LATER)
    store(assessment=now(published), on=LATER, by=cast.district_staff)
    assert (now(published).stale_since, now(published).total) == (None, D(6))


def test_one_that_fails_keeps_no_other(cast, published, monkeypatch):
    other = begin(published.scheme, cast.next_branch)
    theme_days(cast.next_branch, [1])
    store(assessment=other, on=LAST, by="system")
    days = {"shown_on": LAST, "objections_until": LAST, "published_on": LAST}
    Assessment.objects.filter(pk=other.pk).update(state=AssessmentState.PUBLISHED, **days)
    theme_days(cast.next_branch, [12])
    for place in (cast.branch, cast.next_branch):
        put_on_record(place)

    def only_the_next(scheme, place, **given):
        return computed(scheme, place, **given) if place.code == "next-branch" else 1 / 0

    monkeypatch.setattr(services, "computed", only_the_next)
    assert freshen(on=LATER) == 1
    assert now(other).stale_because == ["1.1"]
    assert now(published).entry_number < now(other).entry_number


def test_the_task_may_run_twice(cast, published, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *moment: LATER)
    theme_days(cast.branch, [12])
    put_on_record(cast.branch)
    for _turn in range(2):
        freshen_assessments()
    assert now(published).stale_because == ["1.1"]


@pytest.mark.parametrize("others", [0, 3])
def test_looking_for_news_does_not_grow_with_what_is_quiet(cast, published, others, django_assert_num_queries):
    for number in range(others):
        scheme = make_scheme(cast.district, by_hand(), code=f"s-{number}")
        assessment = begin(scheme, cast.next_branch)
        confirm(cast, assessment, "4", clause=clause_of(scheme, "1.1"))
        store(assessment=assessment, on=LAST, by=cast.district_staff)
        days = {"shown_on": LAST, "objections_until": LAST, "published_on": LAST}
        Assessment.objects.filter(pk=assessment.pk).update(state=AssessmentState.PUBLISHED, **days)
    put_on_record(cast.other_branch)
    with django_assert_num_queries(7):
        freshen(on=LATER)
