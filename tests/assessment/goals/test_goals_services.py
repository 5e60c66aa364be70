"""Joint goals at the services: what they refuse, what they keep, and that a failure leaves nothing."""

import uuid

import pytest

from assessment.cadres.services import add_cadre_post, put_down_conditions, record_training
from assessment.goals.services import add_goal_step, check_goal, copy_key, plan_goal, still_open
from assessment.models import CadrePost, Goal, GoalStep, Training
from audit.models import Entry
from members.refused import Refused
from tests.assessment.cadres.making import JANUARY
from tests.assessment.goals.making import CHECKED, FEBRUARY, JULY, REACHED, goal
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


def new(place, **facts):
    known = {
        "key": uuid.UUID(int=5), "year": 2026, "title": "降耗", "target": "降百分之五", "party_work": "示范岗",
        "responsible_name": "老周", "planned_on": FEBRUARY,
    }  # fmt: skip
    return Goal(organization=place, **known | facts)


@pytest.mark.parametrize("year", [2024, 2028])
def test_a_goal_is_set_for_a_year_nearby(cast, year):
    with pytest.raises(Refused) as refusal:
        plan_goal(new(cast.branch, year=year), on=TODAY, by=cast.secretary)

    assert refusal.value.field == "year"
    assert not Goal.objects.exists()
    assert not Entry.objects.filter(action="plan_goal").exists()


def test_only_branches_set_goals(cast):
    with pytest.raises(Refused):
        plan_goal(new(cast.district), on=TODAY, by=cast.district_staff)


def test_a_key_of_another_branch_is_no_key_here(cast):
    plan_goal(new(cast.branch), on=TODAY, by=cast.secretary)
    with pytest.raises(Exception, match="(?i)unique"):
        plan_goal(new(cast.next_branch), on=TODAY, by=cast.next_secretary)

    assert Goal.objects.get().organization == cast.branch


def test_a_check_that_says_the_same_again_changes_nothing(cast):
    one = goal(cast.branch, **CHECKED)
    facts = {"on_track": True, "words": "过半", "day": JULY, "on": TODAY, "by": cast.secretary}

    assert check_goal(goal=one, **facts) == []
    assert not Entry.objects.filter(subject_id=str(one.pk)).exists()


def test_a_step_sent_twice_is_one(cast):
    one, key = goal(cast.branch), uuid.UUID(int=6)
    steps = [
        add_goal_step(goal=one, key=key, text=text, day=JULY, on=TODAY, by=cast.secretary) for text in ("一次", "两次")
    ]

    assert steps[0] == steps[1] == GoalStep.objects.get()
    assert GoalStep.objects.get().text == "一次"


def test_what_goes_on_is_offered_until_it_does(cast):
    missed = goal(cast.branch, year=2025, **REACHED | {"state": "missed"})
    goal(cast.branch, year=2025, **REACHED)
    assert still_open(cast.branch, 2025) == [missed]

    goal(cast.branch, key=copy_key(missed))
    assert still_open(cast.branch, 2025) == []


def test_a_post_that_somebody_stored_meanwhile_is_said_so(cast, monkeypatch):
    facts = {"organization": cast.branch, "member": cast.zhang, "post": "干事", "share": "full_time", "percent": 100}
    CadrePost.objects.create(valid_from=JANUARY, **facts)
    monkeypatch.setattr("assessment.cadres.services._demand_fit", lambda *given: None)
    with pytest.raises(Refused) as refusal:
        add_cadre_post(CadrePost(valid_from=JANUARY, **facts), on=TODAY, by=cast.secretary)

    assert refusal.value.field == "post"


def test_a_course_keeps_who_is_added_on_the_same_form(cast):
    values = {"held_on": JULY, "subject": "党课", "hours": 4, "certificate": ""}
    given = {"key": uuid.UUID(int=9), "place": cast.branch, "values": values, "on": TODAY, "by": cast.secretary}

    assert record_training(people=[cast.zhang], **given) == 1
    assert record_training(people=[cast.zhang, cast.li], **given) == 1
    assert Training.objects.count() == 2


@pytest.mark.parametrize("year", [2020, 2028])
def test_conditions_are_of_a_year_nearby(cast, year):
    with pytest.raises(Refused):
        put_down_conditions(place=cast.branch, year=year, values={"rooms": 1}, on=TODAY, by=cast.secretary)
