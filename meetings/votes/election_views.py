"""Elections, and steps of membership."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from meetings.choices import StepState, VoteSubject
from meetings.meeting.services import WrongState
from meetings.votes.correction_queries import doubts_of
from meetings.votes.election_forms import AgainForm, ApproveForm, ElectionForm
from meetings.votes.election_services import add_election, approve_election, vote_again
from meetings.votes.forms import DecideForm, ReasonForm, StepForm, show_wrong
from meetings.votes.membership_rules import approval_by
from meetings.votes.membership_services import ask_step, decide_step, take_back_approval, take_back_step
from meetings.votes.models import MembershipStep, Vote
from meetings.votes.queries import (
    ballot_section,
    citations_of,
    elected_in,
    offices_ended_by,
    quorums_of,
    step_of,
    tied_in,
    to_approve,
    to_decide,
    to_take_back,
    what_follows,
)
from meetings.votes.services import WrongFigures
from meetings.votes.views import MEETINGS, VOTES
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.pages.requests import PageRequest, try_on_form
from members.pages.steps import Step, form_page
from rulebook.book import rule_if_held

PAGE_SIZE = 25
SHOWN_RULES = (
    "election.surplus",
    "election.secretary",
    "election.scrutineer",
    "election.ballot",
    "vote.election.proxy",
)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def election_add(request: PageRequest, key: str) -> HttpResponse:
    """Open an election: seats, candidates, scrutineers."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    form = ElectionForm(request.POST or None, meeting=meeting, initial=_prefilled(request))
    if form.is_valid() and (vote := _open(request, form)):
        return redirect(vote)
    rules = [held for name in SHOWN_RULES if (held := rule_if_held(name, meeting.day))]
    context = {"meeting": meeting, "form": form, "quorums": quorums_of(meeting, [VoteSubject.ELECTION]), "rules": rules}
    return render(request, "meetings/votes/election_add.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def election_again(request: PageRequest, key: str) -> HttpResponse:
    """Vote again among those with equal votes for the last seat."""
    vote = get_in_scope(request, VOTES, pk=key)
    tied = tied_in(vote)
    form = AgainForm(request.POST or None, vote=vote, tied=[one.member_id for one in tied])
    if form.is_valid():
        try:
            return redirect(vote_again(vote=vote, by=request.user, **form.cleaned_data))
        except WrongFigures as wrong:
            show_wrong(form, wrong)
        except WrongState as not_now:
            form.add_error(None, str(not_now))
    context = {"vote": vote, "meeting": vote.item.meeting, "tied": tied, "form": form}
    return render(request, "meetings/votes/election_again.html", context)


@requires(Capability.APPROVE_ELECTIONS)
@require_GET
def election_list(request: PageRequest) -> HttpResponse:
    """Elections below one's committee, those that wait for an approval first."""
    waiting = request.GET.get("state") != "approved"
    rows = to_approve(request.user).filter(approved_on__isnull=waiting).prefetch_related("candidates")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "meetings/votes/election_list.html", {"page": page, "waiting": waiting})


@requires(Capability.APPROVE_ELECTIONS)
@require_http_methods(["GET", "POST"])
def election_approve(request: PageRequest, key: str) -> HttpResponse:
    """Record the approval; shows first whose offices end by it."""
    vote = get_object_or_404(to_approve(request.user), pk=key)
    form = ApproveForm(request.POST or None, initial={"on": request.today})
    if form.is_valid() and _approve(request, vote, form):
        return redirect("meetings:election-list")
    context = {
        "vote": vote,
        "meeting": vote.item.meeting,
        "form": form,
        "elected": elected_in(vote),
        "ending": offices_ended_by(vote, request.today),
        "citations": citations_of(vote),
        **ballot_section(vote),
    }
    return render(request, "meetings/votes/election_approve.html", context)


def _prefilled(request: PageRequest) -> dict[str, str]:
    """Item, office and seats as an earlier ballot left them open."""
    return {name: request.GET[name] for name in ("item", "office", "seats", "about") if request.GET.get(name)}


def _open(request: PageRequest, form: ElectionForm) -> Vote | None:
    typed = form.cleaned_data
    people = {name: typed[name] for name in ("key", "item", "candidates", "scrutineers")}
    try:
        return add_election(posts=form.posts(), by=request.user, **people)
    except WrongFigures as wrong:
        show_wrong(form, wrong)
    except WrongState as not_now:
        form.add_error(None, str(not_now))
    return None


