"""A scheme from a workbook: upload or sample, look through, correct, store as a draft, throw away."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
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
from assessment.schemes.importing.doubts import NotAScheme
from assessment.schemes.models import SchemeImport
from assessment.schemes.queries import imports_shown, preview_of
from assessment.schemes.views import MANAGE, places_offered, posted
from members.access.policy import get_in_scope, require_at, requires
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form, try_with_message
from members.refused import Refused
from members.workbooks.reading import UnreadableWorkbook

IMPORTS = SchemeImport.objects.select_related("organization", "scheme", "uploaded_by")
ON_A_PAGE = 30


@requires(MANAGE)
@never_cache
@require_safe
def import_list(request: PageRequest) -> HttpResponse:
    """Workbooks that were read, the newest first."""
    page = Paginator(imports_shown(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "assessment/schemes/import_list.html", {"page": page})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def import_new(request: PageRequest) -> HttpResponse:
    """Upload a workbook or take a sample; nothing is stored before somebody has looked through it."""
    form = SchemeUploadForm(
        posted(request), request.FILES or None, places=places_offered(request),
        initial={"organization": request.GET.get("org")},
    )  # fmt: skip
    if form.is_valid() and (kept := _read(request, form)):
        return redirect("assessment:scheme-import-detail", key=kept.pk)
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
    if form.is_valid():
        place = form.cleaned_data["organization"]
        require_at(request, place.path)
        if try_on_form(form, lambda: change_import(scheme_import=kept, organization=place, values=form.values())):
            return redirect("assessment:scheme-import-detail", key=key)
    return render(request, "assessment/schemes/import_edit.html", {"form": form, "kept": kept})


@requires(MANAGE)
@require_POST
def import_store(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft with the next version of its code; the same content again stores nothing."""
    kept = get_in_scope(request, IMPORTS, pk=key)
    try:
        stored = store_import(scheme_import=kept, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("assessment:scheme-import-detail", key=key)
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
    return redirect("assessment:scheme-import-detail", key=key)


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
    except (UnreadableWorkbook, NotAScheme) as refusal:
        form.add_error("file", str(refusal))
        return None
    return keep_import(found, key=form.cleaned_data["key"], organization=place, by=request.user)
