"""Elections: candidates and scrutineers, the count of the papers, and the approval by which the elected take office."""

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from meetings.attendance.models import Attendance
from meetings.choices import MeetingKind, VoteMethod, VoteSubject
from meetings.meeting.models import AgendaItem, Meeting
from meetings.meeting.services import WrongState, lock_meeting
from meetings.votes.election_rules import Ballot, Result, enough_candidates, mistakes, outcome_of, scrutineers_fit
from meetings.votes.models import Candidate, Scrutineer, Vote
from meetings.votes.queries import (
    can_scrutinize,
    can_stand,
    elected_in,
    may_count,
    offices_ended_by,
    result_of,
    tied_in,
)
from meetings.votes.services import (
    WrongFigures,
    begin_count,
    begin_vote,
    close_count,
    keep_count,
    known_vote,
    put_to_vote,
)
from members.choices import Capability
from members.models import Office, User
from members.organizations.services import record_term
from members.regulations.queries import in_force_at
from rulebook.rule import NoRule


@dataclass(frozen=True, slots=True)
class Posts:
    """What is elected: so many seats of an office; an empty office for delegates and the like."""

    office: str
    seats: int
    about: str


@transaction.atomic
def add_election(
    *,
    key: uuid.UUID,
    item: AgendaItem,
    posts: Posts,
    candidates: Collection[int],
    scrutineers: Collection[int],
    by: User | str,
) -> Vote:
    """Open an election among members of the frozen list, by secret ballot. The same key twice is one election.

    Raises WrongState when the meeting isn't open or too few are there, WrongFigures for who can't stand or watch.
    """
    meeting = lock_meeting(item.meeting)
    if known := known_vote(key, meeting):
        return known
    heads = begin_vote(meeting, VoteSubject.ELECTION)
    standing = list(can_stand(meeting).filter(member__in=candidates))
    _refuse_unfit(meeting, posts, candidates, standing, scrutineers)
    vote = put_to_vote(meeting, _election(key, item, posts), heads)
    Candidate.objects.bulk_create(Candidate(vote=vote, name=one.name, member_id=one.member_id) for one in standing)
    _appoint(vote, scrutineers)
    _record("add_election", vote, by, seats=posts.seats, candidates=len(standing))
    return vote


@transaction.atomic
def vote_again(*, key: uuid.UUID, vote: Vote, scrutineers: Collection[int], by: User | str) -> Vote:
    """Open a new ballot for the last seats among those who had equal votes. Raises WrongState, WrongFigures."""
    meeting = lock_meeting(vote.item.meeting)
    if known := Vote.objects.filter(again_for=vote.pk).first() or known_vote(key, meeting):
        return known
    tied, result = tied_in(vote), result_of(vote)
    if not tied or result is None:
        raise WrongState(_("Nobody had equal votes for the last seat here."))
    heads = begin_vote(meeting, VoteSubject.ELECTION)
    _refuse_scrutineers(meeting, scrutineers, [one.member_id for one in tied if one.member_id])
    again = _election(key, vote.item, Posts(vote.office, result.seats_open, vote.about))
    again.again_for = vote
    put_to_vote(meeting, again, heads)
    Candidate.objects.bulk_create(Candidate(vote=again, name=one.name, member_id=one.member_id) for one in tied)
    _appoint(again, scrutineers)
    _record("vote_again", again, by, seats=result.seats_open, candidates=len(tied))
    return again


@transaction.atomic
def count_election(*, vote: Vote, ballot: Ballot, by: User | str) -> Vote:
    """Type one count of the papers; candidates by their keys. Raises WrongState, WrongFigures."""
    vote, heads = begin_count(vote, by)
    if isinstance(by, User) and not (fits := may_count(vote, by)):
        raise WrongState(fits.reason)
    found = mistakes(ballot, seats=vote.seats or 0, heads=heads) or _known_names(vote, ballot)
    if found:
        raise WrongFigures(found)
    counts = keep_count(vote, _plain(ballot), by)
    if len(counts) == 2 and counts[0].figures == counts[1].figures:
        try:
            result = outcome_of(ballot, seats=vote.seats or 0, heads=heads, on=vote.item.meeting.day)
        except NoRule as none:
            raise WrongState(str(none)) from none
        _keep_papers(vote, ballot, result)
        close_count(vote, counted_by=counts[0].by, confirmed_by=counts[1].by, by=by)
    return vote


