"""An empty installation beside the test's own, to restore into."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from django.db import connection

from branchweb.backup import databases
from branchweb.backup.databases import Counts
from tests import migrated_database

NAME, MIGRATED = "restored", "restored_migrated"


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
            _statement(f"DROP DATABASE {NAME} WITH (FORCE)")


def keep_migrated() -> None:
    """PostgreSQL: remember the test's database as it is now, migrated and empty; a copy is quick."""
    if connection.vendor == "postgresql":
        connection.close()
        _statement(f"DROP DATABASE IF EXISTS {MIGRATED} WITH (FORCE)")
        _statement(f"CREATE DATABASE {MIGRATED} TEMPLATE {connection.settings_dict['NAME']}")


def _created(folder: Path, migrated: bool) -> str:
    if connection.vendor == "postgresql":
        _statement(f"CREATE DATABASE {NAME} TEMPLATE {MIGRATED if migrated else 'template1'}")
        return NAME
    path = folder / "restored.sqlite3"
    if migrated:
        migrated_database.copy_to(path)
    return str(path)


def _statement(statement: str) -> None:
    database = psycopg2.connect(**(connection.get_connection_params() | {"dbname": "postgres", "cursor_factory": None}))
    database.autocommit = True
    database.cursor().execute(statement)
    database.close()


def counts_now() -> Counts:
    return databases.counted(databases.ask_here, databases.countable())
