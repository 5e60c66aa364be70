"""Fetching a workbook that was made in the background, stopping it, trying again: only one's own. And agreeing to
somebody else's.
"""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit.keyring import SealBroken
from members import tasks
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, ExportState
from members.exports.kinds import JOBS, kinds
from members.exports.queries import may_agree
from members.exports.services import cancel_export, open_file, remove_file, retry_export, settle_export, take_export
from members.models.files import Export
from members.models.organization import Organization
from members.pages.queries import called
from members.pages.requests import PageRequest


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
    if not take_export(export=export, by=request.user):
        messages.error(request, _("This workbook could be fetched once, within a day. Ask for it again."))
        return redirect(JOBS)
    if export.needs_agreement:
        remove_file(export.key)
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


@requires(Capability.REVEAL_PRIVATE)
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def export_agree(request: PageRequest, key: UUID) -> HttpResponse:
    """The second person sees who asks for whose private values and what for, and agrees or doesn't."""
    export = get_object_or_404(
        Export.objects.put_to(request.user).select_related("organization", "asked_by__member"), key=key
    )
    kind = kinds()[export.kind]
    if not may_agree(export, request.user):
        raise Http404
    form = AgreeForm(request.POST or None)
    if form.is_valid():
        export = settle_export(export=export, agreed=form.cleaned_data["act"] == "agree", by=request.user)
        if export.state == ExportState.WAITING:
            tasks.start(tasks.make_export, export.key)
        messages.success(request, _("Stored."))
        return redirect("members:export-agree", key)
    places = Organization.objects.filter(code__in=export.covers).in_tree_order()
    context = {
        "export": export,
        "holds": kind.holds,
        "address": kind.address(export) if kind.may_take(export, request.user) else "",
        "places": places,
        "who": called(export.asked_by),
    }
    return render(request, "members/exports/agree.html", context)


def _fetch(request: PageRequest, key: UUID) -> Export:
    return get_in_scope(request, Export.objects.select_related("organization", "asked_by"), key=key)


class AgreeForm(forms.Form):
    """The second person's answer."""

    act = forms.ChoiceField(choices=[(one, one) for one in ("agree", "decline")], widget=forms.HiddenInput)
