"""Fetching a workbook that was made in the background, stopping it, and trying again. All of them only one's own."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from audit.keyring import SealBroken
from members import tasks
from members.choices import ExportState
from members.exporting.files import open_file
from members.exporting.kinds import kinds
from members.models import Export
from members.policy import fetch, signed_in
from members.requests import PageRequest
from members.services.exports import cancel_export, put_download_on_record, retry_export

JOBS = "reminders:job-list"
"""A page of the app above, which knows every app's jobs; only its name is known here."""


@signed_in
@never_cache
@require_GET
def export_file(request: PageRequest, key: UUID) -> HttpResponseBase:
    """The workbook, for whoever asked for it and still holds the offices that it needs. The fetching is on record."""
    export = _fetch(request, key)
    kind = kinds()[export.kind]
    if export.state != ExportState.DONE:
        messages.info(request, _("This workbook isn't ready."))
        return redirect(JOBS)
    if not kind.may_take(export, request.user):
        raise PermissionDenied(_("Your office no longer covers all that is in it. Choose anew from the list."))
    try:
        file = open_file(export.key)
    except (FileNotFoundError, SealBroken):
        messages.error(request, _("This workbook can't be opened any more. Ask for it again."))
        return redirect(JOBS)
    put_download_on_record(export=export, by=request.user)
    return FileResponse(file, as_attachment=True, filename=kind.file_name(export))


@signed_in
@require_POST
def export_cancel(request: PageRequest, key: UUID) -> HttpResponse:
    """Stop it. Pressed twice, or too late, changes nothing."""
    if cancel_export(export=_fetch(request, key), by=request.user):
        messages.success(request, _("The export is cancelled."))
    else:
        messages.info(request, _("The export had ended before it could be cancelled."))
    return redirect(JOBS)


@signed_in
@require_POST
def export_retry(request: PageRequest, key: UUID) -> HttpResponse:
    """Let one that failed be made again."""
    export = _fetch(request, key)
    if retry_export(export=export):
        tasks.start(tasks.make_export, export.key)
        messages.success(request, _("The workbook is being made again."))
    return redirect(JOBS)


def _fetch(request: PageRequest, key: UUID) -> Export:
    return fetch(request, Export.objects.select_related("organization", "asked_by"), key=key)
