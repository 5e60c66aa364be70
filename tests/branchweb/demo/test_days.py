"""The demo is made on whatever day somebody tries the program."""

from datetime import date

import pytest
from django.db import transaction

from assessment.models import Adoption, Assessment, Goal, GoalStep, Practice, RollUp, Training
from branchweb.demo import assessment, dues, meetings, members, reminders, supervision
from dues.models import Payment
from dues.verification import checks
from members.fields import opened
from reminders.models import Answer, Message
from supervision.models import Matter, Report, Suggestion

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("day", [date(2026, 1, 3), date(2027, 2, 28), date(2026, 12, 31)])
def test_any_day_makes_dues(day):
    members.fill(on=day)
    dues.fill(on=day)

    assert Payment.objects.exists()
    assert [check.name for check in checks() if not check.ok] == []


@pytest.mark.parametrize("day", [date(2026, 1, 1), date(2026, 12, 31), date(2028, 2, 29)])
def test_any_day_makes_supervision_and_assessments(day):
    members.fill(on=day)
    meetings.fill(on=day)
    supervision.fill(on=day)
    assessment.fill(on=day)

    assert (Matter.objects.count(), Matter.objects.without_opinion().count()) == (6, 1)
    assert Suggestion.objects.exists() and Report.objects.exists()
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


TOLD = ("kind", "step", "member__name", "state", "due_at", "answer__sealed_choice")


def told_on(day: date) -> list[tuple[object, ...]]:
    """What was told in the demo of that day, which is taken back again."""
    with transaction.atomic():
        members.fill(on=day)
        meetings.fill(on=day)
        reminders.fill(on=day)
        told = [(*row, opened(said or "")) for *row, said in Message.objects.values_list(*TOLD)]
        transaction.set_rollback(True)
    return sorted(told, key=str)


@pytest.mark.parametrize("day", [date(2026, 1, 3), date(2027, 2, 28)])
def test_any_day_makes_a_demo_with_answers(day):
    assert {row[-1] for row in told_on(day)} == {"", "away", "studied", "ill"}


def test_the_same_day_makes_the_same_demo():
    day = date(2026, 12, 31)
    assert told_on(day) == told_on(day)
    assert not Answer.objects.exists()
