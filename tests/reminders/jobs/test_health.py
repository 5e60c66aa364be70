"""Whether clock and workers are alive, and what waits for them."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from audit.models import ChainCheck
from reminders.choices import MessageState
from reminders.jobs.queries import ALIVE, health
from reminders.models import Heartbeat
from tests.reminders.planning.outbox import AT, store_messages

pytestmark = pytest.mark.django_db


def heard(name: str, ago: timedelta, at: datetime = AT) -> None:
    Heartbeat.beat(name, at=at - ago)


def test_nothing_was_ever_heard_of():
    found = health(AT)

    assert (found.beat_seconds, found.worker_seconds, found.oldest_waiting_seconds) == (None, None, 0)
    assert not found.ok


@pytest.mark.parametrize(
    ("beat", "worker", "ok"),
    [
        (timedelta(0), timedelta(0), True),
        (ALIVE, ALIVE, True),
        (ALIVE + timedelta(seconds=1), timedelta(0), False),
        (timedelta(0), ALIVE + timedelta(seconds=1), False),
    ],
)
def test_both_have_to_have_been_heard_of_lately(beat, worker, ok):
    heard("beat", beat)
    heard("worker celery@one", worker)

    assert health(AT).ok is ok


def test_one_living_worker_is_enough_and_a_planner_is_none():
    heard("worker celery@gone", timedelta(days=3))
    heard("worker celery@here", timedelta(seconds=5))
    heard("planner", timedelta(0))

    assert health(AT).worker_seconds == 5


def test_a_clock_that_goes_ahead_is_not_less_than_no_time_ago():
    heard("beat", timedelta(minutes=-1))

    assert health(AT).beat_seconds == 0


def test_what_waits_is_counted_from_when_it_was_due(cast):
    store_messages(cast.zhang, 2, due_at=AT - timedelta(minutes=7))
    store_messages(cast.li, 1, due_at=AT + timedelta(days=1))
    store_messages(cast.wang, 1, due_at=AT - timedelta(days=1), state=MessageState.HELD)

    assert health(AT).oldest_waiting_seconds == 7 * 60


def test_dead_letters_count_until_their_thing_is_done(cast):
    store_messages(cast.zhang, 2, state=MessageState.DEAD)
    store_messages(cast.li, 1, state=MessageState.DEAD, settled_at=AT)
    store_messages(cast.wang, 3, state=MessageState.UNKNOWN)

    found = health(AT)
    assert (found.dead, found.unknown) == (2, 3)


def test_however_many_rows_there_are_it_is_six_queries(cast, django_assert_num_queries):
    store_messages(cast.zhang, 30, state=MessageState.DEAD)
    with django_assert_num_queries(6):
        health(AT)


def test_the_page_is_for_everybody_and_says_numbers_only(client):
    for name in ("beat", "worker celery@one"):
        heard(name, timedelta(0), timezone.now())
    answer = client.get("/health/jobs/")

    assert answer.status_code == 200
    told = answer.json()
    assert {told.pop("beat_seconds"), told.pop("worker_seconds")} <= set(range(60))
    assert told == {
        "ok": True,
        "oldest_waiting_seconds": 0,
        "dead": 0,
        "unknown": 0,
        "unanchored_seconds": 0,
        "anchors_behind_seconds": 0,
        "record_broken_at": None,
    }


def test_the_page_answers_503_when_the_clock_stands_still(client):
    heard("worker celery@one", timedelta(0), timezone.now())
    answer = client.get("/health/jobs/")

    assert answer.status_code == 503
    assert answer.json()["ok"] is False


@pytest.mark.parametrize(("found", "status"), [({}, 200), ({"broken_at": 7, "found": "edited"}, 503)])
def test_the_page_answers_503_while_the_record_is_known_not_to_be_whole(client, found, status):
    now = timezone.now()
    heard("beat", timedelta(0), now)
    heard("worker celery@one", timedelta(0), now)
    ChainCheck.objects.create(at=now - timedelta(days=1), number=9, broken_at=3, found="cut")
    ChainCheck.objects.create(at=now, number=9, **found)

    answer = client.get("/health/jobs/")
    assert (answer.status_code, answer.json()["record_broken_at"]) == (status, found.get("broken_at"))


def test_the_page_can_only_be_read(client):
    assert client.post("/health/jobs/").status_code == 405
