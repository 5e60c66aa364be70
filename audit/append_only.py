"""Tables that are written once: the database itself refuses UPDATE, DELETE and (PostgreSQL) TRUNCATE."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RunPython

SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} {when}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END
"""
POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$
"""
POSTGRESQL_ROWS = """
CREATE TRIGGER {table}_no_{verb} BEFORE {VERB} ON {table} FOR EACH ROW {when} EXECUTE FUNCTION {table}_refuse()
"""
POSTGRESQL_TRUNCATE = """
CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()
"""


class AppendOnly(RunPython):
    """Migration operation that makes a table append-only. Reversing it drops the triggers."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(self._protect, self._release)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table], {}

    def describe(self) -> str:
        return f"Make {self.table} append-only"

    def _protect(self, apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in protecting(self.table, editor.connection.vendor):
            editor.execute(statement)

    def _release(self, apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in releasing(self.table, editor.connection.vendor):
            editor.execute(statement)


class DecidedOnce(AppendOnly):
    """Migration operation for a table whose rows wait until they are decided.

    The database refuses to change the columns `proposed`, to change `decided` once the column `state` is no longer
    `waiting`, and to delete a row.
    """

    def __init__(self, table: str, proposed: Sequence[str], decided: Sequence[str]) -> None:
        self.proposed, self.decided = tuple(proposed), tuple(decided)
        super().__init__(table)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table, self.proposed, self.decided], {}

    def describe(self) -> str:
        return f"Let rows of {self.table} be decided once"

    def _protect(self, apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        vendor = editor.connection.vendor
        changes = f"{_changed(self.proposed, vendor)} OR OLD.state <> 'waiting' AND ({_changed(self.decided, vendor)})"
        for statement in protecting(self.table, vendor, changes):
            editor.execute(statement)


def _changed(columns: Iterable[str], vendor: str) -> str:
    differs = "IS DISTINCT FROM" if vendor == "postgresql" else "IS NOT"
    return " OR ".join(f"OLD.{column} {differs} NEW.{column}" for column in columns)


class Writable(AppendOnly):
    """Migration operation that lifts the triggers of an append-only table, for what follows; end with `AppendOnly`."""

    def __init__(self, table: str) -> None:
        super().__init__(table)
        self.code, self.reverse_code = self._release, self._protect

    def describe(self) -> str:
        return f"Make {self.table} writable"


def protecting(table: str, vendor: str, changes: str = "") -> list[str]:
    """The statements that create the triggers. `changes`: which updates are refused; empty: all."""
    template = POSTGRESQL_ROWS if vendor == "postgresql" else SQLITE
    refused = {"update": f"WHEN ({changes})" if changes else "", "delete": ""}
    rows = [template.format(table=table, verb=verb, VERB=verb.upper(), when=when) for verb, when in refused.items()]
    if vendor != "postgresql":
        return rows
    return [POSTGRESQL_FUNCTION.format(table=table), *rows, POSTGRESQL_TRUNCATE.format(table=table)]


def releasing(table: str, vendor: str) -> list[str]:
    """The statements that drop the triggers."""
    on = f" ON {table}" if vendor == "postgresql" else ""
    verbs = ["update", "delete", "truncate"] if vendor == "postgresql" else ["update", "delete"]
    return [f"DROP TRIGGER IF EXISTS {table}_no_{verb}{on}" for verb in verbs]


def is_protected(table: str) -> bool:
    """Whether every trigger of an append-only table is there and switched on."""
    if connection.vendor == "postgresql":
        query = "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'"
        parameters, wanted = [table], 3
    else:
        query = "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s AND name LIKE %s"
        parameters, wanted = [table, f"{table}_no_%"], 2
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return bool(cursor.fetchone()[0] == wanted)
