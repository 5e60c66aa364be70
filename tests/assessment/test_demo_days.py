"""The demo is made on whatever day somebody tries the program."""

from datetime import date

import pytest

from assessment.demo import fill
from assessment.models import Adoption, Assessment, Goal, GoalStep, Practice, RollUp, Training
from meetings import demo as meetings
from members import demo as members
from supervision import demo as supervision

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 29)])
def test_any_day_makes_a_county(day):
    members.fill(on=day)
    meetings.fill(on=day)
    supervision.fill(on=day)
    fill(on=day)

    assert Assessment.objects.filter(state="locked").count() == 20
    assert Assessment.objects.filter(state="shown").count() == 3
    assert Assessment.objects.filter(state="published").count() == 2
    assert Goal.objects.count() == 17
    assert Practice.objects.published().count() == 7
    assert RollUp.objects.exists()
    for model, field in (
        (Assessment, "locked_on"), (Assessment, "published_on"),
        (GoalStep, "on"), (Goal, "ended_on"), (Adoption, "adopted_on"),
        (Practice, "published_on"), (Training, "held_on"),
    ):  # fmt: skip
        assert not model.objects.filter(**{f"{field}__gt": day}).exists()
