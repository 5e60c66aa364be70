"""Letters lie in no order. A database keeps rows as they came, and numbers them out of sight: that is undone."""

from random import SystemRandom

from django.db import connection, transaction
from django.db.models import F

from supervision.models import Letter, LetterBox, LetterMessage

TABLES = (Letter, LetterBox, LetterMessage)
chance = SystemRandom()


@transaction.atomic
def scatter_rows() -> None:
    """Write every row anew, in an order drawn by lot; called after each that is added.

    SQLite numbers rows (rowid) as they come: each gets another number. PostgreSQL adds them at the end and notes the
    transaction: all are added again, in one transaction, locked in the order of keys so that two don't wait for
    each other.
    """
    for model in TABLES:
        keys = list(model.objects.order_by("pk").select_for_update().values_list("pk", flat=True))
        chance.shuffle(keys)
        if connection.vendor == "sqlite":
            _renumber(model._meta.db_table)
            continue
        for key in keys:
            model.objects.filter(pk=key).update(key=F("key"))


def _renumber(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'UPDATE "{table}" SET rowid = random()')  # noqa: S608 - our own table
