"""The triggers that tell of rows of watched tables; `manage.py migrate` puts them up."""

from collections.abc import Iterable, Iterator

from django.db import connection

from audit.watched import Watched, watched_tables

PREFIX = "audit_touched"
EVENTS = {"insert": [("1", "NEW")], "update": [("-1", "OLD"), ("1", "NEW")], "delete": [("-1", "OLD")]}
FUNCTION = """
BEGIN
    IF to_regclass('pg_temp.audit_touched') IS NULL THEN
        CREATE TEMPORARY TABLE audit_touched (table_name text, place text, sign integer, content text)
            ON COMMIT DELETE ROWS;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO pg_temp.audit_touched SELECT '{table}', {place}, 1, {content} FROM added AS line;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO pg_temp.audit_touched SELECT '{table}', {place}, -1, {content} FROM removed AS line;
    END IF;
    RETURN NULL;
END
"""
REFERENCING = {
    "insert": "NEW TABLE AS added",
    "update": "OLD TABLE AS removed NEW TABLE AS added",
    "delete": "OLD TABLE AS removed",
}
STANDING_ON_SQLITE = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_touched_%'"
STANDING_FUNCTIONS = """
SELECT proname, concat(prosrc, array_to_string(proconfig, ' '), CASE WHEN prosecdef THEN 'as its owner' END)
FROM pg_proc WHERE proname LIKE 'audit_touched_%' AND pronamespace = current_schema()::regnamespace
"""
STANDING_TRIGGERS = """
SELECT tgname, pg_get_triggerdef(pg_trigger.oid, true) || tgenabled::text
FROM pg_trigger
JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname LIKE 'audit_touched_%' AND relnamespace = current_schema()::regnamespace
"""
"""Only those of this program's own tables: `current_schema` is where it made them."""


def put_up() -> list[str]:
    """Put up what is missing or differs, and take away what belongs to no watched table; returns their tables."""
    standing = set(standing_on_database())
    wanted = {table: watched for table, watched in watched_tables().items() if table in standing}
    wrong = set(wrong_triggers(wanted.values()))
    with connection.cursor() as cursor:
        for statement in taking_down(wrong | set(_tables_with_triggers()) - set(wanted)):
            cursor.execute(statement)
        for table in sorted(wrong):
            for statement in putting_up(wanted[table]):
                cursor.execute(statement)
    return sorted(wrong)


def take_down() -> None:
    """Before migrations: SQLite changes no column that a trigger names."""
    with connection.cursor() as cursor:
        for statement in taking_down(_tables_with_triggers()):
            cursor.execute(statement)


def wrong_triggers(tables: Iterable[Watched]) -> Iterator[str]:
    """The tables of which a trigger is missing, switched off, or not what it has to be."""
    standing = _standing()
    for watched in tables:
        if any(standing.get(name) != text for name, text in _expected(watched).items()):
            yield watched.table


def trigger_names() -> set[str]:
    return {f"{PREFIX}_{event}_{table}" for table in watched_tables() for event in EVENTS}


def standing_on_database() -> list[str]:
    with connection.cursor() as cursor:
        return connection.introspection.table_names(cursor)


def putting_up(watched: Watched) -> list[str]:
    """The statements that put up the triggers of a table."""
    if connection.vendor != "postgresql":
        return list(_expected(watched).values())
    name = f"{PREFIX}_{watched.table}"
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${_body(watched)}$$"
    return [function, *(_postgresql_trigger(watched.table, event) for event in EVENTS)]


def taking_down(tables: Iterable[str]) -> list[str]:
    """The statements that take down the triggers of tables."""
    on_sqlite = connection.vendor != "postgresql"
    return [
        f"DROP TRIGGER IF EXISTS {PREFIX}_{event}_{table}{'' if on_sqlite else f' ON {table}'}"
        for table in sorted(tables)
        for event in EVENTS
    ]


def _postgresql_trigger(table: str, event: str) -> str:
    return (
        f"CREATE TRIGGER {PREFIX}_{event}_{table} AFTER {event.upper()} ON {table} REFERENCING {REFERENCING[event]}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {PREFIX}_{table}()"
    )


def place_and_content(watched: Watched) -> tuple[str, str]:
    """How PostgreSQL writes the place and the watched values of the row `line`."""
    place = " || '/' || ".join(f"coalesce(line.{_quoted(column)}::text, '')" for column in watched.place) or "''"
    return place, f"ROW({', '.join(f'line.{_quoted(column)}' for column in watched.columns)})::text"


def _body(watched: Watched) -> str:
    place, content = place_and_content(watched)
    return FUNCTION.format(table=watched.table, place=place, content=content)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _expected(watched: Watched) -> dict[str, str]:
    """What the database has to say of each trigger and function."""
    if connection.vendor != "postgresql":
        return {f"{PREFIX}_{event}_{watched.table}": _sqlite_trigger(watched, event) for event in EVENTS}
    triggers = {
        f"{PREFIX}_{event}_{watched.table}": _postgresql_trigger(watched.table, event) + "O" for event in EVENTS
    }
    return {f"{PREFIX}_{watched.table}": _body(watched), **triggers}


def _sqlite_trigger(watched: Watched, event: str) -> str:
    calls = " ".join(
        f"SELECT {PREFIX}('{watched.table}', {sign}, {len(watched.place)}, "
        + ", ".join(f"{row}.{_quoted(column)}" for column in (*watched.place, *watched.columns))
        + ");"
        for sign, row in EVENTS[event]
    )
    return f"CREATE TRIGGER {PREFIX}_{event}_{watched.table} AFTER {event.upper()} ON {watched.table} BEGIN {calls} END"


def _standing() -> dict[str, str]:
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute(STANDING_ON_SQLITE)
            return dict(cursor.fetchall())
        cursor.execute(STANDING_FUNCTIONS)
        found = dict(cursor.fetchall())
        cursor.execute(STANDING_TRIGGERS)
        return found | dict(cursor.fetchall())


def _tables_with_triggers() -> set[str]:
    names = _standing()
    return {
        name.removeprefix(f"{PREFIX}_{event}_")
        for name in names
        for event in EVENTS
        if name.startswith(f"{PREFIX}_{event}_")
    }
