"""What beat starts: every entry names a task that exists, and running one twice does no more than running it once."""

from unittest import mock

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError

from audit.models import ChainCheck
from branchweb import beat
from branchweb.celery import app
from members.models import Member
from members.tasks import refresh_rosters
from reminders.models import Heartbeat

pytestmark = pytest.mark.django_db  # loading tasks checks the keys of what is stored
SCHEDULE = settings.CELERY_BEAT_SCHEDULE


@pytest.mark.parametrize("name", SCHEDULE)
def test_every_entry_names_a_task_that_a_worker_knows(name):
    app.loader.import_default_modules()

    assert SCHEDULE[name]["task"] in app.tasks


@pytest.mark.parametrize("name", SCHEDULE)
def test_every_task_can_be_run_twice(cast, settings, tmp_path, name):
    settings.AUDIT_ANCHORS = tmp_path / "anchors"
    app.loader.import_default_modules()
    for _turn in range(2):
        app.tasks[SCHEDULE[name]["task"]]()

    assert not ChainCheck.objects.exclude(found="").exists()


def test_rosters_are_put_right_each_day(cast):
    Member.objects.filter(pk=cast.zhang.pk).update(roster_path="")
    refresh_rosters()

    assert Member.objects.get(pk=cast.zhang.pk).roster_path == cast.branch.path


@pytest.fixture
def clock(tmp_path):
    clock = beat.LivingScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    clock.setup_schedule()
    clock.data.clear()  # nothing is due: it only ticks
    clock.data["never"] = clock.Entry(name="never", task="never", schedule=86_400.0, app=app)
    yield clock
    clock.close()


def test_the_clock_that_is_used_says_that_it_is_alive():
    assert f"{beat.__name__}:{beat.LivingScheduler.__name__}" == settings.CELERY_BEAT_SCHEDULER


@pytest.mark.django_db
def test_the_clock_says_that_it_is_alive_and_not_at_every_tick(clock):
    with mock.patch.object(beat.connection, "close"):
        clock.tick()
        first = Heartbeat.objects.get(name="beat").seen_at
        clock.tick()

    assert Heartbeat.objects.get(name="beat").seen_at == first


@pytest.mark.django_db
def test_half_a_minute_later_it_says_so_again(clock, monkeypatch):
    clock._said_at -= beat.EVERY.total_seconds()
    with mock.patch.object(beat, "say_alive") as said:
        for later in (0, 1, beat.EVERY.total_seconds() + 2):
            monkeypatch.setattr(beat.time, "monotonic", lambda later=later: 1000.0 + later)
            clock.tick()

    assert said.call_count == 2


@pytest.mark.django_db
def test_it_wakes_often_enough_to_say_so(clock):
    with mock.patch.object(beat, "say_alive"):
        assert clock.tick() <= beat.EVERY.total_seconds()


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_without_the_database_the_clock_goes_on(clock, error, caplog):
    with mock.patch.object(Heartbeat, "beat", side_effect=error("gone")):
        assert clock.tick() > 0

    assert "sign of life" in caplog.text
