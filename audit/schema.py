"""Whether the database still is as the models describe it, definition by definition, and no reference leads nowhere.

A check of the right name that lets everything pass is another definition. Both databases are compared as text that they
themselves write: SQLite keeps the statements; PostgreSQL is given each constraint on an empty copy of its table.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import NOT_PROVIDED, AutoField, CheckConstraint, Field, ForeignKey, JSONField, Model

from audit.append_only import unquoted
from audit.watched import exclusions, search_tables

Definitions = dict[type[Model], set[str]]

TABLES = "SELECT tbl_name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND sql IS NOT NULL"
FURTHER = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite^_%' ESCAPE '^'"
CONSTRAINTS = r"""
SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid),
    contype = 'c' AND pg_get_constraintdef(pg_constraint.oid) !~ '^CHECK \(\("?\w+"? >= 0\)\)$'
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE relnamespace = {schema} AND convalidated
UNION ALL
SELECT pg_class.relname, named.relname, substring(pg_get_indexdef(indexrelid) FROM 'USING .*'), true
FROM pg_index JOIN pg_class ON pg_class.oid = indrelid JOIN pg_class named ON named.oid = indexrelid
WHERE indisunique AND pg_class.relnamespace = {schema}
AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)
UNION ALL
SELECT relname, '', attname || ' NOT NULL', false
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = {schema} AND attnotnull AND attnum > 0
"""
"""Table, name, definition, and whether the name counts."""
CAST = re.compile(r"::(?:text|character varying)(?:\[\])?")
BRACKETED_TEXT = re.compile(r"\(('(?:[^']|'')*')\)")
BRACKETED_LIST = re.compile(r"\(\((ARRAY\[[^\[\]]*\])\)\)")
CHECKS = """
SELECT relname, pg_constraint.oid::text, conname, pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid WHERE relnamespace = pg_my_temp_schema() AND contype = 'c'
"""
IDLE = """
SELECT relname || ': a reference is not watched' FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgisinternal AND tgenabled <> 'O' AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT tablename || ': the rule ' || rulename || ' changes statements' FROM pg_rules
WHERE schemaname = current_schema()
UNION ALL
SELECT tablename || ': the policy ' || policyname || ' hides rows' FROM pg_policies WHERE schemaname = current_schema()
UNION ALL
SELECT relname || ': rows are hidden by policies' FROM pg_class
WHERE (relrowsecurity OR relforcerowsecurity) AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT relname || ': is emptied when the server fails' FROM pg_class
WHERE relkind = 'r' AND relpersistence = 'u' AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'triggers are switched off for this user' WHERE current_setting('session_replication_role') <> 'origin'
"""
"""What makes definitions idle on PostgreSQL although they are there, or hides rows from the program."""
MIGRATIONS = "django_migrations"
MIGRATION = {
    "id": "bigint",
    "app": "character varying(255)",
    "name": "character varying(255)",
    "applied": "timestamp with time zone",
}
"""The kinds of its columns: it has no model."""
WRITTEN = {"time": "time without time zone"}
STRANGE = r"""
WITH members AS (SELECT classid, objid FROM pg_depend WHERE deptype = 'e'),
in_c AS (SELECT pg_proc.oid FROM pg_proc JOIN pg_language ON pg_language.oid = prolang AND lanname = 'c'
    WHERE pg_proc.oid IN (SELECT objid FROM members WHERE classid = 'pg_proc'::regclass))
