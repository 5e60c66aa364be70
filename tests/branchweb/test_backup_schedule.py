"""A backup each night, kept for a while, and a complaint when there is none."""

import fcntl
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings as project

from branchweb import tasks, views
from branchweb.celery import app
from branchweb.tasks import back_up, back_up_if_due, is_due, kept
from reminders.jobs.queries import NAME, backups_in
from supervision.letters import sealing
from tests.cast import Cast

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 12, 1, 12, tzinfo=SHANGHAI)
NIGHT = NOON.replace(hour=2)


@pytest.fixture
def folder(settings, tmp_path):
    settings.BACKUP_DIR, settings.BACKUP_KEY = tmp_path / "backups", sealing.new_pair().public
    settings.DATA_DIR = settings.MEDIA_ROOT = tmp_path
    settings.BACKUP_DIR.mkdir()
    return settings.BACKUP_DIR


def put(folder, moment, *, whole=True):
    path = folder / moment.astimezone(UTC).strftime(NAME)
    path.mkdir()
    if whole:
        (path / "manifest.json").touch()
    return path


@pytest.mark.parametrize(
    ("newest", "at", "due"),
    [
        (None, NOON, True),
        (NIGHT - timedelta(hours=1), NOON, True),
        (NIGHT + timedelta(minutes=43), NOON, False),
        (NIGHT + timedelta(minutes=43), NIGHT + timedelta(hours=23, minutes=59), False),
        (NIGHT + timedelta(minutes=43), NIGHT + timedelta(hours=24, minutes=43), True),
        (NIGHT - timedelta(hours=23), NIGHT - timedelta(minutes=17), False),
        (NIGHT - timedelta(days=3), NIGHT - timedelta(minutes=17), False),
    ],
)
def test_one_is_due_each_night_and_a_missed_one_is_made_up_for(newest, at, due):
    assert is_due([newest] if newest else [], at) is due


def test_days_weeks_and_months_keep_their_newest():
    nights = [NIGHT - timedelta(days=days) for days in range(500)]
    days = [(moment.astimezone(SHANGHAI)).date().isoformat() for moment in sorted(kept(nights), reverse=True)]

    assert days[:7] == ["2026-12-01", *(f"2026-11-{day}" for day in range(30, 24, -1))]
    assert days[7:11] == ["2026-11-22", "2026-11-15", "2026-11-08", "2026-10-31"]
    assert days[-1] == "2026-01-31"
    assert len(days) == 7 + 3 + 10
    assert kept(nights[:7]) == set(nights[:7])


@pytest.mark.django_db(transaction=True)
def test_the_night_is_backed_up_once_sealed_and_older_ones_go(folder):
    for days in range(1, 9):
        put(folder, NIGHT - timedelta(days=days))
    (folder / ".branchweb-20261130T184300Z.unfinished.abc").mkdir()
    (folder / "of somebody else").mkdir()

    assert back_up_if_due(NOON)
    assert not back_up_if_due(NOON)
    there = backups_in(folder)
    assert max(there) == NOON
    assert (there[NOON] / "contents.json.sealed").exists()
    assert len(there) == 7
    names = {path.name for path in there.values()}
    assert {path.name for path in folder.iterdir()} == names | {".lock", "of somebody else"}


def test_two_at_once_make_one(folder, monkeypatch):
    monkeypatch.setattr(tasks, "make_backup", lambda *arguments, **options: pytest.fail("another is at it"))
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not back_up_if_due(NOON)


def test_without_a_folder_nothing_is_made_and_one_that_is_gone_is_never_made(folder, settings):
    folder.rmdir()
    with pytest.raises(FileNotFoundError):
        back_up()
    assert not folder.exists()
    settings.BACKUP_DIR = None
    back_up()


def test_the_clock_asks_every_hour(db):
    task = project.CELERY_BEAT_SCHEDULE["back-up"]
    app.loader.import_default_modules()

    assert task["task"] == back_up.name
    assert task["task"] in app.tasks
    assert len(task["schedule"].hour) == 24


# --- Is it well? --------------------------------------------------------------------------------------------------
@pytest.fixture
def ages(folder, client, monkeypatch, db):
    """What /health/ and /health/jobs/ say when the newest backup is so old; None: there is none."""
    views.problem_of_writing.cache_clear()
    monkeypatch.setattr("reminders.jobs.queries.Health.ok", True)

    def ask(age):
        if age is not None:
            put(folder, datetime.now(UTC) - age)
        return client.get("/health/"), client.get("/health/jobs/")

    return ask


@pytest.mark.parametrize(
    ("age", "hours", "status"),
    [(timedelta(hours=25, minutes=59), 25, 200), (timedelta(hours=26, minutes=1), 26, 503), (None, None, 503)],
)
def test_health_says_how_old_the_newest_is_and_complains(age, hours, status, ages):
    pages, jobs = ages(age)

    assert (pages.status_code, jobs.status_code) == (200, status)  # pages go on without a backup
    assert pages.json()["backup_hours"] == jobs.json()["backup_hours"] == hours
    assert ("complaint" in pages.json()) == (status == 503)
    assert jobs.json()["ok"] == (status == 200)


def test_what_was_never_finished_is_no_backup(folder, ages):
    put(folder, datetime.now(UTC), whole=False)
    assert ages(None)[0].json()["backup_hours"] is None


def test_a_folder_that_is_gone_is_complained_about(folder, ages):
    folder.rmdir()
    assert ages(None)[1].status_code == 503


@pytest.mark.parametrize(
    ("age", "said"),
    [(timedelta(hours=3), "3小时前"), (timedelta(hours=30), "超过26小时"), (None, "还没有备份")],
)
def test_the_administrator_sees_it_on_the_page_of_jobs(age, said, folder, cast: Cast, as_user):
    if age is not None:
        put(folder, datetime.now(UTC) - age)
    assert said in as_user(cast.administrator).get("/jobs/").content.decode()


def test_without_a_schedule_nothing_is_said(cast: Cast, as_user, client):
    assert "backup_hours" not in client.get("/health/").json()
    assert "备份" not in as_user(cast.administrator).get("/jobs/").content.decode()
