"""SQLite with an eye on watched tables: their triggers call a function that only this program's connections have."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from django.db.backends.sqlite3 import base

from audit import row_sums
from audit.databases.journal import Summed, WatchingConnection

FUNCTION = "audit_touched"
Written = tuple[str, str, int, str]
"""Table, place, 1 or -1, content."""
MANY = 20_000
"""So many rows are added up before the transaction ends, so that a large import fits in memory."""


class KeepingCursor(base.SQLiteCursorWrapper):
    """SQLite commits nothing while rows of a statement wait to be read: here they can wait outside it."""

    _kept: Iterator[Any] | None = None

    def keep_rows(self) -> None:
        self._kept = iter(super().fetchall())

    def execute(self, *arguments: Any) -> Any:
        self._kept = None
        return super().execute(*arguments)

    def fetchone(self) -> Any:
        return super().fetchone() if self._kept is None else next(self._kept, None)

    def fetchmany(self, size: int | None = 1) -> list[Any]:
        return super().fetchmany(size) if self._kept is None else list(islice(self._kept, size))

    def fetchall(self) -> list[Any]:
        return super().fetchall() if self._kept is None else list(self._kept)


class DatabaseWrapper(WatchingConnection, base.DatabaseWrapper):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._written: list[Written] = []
        self._added = 0
        """How many of them are in the sums already."""
        self._savepoints: dict[str, tuple[int, int]] = {}
        """How much was written, and added, when each was set: rolling back to one takes back what came later."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = super().get_new_connection(conn_params)
        self.forget_written()
        connection.create_function(FUNCTION, -1, self._touched)
        return connection

    def create_cursor(self, name: str | None = None) -> KeepingCursor:
        return self.connection.cursor(factory=KeepingCursor)

    def keep_rows(self, cursor: Any) -> None:
        cursor.keep_rows()

    def written(self) -> row_sums.Changes:
        new = self._written[self._added :]
        self._added = len(self._written)
        if not new:
            return {}
        summed = Summed()
        for line in new:
            summed.add(*line)
        return summed.result()

    def forget_written(self) -> None:
        self._written.clear()
        self._savepoints.clear()
        self._added = 0

    def _touched(self, table: str, sign: int, place_columns: int, *values: Any) -> None:
        place = row_sums.place_name(values[:place_columns])
        self._written.append((table, place, sign, repr(values[place_columns:])))

    def _savepoint(self, sid: str) -> None:
        super()._savepoint(sid)  # type: ignore[misc]
        self._savepoints[sid] = len(self._written), self._added

    def _savepoint_rollback(self, sid: str) -> None:
        super()._savepoint_rollback(sid)  # type: ignore[misc]
        written, self._added = self._savepoints.get(sid, (0, 0))
        del self._written[written:]

    def _savepoint_commit(self, sid: str) -> None:
        super()._savepoint_commit(sid)  # type: ignore[misc]
        self._savepoints.pop(sid, None)
        self._add_up_when_many()

    def _rollback(self) -> None:
        self.forget_written()
        super()._rollback()  # type: ignore[misc]

    def _commit(self) -> None:
        super()._commit()
        self.forget_written()

    def _in_a_transaction(
        self, execute: Callable[..., Any], sql: Any, parameters: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        """What a statement wrote before it failed is undone by the database, and forgotten here."""
        before = len(self._written)
        try:
            answer = super()._in_a_transaction(execute, sql, parameters, many, context)
        except Exception:
            if not many:
                del self._written[before:]
            raise
        self._add_up_when_many()
        return answer

    def _add_up_when_many(self) -> None:
        """Never inside a savepoint: rolling back to it would take sums back whose rows stay."""
        if len(self._written) >= MANY and self.in_atomic_block and not self._savepoints:
            self.add_up()
            self.forget_written()