SELECT 'check', relname, conname, pg_get_constraintdef(pg_constraint.oid)
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE contype = 'c' AND pg_get_constraintdef(pg_constraint.oid) !~ '^CHECK \(\("?\w+"? >= 0\)\)$'
AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'default', relname, attname, pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_class ON pg_class.oid = adrelid
JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum WHERE relnamespace = current_schema()::regnamespace
UNION ALL
SELECT CASE WHEN typnamespace = 'pg_catalog'::regnamespace AND attcollation = typcollation THEN 'column'
    ELSE 'kind of the column' END, relname, attname, format_type(atttypid, atttypmod)
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid JOIN pg_type ON pg_type.oid = atttypid
WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
UNION ALL
SELECT 'constraint', relname, conname, 'not tried on every row' FROM pg_constraint
JOIN pg_class ON pg_class.oid = conrelid WHERE NOT convalidated AND relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'index', owner.relname, pg_class.relname, 'not in use' FROM pg_index
JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_class owner ON owner.oid = indrelid
WHERE NOT (indisvalid AND indisready AND indislive) AND owner.relnamespace = current_schema()::regnamespace
UNION ALL
SELECT 'publication', '', pubname, 'carries rows elsewhere' FROM pg_publication
UNION ALL
SELECT 'table', '', CASE WHEN nspname = current_schema() THEN relname ELSE nspname || '.' || relname END, 'of nobody'
FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND pg_class.oid >= 16384 AND relpersistence <> 't'
AND NOT (relkind = 'v' AND pg_class.oid IN (SELECT objid FROM members WHERE classid = 'pg_class'::regclass))
UNION ALL
SELECT 'function', '', oid::regprocedure::text, 'not in C' FROM pg_proc
WHERE oid >= 16384 AND oid NOT IN (SELECT oid FROM in_c) AND oid NOT IN (
    SELECT tgfoid FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = current_schema()::regnamespace
)
UNION ALL
SELECT 'function', '', pg_proc.oid::regprocedure::text, 'not as PostgreSQL has it'
FROM pg_proc JOIN pg_language ON pg_language.oid = prolang WHERE pg_proc.oid < 16384 AND (
    lanname NOT IN ('internal', 'c', 'sql')
    OR lanname = 'sql' AND coalesce(pg_get_function_sqlbody(pg_proc.oid), prosrc) ~* '\m(insert|update|delete|merge)\M'
)
UNION ALL
SELECT 'schema', '', nspname, 'of nobody' FROM pg_namespace
WHERE oid >= 16384 AND nspname !~ '^pg_(toast_)?temp_\d+$'
AND oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_namespace'::regclass)
UNION ALL
SELECT 'operator', '', oid::regoperator::text, oprcode::text FROM pg_operator
WHERE oid >= 16384 AND NOT (
    oprcode IN (SELECT oid FROM in_c) AND oid IN (SELECT objid FROM members WHERE classid = 'pg_operator'::regclass)
    AND oprname <> ALL ('{=,<>,<,>,<=,>=,+,-,*,/,||,~~,~~*,!~~,~,~*,->,->>,@>,<@,&&}'::text[])
)
UNION ALL
SELECT 'operator class', '', opcname::text, 'not of PostgreSQL' FROM pg_opclass
WHERE oid >= 16384 AND oid NOT IN (SELECT objid FROM members WHERE classid = 'pg_opclass'::regclass)
UNION ALL
SELECT 'type', '', oid::regtype::text, 'not of PostgreSQL' FROM pg_type
WHERE oid >= 16384 AND typtype IN ('d', 'e', 'r', 'm')
UNION ALL
SELECT 'cast', '', castsource::regtype || ' as ' || casttarget::regtype, 'not of PostgreSQL'
FROM pg_cast WHERE oid >= 16384
UNION ALL
SELECT 'event trigger', '', evtname, 'runs when a table changes' FROM pg_event_trigger
"""
"""What may run, or answer for the program's own, when a row is written or read: kind, table, name, what it is. The
database is the program's alone: what it holds besides is strange, wherever it lies (16384 is the first number of what
isn't PostgreSQL's own). Known of extensions are functions in C, operators that the program doesn't use, and views."""


def definition_faults() -> Iterator[str]:
    """Definitions of the models that the database lacks or has otherwise."""
    models = _models()
    yield from (f"{one._meta.db_table} is missing" for one in _every_model() if one not in models)
    wanted, there = _definitions(models)
    for model, definitions in wanted.items():
        table = model._meta.db_table
        yield from (f"{table}: {one}" for one in sorted(definitions - there[table]))
        further = (one for one in sorted(there[table] - definitions) if not one.startswith("CREATE INDEX"))
        yield from (f"{table}: nobody asks for {one}" for one in further)
    if connection.vendor == "sqlite":
        known, parts = {*(one._meta.db_table for one in models), MIGRATIONS}, tuple(search_tables())
        further = (one for (one,) in _rows(FURTHER) if one not in known and not one.startswith(parts))
        yield from (f"the table {one} doesn't belong here" for one in further)
    if connection.vendor == "postgresql":
        yield from (text for (text,) in _rows(IDLE))
        yield from _strangers(models)


