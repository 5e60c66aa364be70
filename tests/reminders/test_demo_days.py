"""The demo is made on whatever day somebody tries the program."""

from datetime import date

import pytest
from django.db import transaction

from meetings import demo as meetings
from members import demo as members
from members.fields import opened
from reminders.demo import fill
from reminders.models import Answer, Message

pytestmark = pytest.mark.django_db


TOLD = ("kind", "step", "member__name", "state", "due_at", "answer__sealed_choice")


def told_on(day: date) -> list[tuple[object, ...]]:
    """What was told in the demo of that day, which is taken back again."""
    with transaction.atomic():
        members.fill(on=day)
        meetings.fill(on=day)
        fill(on=day)
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
