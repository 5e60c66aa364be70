"""Real processes on the test's own database and Redis: for killing, flooding and watching them."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from branchweb.celery import app

SECONDS_TO_START = 30


def database_url() -> str:
    """The DATABASE_URL of the database that this test is using."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return f"postgresql://{database['USER']}@{quote(database['HOST'], safe='')}/{database['NAME']}"


def installation(redis_url: str, data: Path) -> dict[str, str]:
    """The environment of a real process that shares database, Redis and keys with the test."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "branchweb.settings",
        "BRANCHWEB_DATA": str(data),
        "BRANCHWEB_SECRET_KEY": settings.SECRET_KEY,
        "BRANCHWEB_FIELD_KEYS": ",".join(settings.FIELD_KEYS),
        "BRANCHWEB_AUDIT_KEY": ",".join(settings.AUDIT_KEYS),
        "DATABASE_URL": database_url(),
        "REDIS_URL": redis_url,
    }


@contextlib.contextmanager
def process(
    *module_and_arguments: str, environment: dict[str, str], until: str, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m …`, ready when its log shows `until`; killed at the end with its children."""
    command = [sys.executable, "-m", *module_and_arguments]
    with log.open("ab") as output:
        started = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for_line(started, until, log)
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(started.pid, 9)
        started.wait()


def wait_for_line(started: subprocess.Popen[bytes], line: str, log: Path) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while line not in log.read_text(errors="replace"):
        if started.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{started.args} did not say {line!r}:\n{log.read_text(errors='replace')}")
        time.sleep(0.05)


@contextlib.contextmanager
def worker(environment: dict[str, str], log: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    arguments = ["celery", "--app", "branchweb", "worker", "--concurrency", "1", "--loglevel", "INFO", *options]
    with process(*arguments, environment=environment, until=" ready.", log=log) as started:
        yield started


@contextlib.contextmanager
def tasks_sent_to(redis_url: str) -> Iterator[None]:
    """Tasks that the test's own process sends go to this Redis."""
    before = app.conf.broker_url
    _use_broker(redis_url.replace("unix://", "redis+socket://"))
    try:
        yield
    finally:
        _use_broker(before)


def _use_broker(url: str) -> None:
    app.conf["broker_url"] = url
    app._pool = app.amqp._producer_pool = None  # both remember the connections of the broker before
