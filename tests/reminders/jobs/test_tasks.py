"""What beat wakes up each minute, each hour and each night; where it is carried; and what a worker does first."""

from datetime import timedelta
from types import SimpleNamespace
from unittest import mock

import pytest
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from branchweb.celery import app
from reminders import tasks
from reminders.choices import AttemptResult, ChannelKind, MessageState
from reminders.models import Attempt, Heartbeat, Message
from reminders.sending.services import Dispatched
from tests.reminders.planning.outbox import AT, VALUES, FakeKind, occasions_for, only_kind, store_messages

pytestmark = pytest.mark.django_db

SCHEDULE = settings.CELERY_BEAT_SCHEDULE
OURS = {name: entry for name, entry in SCHEDULE.items() if entry["task"].startswith("reminders.")}


@pytest.fixture
def dues(monkeypatch) -> FakeKind:
    return only_kind(monkeypatch)


@pytest.fixture
def now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: AT)
    return AT


def test_the_minutes_tasks_plan_and_send(cast, dues, now):
    dues.occasions = occasions_for([cast.zhang])
    tasks.plan_messages()
    tasks.dispatch_messages()

    assert Message.objects.get().state == MessageState.SENT


def test_each_of_them_leaves_a_sign_of_life(dues, now):
    tasks.plan_messages()
    tasks.dispatch_messages()

    assert dict(Heartbeat.objects.values_list("name", "seen_at")) == dict.fromkeys(
        ("planner", "dispatcher", "worker here"), AT
    )


def test_a_worker_says_that_it_is_alive_before_it_sends(monkeypatch):
    seen = []
    monkeypatch.setattr(tasks, "dispatch", lambda *_, **__: seen.append(Heartbeat.objects.count()) or Dispatched())
    tasks.dispatch_messages()

    assert seen == [1]


def test_a_round_ends_before_the_next_begins():
    assert SCHEDULE["dispatch-messages"]["schedule"] > tasks.SECONDS_OF_WORK


@pytest.mark.parametrize("name", ["plan-messages", "dispatch-messages"])
def test_wake_ups_come_each_minute_and_old_ones_are_dropped(name):
    assert SCHEDULE[name]["schedule"] == 60.0
    assert SCHEDULE[name]["options"]["expires"] < 60


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("reminders.tasks.plan_messages", "messages"),
        ("reminders.tasks.dispatch_messages", "messages"),
        ("reminders.tasks.settle_messages", "messages"),
        ("reminders.tasks.count_desks", "rollups"),
        ("members.tasks.apply_import", "imports"),
        ("audit.tasks.check_record", "celery"),
    ],
)
def test_each_is_carried_by_its_queue(task, queue):
    assert app.amqp.router.route({}, task)["queue"].name == queue


def test_a_worker_that_nobody_told_otherwise_serves_every_queue():
    app.loader.import_default_modules()
    named = {app.amqp.router.route({}, name)["queue"].name for name in app.tasks}

    assert named <= set(app.amqp.queues)


def test_each_night_what_was_done_is_seen_and_who_is_gone_is_forgotten(cast, dues, now):
    [message] = store_messages(cast.zhang, state=MessageState.SENT, channel=ChannelKind.IN_APP)
    dues.done.add(message.dedupe_key)
    Heartbeat.beat("worker gone", at=AT - tasks.FORGOTTEN_AFTER - timedelta(seconds=1))
    Heartbeat.beat("worker here", at=AT)
    tasks.settle_messages()

    assert Message.objects.get().settled_at == AT
    assert list(Heartbeat.objects.values_list("name", flat=True)) == ["worker here"]


def test_each_hour_desks_are_counted():
    with mock.patch.object(tasks, "count", return_value=3) as counted:
        tasks.count_desks()

    assert counted.call_args == mock.call(on=timezone.localdate())


# --- A worker begins --------------------------------------------------------------------------------------------------
def begin(hostname: str) -> None:
    with mock.patch.object(tasks.connection, "close"):
        tasks.take_stock(SimpleNamespace(hostname=hostname))


def test_what_it_was_sending_when_it_ended_is_unknown(cast):
    [message] = store_messages(cast.zhang, state=MessageState.SENDING, claimed_at=AT, values=VALUES)
    Attempt.objects.create(message=message, number=1, channel="email", started_at=AT, by="worker celery@one")
    begin("celery@two")
    assert Message.objects.get().state == MessageState.SENDING
    begin("celery@one")

    assert Message.objects.get().state == MessageState.UNKNOWN
    assert Attempt.objects.get().result == AttemptResult.UNKNOWN


def test_without_the_database_it_begins_all_the_same(caplog):
    with mock.patch.object(tasks, "give_up_of", side_effect=OperationalError("gone")):
        begin("celery@one")

    assert "looked at later" in caplog.text
