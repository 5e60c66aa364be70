"""One member's dues: what they see themselves, and what the officers of the branch see."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from dues.forms.arrears import OpenReviewForm
from dues.queries.merging import entries_of, readable_entries
from dues.queries.own_page import dues_page
from dues.queries.own_rows import oneself, readable
from members.choices import Capability
from members.models import Member
from members.policy import demand, requires, signed_in
from members.requests import PageRequest
from rulebook.book import rule


@signed_in
@never_cache
@require_safe
def mine(request: PageRequest) -> HttpResponse:
    """One's own dues of two years, with the base and every receipt."""
    member = oneself(request.user)
    if member is None:
        return render(request, "dues/mine_none.html")
    before = [dues_page(one, request.user, on=request.today, own=True) for one in entries_of(member)]
    return render(request, "dues/member.html", {**_context(request, member), "own": True, "before": before})


@requires(Capability.VIEW_DUES)
@never_cache
@require_safe
def member_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The same for the officers of the branch; the base only for who fixes it."""
    member = member_asked_for(request, key)
    context = {**_context(request, member), "entries": readable_entries(member, request.user)}
    return render(request, "dues/member.html", {**context, **_powers(request, member)})


def member_asked_for(request: PageRequest, key: UUID) -> Member:
    """To be read about: on the roster of one's branch, last on it, or charged by it.

    Raises Http404, PermissionDenied.
    """
    member, charged_here = readable(request.user, key)
    if member is None:
        raise Http404
    elsewhere = bool(member.roster_path) and not charged_here
    if elsewhere or request.user.standing.member_id == member.pk:
        demand(request, member.roster_path)
    return member


def member_standing_here(request: PageRequest, key: UUID) -> Member:
    """To record something about: the branch where the member stands today. Raises Http404, PermissionDenied."""
    member = member_asked_for(request, key)
    demand(request, member.roster_path)
    return member


def _context(request: PageRequest, member: Member) -> dict[str, object]:
    page = dues_page(member, request.user, on=request.today)
    return {"member": member, "page": page, "period_rule": rule("dues.period", request.today)}


def _powers(request: PageRequest, member: Member) -> dict[str, object]:
    here = request.user.standing.may(Capability.RECORD_DUES, member.roster_path)
    own = request.user.standing.member_id == member.pk
    return {"may_record": here, "may_agree": here and not own, "review_form": OpenReviewForm}  # made where it is shown
