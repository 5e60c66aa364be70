"""Facts of joint goals, cadres and conditions: what counts, what is unknown, and that nobody is named."""

from datetime import date

import pytest

from tests.assessment.cadres.making import conditions, post, training
from tests.assessment.goals.making import CHECKED, DROPPED, NOVEMBER, REACHED, goal
from tests.assessment.measuring import LAST, facts_of, told

pytestmark = pytest.mark.django_db

NEXT_YEAR = date(2027, 1, 4)
PARTLY, MISSED = REACHED | {"state": "partly"}, REACHED | {"state": "missed"}


# --- Joint goals -----------------------------------------------------------------------------------------------------
def test_without_a_goal_nobody_knows(cast):
    goal(cast.branch, year=2025)

    assert told("assessment.goals", cast.branch) is None


@pytest.mark.parametrize(("facts", "done"), [(REACHED, 1), (PARTLY, 0), (MISSED, 0)])
def test_a_goal_with_its_result_is_a_fact(cast, facts, done):
    one = goal(cast.branch, **facts)

    assert told("assessment.goals", cast.branch) == [(f"goal:{one.pk}", done, 1, 0)]


@pytest.mark.parametrize("facts", [{}, CHECKED, DROPPED])
def test_what_has_no_result_yet_or_was_given_up_is_not_due(cast, facts):
    goal(cast.branch, **facts)

    assert told("assessment.goals", cast.branch) == []


def test_a_result_that_is_missing_when_the_year_is_over_is_unknown(cast):
    one = goal(cast.branch, **CHECKED)

    assert told("assessment.goals", cast.branch, on=NEXT_YEAR) == [(f"goal:{one.pk}", 0, 1, 1)]


def test_a_result_put_down_in_january_counts_for_the_goals_year(cast):
    goal(cast.branch, **REACHED | {"ended_on": NEXT_YEAR})
    [fact] = facts_of("assessment.goals", cast.branch, on=NEXT_YEAR)

    assert (fact.on, fact.done) == (LAST, 1)


def test_on_a_day_before_its_result_a_goal_had_none(cast):
    goal(cast.branch, **REACHED)

    assert told("assessment.goals", cast.branch, on=date(2026, 11, 19)) == []
    assert len(told("assessment.goals", cast.branch, last=NOVEMBER)) == 1


def test_a_committee_has_the_goals_of_its_branches_and_no_others(cast):
    for place in (cast.branch, cast.next_branch, cast.other_branch):
        goal(place, responsible=cast.zhang, **REACHED)
    facts = facts_of("assessment.goals", cast.district)

    assert len(facts) == 2
    assert not [fact for fact in facts if cast.zhang.name in f"{fact.label} {fact.url}"]


# --- Cadres ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["training", "full_time", "posts_filled"])
def test_without_a_record_nobody_knows(cast, name):
    assert told(f"assessment.{name}", cast.branch) is None


def test_class_hours_are_due_at_the_end_of_the_year(cast):
    post(cast.branch, cast.zhang)
    post(cast.branch, cast.li)
    for _turn in range(3):
        training(cast.branch, cast.zhang, cast.secretary)

    assert told("assessment.training", cast.branch, last=NOVEMBER) == []
    assert told("assessment.training", cast.branch) == [("training:branch:2026", 1, 2, 0)]
    [fact] = facts_of("assessment.training", cast.branch)
    assert cast.zhang.name not in fact.label
    assert fact.url.endswith("?org=branch&year=2026")


def test_where_no_course_is_on_record_nobody_knows_the_hours(cast):
    post(cast.branch, cast.zhang)

    assert told("assessment.training", cast.branch) == [("training:branch:2026", 0, 1, 1)]


def test_full_time_cadres_are_counted_once_each(cast):
    post(cast.branch, cast.zhang, share="full_time", percent=100)
    post(cast.branch, cast.zhang, post="另一个职务")
    post(cast.branch, cast.li)
    post(cast.branch, cast.wang, valid_until=date(2026, 6, 1))

    assert told("assessment.full_time", cast.branch) == [("full_time:branch:2026", 1, 2, 0)]


@pytest.mark.parametrize(("planned", "expected"), [(3, (1, 3)), (1, (1, 1))])
def test_posts_are_filled_as_far_as_they_are_planned(cast, planned, expected):
    conditions(cast.branch, cast.secretary, posts_planned=planned)
    post(cast.branch, cast.zhang)

    assert told("assessment.posts_filled", cast.branch) == [("posts:branch:2026", *expected, 0)]


def test_conditions_that_name_no_posts_say_nothing_of_them(cast):
    conditions(cast.branch, cast.secretary, posts_planned=None)

    assert told("assessment.posts_filled", cast.branch) is None


@pytest.mark.parametrize("more", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("goals", 1), ("training", 5), ("full_time", 5), ("posts_filled", 4)])
def test_a_fixed_number_of_queries_whatever_the_tree(cast, django_assert_num_queries, name, queries, more):
    for number, place in enumerate([cast.branch, cast.next_branch, cast.other_branch][:more]):
        goal(place)
        post(place, cast.zhang, post=f"职务{number}")
        conditions(place, cast.secretary)
    with django_assert_num_queries(queries):
        facts_of(f"assessment.{name}", cast.county)
