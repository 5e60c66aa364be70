"""Letters lie in no order. A database keeps rows as they came, and numbers them out of sight: that is undone."""

from collections.abc import Iterable
from random import SystemRandom
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Model

from supervision.models import Letter, LetterBox, LetterFile, LetterMessage, SealedName

TABLES = (Letter, LetterBox, LetterMessage, SealedName)
chance = SystemRandom()


@transaction.atomic
def scatter_rows() -> None:
    """Write every row anew, in an order drawn by lot; called after each that is added.

    SQLite numbers rows (rowid) as they come: each gets another number. PostgreSQL adds them at the end and notes the
    transaction: all are added again, in one transaction, locked in the order of keys so that two don't wait for
    each other.
    """
    for model in TABLES:
        _scatter(model)


@transaction.atomic
def scatter_names() -> None:
    """The same for names alone."""
    _scatter(SealedName)


def _scatter(model: type[Model]) -> None:
    if connection.vendor == "sqlite":
        _renumber(model._meta.db_table)
    else:
        _add_again(model)


@transaction.atomic
def scatter_files(new: Iterable[UUID]) -> None:
    """The same for files, which are too large to write all of them: SQLite's new ones get another number.

    PostgreSQL keeps what is large elsewhere and adds only the short rows again.
    """
    if connection.vendor == "sqlite":
        _renumber(LetterFile._meta.db_table, [key.hex for key in new])
    else:
        _add_again(LetterFile)


def _add_again(model: type[Model]) -> None:
    keys = list(model._default_manager.order_by("pk").select_for_update().values_list("pk", flat=True))
    chance.shuffle(keys)
    for key in keys:
        model._default_manager.filter(pk=key).update(key=F("key"))


def _renumber(table: str, keys: list[str] | None = None) -> None:
    which = "" if keys is None else f" WHERE key IN ({', '.join('%s' for _key in keys)})"
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET rowid = random(){which}', keys or [])  # noqa: S608 - our own table
