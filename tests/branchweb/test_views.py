import pytest
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db


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
