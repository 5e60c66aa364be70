"""Schemes of assessment: the list, one with its tree, a new one, and the data of a draft."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from assessment.choices import Part
from assessment.forms.schemes import BandsForm, SchemeDataForm, SchemeFilterForm, SchemeForm, data_of
from assessment.queries.plans import plan_of
from assessment.queries.schemes import tree_of
from assessment.services.schemes import begin_scheme, change_bands, change_scheme
from assessment.views.scheme_pages import (
    MANAGE,
    SCHEMES,
    VIEW,
    checks,
    fetch_draft,
    may_manage,
    place_asked_for,
    places_offered,
    posted,
)
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest

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
        "may_manage": request.user.standing.may_any([MANAGE]),
    }
    return render(request, "assessment/scheme_list.html", context)


@signed_in
@never_cache
@require_safe
def scheme_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The tree with every clause and its fact; of a draft also what doesn't add up yet."""
    scheme = fetch(request, SCHEMES, pk=key)
    tree, manages = tree_of(scheme), may_manage(request, scheme)
    context = {
        "scheme": scheme,
        "tree": tree,
        "party": tree.points_of(Part.PARTY),
        "business": tree.points_of(Part.BUSINESS),
        "may_manage": manages,
        "may_copy": request.user.standing.may_any([MANAGE]),
        "may_edit": manages and scheme.is_draft,
        "checks": checks(scheme, tree) if manages and scheme.is_draft else [],
    }
    return render(request, "assessment/scheme_detail.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_new(request: PageRequest) -> HttpResponse:
    """An empty draft; its lines come afterwards."""
    place = place_asked_for(request)
    form = SchemeForm(posted(request), place=place, today=request.today)
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "organization": place, "by": request.user}
        if carried_out(form, lambda: begin_scheme(values=form.values(), **given)):
            messages.success(request, _("The draft is kept. Say next into which bands its points fall."))
            return redirect("assessment:scheme-bands", form.cleaned_data["key"])
    context = {"form": form, "place": place, "places": places_offered(request)}
    return render(request, "assessment/scheme_new.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """The data and the weights of a draft."""
    scheme = fetch_draft(request, key)
    form = SchemeDataForm(posted(request), place=scheme.organization, initial=data_of(scheme))
    if form.is_valid() and carried_out(
        form, lambda: change_scheme(scheme=scheme, values=form.values(), by=request.user)
    ):
        messages.success(request, _("Changed."))
        return redirect(scheme)
    return render(request, "assessment/scheme_edit.html", {"form": form, "scheme": scheme})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def scheme_bands(request: PageRequest, key: UUID) -> HttpResponse:
    """Grades and the points from which they hold: the committee's own, no regulation fixes them."""
    scheme = fetch_draft(request, key)
    form = BandsForm(posted(request), bands=plan_of(scheme).bands)
    if form.is_valid() and carried_out(form, lambda: change_bands(scheme=scheme, bands=form.plan(), by=request.user)):
        messages.success(request, _("Changed."))
        return redirect(scheme)
    return render(request, "assessment/scheme_bands.html", {"form": form, "scheme": scheme})