def _approve(request: PageRequest, vote: Vote, form: ApproveForm) -> bool:
    given: dict[str, Any] = {"vote": vote, "today": request.today, "by": request.user}
    if not try_on_form(form, lambda: approve_election(**given, **form.cleaned_data)):
        return False
    messages.success(request, _("The approval is on record; the elected hold their office from that day."))
    return True


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_ask(request: PageRequest, key: str) -> HttpResponse:
    """Hand what a vote decided about somebody to the committee, from the vote's own facts."""
    vote = get_in_scope(request, VOTES.all(), pk=key)
    form = StepForm(request.POST or None, vote=vote)
    if form.is_valid():
        given: dict[str, Any] = {
            "key": form.cleaned_data["key"],
            "asked": form.asked(),
            "today": request.today,
            "by": request.user,
        }
        if try_on_form(form, lambda: ask_step(vote=vote, **given)):
            messages.success(request, _("Handed to the committee. With its approval the roster changes by itself."))
            return redirect(vote)
    context = {
        "form": form,
        "step": step_of(vote),
        "doubted": doubts_of(vote),
        "citations": citations_of(vote),
        **what_follows(vote),
    }
    return render(request, "meetings/votes/membership_ask.html", context)


@requires(Capability.APPROVE_MEMBERSHIP)
@require_safe
def membership_list(request: PageRequest) -> HttpResponse:
    """Votes on membership below one's committee, those that wait first."""
    waiting = request.GET.get("state") != "decided"
    found = to_decide(request.user)
    found = found.waiting() if waiting else found.exclude(state=StepState.WAITING).reverse()
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [_row(request, one) for one in page]
    return render(request, "meetings/votes/membership_list.html", {"page": page, "rows": rows, "waiting": waiting})


@requires(Capability.APPROVE_MEMBERSHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_decide(request: PageRequest, key: str) -> HttpResponse:
    """The vote with its figures, and the committee's decision about it."""
    step = get_object_or_404(to_decide(request.user), pk=key)
    form = DecideForm(request.POST or None, initial={"on": request.today})
    if form.is_valid():
        given: dict[str, Any] = {"approval": form.approval(), "today": request.today, "by": request.user}
        if try_on_form(form, lambda: decide_step(step=step, **given)):
            messages.success(request, _("The committee's decision is on record."))
            return redirect("meetings:membership-list")
    context = {"form": form, "step": step, "vote": step.vote, "meeting": step.vote.item.meeting}
    context |= {"citations": citations_of(step.vote), "until": approval_by(step.voted_on)}
    context["doubted"] = doubts_of(step.vote)
    return render(request, "meetings/votes/membership_decide.html", context)


@requires(Capability.EDIT_ROSTER, Capability.APPROVE_MEMBERSHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_take_back(request: PageRequest, key: str) -> HttpResponse:
    """The branch takes back what waits, the committee what it approved by mistake."""
    step = get_object_or_404(to_take_back(request.user), pk=key)
    form = ReasonForm(request.POST or None)
    back = reverse("meetings:membership-decide", args=[step.pk]) if step.decided_on else step.get_absolute_url()
    words = Step(
        f"{_('Take it back')} · {step.name}", _("Take it back"), _("Taken back. The vote offers the step again.")
    )
    return form_page(
        request, form, lambda typed: _take_back(request, step, typed["reason"]), words,
        lambda _stored: "meetings:membership-list" if step.state != StepState.WAITING else step,
        cancel=back, lead=f"{step.vote.about} · {step.vote.item.meeting}",
    )  # fmt: skip


def _row(request: PageRequest, step: MembershipStep) -> dict[str, object]:
    """The step and the day by which the committee answers."""
    until = approval_by(step.voted_on)
    return {"step": step, "until": until and until[0], "is_late": bool(until and until[0] < request.today)}


def _take_back(request: PageRequest, step: MembershipStep, reason: str) -> None:
    if step.state == StepState.WAITING:
        take_back_step(step=step, reason=reason, by=request.user)
    else:
        take_back_approval(step=step, reason=reason, today=request.today, by=request.user)
