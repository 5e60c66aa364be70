"""Elections, and steps of membership."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from meetings.choices import StepState, VoteSubject
from meetings.meeting.crumbs import trail
from meetings.votes.correction_queries import doubts_of
from meetings.votes.election_forms import AgainForm, ApproveForm, ElectionForm
from meetings.votes.election_services import add_election, approve_election, vote_again
from meetings.votes.forms import DecideForm, StepForm, StepTakeBackForm
from meetings.votes.lists import ELECTIONS, MEMBERSHIP
from meetings.votes.membership_rules import approval_by
from meetings.votes.membership_services import ask_step, decide_step, take_back_approval, take_back_step
from meetings.votes.models import MembershipStep
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
from meetings.votes.views import MEETINGS, VOTES
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.pages.listing import Nothing
from members.pages.requests import PageRequest
from members.pages.steps import Crumb, Step, Words, form_page
from rulebook.book import rule_if_held

OPEN = _("Open the election")
RESULTS: Crumb = (_("Results of elections"), reverse_lazy("meetings:election-list"))
ADMISSIONS: Crumb = (_("Admissions and confirmations"), reverse_lazy("meetings:membership-list"))
APPROVE = Step(
    "", _("Record the approval"), _("The approval is on record; the elected hold their office from that day."),
    _("Record the approval? Offices begin and end by it."),
)  # fmt: skip
ASK = Step(
    "", _("Hand to the committee"), _("Handed to the committee. With its approval the roster changes by itself.")
)
DECIDE = Step("", _("Record the decision"), _("The committee's decision is on record."))
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
    rules = [held for name in SHOWN_RULES if (held := rule_if_held(name, meeting.day))]
    people = ("key", "item", "candidates", "scrutineers")
    return form_page(
        request, form,
        lambda typed: add_election(posts=form.posts(), by=request.user, **{name: typed[name] for name in people}),
        Step(_("Add an election"), OPEN), lambda vote: vote,
        crumbs=trail(request, meeting), cancel=reverse("meetings:vote-list", args=[meeting.pk]),
        template="meetings/votes/election_add.html",
        more={"meeting": meeting, "quorums": quorums_of(meeting, [VoteSubject.ELECTION]), "rules": rules},
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def election_again(request: PageRequest, key: str) -> HttpResponse:
    """Vote again among those with equal votes for the last seat."""
    vote = get_in_scope(request, VOTES, pk=key)
    tied = tied_in(vote)
    form = AgainForm(request.POST or None, vote=vote, tied=[one.member_id for one in tied])
    names = _(", ").join(one.name for one in tied)
    return form_page(
        request, form, lambda typed: vote_again(vote=vote, by=request.user, **typed),
        Step(_("Vote again among them"), OPEN), lambda again: again,
        crumbs=[*trail(request, vote.item.meeting), (vote.about, vote.get_absolute_url())],
        lead=f"{_('They had equal votes for the last seat and stand again:')} {names}",
        template="meetings/votes/election_add.html", more={"tied": tied},
    )  # fmt: skip


@requires(Capability.APPROVE_ELECTIONS)
@require_GET
def election_list(request: PageRequest) -> HttpResponse:
    """Elections below one's committee, those that wait for an approval first."""
    waiting = request.GET.get("state") != "approved"
    rows = to_approve(request.user).filter(approved_on__isnull=waiting).prefetch_related("candidates")
    nothing = None if waiting else replace(ELECTIONS.nothing, sentence=_("No approval has been recorded yet."))
    return ELECTIONS.shown(request, rows, nothing=nothing, without={"approval"} if waiting else set()).answer(
        title=RESULTS[0],
        lead=_(
            "Results that organizations below have reported. The elected hold their office from the day on which the "
            "approval is recorded here."
        ),
        prints=False,
        template="meetings/votes/waiting.html",
        more={"tabs": _tabs(RESULTS[1], waiting, "approved", _("Approval recorded"))},
    )


def _tabs(url: Words, waiting: bool, state: str, label: Words) -> list[tuple[Words, Words, bool]]:
    """What waits, and what doesn't any more: words, address, and whether it is shown."""
    return [(_("Waiting for approval"), url, waiting), (label, f"{url}?state={state}", not waiting)]


@requires(Capability.APPROVE_ELECTIONS)
@require_http_methods(["GET", "POST"])
def election_approve(request: PageRequest, key: str) -> HttpResponse:
    """Record the approval; shows first whose offices end by it."""
    vote = get_object_or_404(to_approve(request.user), pk=key)
    form = ApproveForm(request.POST or None, initial={"on": request.today})
    act = partial(approve_election, vote=vote, today=request.today, by=request.user)
    more = {
        "vote": vote,
        "meeting": vote.item.meeting,
        "elected": elected_in(vote),
        "ending": offices_ended_by(vote, request.today),
        "citations": citations_of(vote),
        **ballot_section(vote),
    }
    return form_page(
        request, form, lambda typed: act(**typed), replace(APPROVE, title=vote.about), "meetings:election-list",
        crumbs=[RESULTS], template="meetings/votes/election_approve.html", more=more,
    )  # fmt: skip


