"""The review of arrears: each step a form of its own, and what came of it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.forms.arrears import AnswerForm, DecisionForm, OpenReviewForm, OutcomeForm, ReportForm, TalkForm, talk_of
from dues.models import ArrearsReview
from dues.queries.arrears import arrears_of
from dues.queries.places import branch_of
from dues.services.reviews import answer_review, close_review, open_review, record_meeting, record_talk, report_review
from dues.views.members import member_standing_here
from members.choices import Capability
from members.fields import opened
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from members.services.refused import Refused
from rulebook.book import rule

REVIEWS = ArrearsReview.objects.select_related("member", "meeting")


@requires(Capability.VIEW_DUES, Capability.APPROVE_DUES)
@require_safe
def review(request: PageRequest, key: UUID) -> HttpResponse:
    """The case with its steps. What the member said is the branch's; the committee reads what was decided."""
    found = fetch(request, REVIEWS.all(), pk=key)
    may, path = request.user.standing.may, found.member.roster_path
    sees_reason = may(Capability.VIEW_DUES, path)
    context = {
        "review": found,
        "branch": branch_of(found.member),
        "arrears": arrears_of([found.member_id], on=request.today).get(found.member_id),
        "rule": rule("dues.arrears.flag_months", request.today),
        "sees_reason": sees_reason,
        "said": opened(found.reason) if sees_reason else "",
        "may_record": may(Capability.RECORD_DUES, path) and request.user.standing.member_id != found.member_id,
        "may_answer": may(Capability.APPROVE_DUES, path),
    }
    return render(request, "dues/review.html", context)


@requires(Capability.RECORD_DUES)
@require_POST
def review_open(request: PageRequest, key: UUID) -> HttpResponse:
    """Begin with the case of a member who is six months behind."""
    member = member_standing_here(request, key)
    form = OpenReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("This page is old. Open it again."))
        return redirect("dues:member-detail", member.key)
    try:
        case = open_review(key=form.cleaned_data["key"], member=member, by=request.user, on=request.today)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("dues:member-detail", member.key)
    return redirect("dues:review", case.pk)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def review_talk(request: PageRequest, key: UUID) -> HttpResponse:
    """Somebody talked to the member."""
    found = fetch(request, REVIEWS.all(), pk=key)
    form = TalkForm(request.POST or None, initial=talk_of(found))
    return _step(request, found, form, _("The talk"), record_talk)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def review_decision(request: PageRequest, key: UUID) -> HttpResponse:
    """The general meeting decided."""
    found = fetch(request, REVIEWS.all(), pk=key)
    stored = {name: getattr(found, name) for name in ("meeting_on", "meeting", "decision")}
    form = DecisionForm(request.POST or None, review=found, branch=branch_of(found.member), initial=stored)
    return _step(request, found, form, _("The general meeting"), record_meeting)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def review_report(request: PageRequest, key: UUID) -> HttpResponse:
    """The branch reported upwards."""
    found = fetch(request, REVIEWS.all(), pk=key)
    form = ReportForm(request.POST or None, initial={"reported_on": found.reported_on or request.today})
    return _step(request, found, form, _("Reported upwards"), report_review)


@requires(Capability.APPROVE_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def review_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """The committee answers."""
    found = fetch(request, REVIEWS.all(), pk=key)
    stored = {"answered_on": found.answered_on or request.today, "answer": found.answer}
    return _step(request, found, AnswerForm(request.POST or None, initial=stored), _("The answer"), answer_review)


@requires(Capability.RECORD_DUES)
@require_http_methods(["GET", "HEAD", "POST"])
def review_close(request: PageRequest, key: UUID) -> HttpResponse:
    """What came of it."""
    found = fetch(request, REVIEWS.all(), pk=key)
    return _step(request, found, OutcomeForm(request.POST or None), _("Close the review"), close_review)


def _step(
    request: PageRequest, found: ArrearsReview, form: Form, heading: str, act: Callable[..., object]
) -> HttpResponse:
    """Show the form of a step, or take the step."""
    if form.is_valid():
        given: dict[str, Any] = form.cleaned_data
        if carried_out(form, lambda: act(review=found, by=request.user, on=request.today, **given)):
            messages.success(request, _("The step is on record."))
            return redirect("dues:review", found.pk)
    context = {"form": form, "review": found, "member": found.member, "heading": heading, "label": _("Record")}
    return render(request, "dues/review_form.html", context)