def _strangers(models: list[type[Model]]) -> Iterator[str]:
    """What is in the database, and neither a model nor a migration has asked for it."""
    [[path]] = _rows("SHOW search_path")  # no statement that a function of the same name could answer
    if "pg_catalog" in path:
        yield f"the search path {path} lets others answer for the catalogue of PostgreSQL"
    known = {("table", "", table) for table in (*(one._meta.db_table for one in models), MIGRATIONS)}
    defined = {("column", MIGRATIONS, name): {kind} for name, kind in MIGRATION.items()}
    for one in models:
        table, options = one._meta.db_table, one._meta
        known |= {("check", table, each.name) for each in options.constraints if isinstance(each, CheckConstraint)}
        for each in options.local_concrete_fields:
            defined["column", table, each.column] = _written(each)
            if each.db_default is not NOT_PROVIDED:
                defined["default", table, each.column] = {_default_of(each)}
    for kind, table, name, what in _rows(STRANGE):
        is_known = (kind, table, name) in known or what in defined.get((kind, table, name), ())
        if not is_known:
            yield f"{table}: the {kind} {name} doesn't belong here ({what})".removeprefix(": ")


def _written(field: "Field[Any, Any]") -> set[str]:
    """The kind of a column as PostgreSQL calls it. Tables between two models may be numbered either way."""
    kind = str(field.db_type(connection))
    written = WRITTEN.get(kind) or kind.replace("varchar", "character varying").replace(", ", ",")
    return {"integer", "bigint"} if isinstance(field, AutoField) else {written}


def _default_of(field: "Field[Any, Any]") -> str:
    """The default of a column as PostgreSQL writes it."""
    value = getattr(field.db_default, "value", field.db_default)
    return f"'{json.dumps(value)}'::jsonb" if isinstance(field, JSONField) else str(value).lower()


def orphans() -> Iterator[str]:
    """Rows that name a row that isn't there, by table and column."""
    for model in _models():
        for field in _references(model):
            rows = _orphans_of(model, field)
            if rows:
                yield f"{model._meta.db_table}.{field.column}: {rows} lead nowhere"


def damage() -> list[str]:
    """What SQLite finds when it reads its file; PostgreSQL watches its own pages."""
    found = _rows("PRAGMA quick_check(5)") if connection.vendor == "sqlite" else []
    return [text for (text,) in found if text != "ok"]


def _models() -> list[type[Model]]:
    """Those that have a table."""
    tables = set(connection.introspection.table_names())
    return [one for one in _every_model() if one._meta.db_table in tables]


def _every_model() -> list[type[Model]]:
    return [one for one in apps.get_models(include_auto_created=True) if one._meta.managed and not one._meta.proxy]


def _references(model: type[Model]) -> Iterator["ForeignKey[Model, Model]"]:
    fields = (one for one in model._meta.local_fields if isinstance(one, ForeignKey))
    return (one for one in fields if _is_demanded(one))


def _is_demanded(field: "ForeignKey[Any, Any]") -> bool:
    return bool(getattr(field, "db_constraint", True)) and field.target_field.model._meta.managed


def _orphans_of(model: type[Model], field: "ForeignKey[Model, Model]") -> int:
    quote, target = connection.ops.quote_name, field.target_field
    table, column = quote(model._meta.db_table), quote(field.column)
    [[rows]] = _rows(
        f"SELECT count(*) FROM {table} one WHERE one.{column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "  # noqa: S608
        f"{quote(target.model._meta.db_table)} two WHERE two.{quote(target.column)} = one.{column})"
    )
    return int(rows)


def _definitions(models: list[type[Model]]) -> tuple[Definitions, dict[str, set[str]]]:
    """What models want, and what each table has."""
    if connection.vendor == "sqlite":
        return {one: _wanted_by_sqlite(one) for one in models}, _in_sqlite()
    there = _in_postgresql("current_schema()::regnamespace")
    return _wanted_by_postgresql(models, there), there


def _wanted_by_sqlite(model: type[Model]) -> set[str]:
    editor = connection.schema_editor(collect_sql=True)
    editor.deferred_sql = []
    sql, _parameters = editor.table_sql(model)
    indexes = [one for one in model._meta.constraints if not one.constraint_sql(model, editor)]
    later = [*(one.create_sql(model, editor) for one in indexes), *editor.deferred_sql]
    return set(_parts(sql)) | {_unnamed(str(one)) for one in later}


