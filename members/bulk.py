"""Many rows at once."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, F, Func
from django.db.models.sql.compiler import SQLCompiler
from psycopg2.extras import execute_values

ROWS_AT_ONCE = 5_000
ROWS_SENT = 100
"""At once to PostgreSQL, which stores them while the next are made."""
ROWS_IN_STATEMENT = 1_000
NULL = r"\N"
IGNORED = "ON CONFLICT DO NOTHING"
ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
ESCAPED = "\\\t\n\r"
Row = Sequence[object]
Values = tuple[Any, ...]
"""Of one column."""


@transaction.atomic
def insert(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row], *, as_made: bool = False) -> int:
    """Insert rows whose values stand in the order of the columns (names in the database); returns how many.

    Every column without a default in the database has to be given. Rows with ids of their own: call `follow_ids` after.
    `as_made`: PostgreSQL stores rows while later ones are made; making them must ask the database nothing.
    """
    if as_made and connection.vendor == "postgresql":
        return _copy(model._meta.db_table, columns, rows)
    store = _copy if connection.vendor == "postgresql" else _executemany
    count, left = 0, iter(rows)
    while part := list(islice(left, ROWS_AT_ONCE)):
        store(model._meta.db_table, columns, part)
        count += len(part)
    return count


@transaction.atomic
def insert_new(model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """The same, but what a unique constraint has already is left out; returns how many were new.

    Two who insert the same rows at once wait for each other, and need the same order of rows.
    """
    store = _values_ignored if connection.vendor == "postgresql" else _executemany_ignored
    count, left = 0, iter(rows)
    while part := list(islice(left, ROWS_IN_STATEMENT)):
        count += store(model._meta.db_table, columns, part)
    return count


def first_free_id(model: type[models.Model]) -> int:
    """The id from which on rows with ids of their own can be inserted; nobody else may insert meanwhile."""
    return (model._base_manager.aggregate(models.Max("pk"))["pk__max"] or 0) + 1


def follow_ids(model: type[models.Model]) -> None:
    """Let the database give its next id after those that were inserted."""
    if connection.vendor == "postgresql":
        table = connection.ops.quote_name(model._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence(%s, 'id'), coalesce(max(id), 1)) FROM {table}",  # noqa: S608
                [model._meta.db_table],
            )


def refresh_statistics(*tables: type[models.Model]) -> None:
    """Let PostgreSQL look at tables again in which many rows are new.

    By itself it does so only later and never inside a transaction; meanwhile it may take a table for empty that has
    thousands of rows, and compare each of them with each row of another.
    """
    if connection.vendor == "postgresql":
        names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {names}")


class _Lines:
    """The rows as COPY reads them."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = iter(rows)

    def read(self, _size: int) -> str:
        """The next rows, of whatever size; empty at the end."""
        rows = list(islice(self.rows, ROWS_SENT))
        return "\n".join(map("\t".join, _by_column(rows, _copied))) + "\n" if rows else ""


def _copy(table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    names = ", ".join(map(connection.ops.quote_name, columns))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {connection.ops.quote_name(table)} ({names}) FROM STDIN", _Lines(rows))
        return int(cursor.rowcount)


def _executemany(table: str, columns: Sequence[str], rows: list[Row], unless: str = "") -> int:
    places = ", ".join(["%s"] * len(columns))
    with connection.cursor() as cursor:
        cursor.executemany(
            f"{_insert_into(table, columns)} VALUES ({places}) {unless}",
            list(_by_column(rows, _adapted)),
        )
        return int(cursor.rowcount)


def _executemany_ignored(table: str, columns: Sequence[str], rows: list[Row]) -> int:
    return _executemany(table, columns, rows, IGNORED)


def _values_ignored(table: str, columns: Sequence[str], rows: list[Row]) -> int:
    """One statement with all rows, which psycopg2 writes much faster than Django would."""
    with connection.cursor() as cursor, connection.wrap_database_errors:
        statement = f"{_insert_into(table, columns)} VALUES %s {IGNORED}"
        execute_values(cursor.cursor, statement, rows, page_size=len(rows))
        return int(cursor.rowcount)


def _insert_into(table: str, columns: Sequence[str]) -> str:
    names = ", ".join(map(connection.ops.quote_name, columns))
    return f"INSERT INTO {connection.ops.quote_name(table)} ({names})"


def _by_column(rows: list[Row], ready: Callable[[Values, set[type]], Sequence[Any]]) -> Iterator[tuple[Any, ...]]:
    """The rows with every column made ready at once: most need nothing, which is seen at a glance."""
    return zip(*[ready(values, set(map(type, values))) for values in zip(*rows, strict=True)], strict=True)


def _copied(values: Values, kinds: set[type]) -> Sequence[str]:
    if all(issubclass(kind, str) for kind in kinds):
        whole = "".join(values)
        return [_copied_text(value) for value in values] if any(sign in whole for sign in ESCAPED) else values
    return [NULL if value is None else _copied_text(value) for value in values]


def _copied_text(value: object) -> str:
    """A text as it is: what shows itself differently, like a sealed one, is stored all the same."""
    return str.__str__(value).translate(ESCAPES) if isinstance(value, str) else str(value)


ADAPTED: dict[type, Callable[[Any], str]] = {
    UUID: lambda value: value.hex,
    date: lambda value: value.isoformat(),
    datetime: lambda value: value.replace(tzinfo=None).isoformat(" "),
}
"""What SQLite doesn't take as it is. Moments must be in UTC."""
OFTEN_ALIKE = {date, datetime, type(None)}
"""Of which a column of many rows has few; each is made ready once."""


def _adapted(values: Values, kinds: set[type]) -> Sequence[Any]:
    if kinds.isdisjoint(ADAPTED):
        return values
    if kinds <= OFTEN_ALIKE:
        alike = {value: ADAPTED[type(value)](value) if value is not None else None for value in set(values)}
        return [alike[value] for value in values]
    return [adapt(value) if (adapt := ADAPTED.get(type(value))) else value for value in values]


Sql = tuple[str, list[Any]]


class InArray(Func):
    """Whether the field is one of these ids or keys, all of one type: `filter(InArray("pk", keys))`.

    With none of them it is true of nothing.
    """

    output_field = BooleanField()

    def __init__(self, field: str | F, values: Iterable[int] | Iterable[UUID]) -> None:
        super().__init__(F(field) if isinstance(field, str) else field)
        self.values = [value.hex if isinstance(value, UUID) else value for value in values]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: Any) -> Sql:  # type: ignore[override]
        field, params = compiler.compile(self.source_expressions[0])
        return f"{field} IN (SELECT value FROM json_each(%s))", [*params, json.dumps(self.values)]  # noqa: S608

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_more: Any) -> Sql:
        field, params = compiler.compile(self.source_expressions[0])
        array = "uuid[]" if isinstance(next(iter(self.values), None), str) else "bigint[]"
        if not self.values:
            return "FALSE", []
        return f"{field} = ANY(%s::{array})", [*params, f"{{{','.join(map(str, self.values))}}}"]
