import errno
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import defaults
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.models import ChainCheck
from members.access.policy import public
from reminders.jobs.models import Heartbeat
from reminders.jobs.queries import NewestBackup, health as health_of_jobs, newest_backup

WRITES_EVERY = 5
"""Seconds. Anybody may ask for /health/; nobody makes the disk busy with it."""
RETRY_AFTER = 10
"""Seconds."""
FULL = (errno.ENOSPC, errno.EDQUOT)
WORDS = {
    "locked": "busy",
    "disk is full": "full",
    "readonly": "read-only",
    "unable to open": "away",
    "disk I/O": "away",
}
"""What SQLite says → what is the matter."""
STATES = {
    "55P03": "busy",
    "40P01": "busy",
    "40001": "busy",
    "57014": "busy",
    "53300": "busy",
    "53100": "full",
    "25006": "read-only",
}
"""The same for PostgreSQL's codes; without one the connection failed."""
PROBLEMS = {
    "busy": "the database is busy: something else is writing to it",
    "full": "the database cannot be written: its disk is full",
    "read-only": "the database cannot be written: it is read-only",
    "away": "the database cannot be reached",
}


@public
@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """For load balancers and Docker: 200 when the database has every table of this version and takes rows, else 503."""
    try:
        executor = MigrationExecutor(connection)
    except OperationalError:
        return JsonResponse({"ok": False, "problem": "the database cannot be reached"}, status=503)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        return JsonResponse({"ok": False, "problem": "migrations wait: run manage.py migrate"}, status=503)
    if problem := problem_of_writing(int(time.monotonic()) // WRITES_EVERY):
        return JsonResponse({"ok": False, "problem": problem}, status=503)
    backup = newest_backup(timezone.now())
    complaint = {} if backup is None or backup.ok else {"complaint": "the newest backup is older than 26 hours"}
    return JsonResponse({"ok": True, **_told(backup), **complaint})


def _told(backup: NewestBackup | None) -> dict[str, int | None]:
    """Pages go on without backups: an old one is a complaint, not a failure."""
    return {} if backup is None else {"backup_hours": backup.hours}


@public
@never_cache
@require_safe
def jobs_health(request: HttpRequest) -> JsonResponse:
    """For whoever watches the machine: clock and workers are alive, the night's backup is there, the record was whole
    when it was last walked through, else 503. Numbers.
    """
    try:
        found = health_of_jobs(timezone.now())
        check = ChainCheck.objects.first()
    except DatabaseError:
        return JsonResponse({"ok": False, "problem": "the database cannot be read"}, status=503)
    backup = newest_backup(timezone.now())
    broken_at = check.broken_at if check else None
    ok = found.ok and broken_at is None and (backup is None or backup.ok)
    told = {"ok": ok, **asdict(found), "record_broken_at": broken_at, **_told(backup)}
    return JsonResponse(told, status=200 if ok else 503)


def server_error(request: HttpRequest) -> HttpResponse:
    """What broke was ours (500), unless the database only couldn't take it now (503)."""
    if not what_is_the_matter(sys.exc_info()[1]):
        return defaults.server_error(request)
    headers = {"Retry-After": str(RETRY_AFTER)}
    if request.path_info.startswith("/api/"):
        detail = _("The database can't take this now. Nothing was stored: send it again in a few seconds.")
        return JsonResponse({"detail": detail}, status=503, headers=headers)
    return HttpResponse(render_to_string("503.html"), status=503, headers=headers)


@lru_cache(maxsize=1)
def problem_of_writing(moment: int) -> str:
    """Why the data folder or the database can't be written, empty when both can. Asked once in some seconds."""
    try:
        with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
            file.write(bytes(4096))
    except OSError as error:
        return f"the data folder cannot be written: {'its disk is full' if error.errno in FULL else error.strerror}"
    try:
        Heartbeat.beat("health", at=timezone.now())
    except DatabaseError as error:
        return PROBLEMS.get(what_is_the_matter(error), "the database cannot be written")
    return ""


def what_is_the_matter(error: BaseException | None) -> str:
    """`busy`, `full`, `read-only` or `away` for what the database says of itself; empty for everything else."""
    return next((found for one in _causes(error) if (found := _matter(one))), "")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _matter(error: Any) -> str:
    if not isinstance(error, DatabaseError | InterfaceError):
        return ""
    if connection.vendor == "sqlite":
        return next((matter for words, matter in WORDS.items() if words in str(error)), "")
    code = getattr(error.__cause__, "pgcode", None)
    lost = code is None and isinstance(error, OperationalError | InterfaceError)
    return STATES.get(code or "", "away" if lost else "")