@transaction.atomic
def approve_election(
    *, vote: Vote, on: date, document: str, fills_vacancy: bool = False, today: date, by: User | str
) -> list[Office]:
    """Record that the level above approved the result: from that day the elected hold the office.

    Who held it until then ends that day, unless an empty seat was filled; the term runs from the day of the election.
    Twice is once. Raises WrongState, and Refused where a later term is recorded.
    """
    meeting = lock_meeting(vote.item.meeting)
    vote = Vote.objects.select_for_update(of=("self",)).select_related("item").get(pk=vote.pk)
    vote.item.meeting = meeting
    if vote.approved_on:
        return []
    elected = elected_in(vote)
    _refuse_approval(vote, elected, on, today, by)
    vote.approved_on, vote.approval_document = on, document
    vote.save(update_fields=["approved_on", "approval_document"])
    ended = [] if fills_vacancy else [_end(office, on, document, by) for office in offices_ended_by(vote, on)]
    staying = _holders(vote, on) if fills_vacancy else set()
    begun = _give_offices(vote, [one for one in elected if one.member_id not in staying], document, by)
    if not fills_vacancy:
        _begin_term(vote, by)
    _record("approve_election", vote, by, reason=document, elected=len(elected), ended=len(ended))
    return begun


def _election(key: uuid.UUID, item: AgendaItem, posts: Posts) -> Vote:
    return Vote(
        key=key, item=item, subject=VoteSubject.ELECTION, method=VoteMethod.SECRET_BALLOT, about=posts.about,
        seats=posts.seats, office=posts.office,
    )  # fmt: skip


def _appoint(vote: Vote, scrutineers: Iterable[int]) -> None:
    Scrutineer.objects.bulk_create(Scrutineer(vote=vote, member_id=member_id) for member_id in set(scrutineers))


def _refuse_unfit(
    meeting: Meeting,
    posts: Posts,
    candidates: Collection[int],
    standing: list[Attendance],
    scrutineers: Collection[int],
) -> None:
    if len(standing) < len(set(candidates)):
        raise WrongFigures({"candidates": _("Only members with a vote on this meeting's list can stand.")})
    local = in_force_at(meeting.organization.path, on=meeting.day)
    enough = enough_candidates(
        office=posts.office, candidates=len(standing), seats=posts.seats, on=meeting.day, local=local
    )
    if not enough:
        raise WrongFigures({"candidates": " ".join([enough.reason, *map(str, enough.citations)])})
    _refuse_scrutineers(meeting, scrutineers, candidates)


def _refuse_scrutineers(meeting: Meeting, scrutineers: Collection[int], candidates: Collection[int]) -> None:
    voters = can_scrutinize(meeting).values_list("member_id", flat=True)
    fit = scrutineers_fit(scrutineers, candidates=candidates, voters=list(voters))
    if not fit:
        raise WrongFigures({"scrutineers": fit.reason})


def _plain(ballot: Ballot) -> dict[str, Any]:
    """The count as it is stored and compared: names without blanks around, in one order."""
    return {
        "issued": ballot.issued,
        "returned": ballot.returned,
        "void": ballot.void,
        "candidates": {key: list(figures) for key, figures in sorted(ballot.candidates.items())},
        "others": dict(sorted(ballot.others.items())),
    }


def _known_names(vote: Vote, ballot: Ballot) -> dict[str, str]:
    twice = sorted({one.name for one in vote.candidates.all()} & set(ballot.others))
    sentence = _("%(names)s: a candidate already. Count these votes with the candidate.")
    return {"others": sentence % {"names": _(", ").join(twice)}} if twice else {}