def _in_sqlite() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, sql in _rows(TABLES):
        found.setdefault(table, set()).update(_parts(sql) if sql.startswith("CREATE TABLE") else [_unnamed(sql)])
    return found


def _unnamed(index: str) -> str:
    """Its name may come from a table that was called otherwise."""
    return re.sub(r"INDEX \w+ ON", "INDEX ON", _plain(index))


def _parts(sql: str) -> Iterator[str]:
    """The definitions of a table: what stands between the outer brackets, parted at commas outside of inner ones."""
    depth, is_text, part = 0, False, ""
    for sign in sql[sql.index("(") + 1 : sql.rindex(")")]:
        is_text ^= sign == "'"
        depth += 0 if is_text else {"(": 1, ")": -1}.get(sign, 0)
        if sign == "," and not depth and not is_text:
            yield _plain(part)
            part = ""
        else:
            part += sign
    yield _plain(part)


def _of_a_field(field: "Field[object, object]") -> Iterator[str]:
    if field.primary_key:
        yield f"PRIMARY KEY ({field.column})"
    elif field.unique:
        yield f"UNIQUE ({field.column})"
    if not field.null:
        yield f"{field.column} NOT NULL"
    if check := field.db_check(connection):
        yield _plain(f"CHECK (({check}))")
    if isinstance(field, ForeignKey) and _is_demanded(field):
        target = field.target_field
        yield (
            f"FOREIGN KEY ({field.column}) REFERENCES {target.model._meta.db_table}({target.column}) "
            "DEFERRABLE INITIALLY DEFERRED"
        )


def _wanted_by_postgresql(models: list[type[Model]], there: dict[str, set[str]]) -> Definitions:
    """Its constraints as PostgreSQL writes them down, on tables that are gone again afterwards.

    `there`, what each table has, gets a check as it is first written where it has it as it is written later.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT quote_ident(current_schema())")
        [schema] = cursor.fetchone()
        editor = connection.schema_editor(collect_sql=True, atomic=False)
        for model in models:
            table = connection.ops.quote_name(model._meta.db_table)
            cursor.execute(f"CREATE TEMP TABLE {table} (LIKE {schema}.{table})")
            for constraint in model._meta.constraints:
                cursor.execute(str(constraint.create_sql(model, editor)))
        tried = _in_postgresql("pg_my_temp_schema()")
        for table, first, again in _checks_read_again():
            if again in there.get(table, ()):
                there[table] = there[table] - {again} | {first}
        transaction.set_rollback(True)
    excluded = {label: {text} for label, text in exclusions().items()}
    return {
        one: _of_fields(one) | tried.get(one._meta.db_table, set()) | excluded.get(one._meta.label, set())
        for one in models
    }


def _checks_read_again() -> Iterator[tuple[str, str, str]]:
    """Table, and a check as PostgreSQL writes it first and when it has read its own writing, as after a restore."""
    first = {number: (table, name, text) for table, number, name, text in _rows(CHECKS)}
    with connection.cursor() as cursor:
        for number, (table, _name, text) in first.items():
            cursor.execute(f'ALTER TABLE pg_temp."{table}" ADD CONSTRAINT "{number}" {text}')
    for table, _number, number, text in _rows(CHECKS):
        if number in first:
            _table, name, written = first[number]
            yield table, _uncast(_plain(f"{name} {written}")), _uncast(_plain(f"{name} {text}"))


def _of_fields(model: type[Model]) -> set[str]:
    columns = {one.name: one.column for one in model._meta.local_concrete_fields}
    together = {f"UNIQUE ({', '.join(columns[one] for one in names)})" for names in model._meta.unique_together}
    return together | {text for one in model._meta.local_concrete_fields for text in _of_a_field(one)}


def _in_postgresql(schema: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for table, name, text, is_named in _rows(CONSTRAINTS.format(schema=schema)):
        found.setdefault(table, set()).add(_uncast(_plain(f"{name} {text}" if is_named else text)))
    return found


def _uncast(definition: str) -> str:
    """PostgreSQL writes a list of texts otherwise when it has read its own writing, as after a restore."""
    bare = CAST.sub("", definition)
    return BRACKETED_LIST.sub(r"(\1)", BRACKETED_TEXT.sub(r"\1", bare))


def _plain(definition: str) -> str:
    return " ".join(unquoted(definition).split())


def _rows(query: str) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchall()
