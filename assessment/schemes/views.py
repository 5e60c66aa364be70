"""Schemes: lists, one scheme, its steps, and the facts that schemes count."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessment.choices import Part
from assessment.schemes.forms import (
    BandsForm,
    CopyForm,
    ForceForm,
    NothingForm,
    RetireForm,
    SchemeDataForm,
    SchemeFilterForm,
    SchemeForm,
    SchemeKeyForm,
    data_of,
)
from assessment.schemes.models import Indicator, Scheme
from assessment.schemes.queries import Tree, metric_groups, places_kept, plan_of, scheme_sheet, tree_of
from assessment.schemes.rules import Flaw
from assessment.schemes.services import (
    begin_scheme,
    change_bands,
    change_scheme,
    copy_scheme,
    delete_scheme,
    make_version,
    predecessors,
    put_in_force,
    retire_scheme,
)
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.exports.services import record_export
from members.models import Organization
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form, workbook

VIEW, MANAGE = Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES
SCHEMES = Scheme.objects.select_related("organization")


def fetch_draft(request: PageRequest, key: UUID) -> Scheme:
    """A scheme that can still be changed; 403 with the reason when it no longer can."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    if not scheme.is_draft:
        raise PermissionDenied(_("Branches are assessed by it, so it stays as it is: make a new version."))
    return scheme


def posted(request: PageRequest) -> QueryDict | None:
    """What was sent, also when it is empty; None when nothing was."""
    return request.POST if request.method == "POST" else None


def may_manage(request: PageRequest, scheme: Scheme) -> bool:
    return request.user.access.may(MANAGE, scheme.scope_path)


def places_offered(request: PageRequest) -> list[Organization]:
    """The committees for which the viewer keeps schemes, in tree order. 404 without one."""
    if not (places := list(places_kept(request.user).standing_on(request.today))):
        raise Http404
    return places


def place_asked_for(request: PageRequest) -> Organization:
    """The one in the address, else the first of one's own. 404 outside one's own."""
    code = request.GET.get("org")
    found = next((place for place in places_offered(request) if code in (None, "", place.code)), None)
    if found is None:
        raise Http404
    return found


def lines_below_which(scheme: Scheme, line: Indicator | None = None) -> QuerySet[Indicator]:
    """Lines below which another may stand."""
    lines = scheme.indicators.order_by("position")
    return lines.exclude(pk=line.pk) if line else lines


def checks(scheme: Scheme, tree: Tree) -> list[dict[str, Any]]:
    """What doesn't add up yet: which line it is about, the sentence, and the page where it is put right."""
    return [
        {"place": _place(flaw, tree), "sentence": flaw.sentence, "url": _page(flaw, scheme, tree)}
        for flaw in tree.flaws()
    ]


def _place(flaw: Flaw, tree: Tree) -> str:
    return str(tree.lines[flaw.line].line) if flaw.line is not None else ""


def _page(flaw: Flaw, scheme: Scheme, tree: Tree) -> str:
    if flaw.line is None:
        name = "scheme-bands" if flaw.path.startswith("bands") else "scheme-edit"
        name = "scheme-line-new" if flaw.code == "no_lines" else name
        return reverse(f"assessment:{name}", args=[scheme.pk])
    line = tree.lines[flaw.line]
    if flaw.clause is not None:
        return reverse("assessment:scheme-clause-edit", args=[scheme.pk, line.clauses[flaw.clause].clause.pk])
    name = "scheme-clause-new" if flaw.code == "clauses_missing" else "scheme-line-edit"
    return reverse(f"assessment:{name}", args=[scheme.pk, line.line.pk])


ON_A_PAGE = 30


@requires(VIEW, MANAGE)
@never_cache
@require_safe
def scheme_list(request: PageRequest) -> HttpResponse:
    """Those of one's committee and below it, and those by which one's branch is assessed; the newest year first."""
    form = SchemeFilterForm(request.GET)
    rows = form.narrow(SCHEMES.visible_to(request.user)).latest_first()
    context = {
        "form": form,
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")),
        "may_manage": request.user.access.may_any([MANAGE]),
    }
    return render(request, "assessment/schemes/list.html", context)