def _keep_papers(vote: Vote, ballot: Ballot, result: Result) -> None:
    """Write sums and outcome on the vote and its candidates; a name that voters wrote in becomes one of them."""
    vote.issued, vote.returned, vote.void = ballot.issued, ballot.returned, ballot.void
    vote.is_valid, vote.is_passed = result.valid, result.valid and not result.seats_open
    vote.sentence, vote.rule_versions = result.sentence, list(result.versions)
    for one in vote.candidates.all():
        one.votes_for, one.votes_against, one.abstained = ballot.candidates[str(one.pk)]
        one.is_elected = str(one.pk) in result.elected
        one.save()
    members = {one.name: one.member_id for one in _known_by_name(vote, ballot.others)}
    Candidate.objects.bulk_create(
        Candidate(
            vote=vote, name=name, member_id=members.get(name), is_written_in=True, votes_for=votes,
            is_elected=name in result.elected,
        )
        for name, votes in ballot.others.items()
    )  # fmt: skip


def _known_by_name(vote: Vote, names: Iterable[str]) -> list[Attendance]:
    """Members with a vote whose name was written in, where only one bears it and isn't a candidate already."""
    rows = list(can_stand(vote.item.meeting).filter(name__in=list(names)))
    standing = set(vote.candidates.values_list("member_id", flat=True))
    borne = [one.name for one in rows]
    return [one for one in rows if borne.count(one.name) == 1 and one.member_id not in standing]


def _refuse_approval(vote: Vote, elected: list[Candidate], on: date, today: date, by: User | str) -> None:
    organization = vote.item.meeting.organization
    if isinstance(by, User) and not by.access.may(Capability.APPROVE_ELECTIONS, organization.parent_path):
        raise WrongState(_("The committee above approves the result, not the organization that has voted."))
    if not elected:
        raise WrongState(_("Nobody is elected in this vote."))
    if isinstance(by, User) and by.member_id in [one.member_id for one in elected if one.member_id]:
        raise WrongState(_("Nobody approves their own election. Ask a colleague."))
    if not vote.item.meeting.day <= on <= today:
        raise WrongState(_("The approval lies between the day of the election and today."))


def _holders(vote: Vote, on: date) -> set[int | None]:
    """Members who hold the office already, given to them or to their user."""
    return {one.member_id or (one.user.member_id if one.user else None) for one in offices_ended_by(vote, on)}


def _give_offices(vote: Vote, elected: list[Candidate], document: str, by: User | str) -> list[Office]:
    chosen = [one for one in elected if vote.office and one.member_id]
    users = {user.member_id: user for user in User.objects.filter(member__in=[one.member_id for one in chosen])}
    offices = [
        Office(
            kind=vote.office, organization=vote.item.meeting.organization, member_id=one.member_id,
            user=users.get(one.member_id), valid_from=vote.approved_on, decided_by=document,
        )
        for one in chosen
    ]  # fmt: skip
    for office in offices:
        office.save(force_insert=True)
        _record_office("give_office", office, by, document)
    return offices


def _end(office: Office, on: date, document: str, by: User | str) -> Office:
    office.valid_until = max(on, office.valid_from or on)
    office.save(update_fields=["valid_until"])
    _record_office("end_office", office, by, document)
    return office


def _begin_term(vote: Vote, by: User | str) -> None:
    """A committee that elects its secretary is in its term already; two elections of one day are one term."""
    meeting = vote.item.meeting
    if not vote.office or meeting.kind == MeetingKind.COMMITTEE_MEETING:
        return
    if not meeting.organization.terms.filter(elected_on=meeting.day).exists():
        record_term(organization=meeting.organization, elected_on=meeting.day, by=by)


def _record(action: str, vote: Vote, by: User | str, reason: str = "", **details: int) -> None:
    code = vote.item.meeting.organization.code
    record(action=action, by=by, subject=vote, organization_code=code, reason=reason, details=details)


def _record_office(action: str, office: Office, by: User | str, reason: str) -> None:
    details = {"kind": office.kind, "user": office.user.username if office.user else ""}
    code = office.organization.code
    record(action=action, by=by, subject=office, organization_code=code, reason=reason, details=details)
