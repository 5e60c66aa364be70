"""Rows without an order: a database keeps rows as they came, and nobody shall see in which order letters came."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from supervision.letters.models import Letter, LetterBox, LetterFile, LetterMessage, SealedName

TABLES = [model._meta.db_table for model in (Letter, LetterBox, LetterMessage, SealedName)]
AGAIN = 'WITH gone AS (DELETE FROM "{0}" RETURNING *) INSERT INTO "{0}" SELECT * FROM gone ORDER BY random()'


@contextmanager
def scattered() -> Iterator[None]:
    """A transaction that adds to letters; when it ends, every row is written anew, in an order drawn by lot.

    SQLite numbers rows (rowid) as they come: each gets another number. PostgreSQL adds them at the end, keeps long
    texts apart under a number that grows, and notes the transaction: all are taken out and put in again. Whoever
    changes a letter waits meanwhile; the tables are locked first, so that two don't wait for each other.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            _execute(f"LOCK TABLE {', '.join(TABLES)} IN EXCLUSIVE MODE")
        yield
        for table in TABLES:
            _renumber(table) if connection.vendor == "sqlite" else _execute(AGAIN.format(table))


def scatter_files(new: Iterable[UUID]) -> None:
    """Files are too large to write all of them: SQLite's new ones get another number.

    PostgreSQL keeps them apart as they came.
    """
    if connection.vendor == "sqlite":
        _renumber(LetterFile._meta.db_table, [key.hex for key in new])


def _renumber(table: str, keys: list[str] | None = None) -> None:
    which = "" if keys is None else f" WHERE key IN ({', '.join('%s' for _key in keys)})"
    _execute(f'UPDATE "{table}" SET rowid = random(){which}', keys or ())  # noqa: S608 - our own table


def _execute(statement: str, values: Sequence[str] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
