import errno
import os

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import reverse

from branchweb import views
from reminders.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def not_asked_yet():
    views.problem_of_writing.cache_clear()


def test_health_is_told_to_anybody_when_everything_is_there(client):
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()) == (200, {"ok": True})
    assert "no-store" in answer["Cache-Control"]
    assert not answer.cookies


def test_health_says_so_when_the_database_cannot_be_reached(client, monkeypatch):
    def refuse(self):
        raise OperationalError("connection refused by 10.0.0.7")

    monkeypatch.setattr(MigrationRecorder, "applied_migrations", refuse)
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["problem"]) == (503, "the database cannot be reached")
    assert "10.0.0.7" not in answer.content.decode()


def test_health_says_so_when_a_migration_has_not_been_applied(client):
    MigrationRecorder.Migration.objects.filter(app="audit").delete()
    answer = client.get("/health/")
    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    assert "manage.py migrate" in answer.json()["problem"]


def test_health_is_only_read(client):
    assert client.post("/health/").status_code == 405


# --- Writing ------------------------------------------------------------------------------------------------------
def fail_with(error):
    def refuse(*arguments, **options):
        raise error

    return refuse


def broken_off(code, words):
    """What Django raises for an error of PostgreSQL, whose code can't be set by hand."""
    error = OperationalError(words)
    error.__cause__ = type("Cause", (Exception,), {"pgcode": code})(words)
    return error


SAID_BY_SQLITE = {
    "database is locked": "busy",
    "database or disk is full": "full",
    "attempt to write a readonly database": "read-only",
    "unable to open database file": "cannot be reached",
}
CODES = {"55P03": "busy", "53100": "full", "25006": "read-only", None: "cannot be reached"}


def errors():
    if connection.vendor == "sqlite":
        return {words: (OperationalError(words), said) for words, said in SAID_BY_SQLITE.items()}
    return {str(code): (broken_off(code, "words"), said) for code, said in CODES.items()}


def test_health_says_why_the_database_cannot_be_written(client, monkeypatch):
    for error, said in errors().values():
        views.problem_of_writing.cache_clear()
        monkeypatch.setattr(Heartbeat, "beat", fail_with(error))
        answer = client.get("/health/")
        assert answer.status_code == 503
        assert said in answer.json()["problem"]


@pytest.mark.parametrize(("number", "said"), [(errno.ENOSPC, "its disk is full"), (errno.EROFS, "Read-only")])
def test_health_says_why_the_data_folder_cannot_be_written(number, said, client, monkeypatch):
    monkeypatch.setattr(views.tempfile, "TemporaryFile", fail_with(OSError(number, os.strerror(number))))
    answer = client.get("/health/")
    assert answer.status_code == 503
    assert answer.json()["problem"].startswith(f"the data folder cannot be written: {said}")


def test_health_really_writes_but_not_for_everybody_who_asks(client):
    client.get("/health/")
    first = Heartbeat.objects.get(name="health").seen_at
    client.get("/health/")
    assert Heartbeat.objects.get(name="health").seen_at == first


# --- Busy ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def page(client, monkeypatch):
    """A page that breaks with an error."""
    client.raise_request_exception = False

    def ask(error, *, path="/account/login/"):
        monkeypatch.setattr("allauth.account.views.LoginView.dispatch", fail_with(error))
        return client.get(path)

    return ask


def test_a_busy_database_answers_503_with_what_to_do(page):
    busy = next(error for error, said in errors().values() if said == "busy")
    answer = page(busy)

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert "没有保存" in answer.content.decode()


def test_what_broke_for_another_reason_answers_500(page):
    for error in (ValueError("database is locked"), IntegrityError("UNIQUE constraint failed"), programming_error()):
        assert page(error).status_code == 500


def programming_error():
    return OperationalError("no such column: x") if connection.vendor == "sqlite" else broken_off("42703", "no column")


def test_a_busy_database_is_told_to_programs_in_their_language(client, monkeypatch):
    client.raise_request_exception = False
    busy = next(error for error, said in errors().values() if said == "busy")
    monkeypatch.setattr("drf_spectacular.views.SpectacularAPIView.dispatch", fail_with(busy))
    answer = client.get(reverse("api:schema"))

    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert list(answer.json()) == ["detail"]
