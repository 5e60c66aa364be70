"""The database of a backup: taken as it stands at one moment, and put back whole or not at all.

SQLite is copied by its own online backup, PostgreSQL by `pg_dump` in the snapshot in which the rows were counted.
"""

import os
import shutil
import sqlite3
import subprocess
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models, transaction
from django.utils.translation import gettext as _

from branchweb.backup.files import PIECE, Outgoing, open_private
from members.refused import Refused

Counts = dict[str, dict[str, str]]
"""Table → `*`, its rows, and the columns of numbers, each added up."""

FILES = {"sqlite": "database.sqlite3.gz", "postgresql": "database.pgdump"}
FILLED_BY_MIGRATE: tuple[type[models.Model], ...] = (ContentType, Permission)
NOT_A_MODELS = ("django_migrations", "sqlite_", "members_member_search", "audit_touched")
"""Tables, or beginnings of their names, that belong to no model and are ours or the database's own."""
BESIDE = ".restoring"
CALLED = "branchweb restore"
"""What a `pg_restore` of ours is called by the server: of a restore that was killed one may still be at work."""
END_LEFT_OVER = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = %s AND pid <> pg_backend_pid()
"""
OBJECTS = """
SELECT CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
    relname FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v', 'm', 'S')
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_class.oid AND deptype IN ('e', 'a', 'i'))
UNION ALL SELECT 'ROUTINE', proname FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
    AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')
"""


def name() -> str:
    """What the file of this kind of database is called in a backup."""
    return FILES[connection.vendor]


# --- Counting -----------------------------------------------------------------------------------------------------
def countable() -> dict[str, list[str]]:
    """Tables of all models, with their columns of numbers."""
    return {
        model._meta.db_table: sorted(
            one.column
            for one in model._meta.local_concrete_fields
            if isinstance(one, (models.IntegerField, models.DecimalField)) and not one.is_relation
        )
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }


def counted(ask: Callable[[str], Any], tables: Mapping[str, list[str]]) -> Counts:
    """Rows and sums of each table; `ask` runs a query and gives its one row."""
    counts: Counts = {}
    for table, columns in sorted(tables.items()):
        wanted = ", ".join(["count(*)", *(f"sum({_quoted(column)})" for column in columns)])
        row = ask(f"SELECT {wanted} FROM {_quoted(table)}")  # noqa: S608  names only, quoted
        counts[table] = dict(zip(["*", *columns], map(str, row), strict=True))
    return counts


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def ask_here(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()


def ask_file(path: Path) -> Callable[[str], Any]:
    def ask(query: str) -> Any:
        with closing(sqlite3.connect(path)) as database:
            return database.execute(query).fetchone()

    return ask


# --- Taking -------------------------------------------------------------------------------------------------------
def dump(out: Outgoing) -> Counts:
    """Write the database as it stands at one moment; what was counted in it at the same moment."""
    return _dump_postgresql(out) if connection.vendor == "postgresql" else _dump_sqlite(out)


def _dump_sqlite(out: Outgoing) -> Counts:
    with _copied() as copy:
        counts = counted(ask_file(copy), countable())
        packer = zlib.compressobj(1, wbits=31)  # as gzip
        with copy.open("rb") as file:
            for piece in iter(lambda: file.read(PIECE), b""):
                out.write(packer.compress(piece))
        out.write(packer.flush())
    return counts


@contextmanager
def _copied() -> Iterator[Path]:
    """A copy of the database in use, beside it and as private, for as long as it is read."""
    path = database_file()
    copy = path.with_name(f"{path.name}.copy-{os.getpid()}")
    try:
        open_private(copy).close()
        connection.ensure_connection()
        with closing(sqlite3.connect(copy)) as target:
            connection.connection.backup(target)
            target.execute("PRAGMA journal_mode=DELETE")
        yield copy
    finally:
        for ending in ("", "-journal", "-wal", "-shm"):
            copy.with_name(copy.name + ending).unlink(missing_ok=True)


def database_file() -> Path:
    return Path(connection.settings_dict["NAME"])


def _dump_postgresql(out: Outgoing) -> Counts:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        (snapshot,) = ask_here("SELECT pg_export_snapshot()")
        options = ("--format=custom", "--no-owner", "--no-privileges", "--no-comments", f"--snapshot={snapshot}")
        with _client("pg_dump", *options, stdout=subprocess.PIPE) as program:
            counts = counted(ask_here, countable())
            assert program.stdout
            for piece in iter(partial(program.stdout.read, PIECE), b""):
                out.write(piece)
    return counts


@contextmanager
def _client(program: str, *options: str, **streams: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """One of PostgreSQL's programs on this database. Raises Refused with what it says when it fails."""
    path = shutil.which(program)
    if path is None:
        raise Refused(_("%(program)s is missing: apt-get install postgresql-client.") % {"program": program})
    (_psql, *where, database), more = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    command = [path, *where, f"--dbname={database}", *options]
    environment = {**os.environ, **(more or {}), "PGAPPNAME": CALLED}
    started = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, **streams)  # noqa: S603  no shell
    try:
        yield started
        _out, said = started.communicate()
    finally:
        if started.poll() is None:
            started.kill()
            started.wait()
    if started.returncode:
        raise Refused(f"{program}: {said.decode(errors='replace').strip()[:500]}")


