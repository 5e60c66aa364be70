"""The limit on queries: for pages and for nothing else."""

import importlib

import pytest
from django.db import connection, connections
from django.db.utils import DatabaseError

from branchweb.environment import BASE_DIR, limited

POSTGRES = {"ENGINE": "audit.databases.postgresql", "NAME": "x"}
SQLITE = {"ENGINE": "audit.databases.sqlite3", "NAME": "x", "OPTIONS": {"timeout": 20}}


@pytest.mark.parametrize(
    ("database", "seconds", "options"),
    [
        (POSTGRES, 30, {"options": "-c statement_timeout=30s"}),
        (POSTGRES, 0, {}),
        (
            {**POSTGRES, "OPTIONS": {"sslmode": "require"}},
            5,
            {"sslmode": "require", "options": "-c statement_timeout=5s"},
        ),
        ({**POSTGRES, "OPTIONS": {"options": "-c x=1"}}, 5, {"options": "-c x=1 -c statement_timeout=5s"}),
        (SQLITE, 30, {"timeout": 20}),
    ],
)
def test_what_was_set_stays_and_the_limit_is_added(database, seconds, options):
    before = dict(database)

    assert limited(database, seconds).get("OPTIONS", {}) == options
    assert database == before


@pytest.fixture
def pages(transactional_db, settings, monkeypatch):
    """The connections of the process that serves pages: those that are opened after `branchweb.wsgi` was loaded."""
    settings.STATEMENT_SECONDS = 1
    monkeypatch.setitem(connections.settings, "default", connections.settings["default"])
    importlib.reload(importlib.import_module("branchweb.wsgi"))
    opened = connections.create_connection("default")
    yield opened
    opened.close()


def test_a_query_of_a_page_is_given_up_and_a_commands_is_not(pages):
    assert limit_of(pages) == ("1s" if pages.vendor == "postgresql" else None)
    assert limit_of(connection) == ("0" if pages.vendor == "postgresql" else None)
    with pytest.raises(DatabaseError), pages.cursor() as cursor:  # SQLite doesn't know how to sleep
        cursor.execute("SELECT pg_sleep(20)")


def limit_of(database):
    """What PostgreSQL says of a connection; SQLite has no such limit."""
    if database.vendor != "postgresql":
        return None
    with database.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("name", ["Dockerfile", "scripts/serve.py", "docs/administration.md"])
def test_the_server_loads_the_program_where_the_limit_is_set(name):
    assert "branchweb.wsgi" in (BASE_DIR / name).read_text()
