"""Material, observers and the photographed sheet of a meeting."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.documents import NotADocument
from meetings.files import send_file
from meetings.forms.agenda import MaterialForm, ObserverForm, SheetForm
from meetings.models import Material, Meeting
from meetings.services.materials import add_material, add_observer, attach_sheet, remove_material, remove_observer
from meetings.services.meeting import NotNow
from members.choices import Capability
from members.policy import fetch, requires, signed_in
from members.refusals import told
from members.requests import PageRequest

MEETINGS = Meeting.objects.select_related("organization")
MATERIALS = Material.objects.select_related("meeting__organization")


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def material_add(request: PageRequest, key: UUID) -> HttpResponse:
    """A text or a file to read for the meeting."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    form = MaterialForm(request.POST or None, request.FILES or None)
    given: dict[str, Any] = {"meeting": meeting, "by": request.user}
    if request.method == "POST" and _done(
        form, lambda: add_material(key=form.cleaned_data["key"], handout=form.handout(), **given)
    ):
        return redirect(meeting)
    return _form(
        request, meeting, form, heading=_("Add material"), label=_("Add it"), lead=_("PDF, Word or a picture.")
    )


@signed_in
@require_safe
def material(request: PageRequest, key: UUID) -> HttpResponseBase:
    """The text, or the file itself."""
    one = fetch(request, MATERIALS.all(), pk=key)
    if one.text and "file" not in request.GET:
        return render(request, "meetings/material.html", {"material": one, "meeting": one.meeting})
    return send_file(one.file, one.title)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def material_remove(request: PageRequest, key: UUID) -> HttpResponse:
    one = fetch(request, MATERIALS.all(), pk=key)
    remove_material(material=one, by=request.user)
    messages.success(request, _("The material is removed."))
    return redirect(one.meeting)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def sheet_attach(request: PageRequest, key: UUID) -> HttpResponse:
    """Keep a photograph of the sheet that people signed."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    form = SheetForm(request.POST or None, request.FILES or None)
    given: dict[str, Any] = {"meeting": meeting, "by": request.user}
    if request.method == "POST" and _done(form, lambda: attach_sheet(content=form.content(), **given)):
        return redirect(meeting)
    lead = _("A photograph as JPEG or PNG, at most 10 MB. Where and when it was taken is removed from it.")
    return _form(request, meeting, form, heading=_("Attach the signed sheet"), label=_("Attach it"), lead=lead)


@requires(Capability.VIEW_MEETINGS)
@require_safe
def sheet(request: PageRequest, key: UUID) -> HttpResponseBase:
    """The photographed sheet."""
    meeting = fetch(request, MEETINGS.exclude(sheet=""), pk=key)
    return send_file(meeting.sheet, str(meeting))


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def observer_add(request: PageRequest, key: UUID) -> HttpResponse:
    """A guest, or a leader from above."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    form = ObserverForm(request.POST or None, meeting=meeting)
    given: dict[str, Any] = {"meeting": meeting, "by": request.user}
    if request.method == "POST" and _done(form, lambda: add_observer(**form.cleaned_data, **given)):
        return redirect(meeting)
    lead = _("Whoever is a member has this counted in the branch they belong to.")
    return _form(request, meeting, form, heading=_("Add an observer"), label=_("Add"), lead=lead)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def observer_remove(request: PageRequest, key: UUID, observer: UUID) -> HttpResponse:
    meeting = fetch(request, MEETINGS.all(), pk=key)
    found = get_object_or_404(meeting.observers, pk=observer)
    told(request, lambda: remove_observer(observer=found, by=request.user))
    return redirect(meeting)


def _form(request: PageRequest, meeting: Meeting, form: Form, **words: str) -> HttpResponse:
    return render(request, "meetings/form.html", {"form": form, "meeting": meeting, **words})


def _done(form: Any, act: Callable[[], object]) -> bool:
    """Whether what was typed is fine and the service did it; if not, the form says why."""
    if not form.is_valid():
        return False
    try:
        act()
    except NotNow as refusal:
        form.add_error(None, str(refusal))
    except NotADocument:
        form.add_error("file", _("Choose a PDF, a Word document (.docx), a JPEG or a PNG picture of at most 10 MB."))
    return bool(form.is_valid())