# --- Putting back -------------------------------------------------------------------------------------------------
def refuse_strangers() -> None:
    """Raises Refused where the database has tables that are none of ours."""
    ours = {table.lower() for table in countable()}
    for table in connection.introspection.table_names():
        if table.lower() not in ours and not table.startswith(NOT_A_MODELS):
            raise Refused(
                _("The database has the table %(table)s, which isn't Branchweb's: give it an empty one.")
                % {"table": table}
            )


def refuse_rows() -> None:
    """Raises Refused where something is recorded already: a backup is never laid over other data."""
    there = set(connection.introspection.table_names())
    for model in apps.get_models(include_auto_created=True):
        own = model._meta.managed and not model._meta.proxy and model not in FILLED_BY_MIGRATE
        if own and model._meta.db_table in there and model._base_manager.exists():
            raise Refused(
                _("The database isn't empty: %(table)s has rows. A backup is restored into an empty one only.")
                % {"table": model._meta.db_table}
            )


def load(content: Iterator[bytes], expected: Counts) -> None:
    """Put the database in place of an empty one. Raises Refused where the rows aren't those that were counted."""
    if connection.vendor == "postgresql":
        _load_postgresql(content)
        compare(ask_here, expected)
    else:
        _load_sqlite(content, expected)


def compare(ask: Callable[[str], Any], expected: Counts) -> None:
    tables = {table: [one for one in sums if one != "*"] for table, sums in expected.items()}
    found = counted(ask, tables)
    if different := [table for table in expected if found[table] != expected[table]]:
        raise Refused(
            _("Rows or sums of these tables aren't those of the backup: %(tables)s.")
            % {"tables": ", ".join(different[:5])}
        )


def _load_sqlite(content: Iterator[bytes], expected: Counts) -> None:
    path = database_file()
    beside = path.with_name(path.name + BESIDE)
    beside.unlink(missing_ok=True)
    with open_private(beside) as file:
        unpacker = zlib.decompressobj(wbits=31)
        for piece in content:
            file.write(unpacker.decompress(piece))
        file.write(unpacker.flush())
        file.flush()
        os.fsync(file.fileno())
    compare(ask_file(beside), expected)
    _let_go(path)
    beside.replace(path)
    sync_folder(path.parent)


def _let_go(path: Path) -> None:
    """Fold the log of the database that goes into it: left behind, it would be read as that of the new one."""
    connection.close()
    if path.exists():
        with closing(sqlite3.connect(path, timeout=5)) as database:
            try:
                database.execute("PRAGMA journal_mode=DELETE")
            except sqlite3.OperationalError as error:
                raise Refused(
                    _("Something else has the database open. Stop web server, worker and clock, then restore.")
                ) from error


def sync_folder(folder: Path) -> None:
    """So that a file that was just renamed keeps its new name when the power fails."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _load_postgresql(content: Iterator[bytes]) -> None:
    _empty_schema()
    connection.close()
    options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
    with _client("pg_restore", *options, stdin=subprocess.PIPE) as program:
        assert program.stdin
        try:
            for piece in content:
                program.stdin.write(piece)
        except BrokenPipeError:
            pass  # it ended; why, it says itself


@transaction.atomic
def _empty_schema() -> None:
    """Take the empty tables away, with what hangs on them; extensions stay."""
    with connection.cursor() as cursor:
        cursor.execute(END_LEFT_OVER, [CALLED])
        cursor.execute(OBJECTS)
        for kind, named in cursor.fetchall():
            cursor.execute(f"DROP {kind} IF EXISTS {_quoted(named)} CASCADE")