def _prefilled(request: PageRequest) -> dict[str, str]:
    """Item, office and seats as an earlier ballot left them open."""
    return {name: request.GET[name] for name in ("item", "office", "seats", "about") if request.GET.get(name)}


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_ask(request: PageRequest, key: str) -> HttpResponse:
    """Hand what a vote decided about somebody to the committee, from the vote's own facts."""
    vote = get_in_scope(request, VOTES.all(), pk=key)
    form, known, facts = StepForm(request.POST or None, vote=vote), step_of(vote), what_follows(vote)
    page: dict[str, Any] = {"crumbs": [*trail(request, facts["meeting"]), (_("The vote"), vote.get_absolute_url())]}
    if request.method != "POST" and (known or not vote.is_passed):
        said = known.get_state_display() if known else _("This vote hasn't passed, so nothing follows from it.")
        nothing = Nothing(said, "person-check", _("To the vote"), vote.get_absolute_url())
        return render(request, "members/pages/page.html", {**page, "title": vote.about, "nothing": nothing})
    shown = [
        (_("Person"), facts["name"]),
        (_("Kind"), vote.get_subject_display()),
        (_("Meeting"), facts["meeting"]),
        (_("Holds from"), facts["holds_from"]),
        (_("Decides"), facts["committee"]),
    ]
    act = partial(ask_step, vote=vote, today=request.today, by=request.user)
    return form_page(
        request, form, lambda typed: act(key=typed["key"], asked=form.asked()), replace(ASK, title=vote.about), vote,
        facts=[(name, value) for name, value in shown if value], notes=[vote.sentence],
        template="meetings/votes/vote_look.html", more={"doubted": doubts_of(vote)}, **page,
    )  # fmt: skip


@requires(Capability.APPROVE_MEMBERSHIP)
@require_safe
def membership_list(request: PageRequest) -> HttpResponse:
    """Votes on membership below one's committee, those that wait first."""
    waiting = request.GET.get("state") != "decided"
    found = to_decide(request.user)
    found = found.waiting() if waiting else found.exclude(state=StepState.WAITING).reverse()
    nothing = None if waiting else replace(MEMBERSHIP.nothing, sentence=_("Nothing has been decided yet."))
    return MEMBERSHIP.shown(request, found, nothing=nothing, without={"decision" if waiting else "until"}).answer(
        title=ADMISSIONS[0],
        lead=_(
            "What general meetings of the branches have decided. With the approval that is recorded here, the roster "
            "changes by itself."
        ),
        prints=False,
        template="meetings/votes/waiting.html",
        more={"tabs": _tabs(ADMISSIONS[1], waiting, "decided", _("Decided"))},
    )


@requires(Capability.APPROVE_MEMBERSHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_decide(request: PageRequest, key: str) -> HttpResponse:
    """The vote with its figures, and the committee's decision about it."""
    step = get_object_or_404(to_decide(request.user), pk=key)
    form, vote = DecideForm(request.POST or None, initial={"on": request.today}), step.vote
    act = partial(decide_step, step=step, today=request.today, by=request.user)
    title, words = f"{step.name} · {vote.get_subject_display()}", (step.decided_on, step.document, step.reason)
    return form_page(
        request, form, lambda _typed: act(approval=form.approval()), replace(DECIDE, title=title),
        "meetings:membership-list", crumbs=[ADMISSIONS], lead=vote.about, notes=[vote.sentence], facts=_facts(step),
        template="meetings/votes/membership_decide.html",
        more={
            "step": step, "vote": vote, "citations": citations_of(vote), "doubted": doubts_of(vote),
            "decided": " · ".join(str(one) for one in words if one),
        },
    )  # fmt: skip


def _facts(step: MembershipStep) -> list[tuple[Words, object]]:
    """What the committee decides on: the vote with its figures."""
    vote, until = step.vote, approval_by(step.voted_on)
    written = f" + {vote.written_for} ({_('in writing')})" if vote.written_for else ""
    shown: list[tuple[Words, object]] = [
        (_("Organization"), vote.item.meeting.organization),
        (_("Day of the vote"), vote.item.meeting.day.isoformat()),
        (_("Should attend with a vote"), vote.entitled),
        (_("Present with a vote"), vote.present),
        (_("For"), f"{vote.votes_for}{written}"),
        (_("Holds from"), step.effective_on and step.effective_on.isoformat()),
        (_("Longer by"), step.months and _("%(count)s months") % {"count": step.months}),
        (_("Decide by"), until and until[0].isoformat()),
    ]
    return [(name, value) for name, value in shown if value is not None and value != ""]


@requires(Capability.EDIT_ROSTER, Capability.APPROVE_MEMBERSHIP)
@require_http_methods(["GET", "HEAD", "POST"])
def membership_take_back(request: PageRequest, key: str) -> HttpResponse:
    """The branch takes back what waits, the committee what it approved by mistake."""
    step = get_object_or_404(to_take_back(request.user), pk=key)
    form = StepTakeBackForm(request.POST or None)
    back = reverse("meetings:membership-decide", args=[step.pk]) if step.decided_on else step.get_absolute_url()
    words = Step(
        f"{_('Take it back')} · {step.name}", _("Take it back"), _("Taken back. The vote offers the step again.")
    )
    return form_page(
        request, form, lambda typed: _take_back(request, step, typed["reason"]), words,
        lambda _stored: "meetings:membership-list" if step.state != StepState.WAITING else step,
        cancel=back, lead=f"{step.vote.about} · {step.vote.item.meeting}",
    )  # fmt: skip


def _take_back(request: PageRequest, step: MembershipStep, reason: str) -> None:
    if step.state == StepState.WAITING:
        take_back_step(step=step, reason=reason, by=request.user)
    else:
        take_back_approval(step=step, reason=reason, today=request.today, by=request.user)