@signed_in
@never_cache
@require_safe
def scheme_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The tree with every clause and its fact; of a draft also what doesn't add up yet."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    tree, manages = tree_of(scheme), may_manage(request, scheme)
    context = {
        "scheme": scheme,
        "tree": tree,
        "party": tree.points_of(Part.PARTY),
        "business": tree.points_of(Part.BUSINESS),
        "may_manage": manages,
        "may_copy": request.user.access.may_any([MANAGE]),
        "may_edit": manages and scheme.is_draft,
        "checks": checks(scheme, tree) if manages and scheme.is_draft else [],
    }
    return render(request, "assessment/schemes/detail.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_new(request: PageRequest) -> HttpResponse:
    """An empty draft; its lines come afterwards."""
    place = place_asked_for(request)
    form = SchemeForm(posted(request), place=place, today=request.today)
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "organization": place, "by": request.user}
        if try_on_form(form, lambda: begin_scheme(values=form.values(), **given)):
            messages.success(request, _("The draft is kept. Say next into which bands its points fall."))
            return redirect("assessment:scheme-bands", form.cleaned_data["key"])
    context = {"form": form, "place": place, "places": places_offered(request)}
    return render(request, "assessment/schemes/new.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """The data and the weights of a draft."""
    scheme = fetch_draft(request, key)
    form = SchemeDataForm(posted(request), place=scheme.organization, initial=data_of(scheme))
    if form.is_valid() and try_on_form(
        form, lambda: change_scheme(scheme=scheme, values=form.values(), by=request.user)
    ):
        messages.success(request, _("Changed."))
        return redirect(scheme)
    return render(request, "assessment/schemes/edit.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_bands(request: PageRequest, key: UUID) -> HttpResponse:
    """Bands and the points from which they hold: the committee's own, no regulation fixes them."""
    scheme = fetch_draft(request, key)
    form = BandsForm(posted(request), bands=plan_of(scheme).bands)
    if form.is_valid() and try_on_form(form, lambda: change_bands(scheme=scheme, bands=form.plan(), by=request.user)):
        messages.success(request, _("Changed."))
        return redirect(scheme)
    return render(request, "assessment/schemes/bands.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_force(request: PageRequest, key: UUID) -> HttpResponse:
    """Who adopted it; refused as long as something doesn't add up."""
    scheme = fetch_draft(request, key)
    known = {"approved_by": scheme.approved_by, "document": scheme.document, "since": request.today}
    form = ForceForm(posted(request), initial=known)
    if form.is_valid():
        given = {"scheme": scheme, "on": request.today, "by": request.user, **form.cleaned_data}
        if try_on_form(form, lambda: put_in_force(**given)):
            messages.success(request, _("Branches are assessed by it from now on."))
            return redirect(scheme)
    older = predecessors(scheme).first()
    context = {"form": form, "scheme": scheme, "checks": checks(scheme, tree_of(scheme)), "older": older}
    return render(request, "assessment/schemes/force.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_retire(request: PageRequest, key: UUID) -> HttpResponse:
    """No branch is assessed by it any more; what was assessed stays."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    form = RetireForm(posted(request))
    if form.is_valid() and try_on_form(
        form, lambda: retire_scheme(scheme=scheme, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("No branch is assessed by it any more."))
        return redirect(scheme)
    return render(request, "assessment/schemes/retire.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_delete(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft that nobody needs."""
    scheme = fetch_draft(request, key)
    form = NothingForm(posted(request))
    if form.is_valid() and try_on_form(form, lambda: delete_scheme(scheme=scheme, by=request.user)):
        messages.success(request, _("The draft is deleted."))
        return redirect("assessment:scheme-list")
    return render(request, "assessment/schemes/delete.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_version(request: PageRequest, key: UUID) -> HttpResponse:
    """A draft of the next version, with everything in it."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    form = SchemeKeyForm(posted(request))
    if form.is_valid():
        new = form.cleaned_data["key"]
        if try_on_form(form, lambda: make_version(scheme=scheme, key=new, by=request.user)):
            messages.success(request, _("The draft of the next version. Change what is to be different."))
            return redirect("assessment:scheme-detail", new)
    return render(request, "assessment/schemes/version.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_copy(request: PageRequest, key: UUID) -> HttpResponse:
    """For another year, or for a committee of one's own from the scheme of the level above."""
    places = places_offered(request)
    scheme = get_in_scope(request, SCHEMES, path_of=lambda _row: places[0].path, pk=key)
    form = CopyForm(posted(request), scheme=scheme, places=places)
    if form.is_valid():
        typed = form.cleaned_data
        given = {"key": typed["key"], "organization": form.places[typed["org"]], "values": typed, "by": request.user}
        if try_on_form(form, lambda: copy_scheme(scheme=scheme, **given)):
            messages.success(request, _("The copy is a draft: look through it, then put it in force."))
            return redirect("assessment:scheme-detail", typed["key"])
    return render(request, "assessment/schemes/copy.html", {"form": form, "scheme": scheme})


@signed_in
@require_safe
def scheme_export(request: PageRequest, key: UUID) -> FileResponse:
    """The sheet that committees are used to; it can be read in again. That it was taken is on record."""
    scheme = get_in_scope(request, SCHEMES, pk=key)
    tree = tree_of(scheme)
    place = scheme.organization
    record_export(action="export_scheme", place=place, subject=scheme, rows=len(tree.lines), by=request.user)
    return workbook(f"{scheme.code} {scheme.version}.xlsx", scheme_sheet(scheme, tree))


@requires(Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES)
@require_safe
def metric_list(request: PageRequest) -> HttpResponse:
    """By the part of the record in which they stand. Reads nothing of any branch."""
    return render(request, "assessment/schemes/metric_list.html", {"groups": metric_groups(request.today)})
