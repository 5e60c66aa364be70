"""The organization tree: looking at it, and changing it."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, require_at, requires
from members.choices import Capability
from members.models.member import Member
from members.models.organization import Organization
from members.organizations.forms import (
    OrganizationCreateForm,
    OrganizationDissolveForm,
    OrganizationEditForm,
    OrganizationFilter,
    OrganizationMoveForm,
    TermEndForm,
    TermForm,
)
from members.organizations.queries import organization_page, summaries, tree
from members.organizations.rules import within_shift
from members.organizations.services import (
    create_organization,
    dissolve_organization,
    edit_organization,
    end_of_term,
    move_end_of_term,
    move_organization,
    record_term,
)
from members.pages.links import organization_figures
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form

MANAGE = Capability.MANAGE_ORGANIZATIONS
PAGE_SIZE = 50


@requires(Capability.VIEW_ORGANIZATIONS)
@require_safe
def organization_tree(request: PageRequest) -> HttpResponse:
    """The tree with one path laid open, or what was searched for. htmx gets the tree alone."""
    form = OrganizationFilter(request.GET)
    if form.asks:
        return _found(request, form)
    code = request.GET.get("open", "").replace("\0", "")
    visible = Organization.objects.visible_to(request.user)
    opened = get_object_or_404(visible, code=code) if code else None
    context = {"form": form, "tree": tree(request.user, opened=opened, on=request.today), "opened": opened}
    template = "members/organizations/organization_tree.html"
    return render(request, f"{template}#tree" if request.htmx else template, context)


def _found(request: PageRequest, form: OrganizationFilter) -> HttpResponse:
    visible = Organization.objects.visible_to(request.user)
    under = form.cleaned_data.get("under")
    above = get_object_or_404(visible, code=under) if under else None
    rows = visible.below(above.path).exclude(pk=above.pk) if above else visible
    found = form.narrow(rows, on=request.today).in_tree_order()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    figures = summaries(page.object_list, on=request.today)
    lines = [(place, figures[place.path]) for place in page.object_list]
    context = {"form": form, "page": page, "lines": lines, "above": above, "count": page.paginator.count}
    return render(request, "members/organizations/organization_found.html", context)


@requires(Capability.VIEW_ORGANIZATIONS)
@require_safe
def organization_detail(request: PageRequest, code: str) -> HttpResponse:
    """One organization: its people in figures, its term, its offices, what is below it and what happened to it."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    may = request.user.access.may
    context = {
        "organization": organization,
        "page": organization_page(organization, request.user, on=request.today),
        "other_figures": organization_figures(organization, request.user, on=request.today),
        "may_manage": may(MANAGE, organization.path),
        "may_move": may(MANAGE, place_of_decision(organization)),
        "may_give": may(Capability.MANAGE_USERS, organization.path),
        "may_see_roster": may(Capability.VIEW_ROSTER, organization.path),
        "may_see_trail": may(Capability.VIEW_AUDIT, organization.path),
    }
    return render(request, "members/organizations/organization.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_create(request: PageRequest, code: str) -> HttpResponse:
    """Set up an organization below the one in the address."""
    above = get_in_scope(request, Organization.objects.all(), code=code)
    form = OrganizationCreateForm(request.POST or None, above=above, on=request.today)
    if form.is_valid():
        made: list[Organization] = []
        given = {**form.cleaned_data, "parent": above, "by": request.user}
        if try_on_form(form, lambda: made.append(create_organization(**given))):
            messages.success(request, _("“%(name)s” is set up.") % {"name": made[0]})
            return redirect(made[0])
    return render(request, "members/organizations/organization_create.html", {"form": form, "organization": above})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_edit(request: PageRequest, code: str) -> HttpResponse:
    """Rename it, or correct what is known about it."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    known = {
        "name": organization.name,
        "unit_kind": organization.unit_kind,
        "village": organization.is_village,
        "founded_on": organization.founded_on,
        "begins_on": organization.begins_on,
    }
    form = OrganizationEditForm(request.POST or None, initial=known, on=request.today)
    if form.is_valid():
        given = {**form.cleaned_data, "organization": organization, "by": request.user}
        if try_on_form(form, lambda: edit_organization(**given)):
            messages.success(request, _("The changes are stored."))
            return redirect(organization)
    return render(request, "members/organizations/organization_edit.html", {"form": form, "organization": organization})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_move(request: PageRequest, code: str) -> HttpResponse:
    """Put it below another one; who decides about the place it leaves must decide about the new one too."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    require_at(request, place_of_decision(organization))
    form = OrganizationMoveForm(request.POST or None, organization=organization, user=request.user, on=request.today)
    if form.is_valid():
        given = {**form.cleaned_data, "organization": organization, "by": request.user}
        if try_on_form(form, lambda: move_organization(**given)):
            place = form.cleaned_data["under"]
            messages.success(
                request, _("“%(name)s” now stands below “%(place)s”.") % {"name": organization, "place": place}
            )
            return redirect(organization)
    context = {"form": form, "organization": organization, **_extent(organization)}
    return render(request, "members/organizations/organization_move.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_dissolve(request: PageRequest, code: str) -> HttpResponse:
    """Dissolve an empty one; that is the decision of the level above."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    require_at(request, place_of_decision(organization))
    form = OrganizationDissolveForm(request.POST or None, today=request.today, initial={"on": request.today})
    if form.is_valid():
        given = {**form.cleaned_data, "organization": organization, "by": request.user}
        if try_on_form(form, lambda: dissolve_organization(**given)):
            messages.success(request, _("“%(name)s” is dissolved.") % {"name": organization})
            return redirect(organization)
    context = {"form": form, "organization": organization, **_extent(organization)}
    return render(request, "members/organizations/organization_dissolve.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_term(request: PageRequest, code: str) -> HttpResponse:
    """Record an election; the end of the term follows from the rule."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    form = TermForm(request.POST or None, today=request.today)
    if form.is_valid():
        given = {**form.cleaned_data, "organization": organization, "by": request.user}
        if try_on_form(form, lambda: record_term(**given)):
            ends_on = organization.terms.latest("elected_on").ends_on
            messages.success(request, _("Stored. By the rule the term ends on %(day)s.") % {"day": ends_on})
            return redirect(organization)
    return render(request, "members/organizations/organization_term.html", {"form": form, "organization": organization})


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_term_end(request: PageRequest, code: str) -> HttpResponse:
    """Extend or shorten the latest term; more than a year is stored and said to be unusual."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    require_at(request, place_of_decision(organization))
    term = get_object_or_404(organization.terms.order_by("-elected_on")[:1])
    form = TermEndForm(request.POST or None, initial={"ends_on": term.ends_on})
    if form.is_valid():
        given = {**form.cleaned_data, "term": term, "by": request.user}
        if try_on_form(form, lambda: move_end_of_term(**given)):
            _say_where_it_ends(request, organization, term)
            return redirect(organization)
    return render(
        request,
        "members/organizations/organization_term_end.html",
        {"form": form, "organization": organization, "term": term},
    )


def place_of_decision(organization: Organization) -> str:
    """Path of the level that decides whether the organization stands and where: the one above, at the top itself."""
    return organization.parent_path or organization.path


def _extent(organization: Organization) -> dict[str, Any]:
    """How many organizations stand below it, and how many members."""
    below = Organization.objects.below(organization.path).filter(dissolved_on__isnull=True).count() - 1
    return {"below": below, "members": Member.objects.below(organization.path).count()}


def _say_where_it_ends(request: PageRequest, organization: Organization, term: Any) -> None:
    messages.success(request, _("Stored. The term ends on %(day)s.") % {"day": term.ends_on})
    moved = within_shift(end_of_term(organization, term.elected_on), term.ends_on)
    if not moved:
        source = "; ".join(str(citation) for citation in moved.citations)
        messages.warning(request, f"{moved.reason} {source}")
