"""A member's own self-checks, and those that members shared with their branch."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.choices import Capability
from members.fields import opened
from members.models import Member
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.checklists import SelfCheckForm, SharedFilterForm
from supervision.models import Checklist, SelfCheck
from supervision.queries.self_checks import earlier_of, lines_of, sums_of
from supervision.services.self_checks import (
    change_self_check,
    make_self_check,
    remove_self_check,
    share_self_check,
    take_back_self_check,
)

ON_A_PAGE = 30
CHECKS = SelfCheck.objects.select_related("checklist__organization", "member")


@signed_in
@never_cache
@require_safe
def self_check_mine(request: PageRequest) -> HttpResponse:
    """The lists in force above one's branch, and one's own earlier checks beside each other."""
    me = _me(request)
    lists = Checklist.objects.above(me.pk).holding(request.today).select_related("organization")
    mine = CHECKS.of(request.user).order_by("-made_on", "-key")
    page = Paginator(mine, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"lists": lists.order_by("organization__path", "title", "key"), "page": page, "sums": sums_of(page)}
    return render(request, "supervision/self_check_mine.html", context)


@requires(Capability.VIEW_SUPERVISION)
@never_cache
@require_safe
def self_check_shared(request: PageRequest) -> HttpResponse:
    """What members of the branch chose to share; of the others nothing is known here."""
    form = SharedFilterForm(request.GET)
    form.is_valid()
    rows = CHECKS.visible_to(request.user).shared().order_by("-shared_on", "key")
    if text := (form.cleaned_data.get("q") or "").strip():
        people = Member.objects.filter(pk__in=rows.order_by().values("member")).search(text)
        rows = rows.filter(member__in=list(people.values_list("pk", flat=True)))
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "supervision/self_check_shared.html", {"form": form, "page": page})


@signed_in
@never_cache
@require_safe
def self_check_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own beside the one before it; a shared one for the branch's offices, alone."""
    check = fetch(request, CHECKS.all(), pk=key)
    is_mine = check.member_id == request.user.standing.member_id
    earlier = earlier_of(check) if is_mine else None
    context = {
        "check": check,
        "is_mine": is_mine,
        "earlier": earlier,
        "lines": lines_of(check, beside=earlier),
        "plan": opened(check.plan),
    }
    return render(request, "supervision/self_check_detail.html", context)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def self_check_new(request: PageRequest, key: UUID) -> HttpResponse:
    """Check oneself against a list that is in force above one's branch."""
    me = _me(request)
    found = get_object_or_404(Checklist.objects.above(me.pk).holding(request.today), pk=key)
    form = SelfCheckForm(request.POST or None, items=list(found.items.all()))
    if form.is_valid():
        facts = {"key": form.cleaned_data["key"], "answers": form.answers(), "plan": form.cleaned_data["plan"]}
        if carried_out(form, lambda: make_self_check(checklist=found, member=me, on=request.today, **facts)):
            messages.success(request, _("Kept, for you alone. You can share it with your branch."))
            return redirect("supervision:self-check-detail", form.cleaned_data["key"])
    return render(request, "supervision/self_check_form.html", {"form": form, "checklist": found})


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def self_check_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """One's own only."""
    check = fetch(request, CHECKS.of(request.user), pk=key)
    form = SelfCheckForm(request.POST or None, items=list(check.checklist.items.all()), stored=check)
    if form.is_valid():
        facts = {"answers": form.answers(), "plan": form.cleaned_data["plan"]}
        if carried_out(form, lambda: change_self_check(check=check, **facts)):
            messages.success(request, _("Changed."))
            return redirect(check)
    return render(
        request, "supervision/self_check_form.html", {"form": form, "checklist": check.checklist, "check": check}
    )


@signed_in
@require_POST
def self_check_share(request: PageRequest, key: UUID) -> HttpResponse:
    """Let the branch's offices read it."""
    check = fetch(request, CHECKS.of(request.user), pk=key)
    share_self_check(check=check, on=request.today, by=request.user)
    messages.success(request, _("Shared with the offices of your branch. You can take that back."))
    return redirect(check)


@signed_in
@require_POST
def self_check_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Nobody else reads it from now on."""
    check = fetch(request, CHECKS.of(request.user), pk=key)
    take_back_self_check(check=check, by=request.user)
    messages.success(request, _("It is yours alone again."))
    return redirect(check)


@signed_in
@require_POST
def self_check_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Throw one's own away."""
    check = fetch(request, CHECKS.of(request.user), pk=key)
    remove_self_check(check=check, by=request.user)
    messages.success(request, _("Thrown away."))
    return redirect("supervision:self-check-mine")


def _me(request: PageRequest) -> Member:
    """404 for who is no member."""
    if request.user.standing.member_id is None:
        raise Http404
    return get_object_or_404(Member, pk=request.user.standing.member_id)
