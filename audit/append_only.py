"""Tables that are written once: the database itself refuses UPDATE, DELETE and (PostgreSQL) TRUNCATE."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations import RunPython

Triggers = dict[str, str]
"""Name and text."""

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
SQLITE_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
POSTGRESQL_TRIGGERS = """
SELECT tgname, concat(
    pg_get_triggerdef(pg_trigger.oid, true), ': ', lanname, ' ', prosrc, ' ', array_to_string(proconfig, ' '),
    CASE WHEN prosecdef THEN 'as its owner' END, CASE WHEN tgenabled <> 'O' THEN 'switched off' END
)
FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid JOIN pg_proc ON pg_proc.oid = tgfoid
JOIN pg_language ON pg_language.oid = prolang
WHERE (NOT tgisinternal OR lanname <> 'internal') AND relnamespace = {schema}
"""
COPY = re.compile(r"\bpg_temp(_\d+)?\.")
"""Where PostgreSQL has a copy, before its name."""


class AppendOnly(RunPython):
    """Migration operation that makes a table append-only. Reversing it drops the triggers."""

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(self._protect, self._release)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__qualname__, [self.table], {}

    def describe(self) -> str:
        return f"Make {self.table} append-only"

    def statements(self, vendor: str) -> list[str]:
        """What makes the triggers."""
        return protecting(self.table, vendor)

    def _protect(self, apps: Any, editor: BaseDatabaseSchemaEditor) -> None:
        for statement in self.statements(editor.connection.vendor):
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

    def statements(self, vendor: str) -> list[str]:
        changes = f"{_changed(self.proposed, vendor)} OR OLD.state <> 'waiting' AND ({_changed(self.decided, vendor)})"
        return protecting(self.table, vendor, changes)


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


def protections() -> dict[str, AppendOnly]:
    """What migrations have made of tables, by table."""
    graph, found = MigrationLoader(None).graph, dict[str, AppendOnly]()
    for leaf in graph.leaf_nodes():
        for node in graph.forwards_plan(leaf):
            found |= {one.table: one for one in graph.nodes[node].operations if isinstance(one, AppendOnly)}
    return {table: found[table] for table in sorted(found) if not isinstance(found[table], Writable)}


def faults(wanted: Triggers, there: Triggers) -> list[str]:
    """Which of the triggers are missing, or are others."""
    return [
        f"{name} {'does something else or is switched off' if name in there else 'is missing'}"
        for name, text in wanted.items()
        if there.get(name) != text
    ]


def made_by(of_tables: Mapping[str, AppendOnly]) -> dict[str, Triggers]:
    """The triggers as they have to be. PostgreSQL writes statements anew: it is given them on empty copies."""
    if connection.vendor != "postgresql":
        return {table: as_kept(one.statements(connection.vendor)) for table, one in of_tables.items()}
    with transaction.atomic(), connection.cursor() as cursor:
        for table, one in of_tables.items():
            cursor.execute(f"CREATE TEMP TABLE {table} (LIKE {{}}.{table})".format(_schema(cursor)))
            for statement in one.statements(connection.vendor):
                cursor.execute(statement.replace(" FUNCTION ", " FUNCTION pg_temp."))
        found = _triggers_in("pg_my_temp_schema()")
        transaction.set_rollback(True)
    return {
        table: {name: text for name, text in found.items() if name.startswith(f"{table}_no_")} for table in of_tables
    }


def as_kept(statements: Iterable[str]) -> Triggers:
    """The triggers that statements make, as SQLite keeps them."""
    plain = (_plain(one) for one in statements)
    return {one.split()[2]: one for one in plain if one.startswith("CREATE TRIGGER")}


def present_triggers() -> Triggers:
    """Every trigger of the database: name and text, on PostgreSQL with the body of the function."""
    return _triggers_in("current_schema()::regnamespace")


def _triggers_in(schema: str) -> Triggers:
    query = POSTGRESQL_TRIGGERS.format(schema=schema) if connection.vendor == "postgresql" else SQLITE_TRIGGERS
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    often = Counter(name for name, _text in found)
    """One of a name that stands twice is a stranger's; both are named."""
    return {name if often[name] == 1 else f"{name} on {_table(text)}": _plain(text) for name, text in found}


def _table(text: str) -> str:
    return text.partition(" ON ")[2].partition(" ")[0]


def _schema(cursor: Any) -> str:
    cursor.execute("SELECT quote_ident(current_schema())")
    return str(cursor.fetchone()[0])


def _plain(statement: str) -> str:
    return " ".join(COPY.sub("", unquoted(statement)).split())


def unquoted(definition: str) -> str:
    """Without the quotes around names, which databases write or leave; other words in quotes are other words."""
    return re.sub(r'"([a-z_][a-z0-9_]*)"', r"\1", definition)
