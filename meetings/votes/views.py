"""Votes of a meeting, the live quorum, and exclusions."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meetings.attendance.models import Exclusion
from meetings.choices import MeetingState, VoteMethod, VoteSubject
from meetings.meeting.crumbs import trail
from meetings.meeting.models import Meeting
from meetings.votes.correction_queries import doubts_of, look_sentences
from meetings.votes.correction_services import may_look
from meetings.votes.election_forms import BallotForm
from meetings.votes.election_services import count_election
from meetings.votes.forms import GROUNDS, CountForm, ExclusionForm, VoteForm, WithdrawForm
from meetings.votes.models import Vote
from meetings.votes.queries import (
    ballot_section,
    citations_of,
    counting_of,
    exclusions_of,
    heads_of,
    may_count,
    not_voting,
    quorums_of,
    result_of,
    step_section,
    tied_in,
    vote_section,
    way_on,
)
from meetings.votes.rules import is_covered
from meetings.votes.services import (
    GROUNDS_RULE,
    add_vote,
    count_anew,
    count_vote,
    record_exclusion,
    remove_exclusion,
    withdraw_vote,
)
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.pages.listing import Listing, Nothing, drawn, text
from members.pages.queries import names_of
from members.pages.requests import PageRequest, address, try_with_message
from members.pages.steps import Button, Step, form_page
from rulebook.book import rule_if_held
from rulebook.values import Verdict

MEETINGS = Meeting.objects.select_related("organization")
VOTES = (
    Vote.objects.with_place()
    .select_related("about_member")
    .prefetch_related("candidates", "scrutineers__member", "counts")
)
STOP_POLLING = 286
ADD = Step(
    _("Add a vote"),
    _("Record the vote"),
    lambda vote: "" if vote.method == VoteMethod.SECRET_BALLOT else _("The vote is on record."),
)
COUNT = Step(
    _("Type my count"),
    _("Store my count"),
    lambda vote: _("Both counts agree: the outcome stands.") if vote.is_decided else "",
)
BY_MISTAKE = _(
    "For a vote that was recorded by mistake. The audit trail keeps that it was there, who took it off, and why."
)
TILL_AGREED = _("Leave a day empty while it hasn't been agreed: until both have agreed the member is counted.")


@signed_in
@require_GET
def quorum(request: PageRequest, key: str) -> HttpResponse:
    """The fragment of the meeting page that follows the attendance; nothing when the page's version is still true."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    if request.GET.get("version") == str(meeting.version) and meeting.is_running:
        return HttpResponse(status=204)
    context = {"meeting": meeting, "quorums": quorums_of(meeting)}
    status = 200 if meeting.is_running else STOP_POLLING
    return render(request, "meetings/votes/quorum.html", context, status=status)


@requires(Capability.VIEW_MEETINGS)
@require_GET
def vote_list(request: PageRequest, key: str) -> HttpResponse:
    """All votes of a meeting, with the quorum."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    context = vote_section(meeting, request.user) | {"quorums": quorums_of(meeting)}
    return render(request, "meetings/votes/vote_list.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def vote_add(request: PageRequest, key: str) -> HttpResponse:
    """Put a question of the agenda to the vote."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    form = VoteForm(request.POST or None, meeting=meeting, initial=_initial_item(request, meeting))
    return form_page(
        request, form, partial(_add, request, form), ADD,
        lambda vote: vote if not vote.is_decided else f"{meeting.get_absolute_url()}#votes",
        crumbs=trail(request, meeting), cancel=address("meetings:vote-list", meeting.pk),
        ways=[(_("To an election instead"), address("meetings:election-add", meeting.pk))],
        template="meetings/votes/vote_add.html", more={"meeting": meeting, "quorums": quorums_of(meeting)},
    )  # fmt: skip


def _may_look(request: PageRequest, vote: Vote) -> bool:
    may_record = request.user.access.may(Capability.RECORD_MEETINGS, vote.scope_path)
    return may_record and may_look(vote, request.user)


