"""A migrated database, made once for a state of the migrations and copied by whoever tests.

Running all migrations takes longer than many a test, and every worker of every run would do it again. Copies lie below
`.venv/var`: of SQLite a file, of PostgreSQL the folder of a whole server. A changed migration, a changed module that
migrations import, or another Django makes a new one.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import django
import psycopg2

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".venv/var/migrated"
IMPORTED = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


def copy_to(path: Path) -> None:
    """Puts a database with all migrations at `path`."""
    shutil.copyfile(kept("", ".sqlite3", lambda begun: migrate(f"sqlite:///{begun}")), path)


def kept(kind: str, ending: str, make: Callable[[Path], None]) -> Path:
    """The file or folder of this state of the migrations, made by `make` where there is none."""
    KEPT.mkdir(parents=True, exist_ok=True)
    wanted = KEPT / f"{kind}{state_of_migrations()}{ending}"
    with (KEPT / f"{kind}lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.exists():
            for older in KEPT.glob(f"{kind}{'?' * 16}{ending}"):
                shutil.rmtree(older) if older.is_dir() else older.unlink()
            with tempfile.TemporaryDirectory(dir=KEPT) as folder:
                make(Path(folder) / "begun")
                (Path(folder) / "begun").rename(wanted)
    return wanted


def state_of_migrations() -> str:
    digest = hashlib.sha256(django.get_version().encode())
    for file in sorted({*migrations(), *modules_they_import()}):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def migrations() -> list[Path]:
    return list(ROOT.glob("[a-z]*/migrations/*.py"))


def modules_they_import() -> list[Path]:
    names = {name for file in migrations() for name in IMPORTED.findall(file.read_text())}
    files = [ROOT / f"{name.replace('.', '/')}.py" for name in names]
    return [file for file in files if file.exists()]


def migrate(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": folder, "DATABASE_URL": url}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)


# --- On PostgreSQL ----------------------------------------------------------------------------------------------------
def name_on_server() -> str:
    """Of the migrated database that tests.servers puts into each server."""
    return f"migrated_{state_of_migrations()}"


def copy_on_server(connection: Any) -> bool:
    """Makes the test database of this connection a copy, where the server has what to copy; whether it had."""
    name, migrated = connection.creation._get_test_db_name(), name_on_server()
    parameters = connection.get_connection_params() | {"dbname": "postgres", "cursor_factory": None}
    with closing(psycopg2.connect(**parameters)) as server, server.cursor() as cursor:
        server.autocommit = True
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [migrated])
        if not cursor.fetchone():
            return False
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}")
    return True
