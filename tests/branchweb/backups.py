"""An empty installation beside the test's own, to restore into."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection

from branchweb.backup import databases
from branchweb.backup.databases import Counts
from tests import migrated_database

IS_THERE = "SELECT 1 FROM pg_database WHERE datname = %s"


@contextmanager
def empty_installation(settings: Any, folder: Path, *, migrated: bool) -> Iterator[None]:
    """What asks the database or the data folder asks empty ones until the end."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = _created(folder, migrated)
    settings.DATA_DIR = folder
    settings.MEDIA_ROOT = folder / "media"
    settings.AUDIT_ANCHORS, settings.AUDIT_ROUND = folder / "audit_anchors", folder / "audit_round"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
        if connection.vendor == "postgresql":
            _statement(f"DROP DATABASE {before}_restored WITH (FORCE)")


def keep_migrated() -> None:
    """On a PostgreSQL of somebody's own: remember the test's database as it is now, migrated and empty."""
    if connection.vendor == "postgresql" and not _statement(IS_THERE, [migrated_database.name_on_server()]):
        connection.close()
        name = connection.settings_dict["NAME"]
        _statement(f"CREATE DATABASE {migrated_database.name_on_server()} TEMPLATE {name}")


def _created(folder: Path, migrated: bool) -> str:
    if connection.vendor == "postgresql":
        name = f"{connection.settings_dict['NAME']}_restored"
        _statement(f"CREATE DATABASE {name} TEMPLATE {migrated_database.name_on_server() if migrated else 'template1'}")
        return name
    path = folder / "restored.sqlite3"
    if migrated:
        migrated_database.copy_to(path)
    return str(path)


def _statement(statement: str, parameters: Sequence[object] | None = None) -> list[tuple[object, ...]]:
    database = psycopg2.connect(**(connection.get_connection_params() | {"dbname": "postgres", "cursor_factory": None}))
    database.autocommit = True
    cursor = database.cursor()
    cursor.execute(statement, parameters)
    answered = cursor.fetchall() if cursor.description else []
    database.close()
    return answered


def counts_now() -> Counts:
    return databases.counted(databases.ask_here, databases.countable())
