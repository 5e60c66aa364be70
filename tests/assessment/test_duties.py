"""The facts behind the duties of this app, for a whole subtree."""

from datetime import date

import pytest

from assessment.duties import assessment_duties
from assessment.models import BranchView
from members.regulations.queries import PlacesBelow
from tests.assessment.asking import asks_for, assessed
from tests.assessment.goals.making import CHECKED, REACHED, goal
from tests.cast import TODAY, make_organization

pytestmark = pytest.mark.django_db


def due(path, on=TODAY):
    return {(duty.kind, duty.organization): str(duty.state) for duty in assessment_duties(PlacesBelow(path, on))}


def test_only_branches_below_a_committee_that_asks_are_asked(cast):
    asks_for(cast.district, "plan", 3)
    goal(cast.branch)

    assert due(cast.county.path) == {
        ("joint_goal_plan", "branch"): "done",
        ("joint_goal_plan", "next-branch"): "overdue",
    }
    assert due(cast.branch.path) == {("joint_goal_plan", "branch"): "done"}
    assert due(cast.other_district.path) == {}


def test_the_states_come_from_the_goals_of_the_branch(cast):
    for kind, month in (("check", 7), ("result", 12)):
        asks_for(cast.county, kind, month)
    goal(cast.branch, **CHECKED)
    goal(cast.next_branch, **REACHED)
    goal(cast.other_branch)

    assert due(cast.county.path) == {
        ("joint_goal_check", "branch"): "done", ("joint_goal_result", "branch"): "open",
        ("joint_goal_check", "next-branch"): "done", ("joint_goal_result", "next-branch"): "done",
        ("joint_goal_check", "other-branch"): "overdue", ("joint_goal_result", "other-branch"): "open",
    }  # fmt: skip


def test_a_dissolved_branch_is_asked_for_nothing(cast):
    asks_for(cast.district, "plan", 3)
    cast.next_branch.dissolved_on = date(2026, 5, 1)
    cast.next_branch.save()

    assert due(cast.county.path) == {("joint_goal_plan", "branch"): "overdue"}


def test_the_own_view_is_asked_for_while_the_branch_is_being_assessed(cast):
    mine = assessed(cast.branch, cast.district, year=2025)
    shown = {"state": "shown", "shown_on": TODAY, "objections_until": TODAY}
    assessed(cast.next_branch, cast.district, year=2025, **shown)
    assessed(cast.other_branch, cast.other_district, year=2024, weight_self=0)
    assert due(cast.county.path) == {("self_view", "branch"): "overdue"}

    BranchView.objects.create(
        assessment=mine, organization=cast.branch, source="self", points=88, by=cast.secretary, given_on=TODAY
    )
    assert due(cast.county.path) == {("self_view", "branch"): "done"}


@pytest.mark.parametrize("more", [1, 3])
def test_a_fixed_number_of_queries_whatever_the_tree(cast, django_assert_num_queries, more):
    with django_assert_num_queries(2):
        assessment_duties(PlacesBelow(cast.county.path, TODAY))
    for kind, month in (("plan", 3), ("check", 7), ("result", 12)):
        asks_for(cast.county, kind, month)
    for number in range(more):
        branch = make_organization(f"more{number}", f"第{number}党支部", "branch", cast.district)
        goal(branch)
        assessed(branch, cast.district)
    with django_assert_num_queries(4):
        assessment_duties(PlacesBelow(cast.county.path, TODAY))