@requires(Capability.VIEW_MEETINGS)
@require_GET
def vote_detail(request: PageRequest, key: str) -> HttpResponse:
    """One vote: its figures and outcome, or how far the count has come."""
    vote = get_in_scope(request, VOTES, pk=key)
    meeting = vote.item.meeting
    is_decided, is_locked = vote.is_decided, meeting.state == MeetingState.LOCKED
    context = {
        "vote": vote,
        "meeting": meeting,
        "citations": citations_of(vote),
        "is_covered": is_covered(vote.subject, meeting.organization.kind),
        "counting": None if is_decided else counting_of(vote, request.user),
        "quorums": [] if is_decided else quorums_of(meeting, [VoteSubject(vote.subject)]),
        "result": result_of(vote),
        "tied": tied_in(vote),
        "again": Vote.objects.filter(again_for=vote.pk).first(),
        "not_voting": not_voting(vote),
        "way_on": way_on(vote),
        "names": names_of([vote.counted_by, vote.confirmed_by], on=meeting.day, at=meeting.organization),
        "doubted": doubts_of(vote),
        "may_not_count": "" if is_decided or (fits := may_count(vote, request.user)) else fits.reason,
        "looks": look_sentences(vote=vote) if is_decided else [],
        "may_look": is_locked and _may_look(request, vote),
        "may_record": meeting.is_running and request.user.access.may(Capability.RECORD_MEETINGS, vote.scope_path),
    }
    context |= step_section(vote, request.user)
    return render(
        request, "meetings/votes/vote.html", context | (ballot_section(vote) if vote.seats is not None else {})
    )


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def vote_count(request: PageRequest, key: str) -> HttpResponse:
    """Type what was counted off the papers, without seeing what the other one typed."""
    vote = get_in_scope(request, VOTES, pk=key)
    is_election = vote.subject == VoteSubject.ELECTION
    if not (fits := may_count(vote, request.user)):
        messages.error(request, fits.reason)
        return redirect(vote)
    form = (BallotForm if is_election else CountForm)(request.POST or None, vote=vote)
    meeting = vote.item.meeting
    present = heads_of(meeting).present
    return form_page(
        request, form, lambda _typed: _count(request, vote, form), COUNT, vote,
        crumbs=[*trail(request, meeting), (vote.about, vote.get_absolute_url())],
        lead=_present_sentence(present),
        template="meetings/votes/vote_count.html", more={"vote": vote},
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_POST
def vote_count_anew(request: PageRequest, key: str) -> HttpResponse:
    """Throw away what was typed so far."""
    vote = get_in_scope(request, VOTES, pk=key)
    done = _("The counts are thrown away. Two people type them again.")
    try_with_message(request, lambda: count_anew(vote=vote, by=request.user), done)
    return redirect(vote)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def vote_withdraw(request: PageRequest, key: str) -> HttpResponse:
    """Take a vote off the record, with a reason."""
    vote = get_in_scope(request, VOTES, pk=key)
    form, meeting = WithdrawForm(request.POST or None), vote.item.meeting
    title = _("Take it off the record")
    act = partial(withdraw_vote, vote=vote, by=request.user)
    return form_page(
        request, form, lambda typed: act(**typed), Step(title, title, _("The vote is taken off the record.")),
        address("meetings:vote-list", meeting.pk), lead=BY_MISTAKE,
        crumbs=[*trail(request, meeting), (vote.about, vote.get_absolute_url())],
    )  # fmt: skip


def _initial_item(request: PageRequest, meeting: Meeting) -> dict[str, Any]:
    """The item whose button was pressed, or the only one; its title is what is voted on."""
    items = {str(item.pk): item for item in meeting.agenda.all()}
    chosen = items.get(request.GET.get("item", "")) or (next(iter(items.values())) if len(items) == 1 else None)
    return {"item": chosen, "about": chosen.title} if chosen else {}


def _add(request: PageRequest, form: VoteForm, typed: dict[str, Any]) -> Vote:
    given: dict[str, Any] = {"question": form.question(), "figures": form.figures(), "is_meant": form.meant()}
    return add_vote(key=typed["key"], item=typed["item"], by=request.user, **given)


def _present_sentence(present: int) -> str:
    sentence = ngettext(
        "%(present)s member with a vote is present. Type what you counted; nobody sees it until a second person has "
        "typed the same.",
        "%(present)s members with a vote are present. Type what you counted; nobody sees it until a second person has "
        "typed the same.",
        present,
    )
    return sentence % {"present": present}


def _count(request: PageRequest, vote: Vote, form: BallotForm | CountForm) -> Vote:
    if isinstance(form, BallotForm):
        return count_election(vote=vote, ballot=form.ballot(), by=request.user)
    return count_vote(vote=vote, figures=form.figures(), by=request.user)


def _from_above(row: tuple[Exclusion, Verdict]) -> object:
    one, _verdict = row
    return f"{one.superior_agreed_on} · {one.superior_document}" if one.superior_agreed_on else _("not yet")


def _because(row: tuple[Exclusion, Verdict]) -> str:
    return " ".join([row[1].reason, *map(str, row[1].citations)])


EXCLUSIONS = Listing(
    columns=[
        text("member", _("Member"), lambda row: row[0].member.name),
        text("ground", _("Ground"), lambda row: GROUNDS.get(row[0].ground, row[0].ground)),
        text("above", _("Level above"), _from_above),
        text("meeting", _("General meeting"), lambda row: str(row[0].meeting_agreed_on or _("not yet"))),
        text(
            "counted", _("Counted"), lambda row: "", below=_because,
            badges=lambda row, _on: [(_("Left out"), "info") if row[1] else (_("Still counted"), "warn")],
        ),
        replace(drawn("acts", _("Actions"), "meetings/votes/exclusion_acts.html"), is_untitled=True),
    ],
    phone=["member", "ground", "above", "meeting", "counted"],
    nothing=Nothing(_("Everybody on the roster is counted."), "people"),
    size=200,
)  # fmt: skip
WITH_BOTH = _(
    "A member is left out of one meeting by a listed ground, with the consent of the level above and a decision of the "
    "general meeting. With one of the two he is still counted."
)
FIXED = _("Who should attend was fixed when the meeting opened. Exclusions are recorded before, for each meeting.")


@requires(Capability.RECORD_MEETINGS)
@require_GET
def exclusion_list(request: PageRequest, key: str) -> HttpResponse:
    """Who is to be left out of this meeting, and whether that holds."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    may_change, rule = meeting.state == MeetingState.PLANNED, rule_if_held(GROUNDS_RULE, meeting.day)
    add = Button(_("Add a member"), address("meetings:exclusion-add", meeting.pk), "plus-lg", primary=True)
    return EXCLUSIONS.shown(request, exclusions_of(meeting), without=set() if may_change else {"acts"}).answer(
        title=_("Left out of should-attend"), lead="" if may_change else FIXED, crumbs=trail(request, meeting),
        buttons=[may_change and add], prints=False,
        more={"notice": f"{WITH_BOTH} {rule.says} {rule.citation}" if rule else ""},
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def exclusion_add(request: PageRequest, key: str) -> HttpResponse:
    """Record why a member is to be left out."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    return _edit(request, meeting, ExclusionForm(request.POST or None, meeting=meeting))


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "POST"])
def exclusion_edit(request: PageRequest, key: str, exclusion: str) -> HttpResponse:
    """Add an approval, or correct what was recorded."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    row = get_object_or_404(meeting.exclusions.select_related("member"), pk=exclusion)
    return _edit(request, meeting, ExclusionForm(request.POST or None, meeting=meeting, exclusion=row), row)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def exclusion_remove(request: PageRequest, key: str, exclusion: str) -> HttpResponse:
    """Count the member again."""
    meeting = get_in_scope(request, MEETINGS, pk=key)
    row = get_object_or_404(meeting.exclusions.select_related("meeting"), pk=exclusion)
    try_with_message(
        request, lambda: remove_exclusion(exclusion=row, by=request.user), _("The member is counted again.")
    )
    return redirect("meetings:exclusion-list", key=meeting.pk)


def _edit(
    request: PageRequest, meeting: Meeting, form: ExclusionForm, exclusion: Exclusion | None = None
) -> HttpResponse:
    back = address("meetings:exclusion-list", meeting.pk)
    return form_page(
        request, form, lambda typed: _record(request, meeting, form, exclusion),
        Step(exclusion.member.name if exclusion else _("Leave a member out"), _("Store")), back, lead=TILL_AGREED,
        crumbs=[*trail(request, meeting), (_("Left out of should-attend"), back)],
    )  # fmt: skip


def _record(request: PageRequest, meeting: Meeting, form: ExclusionForm, exclusion: Exclusion | None) -> None:
    typed = form.cleaned_data
    record_exclusion(
        key=exclusion.pk if exclusion else typed["key"],
        meeting=meeting,
        member_id=typed["member"],
        ground=typed["ground"],
        approvals=form.approvals(),
        by=request.user,
    )
