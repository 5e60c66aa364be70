"""A process that takes imports on until it is killed; `tests/members/imports/test_imports_killed.py` starts it.

python -m tests.members.imports.importer KEY    each line on its input starts another child, which reads, confirms and
stores that import, a few rows at a time. A child prints `begun PID`, and `done` when everything is stored. With
IMPORTER_TORN=1 a part of the import isn't stored together any more.
"""

import os
import signal
import sys
from datetime import date

import django

django.setup()

from django.db import connections  # noqa: E402

from members.choices import ImportState  # noqa: E402
from members.imports import running, services  # noqa: E402
from members.models.files import RosterImport  # noqa: E402

services.CHUNK = 20


def main(key: str) -> None:
    if os.environ.get("IMPORTER_TORN"):
        services.store_chunk = services.store_chunk.__wrapped__
        services.go_on = lambda roster_import: None  # PostgreSQL holds no row outside a transaction
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # who was killed is gone, and nothing is left of it
    say("ready")
    for _line in sys.stdin:
        if os.fork() == 0:
            connections.close_all()
            say(f"begun {os.getpid()}")
            take_on(key)
            say("done")
            os._exit(0)


def take_on(key: str) -> None:
    begun = RosterImport.objects.get(key=key)
    running.read_import(begun, on=date(2026, 11, 24))
    begun.refresh_from_db()
    if begun.state == ImportState.PREVIEW:
        services.confirm_import(roster_import=begun, by=begun.uploaded_by)
    running.apply_import(begun, on=date(2026, 11, 24))


def say(line: str) -> None:
    """In one piece, so that a kill leaves whole lines."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main(*sys.argv[1:])
