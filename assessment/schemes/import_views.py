"""A scheme from a workbook: upload or sample, look through, correct, store as a draft, throw away."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.schemes.forms import SchemeImportForm, SchemeUploadForm, import_data_of
from assessment.schemes.import_services import (
    BY_NUMBER,
    SAMPLES,
    change_import,
    keep_import,
    plan_kept,
    read_workbook,
    store_import,
    throw_away,
)
from assessment.schemes.models import SchemeImport
from assessment.schemes.queries import imports_shown, preview_of
from assessment.schemes.views import MANAGE, places_offered, posted
from members.access.policy import get_in_scope, require_at, requires
from members.pages.listing import Listing, Nothing, linked, text
from members.pages.requests import FORM_METHODS, PageRequest, try_with_message
from members.pages.steps import Button, Crumb, Step, form_page
from members.refused import Refused
from members.workbooks.reading import UnusableWorkbook

IMPORTS = SchemeImport.objects.select_related("organization", "scheme", "uploaded_by")
LISTING = Listing(
    columns=[
        linked("file", _("File"), "file_name"),
        text("committee", _("Whose scheme it is"), "organization.name"),
        linked(
            "scheme", _("State"), lambda kept: kept.scheme.title if kept.scheme else _("Not stored yet"),
            url="scheme.get_absolute_url",
        ),
        text("uploaded", _("Uploaded"), lambda kept: f"{localtime(kept.uploaded_at):%Y-%m-%d %H:%M}"),
    ],
    phone=["file", "uploaded", "committee", "scheme"],
    nothing=Nothing(
        _(
            "No workbook has been read yet. Upload the one you have always assessed by, or begin with a sample."
        ),
        "file-earmark-arrow-up", _("From a workbook"), reverse_lazy("assessment:scheme-import-new"),
    ),
)  # fmt: skip
SCHEME_LIST: Crumb = (_("Schemes of assessment"), reverse_lazy("assessment:scheme-list"))


@requires(MANAGE)
@never_cache
@require_safe
def import_list(request: PageRequest) -> HttpResponse:
    """Workbooks that were read, the newest first."""
    new = Button(_("From a workbook"), reverse("assessment:scheme-import-new"), "upload", primary=True)
    shown = LISTING.shown(request, imports_shown(request.user))
    return shown.answer(title=_("Workbooks that were read"), crumbs=[SCHEME_LIST], buttons=[new], prints=False)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def import_new(request: PageRequest) -> HttpResponse:
    """Upload a workbook or take a sample; nothing is stored before somebody has looked through it."""
    form = SchemeUploadForm(
        posted(request), request.FILES or None, places=places_offered(request),
        initial={"organization": request.GET.get("org")},
    )  # fmt: skip
    if form.is_valid() and (kept := _read(request, form)):
        return redirect(kept)
    return render(request, "assessment/schemes/import_new.html", {"form": form, "samples": SAMPLES})


@requires(MANAGE)
@never_cache
@require_safe
def import_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The tree as it was understood, each clause with its kind and fact, and what wasn't understood."""
    kept = get_in_scope(request, IMPORTS, pk=key)
    return render(request, "assessment/schemes/import_detail.html", {"kept": kept, "preview": preview_of(kept)})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def import_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Code, title, year and whose it is, before it is stored."""
    kept = get_in_scope(request, IMPORTS, pk=key)
    initial = import_data_of(plan_kept(kept), kept.organization)
    form = SchemeImportForm(posted(request), places=places_offered(request), initial=initial)

    def act(typed: dict[str, Any]) -> None:
        place = typed["organization"]
        require_at(request, place.path)
        change_import(scheme_import=kept, organization=place, values=form.values())

    step, where = Step(_("Before it is stored"), _("Save")), [SCHEME_LIST, (kept.file_name, kept.get_absolute_url())]
    return form_page(request, form, act, step, kept, crumbs=where)


@requires(MANAGE)
@require_POST
def import_store(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft with the next version of its code; the same content again stores nothing."""
    kept = get_in_scope(request, IMPORTS, pk=key)
    try:
        stored = store_import(scheme_import=kept, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(kept)
    if stored.is_new:
        messages.success(request, _("The draft is stored. Look through it, then put it in force."))
    else:
        messages.info(request, _("This scheme says the same already; nothing was stored twice."))
    return redirect("assessment:scheme-detail", key=stored.scheme.pk)


@requires(MANAGE)
@require_POST
def import_discard(request: PageRequest, key: UUID) -> HttpResponse:
    """Throw away what was only looked at."""
    kept = get_in_scope(request, IMPORTS, pk=key)
    if try_with_message(
        request, lambda: throw_away(scheme_import=kept, by=request.user), _("What was read is thrown away.")
    ):
        return redirect("assessment:scheme-import-new")
    return redirect(kept)


@requires(MANAGE)
@require_safe
def import_sample(request: PageRequest, number: str) -> FileResponse:
    """A sample as a workbook, to be changed in Excel or WPS."""
    if number not in BY_NUMBER:
        raise Http404
    sample = BY_NUMBER[number]
    return FileResponse(sample.path.open("rb"), as_attachment=True, filename=sample.name)


def _read(request: PageRequest, form: SchemeUploadForm) -> SchemeImport | None:
    """None where the file is no workbook of indicators; the sentence stands beside it."""
    place = form.cleaned_data["organization"]
    require_at(request, place.path)
    path, name = form.source()
    try:
        found = read_workbook(path, name=name, organization=place, year=request.today.year)
    except UnusableWorkbook as refusal:
        form.add_error("file", str(refusal))
        return None
    return keep_import(found, key=form.cleaned_data["key"], organization=place, by=request.user)
