"""Who is behind, what is on record about it, and the quarterly payment that a branch agreed to."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dues.forms.arrears import ArrangementForm, EndForm, ReasonForm
from dues.models import Arrangement, ArrearsReason
from dues.queries.arrears_page import ON_A_PAGE, branch_counts, branch_lines, branches_below, open_reviews, tree_page
from dues.rules.arrears import FLAG_KEY
from dues.rules.months import month_of
from dues.services.arrears import agree_quarterly, end_quarterly, end_reason, record_reason
from dues.views.members import member_standing_here
from members.choices import Capability, OrganizationKind
from members.forms.filters import PlaceForm
from members.models import Member, Organization
from members.places import place_asked_for
from members.policy import fetch, requires
from members.queries.keyset import Place
from members.refusals import carried_out
from members.requests import PageRequest
from rulebook.book import rule_if_held

LISTED = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH, OrganizationKind.BRANCH)


@requires(Capability.COUNT_DUES)
@require_safe
def arrears(request: PageRequest) -> HttpResponse:
    """A branch's people by name, furthest behind first; committees get counts and the cases under review."""
    place = place_asked_for(request, Capability.COUNT_DUES, among=Organization.objects.filter(kind__in=LISTED))
    context = {"place": place, "rule": rule_if_held(FLAG_KEY, request.today)}
    if request.user.standing.may(Capability.VIEW_DUES, place.path):
        return render(request, "dues/arrears.html", context | _names(request, place))
    return render(request, "dues/arrears_below.html", context | _counts(request, place))


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def reason_add(request: PageRequest, key: UUID) -> HttpResponse:
    """A good reason for not having paid, with the months it covers."""
    member = member_standing_here(request, key)
    form = ReasonForm(request.POST or None, initial={"first": month_of(request.today)})
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("key", "first", "reason")}
        until, by, on = form.until(), request.user, request.today
        if carried_out(form, lambda: record_reason(member=member, until=until, by=by, on=on, **given)):
            messages.success(request, _("The reason is on record."))
            return redirect("dues:member-detail", member.key)
    lead = _("A good reason that is on record stops the ladder for the months it covers. What is owed stays owed.")
    return _form(request, form, member, heading=_("A reason for arrears"), label=_("Record"), lead=lead)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def reason_end(request: PageRequest, key: UUID) -> HttpResponse:
    """The reason holds until a month and no longer."""
    reason = fetch(request, ArrearsReason.objects.select_related("member"), pk=key)
    return _ended(
        request,
        reason.member,
        _("The reason no longer holds"),
        lambda until: end_reason(reason=reason, until=until, by=request.user),
    )


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def arrangement_add(request: PageRequest, key: UUID) -> HttpResponse:
    """The branch agrees that a member pays once a quarter."""
    member = member_standing_here(request, key)
    form = ArrangementForm(request.POST or None, initial={"first": month_of(request.today), "agreed_on": request.today})
    if form.is_valid():
        given, by, on = form.cleaned_data, request.user, request.today
        if carried_out(form, lambda: agree_quarterly(member=member, by=by, on=on, **given)):
            messages.success(request, _("Quarterly payment is on record."))
            return redirect("dues:member-detail", member.key)
    lead = _("In special circumstances, and if the branch agrees, a member may pay once a quarter (article 12).")
    return _form(request, form, member, heading=_("Quarterly payment"), label=_("Record"), lead=lead)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def arrangement_end(request: PageRequest, key: UUID) -> HttpResponse:
    """Monthly again."""
    agreed = fetch(request, Arrangement.objects.select_related("member"), pk=key)
    return _ended(
        request,
        agreed.member,
        _("Monthly payment again"),
        lambda until: end_quarterly(arrangement=agreed, until=until, by=request.user),
    )


def _ended(request: PageRequest, member: Member, heading: str, end: Callable[[Any], object]) -> HttpResponse:
    form = EndForm(request.POST or None, initial={"last": month_of(request.today)})
    if form.is_valid() and carried_out(form, lambda: end(form.until())):
        messages.success(request, _("The changes are stored."))
        return redirect("dues:member-detail", member.key)
    return _form(request, form, member, heading=heading, label=_("Let it end"), lead="")


def _form(request: PageRequest, form: Any, member: Member, **words: str) -> HttpResponse:
    return render(request, "dues/arrears_form.html", {"form": form, "member": member, **words})


def _places(request: PageRequest) -> QuerySet[Organization]:
    """What one may choose: the organizations in which one works, and those directly below."""
    mine = Organization.objects.visible_to(request.user, Capability.COUNT_DUES).standing_on(request.today)
    return mine.filter(kind__in=LISTED).in_tree_order()


def _names(request: PageRequest, place: Organization) -> dict[str, Any]:
    """A branch is short enough to be sorted; a larger tree is walked in the order of its roster."""
    if place.kind == OrganizationKind.BRANCH:
        lines = branch_lines(place.path, on=request.today)
        page = Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page"))
        return {"lines": list(page), "numbered": page, "found": len(lines)}
    beside, lines = tree_page(place.path, Place.from_query(request.GET), on=request.today)
    query = f"org={place.code}"
    return {"lines": lines, "page": beside, "query": query, "query_and": f"{query}&"}


def _counts(request: PageRequest, place: Organization) -> dict[str, Any]:
    branches = branches_below(place.path, on=request.today)
    if branches is None:
        below = Organization.objects.filter(depth=place.depth + 1, path__startswith=place.path).standing_on(
            request.today
        )
        return {"parts": list(below.in_tree_order()), "reviews": open_reviews(request.user, place.path)}
    form = PlaceForm(request.GET, places=_places(request), at=place)
    counts = branch_counts(place.path, branches, on=request.today)
    shown = [one for one in counts if form.text() in one.branch.name]
    return {
        "form": form,
        "behind": sum(one.behind for one in counts),
        "to_help": sum(one.behind > 0 for one in counts),
        "branches": len(counts),
        "page": Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page")),
        "reviews": open_reviews(request.user, place.path),
    }
