"""What is shown of votes: who is here now, what was decided, and how far a count has come."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from meetings.choices import PRESENT, MeetingState, VoteMethod, VoteSubject
from meetings.models import Candidate, Count, Exclusion, Expected, Meeting, Vote
from meetings.queries.corrections import doubted_in
from meetings.queries.tally import tally_of
from meetings.rules import election
from meetings.rules.election import Ballot, Result, Standing
from meetings.rules.strokes import ballot_key, to_look_up
from meetings.rules.votes import Figures, Heads, Quorum, differences, is_covered, quorum, subjects_of, usual_subject
from members.choices import Capability
from members.models import Office, User
from members.queries.names import names_of
from members.queries.standing import standing_of
from rulebook.book import rule_if_held, rule_version
from rulebook.rule import NoRule
from rulebook.rules.votes import exclusion
from rulebook.values import Citation, Verdict

FIGURE_NAMES = {
    "issued": gettext_lazy("ballots handed out"),
    "returned": gettext_lazy("ballots returned"),
    "void": gettext_lazy("void ballots"),
    "votes_for": gettext_lazy("for"),
    "votes_against": gettext_lazy("against"),
    "abstained": gettext_lazy("abstained"),
    "written_for": gettext_lazy("in writing"),
    "others": gettext_lazy("other names"),
}


@dataclass(frozen=True, slots=True)
class Counting:
    """How far the two counts of a secret ballot have come; figures that were typed stay hidden."""

    by: tuple[str, ...]
    differ_in: tuple[str, ...]
    is_mine: bool

    @property
    def is_disputed(self) -> bool:
        return bool(self.differ_in)


def heads_of(meeting: Meeting) -> Heads:
    """Members with a vote as they stand now; one query."""
    tally = tally_of(meeting)
    return Heads(tally.entitled, tally.entitled_present)


def subjects_at(meeting: Meeting) -> tuple[VoteSubject, ...]:
    """What that evening votes on, whatever else it is besides its kind; one query."""
    return subjects_of(meeting.kind, [session.kind for session in meeting.sessions.all()])


def quorums_of(meeting: Meeting, subjects: Iterable[VoteSubject] = ()) -> list[Quorum]:
    """What the votes of this meeting ask for, the usual one first; equal ones once. Empty where no rule is held."""
    heads = heads_of(meeting)
    found: dict[str, Quorum] = {}
    for subject in subjects or (usual_subject(meeting.kind), *subjects_at(meeting)):
        try:
            held = quorum(subject, heads, meeting.day)
        except NoRule:
            continue
        covered = is_covered(subject, meeting.organization.kind)
        found.setdefault(held.rule.version, replace(held, is_covered=covered))
    return list(found.values())


def votes_of(meeting: Meeting, *, open_to_members: bool = False) -> list[Vote]:
    """The votes of a meeting in their order, with item, candidates and scrutineers; four queries."""
    votes = Vote.objects.filter(item__meeting=meeting).select_related("item", "again")
    if open_to_members:
        votes = votes.decided().filter(item__is_open_to_members=True)
    return list(votes.prefetch_related("candidates", "scrutineers__member", "counts"))


def counting_of(vote: Vote, user: User) -> Counting:
    counts = sorted(vote.counts.all(), key=lambda count: count.typed_at)
    by = [count.by for count in counts]
    names = names_of(by)
    differ = _differences(vote, *counts) if len(counts) == 2 else ()
    return Counting(tuple(names.get(one, one) for one in by), tuple(differ), str(user) in by)


def _differences(vote: Vote, first: Count, second: Count) -> list[str]:
    """In words: which figures two people counted differently."""
    names = FIGURE_NAMES | {str(one.pk): one.name for one in vote.candidates.all()}
    if vote.subject == VoteSubject.ELECTION:
        found = election.differences(ballot_from(first.figures), ballot_from(second.figures))
    else:
        found = differences(Figures(**first.figures), Figures(**second.figures))
    return [str(names[name]) for name in found]


def ballot_from(figures: dict[str, Any]) -> Ballot:
    """A stored count of an election as the rules take it."""
    candidates = {key: (row[0], row[1], row[2]) for key, row in figures["candidates"].items()}
    return Ballot(figures["issued"], figures["returned"], figures["void"], candidates, figures["others"])


def result_of(vote: Vote) -> Result | None:
    """Who is elected and who is tied, by key of candidate; None while nothing stands or where papers were too many."""
    if not vote.is_valid or vote.seats is None:
        return None
    standings = [Standing(str(one.pk), one.votes_for or 0) for one in vote.candidates.all()]
    heads = Heads(vote.entitled, vote.present)
    return election.elect(standings, seats=vote.seats, heads=heads, on=vote.item.meeting.day)


def on_the_ballot(vote: Vote) -> list[Candidate]:
    """The candidates as they stand on the paper; whom voters wrote in follows."""
    return sorted(vote.candidates.all(), key=lambda one: (one.is_written_in, ballot_key(one.name)))


def ballot_section(vote: Vote) -> dict[str, Any]:
    """What `meetings/parts/votes_candidates.html` needs: the candidates, by which article they stand so, and whose
    place has to be looked up."""
    candidates = on_the_ballot(vote)
    printed = [one.name for one in candidates if not one.is_written_in]
    ballot = rule_if_held("election.ballot", vote.item.meeting.day)
    return {"candidates": candidates, "ballot_rule": ballot, "to_look_up": to_look_up(printed)}


def tied_in(vote: Vote) -> list[Candidate]:
    """The candidates among whom the members vote again."""
    result = result_of(vote)
    return [one for one in vote.candidates.all() if result and str(one.pk) in result.tied]


def citations_of(vote: Vote) -> list[Citation]:
    """The articles by which a stored outcome was computed."""
    return list(dict.fromkeys(rule_version(version).citation for version in vote.rule_versions))


def may_count(vote: Vote, user: User) -> Verdict:
    """Nobody counts an election in which they stand; scrutineers do, where two of them have accounts for it."""
    candidates = [one.member_id for one in vote.candidates.all() if one.member_id]
    return election.counter_fits(user.member_id, candidates=candidates, scrutineers=_typing_scrutineers(vote))


def _typing_scrutineers(vote: Vote) -> set[int]:
    meeting = vote.item.meeting
    members = [one.member_id for one in vote.scrutineers.all()]
    users = User.objects.filter(member__in=members, is_active=True)
    return {
        user.member_id
        for user in users
        if user.member_id
        and standing_of(user, on=meeting.day).may(Capability.RECORD_MEETINGS, meeting.organization.path)
    }


def can_stand(meeting: Meeting) -> QuerySet[Expected]:
    """Those on the frozen list who can be elected."""
    return Expected.objects.filter(meeting=meeting).entitled().order_by("name", "pk")


def can_scrutinize(meeting: Meeting) -> QuerySet[Expected]:
    """Those who can watch a count: with a vote, and present."""
    return can_stand(meeting).filter(state__in=PRESENT)


def to_approve(user: User) -> QuerySet[Vote]:
    """Elections below the viewer's committees in which somebody was elected, newest meeting first."""
    rows = Vote.objects.visible_to(user, Capability.APPROVE_ELECTIONS).with_elected().with_place()
    own = Q(item__meeting__organization__path__in=user.standing.paths(Capability.APPROVE_ELECTIONS))
    return rows.exclude(own).order_by("-item__meeting__day", "item__meeting", "number")


