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
    environment: dict[str, str]
    cookie: str
    branch_cookie: str
    """The session of the secretary of one branch."""
    names: dict[str, str]
    """What to search for: `two`, `three` characters, `initials`, `digits`; and `branch`, a branch's code."""

    def settings(self, module: str) -> dict[str, str]:
        return {**self.environment, "DJANGO_SETTINGS_MODULE": module}


@contextlib.contextmanager
def county(kind: str, members: int, data: Path, server: str = "") -> Iterator[County]:
    """Make the county if it isn't there. A PostgreSQL without `server` is thrown away afterwards."""
    with _database(kind, f"county_{members}", data, server) as environment:
        branches = str(max(1, members // MEMBERS_A_BRANCH))
        made = run_prepared(["-m", "benchmarks.prepare", str(members), branches], environment)
        yield County(kind, members, environment, **json.loads(made))


@dataclass(frozen=True)
class Tree:
    """A database with branches and nobody in them."""

    kind: str
    environment: dict[str, str]
    branches: int
    url: str

    @contextlib.contextmanager
    def copy(self) -> Iterator[dict[str, str]]:
        """The environment of a copy that is thrown away."""
        if self.kind == "sqlite":
            with tempfile.TemporaryDirectory() as folder:
                shutil.copy(self.url.removeprefix("sqlite:///"), f"{folder}/copy.sqlite3")
                yield {**self.environment, "DATABASE_URL": f"sqlite:///{folder}/copy.sqlite3"}
            return
        template = urlsplit(self.url).path.strip("/")
        server = urlsplit(self.url)._replace(path="/postgres").geturl()
        _execute(server, f"CREATE DATABASE benchmark_copy TEMPLATE {template}")
        try:
            yield {**self.environment, "DATABASE_URL": urlsplit(self.url)._replace(path="/benchmark_copy").geturl()}
        finally:
            _execute(server, "DROP DATABASE benchmark_copy WITH (FORCE)")


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
    if not _execute(server, f"SELECT 1 FROM pg_database WHERE datname = '{name}'"):
        _execute(server, f"CREATE DATABASE {name}")
    return urlsplit(server)._replace(path=f"/{name}").geturl()


def _execute(server: str, statement: str) -> list[tuple[object, ...]]:
    with contextlib.closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
