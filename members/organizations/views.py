"""The organization tree: looking at it, and changing it."""

from collections.abc import Sequence
from datetime import date
from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, require_at, requires
from members.choices import Capability
from members.models.member import Member
from members.models.organization import Organization, Term
from members.organizations.forms import (
    OrganizationCreateForm,
    OrganizationDissolveForm,
    OrganizationEditForm,
    OrganizationFilter,
    OrganizationMoveForm,
    TermEndForm,
    TermForm,
)
from members.organizations.lists import BELOW, FOUND, OFFICES
from members.organizations.queries import PlaceLine, organization_page, summaries, tree
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
from members.pages.requests import FORM_METHODS, PageRequest
from members.pages.steps import Crumb, Step, Words, form_page

MANAGE = Capability.MANAGE_ORGANIZATIONS
TREE: Crumb = (_("Organizations"), reverse_lazy("members:organization-tree"))


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
    return FOUND.shown(request, found, form=form, lines=partial(_with_figures, on=request.today)).answer(
        title=_("Find an organization"), crumbs=[TREE, *([_page_of(above)] if above else [])], prints=False
    )


def _with_figures(places: Sequence[Organization], on: date) -> list[PlaceLine]:
    figures = summaries(places, on=on)
    return [PlaceLine(place, figures[place.path]) for place in places]


@requires(Capability.VIEW_ORGANIZATIONS)
@require_safe
def organization_detail(request: PageRequest, code: str) -> HttpResponse:
    """One organization: its people in figures, its term, its offices, what is below it and what happened to it."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    may = request.user.access.may
    page = organization_page(organization, request.user, on=request.today)
    may_give = may(Capability.MANAGE_USERS, organization.path)
    context = {
        "organization": organization,
        "page": page,
        "offices": OFFICES.shown(request, page.offices, without={"holder"} if may_give else {"user", "acts"}),
        "below": BELOW.shown(request, page.children),
        "other_figures": organization_figures(organization, request.user, on=request.today),
        "may_manage": may(MANAGE, organization.path),
        "may_move": may(MANAGE, place_of_decision(organization)),
        "may_give": may_give,
        "may_see_roster": may(Capability.VIEW_ROSTER, organization.path),
        "may_see_trail": may(Capability.VIEW_AUDIT, organization.path),
    }
    return render(request, "members/organizations/organization.html", context)


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_create(request: PageRequest, code: str) -> HttpResponse:
    """Set up an organization below the one in the address."""
    above = get_in_scope(request, Organization.objects.all(), code=code)
    set_up = _("“%(name)s” is set up.")
    return form_page(
        request,
        OrganizationCreateForm(request.POST or None, above=above, on=request.today),
        lambda typed: create_organization(**typed, parent=above, by=request.user),
        Step(_("Set up an organization"), _("Set up"), lambda made: set_up % {"name": made}),
        lambda made: made,
        crumbs=[TREE, _page_of(above)],
        lead=_("It will stand below “%(name)s”.") % {"name": above.name},
    )


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
    lead = _("The code %(code)s stays as it is, and so does everything recorded under the old name.")
    return form_page(
        request,
        OrganizationEditForm(request.POST or None, initial=known, on=request.today),
        lambda typed: edit_organization(**typed, organization=organization, by=request.user),
        Step(_("Rename or correct"), _("Store the changes"), _("The changes are stored.")),
        organization,
        crumbs=[TREE, _page_of(organization)],
        lead=lead % {"code": organization.code},
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_move(request: PageRequest, code: str) -> HttpResponse:
    """Put it below another one; who decides about the place it leaves must decide about the new one too."""
    organization = _to_decide_about(request, code)
    form = OrganizationMoveForm(request.POST or None, organization=organization, user=request.user, on=request.today)
    name, moved = {"name": organization.name}, _("“%(name)s” now stands below “%(place)s”.")
    step = Step(
        _("Move %(name)s") % name,
        _("Move"),
        lambda _moved: moved % {**name, "place": form.cleaned_data["under"]},
        _("Move “%(name)s” with everything below it?") % name,
    )
    lead = _(
        "Everything below it moves along, and so do the members and the offices held there. Who sees it changes with "
        "the place: the offices above the old one no longer do, those above the new one do from now on."
    )
    act = partial(move_organization, organization=organization, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(**typed),
        step,
        organization,
        crumbs=[TREE, _page_of(organization)],
        lead=lead,
        facts=_extent(organization),
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_dissolve(request: PageRequest, code: str) -> HttpResponse:
    """Dissolve an empty one; that is the decision of the level above."""
    organization = _to_decide_about(request, code)
    name = {"name": organization.name}
    step = Step(
        _("Dissolve %(name)s") % name,
        _("Dissolve"),
        _("“%(name)s” is dissolved.") % name,
        _("Dissolve “%(name)s”? It can't be set up again under this code.") % name,
    )
    lead = _(
        "Only what is empty can be dissolved: move the members first, and move or dissolve what stands below. Offices "
        "still held in it end on that day. What was recorded stays."
    )
    return form_page(
        request,
        OrganizationDissolveForm(request.POST or None, today=request.today, initial={"on": request.today}),
        lambda typed: dissolve_organization(**typed, organization=organization, by=request.user),
        step,
        organization,
        crumbs=[TREE, _page_of(organization)],
        lead=lead,
        facts=_extent(organization),
    )


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_term(request: PageRequest, code: str) -> HttpResponse:
    """Record an election; the end of the term follows from the rule."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    lead = _(
        "The end of the term follows from the rule of that day: generally five years for a committee, three for a "
        "general branch and a branch, five in villages and communities."
    )
    return form_page(
        request,
        TermForm(request.POST or None, today=request.today),
        lambda typed: record_term(**typed, organization=organization, by=request.user),
        Step(_("Record an election"), _("Store the election"), lambda _stored: _end_by_rule(organization)),
        organization,
        crumbs=[TREE, _page_of(organization)],
        lead=lead,
        ways=[(_("The rule"), reverse("members:regulation-detail", args=["term.years"]))],
    )


