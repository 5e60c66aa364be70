"""Large voluntary dues on their way to the centre."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.forms.upwards import CentreReceiptForm, HandOverForm, LargeForm, ReceivedForm, SendUpForm
from dues.models import LargeDues
from dues.services import large as services
from members.choices import Capability
from members.models import Member
from members.places import branch_asked_for, branches_offered
from members.policy import fetch, requires, signed_in
from members.queries.names import names_of
from members.refusals import carried_out
from members.requests import PageRequest
from rulebook.book import rule

ON_A_PAGE = 30
GIVERS_SEEN_BY = (Capability.VIEW_DUES, Capability.APPROVE_DUES)
Step = Callable[..., None]
STEPS: dict[str, tuple[type[forms.Form], Capability, Step]] = {
    "send-up": (SendUpForm, Capability.RECORD_DUES, services.send_up),
    "take-in": (ReceivedForm, Capability.APPROVE_DUES, services.take_in),
    "note-receipt": (CentreReceiptForm, Capability.APPROVE_DUES, services.note_receipt),
    "hand-over": (HandOverForm, Capability.RECORD_DUES, services.hand_over),
}
"""In their order: the form, who takes the step, and what takes it."""


@signed_in
@require_safe
def large_list(request: PageRequest) -> HttpResponse:
    """Newest first, with how far each has come; members find what they gave themselves."""
    rows = LargeDues.objects.visible_to(request.user).select_related("organization", "member")
    context = {
        "page": Paginator(rows.order_by("-given_on", "key"), ON_A_PAGE).get_page(request.GET.get("page")),
        "may_see_large": request.user.standing.may_any(GIVERS_SEEN_BY),
        "may_record": Capability.RECORD_DUES in request.user.standing.capabilities,
        "rule": rule("dues.large.threshold", request.today),
    }
    return render(request, "dues/large_list.html", context)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def large_new(request: PageRequest) -> HttpResponse:
    """A member gave a thousand yuan or more at once."""
    branch = branch_asked_for(request, Capability.RECORD_DUES)
    members = Member.objects.below(branch.path).in_roster_order()
    form = LargeForm(request.POST or None, members=members, initial={"given_on": request.today})
    if form.is_valid():
        large = LargeDues(organization=branch, **form.cleaned_data)
        if carried_out(form, lambda: services.record_large(large, by=request.user, on=request.today)):
            return redirect("dues:large-detail", key=large.pk)
    context = {
        "form": form,
        "branch": branch,
        "branches": branches_offered(request, Capability.RECORD_DUES),
        "rule": rule("dues.large.threshold", request.today),
    }
    return render(request, "dues/large_new.html", context)


@signed_in
@require_safe
def large_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """How far it has come, and the next step for whoever takes it."""
    large = fetch(request, LargeDues.objects.select_related("organization", "member"), pk=key)
    return render(request, "dues/large_detail.html", _page(request, large))


@requires(Capability.RECORD_DUES, Capability.APPROVE_DUES)
@require_POST
def large_step(request: PageRequest, key: UUID, step: str) -> HttpResponse:
    """Take the next step."""
    large = fetch(request, LargeDues.objects.select_related("organization", "member"), pk=key)
    if step in STEPS and not _may(request, large, step):
        raise PermissionDenied
    if step != _next(large):
        messages.error(request, _("This step was taken already, or isn't the next one."))
        return redirect("dues:large-detail", key=key)
    form_class, _capability, take = STEPS[step]
    form = form_class(request.POST)
    if form.is_valid():
        given = {"by": request.user, **form.cleaned_data, **_on(request, step)}
        if carried_out(form, lambda: take(large, **given)):
            messages.success(request, _("Recorded."))
            return redirect("dues:large-detail", key=key)
    return render(request, "dues/large_detail.html", _page(request, large) | {"form": form})


def _page(request: PageRequest, large: LargeDues) -> dict[str, Any]:
    step = _next(large)
    form = STEPS[step][0](initial=_initial(request, step)) if step and _may(request, large, step) else None
    return {
        "large": large,
        "profile": large.profile if _sees_profile(request, large) else "",
        "step": step,
        "form": form,
        "rule": rule("dues.large.threshold", large.given_on),
        "names": names_of([large.received_by]),
    }


def _sees_profile(request: PageRequest, large: LargeDues) -> bool:
    """What the branch wrote about the giver goes up with the money, not to the giver."""
    return any(request.user.standing.may(one, large.organization.path) for one in GIVERS_SEEN_BY)


def _next(large: LargeDues) -> str:
    """The step that comes next; empty when all were taken."""
    taken = (large.sent_up_on, large.received_on, large.centre_receipt, large.handed_over_on)
    return next((step for step, done in zip(STEPS, taken, strict=True) if not done), "")


def _may(request: PageRequest, large: LargeDues, step: str) -> bool:
    return request.user.standing.may(STEPS[step][1], large.organization.path)


def _on(request: PageRequest, step: str) -> dict[str, Any]:
    return {} if step == "note-receipt" else {"on": request.today}


def _initial(request: PageRequest, step: str) -> dict[str, Any]:
    days = ("sent_up_on", "received_on", "handed_over_on")
    return {name: request.today for name in days if name in STEPS[step][0].base_fields}
