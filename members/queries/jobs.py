"""Imports and exports as jobs, for the page that shows all work in the background."""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.choices import ExportState, ImportState
from members.exporting.kinds import kinds
from members.jobs import MOST, SHOWN_FOR, Job, JobState
from members.models import Export, RosterImport, User
from members.models.export import OPEN
from members.queries.names import called
from members.services.roster_cancel import CANCELLABLE

IMPORT_STATES = {
    ImportState.UPLOADED: JobState.WAITING,
    ImportState.READING: JobState.RUNNING,
    ImportState.PREVIEW: JobState.ASKS,
    ImportState.CONFIRMED: JobState.WAITING,
    ImportState.APPLYING: JobState.RUNNING,
    ImportState.APPLIED: JobState.DONE,
    ImportState.UNDONE: JobState.DONE,
    ImportState.FAILED: JobState.FAILED,
    ImportState.CANCELLED: JobState.CANCELLED,
}
EXPORT_STATES = {state: JobState(state.value) for state in ExportState}
STORING = frozenset({ImportState.CONFIRMED, ImportState.APPLYING})


def import_jobs(user: User, *, on: date) -> list[Job]:
    """The imports into one's branches: those not ended, and the newest that have."""
    rows = RosterImport.objects.visible_to(user).filter(
        Q(uploaded_at__gte=_since(on)) | Q(state__in=CANCELLABLE, organization__isnull=False)
    )
    return [_import_job(row) for row in rows.select_related("organization", "uploaded_by__member")[:MOST]]


def _import_job(row: RosterImport) -> Job:
    state = ImportState(row.state)
    return Job(
        queue="imports",
        key=str(row.key),
        title=_("Import of %(file)s") % {"file": row.file_name},
        place=row.organization.name if row.organization else "",
        state=IMPORT_STATES[state],
        asked_at=row.uploaded_at,
        asked_by=called(row.uploaded_by),
        done=row.rows_done,
        total=row.rows_total if state in STORING else None,
        problem=row.failure,
        note="" if state in {ImportState.APPLIED, ImportState.CANCELLED} else str(state.label),
        url=row.get_absolute_url(),
        cancel_url=_import_cancel_url(row) if state in CANCELLABLE else "",
    )


def _import_cancel_url(row: RosterImport) -> str:
    """An import without a place came from the shell, and is stopped there."""
    return reverse("members:import-cancel", args=[row.key]) if row.organization_id else ""


def export_jobs(user: User, *, on: date) -> list[Job]:
    """One's own exports, as long as they are kept."""
    rows = Export.objects.visible_to(user).select_related("organization", "asked_by__member")
    return [_export_job(row, user) for row in rows[:MOST]]


def _export_job(row: Export, user: User) -> Job:
    state, kind = ExportState(row.state), kinds()[row.kind]
    is_ready = state == ExportState.DONE and not row.fetched_at
    return Job(
        queue="exports",
        key=str(row.key),
        title=_("Workbook: %(what)s") % {"what": kind.title},
        place=row.organization.name,
        state=EXPORT_STATES[state],
        asked_at=row.asked_at,
        asked_by=called(row.asked_by),
        done=row.done,
        total=row.total,
        problem=row.get_problem_display() if row.problem else "",
        note=_note(row),
        url=kind.address(row),
        file_url=reverse("members:export-file", args=[row.key]) if is_ready else "",
        cancel_url=reverse("members:export-cancel", args=[row.key]) if state in OPEN else "",
        retry_url=reverse("members:export-retry", args=[row.key]) if state == ExportState.FAILED else "",
    )


def _note(row: Export) -> str:
    """What becomes of the file."""
    if row.fetched_at:
        return _("Fetched on %(day)s") % {"day": timezone.localtime(row.fetched_at).date().isoformat()}
    if row.state != ExportState.DONE or not row.expires_at:
        return ""
    if row.needs_agreement:
        until = timezone.localtime(row.expires_at)
        return _("Can be fetched once, until %(moment)s") % {"moment": f"{until:%Y-%m-%d %H:%M}"}
    return _kept_until(row.expires_at)


def _kept_until(moment: datetime) -> str:
    return _("Kept until %(day)s") % {"day": timezone.localtime(moment).date().isoformat()}


def _since(on: date) -> datetime:
    midnight = datetime.combine(on + timedelta(days=1), datetime.min.time())
    return timezone.make_aware(midnight) - SHOWN_FOR
