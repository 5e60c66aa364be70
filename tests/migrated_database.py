"""A migrated SQLite database, made once for a state of the migrations and copied by whoever tests.

Running all migrations takes longer than many a test, and every worker of every run would do it again. Copies lie below
`.venv/var`; a changed migration, a changed module that migrations import, or another Django makes a new one.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import django
from django.conf import settings

KEPT = settings.BASE_DIR / ".venv/var/migrated"
IMPORTED = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)


def copy_to(path: Path) -> None:
    """Puts a database with all migrations at `path`."""
    KEPT.mkdir(parents=True, exist_ok=True)
    wanted = KEPT / f"{state_of_migrations()}.sqlite3"
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not wanted.exists():
            for older in KEPT.glob("*.sqlite3"):
                older.unlink()
            migrate(wanted)
    shutil.copyfile(wanted, path)


def state_of_migrations() -> str:
    digest = hashlib.sha256(django.get_version().encode())
    for file in sorted({*migrations(), *modules_they_import()}):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def migrations() -> list[Path]:
    return list(settings.BASE_DIR.glob("[a-z]*/migrations/*.py"))


def modules_they_import() -> list[Path]:
    names = {name for file in migrations() for name in IMPORTED.findall(file.read_text())}
    files = [settings.BASE_DIR / f"{name.replace('.', '/')}.py" for name in names]
    return [file for file in files if file.exists()]


def migrate(path: Path) -> None:
    with tempfile.TemporaryDirectory(dir=KEPT) as folder:
        begun = Path(folder) / "begun.sqlite3"
        environment = {"PATH": os.environ["PATH"], "BRANCHWEB_DATA": folder, "DATABASE_URL": f"sqlite:///{begun}"}
        command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
        subprocess.run(command, cwd=settings.BASE_DIR, env=environment, check=True)
        begun.rename(path)
