"""Eight taps of one link at the same moment are one answer, on both databases."""

import threading
from functools import partial

import pytest
from django.db.models import QuerySet
from django.test import Client

from audit.models import Entry
from meetings.models import AttendanceChange
from reminders.messages import services
from reminders.models import Answer
from tests.cast import make_cast
from tests.meetings.votes.test_votes_at_once import at_once
from tests.reminders.messages.test_answer_pages import address, asked
from tests.reminders.messages.told import missed_meeting

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TAPPERS = 8


@pytest.fixture
def cast(transactional_db):
    return make_cast()


@pytest.fixture
def message(cast):
    return asked(cast, missed_meeting(cast))


def tap(message, choice):
    assert Client().post(address(message), {"choice": choice}).status_code == 302


def test_eight_taps_are_one_answer(message):
    raised = at_once(*[partial(tap, message, "ill")] * TAPPERS)

    assert raised == [None] * TAPPERS
    assert (Answer.objects.count(), AttendanceChange.objects.count()) == (1, 1)
    assert Entry.objects.filter(action="answer_message").count() == 1


def test_taps_of_two_answers_end_with_one_of_them(message):
    choices = ["ill", "away"] * (TAPPERS // 2)
    raised = at_once(*(partial(tap, message, choice) for choice in choices))

    assert raised == [None] * TAPPERS
    assert Answer.objects.count() == 1
    assert AttendanceChange.objects.count() == Entry.objects.filter(action="answer_message").count()


def test_without_lock_and_transaction_taps_trip_over_each_other(message, monkeypatch):
    """The negative control: more than one mark, or an answer that fails."""
    stored = services._stored

    def slowly(*given, **more):
        together.wait(3)
        return stored(*given, **more)

    together = threading.Barrier(TAPPERS)
    monkeypatch.setattr(services, "_stored", slowly)
    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_how: rows)
    monkeypatch.setattr("reminders.messages.views.answer", services.answer.__wrapped__)

    raised = at_once(*[partial(tap, message, "ill")] * TAPPERS)

    assert raised != [None] * TAPPERS or Entry.objects.filter(action="answer_message").count() > 1
