"""Work in the background. The rows say what is to be done; a task that is lost is done by the next round."""

import logging
from uuid import UUID

from celery import Task, shared_task
from django.utils import timezone
from kombu.exceptions import OperationalError

from members.exports import services as running_exports
from members.imports import running
from members.models.files import Export, RosterImport
from members.roster.services import refresh_roster_paths
from members.trail.retention import carry_out

log = logging.getLogger(__name__)


@shared_task
def read_import(key: str) -> None:
    """Read an uploaded workbook into rows with a verdict each."""
    running.read_import(RosterImport.objects.get(key=key), on=timezone.localdate())


@shared_task
def apply_import(key: str) -> None:
    """Store the accepted rows of a confirmed import."""
    running.apply_import(RosterImport.objects.get(key=key), on=timezone.localdate())


@shared_task
def continue_imports() -> None:
    """Every minute: whatever waits for a worker, or was left by one. One that fails doesn't keep the others."""
    for roster_import in RosterImport.objects.unfinished().order_by("uploaded_at"):
        try:
            running.read_import(roster_import, on=timezone.localdate())
            running.apply_import(roster_import, on=timezone.localdate())
        except Exception:
            log.exception("Import %s was interrupted and is tried again.", roster_import.key)


@shared_task
def make_export(key: str) -> None:
    """Make a workbook that is too large to wait for."""
    running_exports.make_export(key, on=timezone.localdate())


@shared_task
def continue_exports() -> None:
    """Every minute: whatever waits for a worker, or was left by one. One that fails doesn't keep the others."""
    for key in Export.objects.unfinished().order_by("asked_at").values_list("key", flat=True):
        try:
            running_exports.make_export(key, on=timezone.localdate())
        except Exception:
            log.exception("Export %s was interrupted and is tried again.", key)


@shared_task
def refresh_rosters() -> None:
    """Soon after midnight: relations that begin or end today put members on their rosters and take them off."""
    corrected = refresh_roster_paths(on=timezone.localdate())
    log.info("%s members changed their roster.", corrected)


@shared_task
def remove_overdue() -> None:
    """Each night: what is kept for a time goes when its time is over; what a night before left is finished."""
    for code, removed in carry_out(on=timezone.localdate()).items():
        log.info("Removed after its time: %s %s.", removed, code)


def start(task: "Task[[str], None]", key: UUID) -> None:
    """Hand the work to a worker. Without a broker the row waits for the minute's round, and the page says so."""
    try:
        task.delay(str(key))
    except (OperationalError, OSError) as error:
        log.warning("The broker can't be reached, %s waits: %s", key, error)
