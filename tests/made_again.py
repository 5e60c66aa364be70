"""What a function makes in an empty database, made again by the same statements: a tenth of the processor time.

Thousands of tests begin with the same cast. The first of a run makes it by models and services while its statements are
noted; the others store the same rows, with the same keys, and get copies of the same objects.
"""

import pickle
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection
from django.utils import timezone

Made = TypeVar("Made")
WRITING = ("INSERT", "UPDATE", "DELETE")
REAL_NOW = timezone.now
NUMBERED = ("members_organization", "members_user", "members_member")
TABLES = (*NUMBERED, "members_affiliation", "members_office")
"""Of the cast. On PostgreSQL, which takes no number back, they have to be empty before it is made again."""


@dataclass
class Noted:
    statements: list[tuple[Any, ...]]
    made: bytes


_noted: dict[object, Noted] = {}


def made_again(make: Callable[[], Made]) -> Made:
    """What `make` returns, with its rows; `make` is called only when nothing like it was noted."""
    begun = beginning()
    if begun is None:
        return make()
    state = make, begun, timezone.localdate(), tuple(settings.FIELD_KEYS), tuple(settings.AUDIT_KEYS)
    if state not in _noted:
        _noted[state], made = note(make)
        return made
    store(_noted[state].statements)
    again: Made = pickle.loads(_noted[state].made)
    return again


def beginning() -> object:
    """From which numbers rows are counted; None where what is made now is like nothing else."""
    if timezone.now is not REAL_NOW:
        return None
    if connection.vendor == "sqlite":  # takes them back with the test's transaction
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name")
            return tuple(cursor.fetchall())
    return begin_at_one() if is_empty() else None


def is_empty() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT 1 FROM {table} LIMIT 1)" for table in TABLES))
        return cursor.fetchone() is None


def begin_at_one() -> int:
    numbers = ", ".join(f"setval(pg_get_serial_sequence('{table}', 'id'), 1, false)" for table in NUMBERED)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {numbers}")
    return 1


def note(make: Callable[[], Made]) -> tuple[Noted, Made]:
    statements: list[tuple[str, Any]] = []

    def listen(execute: Any, sql: str, parameters: Any, many: bool, context: dict[str, Any]) -> Any:
        if sql.lstrip().startswith(WRITING):
            statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(listen):
        made = make()
    return Noted(prepared(statements), pickle.dumps(made)), made


def prepared(statements: list[tuple[str, Any]]) -> list[tuple[Any, ...]]:
    """As the driver takes them; for PostgreSQL all in one."""
    if connection.vendor == "sqlite":
        return [(sql.replace("%s", "?"), parameters) for sql, parameters in statements]
    with connection.cursor() as cursor:
        return [("; ".join(cursor.mogrify(sql, parameters).decode() for sql, parameters in statements),)]


def store(statements: list[tuple[Any, ...]]) -> None:
    """Without Django in between; triggers fire as always."""
    connection.ensure_connection()
    driver = connection.connection.cursor()
    for statement in statements:
        driver.execute(*statement)
    driver.close()
