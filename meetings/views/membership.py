"""From a vote to somebody's membership: the branch hands it up, the committee decides."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from meetings.choices import StepState
from meetings.forms.membership import DecideForm, ReasonForm, StepForm
from meetings.models import MembershipStep
from meetings.queries.corrections import doubts_of
from meetings.queries.membership import step_of, to_decide, to_take_back, what_follows
from meetings.queries.votes import citations_of
from meetings.rules.membership import approval_by
from meetings.services.membership import ask_step, decide_step, take_back_approval, take_back_step
from meetings.views.votes import VOTES
from members.choices import Capability
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest

PAGE_SIZE = 25


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_ask(request: PageRequest, key: str) -> HttpResponse:
    """Hand what a vote decided about somebody to the committee, from the vote's own facts."""
    vote = fetch(request, VOTES.all(), pk=key)
    form = StepForm(request.POST or None, vote=vote)
    if form.is_valid():
        given: dict[str, Any] = {
            "key": form.cleaned_data["key"],
            "asked": form.asked(),
            "today": request.today,
            "by": request.user,
        }
        if carried_out(form, lambda: ask_step(vote=vote, **given)):
            messages.success(request, _("Handed to the committee. With its approval the roster changes by itself."))
            return redirect(vote)
    context = {
        "form": form,
        "step": step_of(vote),
        "doubted": doubts_of(vote),
        "citations": citations_of(vote),
        **what_follows(vote),
    }
    return render(request, "meetings/membership_ask.html", context)


@requires(Capability.APPROVE_MEMBERSHIP)
@require_safe
def membership_list(request: PageRequest) -> HttpResponse:
    """Votes on membership below one's committee, those that wait first."""
    waiting = request.GET.get("state") != "decided"
    found = to_decide(request.user)
    found = found.waiting() if waiting else found.exclude(state=StepState.WAITING).reverse()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(request, one) for one in page]
    return render(request, "meetings/membership_list.html", {"page": page, "rows": rows, "waiting": waiting})


@requires(Capability.APPROVE_MEMBERSHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_decide(request: PageRequest, key: str) -> HttpResponse:
    """The vote with its figures, and the committee's decision about it."""
    step = get_object_or_404(to_decide(request.user), pk=key)
    form = DecideForm(request.POST or None, initial={"on": request.today})
    if form.is_valid():
        given: dict[str, Any] = {"approval": form.approval(), "today": request.today, "by": request.user}
        if carried_out(form, lambda: decide_step(step=step, **given)):
            messages.success(request, _("The committee's decision is on record."))
            return redirect("meetings:membership-list")
    context = {"form": form, "step": step, "vote": step.vote, "meeting": step.vote.item.meeting}
    context |= {"citations": citations_of(step.vote), "until": approval_by(step.voted_on)}
    context["doubted"] = doubts_of(step.vote)
    return render(request, "meetings/membership_decide.html", context)


@requires(Capability.EDIT_ROSTER, Capability.APPROVE_MEMBERSHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_take_back(request: PageRequest, key: str) -> HttpResponse:
    """The branch takes back what waits, the committee what it approved by mistake."""
    step = get_object_or_404(to_take_back(request.user), pk=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and carried_out(form, lambda: _take_back(request, step, form.cleaned_data["reason"])):
        messages.success(request, _("Taken back. The vote offers the step again."))
        return redirect("meetings:membership-list" if step.state != StepState.WAITING else step)
    back = reverse("meetings:membership-decide", args=[step.pk]) if step.decided_on else step.get_absolute_url()
    context = {"form": form, "step": step, "vote": step.vote, "cancel_url": back}
    return render(request, "meetings/membership_take_back.html", context)


def _row(request: PageRequest, step: MembershipStep) -> dict[str, object]:
    """The step and the day by which the committee answers."""
    until = approval_by(step.voted_on)
    return {"step": step, "until": until and until[0], "is_late": bool(until and until[0] < request.today)}


def _take_back(request: PageRequest, step: MembershipStep, reason: str) -> None:
    if step.state == StepState.WAITING:
        take_back_step(step=step, reason=reason, by=request.user)
    else:
        take_back_approval(step=step, reason=reason, today=request.today, by=request.user)
