"""Opening elections, voting again among the tied, and the approval from above."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from meetings.choices import VoteSubject
from meetings.forms.election import AgainForm, ApproveForm, ElectionForm
from meetings.forms.vote import show_wrong
from meetings.models import Vote
from meetings.queries.votes import (
    ballot_section,
    citations_of,
    elected_in,
    offices_ended_by,
    quorums_of,
    tied_in,
    to_approve,
)
from meetings.services.elections import add_election, approve_election, vote_again
from meetings.services.meeting import NotNow
from meetings.services.votes import WrongFigures
from meetings.views.votes import MEETINGS, VOTES
from members.choices import Capability
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
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
    meeting = fetch(request, MEETINGS, pk=key)
    form = ElectionForm(request.POST or None, meeting=meeting, initial=_prefilled(request))
    if form.is_valid() and (vote := _open(request, form)):
        return redirect(vote)
    rules = [held for name in SHOWN_RULES if (held := rule_if_held(name, meeting.day))]
    context = {"meeting": meeting, "form": form, "quorums": quorums_of(meeting, [VoteSubject.ELECTION]), "rules": rules}
    return render(request, "meetings/election_add.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def election_again(request: PageRequest, key: str) -> HttpResponse:
    """Vote again among those with equal votes for the last seat."""
    vote = fetch(request, VOTES, pk=key)
    tied = tied_in(vote)
    form = AgainForm(request.POST or None, vote=vote, tied=[one.member_id for one in tied])
    if form.is_valid():
        try:
            return redirect(vote_again(vote=vote, by=request.user, **form.cleaned_data))
        except WrongFigures as wrong:
            show_wrong(form, wrong)
        except NotNow as not_now:
            form.add_error(None, str(not_now))
    context = {"vote": vote, "meeting": vote.item.meeting, "tied": tied, "form": form}
    return render(request, "meetings/election_again.html", context)


@requires(Capability.APPROVE_ELECTIONS)
@require_GET
def election_list(request: PageRequest) -> HttpResponse:
    """Elections below one's committee, those that wait for an approval first."""
    waiting = request.GET.get("state") != "approved"
    rows = to_approve(request.user).filter(approved_on__isnull=waiting).prefetch_related("candidates")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "meetings/election_list.html", {"page": page, "waiting": waiting})


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
    return render(request, "meetings/election_approve.html", context)


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
    except NotNow as not_now:
        form.add_error(None, str(not_now))
    return None


def _approve(request: PageRequest, vote: Vote, form: ApproveForm) -> bool:
    given: dict[str, Any] = {"vote": vote, "today": request.today, "by": request.user}
    if not carried_out(form, lambda: approve_election(**given, **form.cleaned_data)):
        return False
    messages.success(request, _("The approval is on record; the elected hold their office from that day."))
    return True
