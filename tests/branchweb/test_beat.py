"""What beat starts: every entry names a task that exists, and running one twice does no more than running it once."""

import pytest
from django.conf import settings

from audit.models import ChainCheck
from branchweb.celery import app
from members.models import Member
from members.tasks import refresh_rosters

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