def _end_by_rule(organization: Organization) -> str:
    ends_on = organization.terms.latest("elected_on").ends_on
    return _("Stored. By the rule the term ends on %(day)s.") % {"day": ends_on}


@requires(MANAGE)
@require_http_methods(FORM_METHODS)
def organization_term_end(request: PageRequest, code: str) -> HttpResponse:
    """Extend or shorten the latest term; more than a year is stored and said to be unusual."""
    organization = _to_decide_about(request, code)
    term = get_object_or_404(organization.terms.order_by("-elected_on")[:1])
    act = partial(move_end_of_term, term=term, by=request.user)
    days = {"first": term.elected_on, "last": term.ends_on}
    answer = form_page(
        request,
        TermEndForm(request.POST or None, initial={"ends_on": term.ends_on}),
        lambda typed: act(**typed),
        Step(
            _("Extend or shorten the term"),
            _("Store the new end"),
            lambda _stored: _("Stored. The term ends on %(day)s.") % {"day": term.ends_on},
        ),
        organization,
        crumbs=[TREE, _page_of(organization)],
        lead=_("Elected on %(first)s, ends on %(last)s.") % days,
        notes=[_("The committee above approves it, generally by a year at most.")],
        ways=[(_("The rule"), reverse("members:regulation-detail", args=["term.shift.max_years"]))],
    )
    if answer.status_code == HTTPStatus.FOUND:
        _mind_the_shift(request, organization, term)
    return answer


def _mind_the_shift(request: PageRequest, organization: Organization, term: Term) -> None:
    moved = within_shift(end_of_term(organization, term.elected_on), term.ends_on)
    if not moved:
        source = "; ".join(str(citation) for citation in moved.citations)
        messages.warning(request, f"{moved.reason} {source}")


def _to_decide_about(request: PageRequest, code: str) -> Organization:
    """403 for who doesn't decide whether it stands and where."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    require_at(request, place_of_decision(organization))
    return organization


def place_of_decision(organization: Organization) -> str:
    """Path of the level that decides whether the organization stands and where: the one above, at the top itself."""
    return organization.parent_path or organization.path


def _page_of(organization: Organization) -> Crumb:
    return organization.name, organization.get_absolute_url()


def _extent(organization: Organization) -> list[tuple[Words, int]]:
    """How many organizations stand below it, and how many members."""
    below = Organization.objects.below(organization.path).filter(dissolved_on__isnull=True).count() - 1
    members = Member.objects.below(organization.path).count()
    return [(_("Organizations below it"), below), (_("Members in all"), members)]
