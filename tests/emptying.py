"""Emptying the database after a test with real transactions, although some tables refuse to lose rows."""

import contextlib
from collections.abc import Iterator

from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

GUARDS = """
SELECT name, sql FROM sqlite_master
WHERE type = 'trigger' AND name NOT LIKE 'members_member_search%' AND name NOT LIKE 'audit_touched%'
"""
WRITTEN_BY_DJANGO = {"django_content_type", "auth_permission"}
empty_tables = TransactionTestCase._fixture_teardown


@contextlib.contextmanager
def triggers_lifted() -> Iterator[None]:
    """Switches off the triggers that refuse. Also the negative control of tests about append-only tables.

    SQLite's triggers that keep the search index stay: without them it would remember members that are gone. So do those
    that tell of rows of watched tables, which refuse nothing.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = origin")
        else:
            cursor.execute(GUARDS)
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            try:
                yield
            finally:
                for _, statement in triggers:
                    cursor.execute(statement)


def empty_append_only_tables_too(self: TransactionTestCase) -> None:
    """The sums of rows go with the rows, so that nothing is taken out of them."""
    connection.is_watching = False
    with triggers_lifted():
        if connection.vendor == "postgresql":
            delete_rows()
        else:
            empty_tables(self)
    connection.is_watching = True
    settings.AUDIT_ROUND.unlink(missing_ok=True)


def delete_rows() -> None:
    """What Django does, but by DELETE: TRUNCATE makes the files of 150 tables anew, for a few rows in ten of them.

    What Django would write again after that, of models and permissions, stays.
    """
    tables = set(connection.introspection.django_table_names(only_existing=True)) - WRITTEN_BY_DJANGO
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"DELETE FROM {table}" for table in sorted(tables)))
