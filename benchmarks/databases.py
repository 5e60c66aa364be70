"""The databases that are measured: a generated county of a given size, on SQLite or PostgreSQL, made once and kept."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2

from tests import servers

ROOT = Path(__file__).resolve().parent.parent
OURS, FLOOR = "branchweb.settings", "benchmarks.floor.settings"
MEMBERS_A_BRANCH = 20


@dataclass(frozen=True)
class County:
    """A database with a generated county, and a session of its committee's staff."""

    kind: str
    members: int
    months: int
    """Of meetings and dues."""
    environment: dict[str, str]
    cookie: str
    floor_cookie: str
    """The same person's, as the floor logs in."""
    branch_cookie: str
    """The session of the secretary of one branch."""
    dues_cookie: str
    """Of its organization officer, who sees everything about its dues."""
    officer_cookie: str
    """Of an organization officer of the whole county."""
    member_cookie: str
    """Of a member of that branch."""
    names: dict[str, str]
    """What to search for: `two`, `three` characters, `initials`, `digits`; and `branch`, a branch's code, with the key
    of that `member`."""

    @property
    def size(self) -> str:
        return f"{self.members:,} members" + (f" × {self.months} months" if self.months else "")

    def settings(self, module: str) -> dict[str, str]:
        return {**self.environment, "DJANGO_SETTINGS_MODULE": module}


@contextlib.contextmanager
def county(
    kind: str, members: int, data: Path, server: str = "", months: int = 0, branches: int = 0
) -> Iterator[County]:
    """Make the county if it isn't there. A PostgreSQL without `server` is thrown away afterwards. `branches`: other
    than the usual number for so many members."""
    name = f"county_{members}_{months}" if months else f"county_{members}"
    usual = max(1, members // MEMBERS_A_BRANCH)
    name += f"_in_{branches}" if branches not in (0, usual) else ""
    with _database(kind, name, data, server) as environment:
        wanted = str(branches or usual)
        made = run_prepared(["-m", "benchmarks.prepare", str(members), wanted, str(months)], environment)
        yield County(kind, members, months, environment, **json.loads(made))


def of_generated(script: str, kind: str, members: int, branches: int, months: int, data: Path, server: str) -> str:
    """What a script of ours says of a county with everything that `generate` makes."""
    with _database(kind, f"generated_{members}_in_{branches}_{months}", data, server) as environment:
        return run_prepared(["-m", script, str(members), str(branches), str(months)], environment)


@dataclass(frozen=True)
class Tree:
    """A database with branches and nobody in them."""

    kind: str
    environment: dict[str, str]
    branches: int
    url: str

    def copy(self) -> contextlib.AbstractContextManager[dict[str, str]]:
        return copy_of(self.kind, self.environment)


@contextlib.contextmanager
def copy_of(kind: str, environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a copy of the database that is thrown away."""
    url = environment["DATABASE_URL"]
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(dir=environment["BRANCHWEB_DATA"]) as folder:
            shutil.copy(url.removeprefix("sqlite:///"), f"{folder}/copy.sqlite3")
            yield {**environment, "DATABASE_URL": f"sqlite:///{folder}/copy.sqlite3"}
        return
    template = urlsplit(url).path.strip("/")
    server = urlsplit(url)._replace(path="/postgres").geturl()
    execute(server, "DROP DATABASE IF EXISTS benchmark_copy WITH (FORCE)")
    execute(server, f"CREATE DATABASE benchmark_copy TEMPLATE {template} STRATEGY FILE_COPY")
    try:
        yield {**environment, "DATABASE_URL": urlsplit(url)._replace(path="/benchmark_copy").geturl()}
    finally:
        execute(server, "DROP DATABASE benchmark_copy WITH (FORCE)")


@contextlib.contextmanager
def tree(kind: str, branches: int, data: Path, server: str = "") -> Iterator[Tree]:
    with _database(kind, f"branches_{branches}", data, server) as environment:
        run_prepared(["-m", "benchmarks.prepare", "0", str(branches)], environment)
        yield Tree(kind, environment, branches, environment["DATABASE_URL"])


@contextlib.contextmanager
def _database(kind: str, name: str, data: Path, server: str) -> Iterator[dict[str, str]]:
    """The environment of a database of that name, which is kept unless its PostgreSQL is."""
    with contextlib.ExitStack() as stack:
        if kind == "postgres" and not server:
            server = stack.enter_context(servers.postgres())
        data.mkdir(parents=True, exist_ok=True)
        url = _postgres_database(server, name) if kind == "postgres" else f"sqlite:///{data}/{name}.sqlite3"
        yield {**os.environ, "DATABASE_URL": url, "BRANCHWEB_DATA": str(data), "REDIS_URL": ""}


def run_prepared(arguments: list[str], environment: dict[str, str]) -> str:
    """Run a script of ours with Django's settings; the last line it prints."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env={**environment, "DJANGO_SETTINGS_MODULE": OURS},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return (done.stdout.splitlines() or [""])[-1]


def _postgres_database(server: str, name: str) -> str:
    """The address of the server's database of that name, which is created empty if it isn't there."""
    if not execute(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        execute(server, f"CREATE DATABASE {name}")
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def execute(server: str, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
