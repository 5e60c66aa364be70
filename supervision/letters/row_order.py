"""Rows without an order: a database keeps rows as they came, and nobody shall see in which order letters came."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from supervision.letters.models import Letter, LetterBox, LetterFile, LetterMessage, SealedName

TABLES = [model._meta.db_table for model in (Letter, LetterBox, LetterMessage, SealedName)]
AGAIN = 'WITH gone AS (DELETE FROM "{0}"{1} RETURNING *) INSERT INTO "{0}" SELECT * FROM gone ORDER BY random()'


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
            _scatter(table)


def scatter_files(letter: Letter) -> None:
    """Files are too large to write all of them: those of one letter among themselves.

    PostgreSQL still keeps them behind those of the letter before.
    """
    _scatter(LetterFile._meta.db_table, " WHERE letter_id = %s", [letter.pk.hex])


def _scatter(table: str, which: str = "", keys: Sequence[str] = ()) -> None:
    statement = 'UPDATE "{0}" SET rowid = random(){1}' if connection.vendor == "sqlite" else AGAIN
    _execute(statement.format(table, which), keys)


def _execute(statement: str, values: Sequence[str] = ()) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
