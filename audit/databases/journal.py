"""What a transaction of the program wrote, added to the sums of rows (`audit.row_sums`) just before it commits.

Triggers tell of each row of a watched table that is added or taken away. Who writes to the database by other ways has
these triggers too, but not the key, and no connection of this kind: his changes are in no sum.
"""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from audit import row_sums

WRITING = ("INSERT", "UPDATE", "DELETE", "REPLACE", "MERGE")


class WatchingConnection:
    """Mixed into a connection of either database."""

    alias: str
    in_atomic_block: bool
    autocommit: bool
    execute_wrappers: list[Any]
    is_watching = True
    """False: what is written is added to no sum. For tests that empty the database, sums and all."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.execute_wrappers.append(self._in_a_transaction)

    def add_up(self) -> None:
        """Add what this transaction wrote so far to the sums."""
        if not self.is_watching:
            self.forget_written()
        elif changes := self.written():
            row_sums.add(self, changes)

    def written(self) -> row_sums.Changes:
        raise NotImplementedError

    def forget_written(self) -> None:
        raise NotImplementedError

    def keep_rows(self, cursor: Any) -> None:
        """Let rows that a statement returned be read after its transaction."""

    def _commit(self) -> None:
        try:
            self.add_up()
        except BaseException:
            self._rollback()  # type: ignore[attr-defined]
            raise
        super()._commit()  # type: ignore[misc]

    def _in_a_transaction(
        self, execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """A statement that writes and stands alone gets a transaction, so that its sums are stored with it."""
        is_alone = not self.in_atomic_block and self.autocommit
        if is_alone and isinstance(sql, str) and sql.lstrip()[:7].upper().startswith(WRITING):
            with transaction.atomic(using=self.alias, savepoint=False):
                answer = execute(sql, parameters, many, context)
                self.keep_rows(context["cursor"].cursor)
                return answer
        return execute(sql, parameters, many, context)


class Summed:
    """Adds up rows by table and place."""

    def __init__(self) -> None:
        self.digest = row_sums.row_digester()
        self.changes: dict[str, dict[str, row_sums.Change]] = {}

    def add(self, table: str, place: str, sign: int, content: str) -> None:
        places = self.changes.setdefault(table, {})
        rows, total = places.get(place, (0, 0))
        places[place] = rows + sign, total + sign * self.digest(table, content)

    def result(self) -> row_sums.Changes:
        """Without what was added and taken away again."""
        kept = {table: {p: c for p, c in places.items() if c != (0, 0)} for table, places in self.changes.items()}
        return {table: places for table, places in kept.items() if places}
