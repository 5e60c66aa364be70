"""What becomes of a scheme: copied, a new version, put in force, retired, deleted, taken along."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from assessment.forms.schemes import CopyForm, ForceForm, NothingForm, RetireForm, SchemeKeyForm
from assessment.queries.scheme_sheet import scheme_sheet
from assessment.queries.schemes import tree_of
from assessment.services.schemes import (
    copy_scheme,
    delete_scheme,
    make_version,
    predecessors,
    put_export_on_record,
    put_in_force,
    retire_scheme,
)
from assessment.views.scheme_pages import MANAGE, SCHEMES, checks, fetch_draft, places_offered, posted
from members.downloads import workbook
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_force(request: PageRequest, key: UUID) -> HttpResponse:
    """Who adopted it; refused as long as something doesn't add up."""
    scheme = fetch_draft(request, key)
    known = {"approved_by": scheme.approved_by, "document": scheme.document, "since": request.today}
    form = ForceForm(posted(request), initial=known)
    if form.is_valid():
        given = {"scheme": scheme, "on": request.today, "by": request.user, **form.cleaned_data}
        if carried_out(form, lambda: put_in_force(**given)):
            messages.success(request, _("Branches are assessed by it from now on."))
            return redirect(scheme)
    older = predecessors(scheme).first()
    context = {"form": form, "scheme": scheme, "checks": checks(scheme, tree_of(scheme)), "older": older}
    return render(request, "assessment/scheme_force.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_retire(request: PageRequest, key: UUID) -> HttpResponse:
    """No branch is assessed by it any more; what was assessed stays."""
    scheme = fetch(request, SCHEMES, pk=key)
    form = RetireForm(posted(request))
    if form.is_valid() and carried_out(
        form, lambda: retire_scheme(scheme=scheme, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("No branch is assessed by it any more."))
        return redirect(scheme)
    return render(request, "assessment/scheme_retire.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_delete(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft that nobody needs."""
    scheme = fetch_draft(request, key)
    form = NothingForm(posted(request))
    if form.is_valid() and carried_out(form, lambda: delete_scheme(scheme=scheme, by=request.user)):
        messages.success(request, _("The draft is deleted."))
        return redirect("assessment:scheme-list")
    return render(request, "assessment/scheme_delete.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_version(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft of the next version, with everything in it."""
    scheme = fetch(request, SCHEMES, pk=key)
    form = SchemeKeyForm(posted(request))
    if form.is_valid():
        new = form.cleaned_data["key"]
        if carried_out(form, lambda: make_version(scheme=scheme, key=new, by=request.user)):
            messages.success(request, _("The draft of the next version. Change what is to be different."))
            return redirect("assessment:scheme-detail", new)
    return render(request, "assessment/scheme_version.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_copy(request: PageRequest, key: UUID) -> HttpResponse:
    """For another year, or for a committee of one's own from the scheme of the level above."""
    places = places_offered(request)
    scheme = fetch(request, SCHEMES, path_of=lambda _row: places[0].path, pk=key)
    form = CopyForm(posted(request), scheme=scheme, places=places)
    if form.is_valid():
        typed = form.cleaned_data
        given = {"key": typed["key"], "organization": form.places[typed["org"]], "values": typed, "by": request.user}
        if carried_out(form, lambda: copy_scheme(scheme=scheme, **given)):
            messages.success(request, _("The copy is a draft: look through it, then put it in force."))
            return redirect("assessment:scheme-detail", typed["key"])
    return render(request, "assessment/scheme_copy.html", {"form": form, "scheme": scheme})


@signed_in
@require_safe
def scheme_export(request: PageRequest, key: UUID) -> FileResponse:
    """The sheet that committees are used to; it can be read in again. That it was taken is on record."""
    scheme = fetch(request, SCHEMES, pk=key)
    put_export_on_record(scheme=scheme, by=request.user)
    return workbook(f"{scheme.code} {scheme.version}.xlsx", scheme_sheet(scheme, tree_of(scheme)))