def elected_in(vote: Vote) -> list[Candidate]:
    """Who was elected, by votes."""
    rows = vote.candidates.filter(is_elected=True).select_related("member")
    return list(rows.order_by("-votes_for", "name"))


def offices_ended_by(vote: Vote, on: date) -> list[Office]:
    """Offices of the elected kind in that organization that end when the result is approved that day."""
    if not vote.office:
        return []
    organization = vote.item.meeting.organization
    unended = Q(valid_until__isnull=True) | Q(valid_until__gt=on)
    held = Office.objects.filter(unended, organization=organization, kind=vote.office)
    return list(held.select_related("member", "user", "organization").order_by("valid_from", "pk"))


def exclusions_of(meeting: Meeting) -> list[tuple[Exclusion, Verdict]]:
    """Whom the branch would leave out, each with what the rule says of it."""
    rows = meeting.exclusions.select_related("member").order_by("member__name_key", "pk")
    return [(one, exclusion_verdict(one, meeting.day)) for one in rows]


def exclusion_verdict(one: Exclusion, on: date) -> Verdict:
    """Whether the member is left out, with the article. A day without a rule leaves nobody out."""
    try:
        return exclusion(
            ground=one.ground,
            superior_agreed=one.superior_agreed_on is not None,
            meeting_agreed=one.meeting_agreed_on is not None,
            on=on,
        )
    except NoRule as none:
        return Verdict(False, str(none))


def vote_section(meeting: Meeting, user: User) -> dict[str, Any]:
    """What `meetings/parts/votes.html` needs: the votes, and whether the viewer may add one now."""
    may_record = user.standing.may(Capability.RECORD_MEETINGS, meeting.organization.path)
    may_read = user.standing.may(Capability.VIEW_MEETINGS, meeting.organization.path)
    return {
        "meeting": meeting,
        "votes": votes_of(meeting, open_to_members=not may_read),
        "may_read_votes": may_read,
        "doubted": doubted_in(meeting),
        "may_add_vote": may_record and meeting.state == MeetingState.OPEN,
    }


def not_voting(vote: Vote) -> int:
    """Present with a vote, and neither for, against nor abstained in a vote that isn't secret."""
    if vote.method == VoteMethod.SECRET_BALLOT or not vote.is_decided:
        return 0
    return vote.present - (vote.votes_for or 0) - (vote.votes_against or 0) - (vote.abstained or 0)


def way_on(vote: Vote) -> str:
    """What a meeting can do after exactly half agreed (answers of committees, not verified); empty otherwise."""
    agreed = (vote.votes_for or 0) + vote.written_for
    if not vote.is_valid or vote.is_passed or vote.seats is not None or 2 * agreed != vote.entitled:
        return ""
    if vote.subject == VoteSubject.CONFIRMATION:
        return _("The ways on: vote again after what is unclear has been cleared up, adjourn, or extend the probation.")
    return _("The ways on: vote again after what is unclear has been cleared up, or adjourn.")
