"""Filling the search index for many members at once, on SQLite, where its trigger is slow.

A statement that fires a trigger is a savepoint, and at every savepoint FTS5 writes what it holds in memory to its
tables: 30 microseconds a member and more, where one statement for all of them takes 7. PostgreSQL has no such trigger.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

TRIGGER = "members_member_search_insert"
WORTH_IT = 200
"""Below that many members the trigger costs less than putting it aside."""


@contextmanager
def filled_at_once(first: int, count: int) -> Iterator[None]:
    """The members inserted inside, with ids from `first` on, are indexed at the end. Inside a transaction."""
    if connection.vendor != "sqlite" or count < WORTH_IT:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = %s", [TRIGGER])
        definition = cursor.fetchone()[0]
        cursor.execute(f"DROP TRIGGER {TRIGGER}")
        yield
        cursor.execute(
            "INSERT INTO members_member_search(rowid, search_terms) "
            "SELECT id, search_terms FROM members_member WHERE id BETWEEN %s AND %s ORDER BY id",
            [first, first + count - 1],
        )
        cursor.execute(definition)
