"""Votes and elections of a meeting, and the steps of membership that follow."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from meetings.attendance.models import Attendance, Exclusion
from meetings.attendance.queries import tally_of
from meetings.choices import ON_MEMBERSHIP, ON_PROBATION, PRESENT, MeetingState, StepState, VoteMethod, VoteSubject
from meetings.meeting.models import Meeting
from meetings.votes import election_rules
from meetings.votes.correction_queries import doubted_in
from meetings.votes.election_rules import Ballot, CandidateVotes, Result, ballot_key, to_look_up
from meetings.votes.membership_rules import PersonVotedOn, approval_by, holds_from, probation_ends
from meetings.votes.models import Candidate, Count, MembershipStep, MembershipStepQuerySet, Vote
from meetings.votes.rules import Figures, Heads, Quorum, differences, is_covered, quorum, subjects_of, usual_subject
from members.access.queries import access_for
from members.choices import Capability, OrganizationKind
from members.dates import PartialDate
from members.fields import unended_on
from members.models import Member, Office, Organization, User
from members.pages.links import Link
from members.pages.queries import names_of
from members.paths import STEP, subtree
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


def by_hands(meeting: Meeting) -> VoteSubject | None:
    """What that evening decides by a show of hands, about nobody's membership or office; one query."""
    allowed = subjects_at(meeting)
    return next((one for one in (VoteSubject.MOTION, VoteSubject.COMMITTEE) if one in allowed), None)


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
        found = election_rules.differences(ballot_from(first.figures), ballot_from(second.figures))
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
    standings = [CandidateVotes(str(one.pk), one.votes_for or 0) for one in vote.candidates.all()]
    heads = Heads(vote.entitled, vote.present)
    return election_rules.elect(standings, seats=vote.seats, heads=heads, on=vote.item.meeting.day)


def on_the_ballot(vote: Vote) -> list[Candidate]:
    """The candidates as they stand on the paper; whom voters wrote in follows."""
    return sorted(vote.candidates.all(), key=lambda one: (one.is_written_in, ballot_key(one.name)))


def ballot_section(vote: Vote) -> dict[str, Any]:
    """What `meetings/votes/candidates.html` needs: the candidates, by which article they stand so, and whose
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
    return election_rules.counter_fits(user.member_id, candidates=candidates, scrutineers=_typing_scrutineers(vote))


def _typing_scrutineers(vote: Vote) -> set[int]:
    meeting = vote.item.meeting
    members = [one.member_id for one in vote.scrutineers.all()]
    users = User.objects.filter(member__in=members, is_active=True)
    return {
        user.member_id
        for user in users
        if user.member_id
        and access_for(user, on=meeting.day).may(Capability.RECORD_MEETINGS, meeting.organization.path)
    }


def can_stand(meeting: Meeting) -> QuerySet[Attendance]:
    """Those on the frozen list who can be elected."""
    return Attendance.objects.filter(meeting=meeting).entitled().order_by("name", "pk")


def can_scrutinize(meeting: Meeting) -> QuerySet[Attendance]:
    """Those who can watch a count: with a vote, and present."""
    return can_stand(meeting).filter(state__in=PRESENT)


def to_approve(user: User) -> QuerySet[Vote]:
    """Elections below the viewer's committees in which somebody was elected, newest meeting first."""
    rows = Vote.objects.visible_to(user, Capability.APPROVE_ELECTIONS).with_elected().with_place()
    own = Q(item__meeting__organization__path__in=user.access.paths(Capability.APPROVE_ELECTIONS))
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
    unended = unended_on(on)
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
    """What `meetings/votes/votes.html` needs: the votes, and whether the viewer may add one now."""
    may_record = user.access.may(Capability.RECORD_MEETINGS, meeting.organization.path)
    may_read = user.access.may(Capability.VIEW_MEETINGS, meeting.organization.path)
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


def people(members: Iterable[Member]) -> dict[int, PersonVotedOn]:
    """What the rules look at, by member; one query for all of them."""
    members = list(members)
    extended: dict[int | None, list[int]] = defaultdict(list)
    rows = MembershipStep.objects.filter(
        member__in=members, state=StepState.APPROVED, vote__subject=VoteSubject.EXTENSION, months__isnull=False
    )
    for member_id, months in rows.values_list("member", "months"):
        extended[member_id].append(months or 0)
    return {one.pk: PersonVotedOn(one.born, one.joined, tuple(extended[one.pk])) for one in members}


def person_in(vote: Vote) -> PersonVotedOn:
    """The member or the applicant whom a vote is about."""
    if vote.about_member:
        return people([vote.about_member])[vote.about_member.pk]
    born = PartialDate(vote.applicant_born_on) if vote.applicant_born_on else None
    return PersonVotedOn(born=born)


def probations(members: Iterable[Member], on: date) -> dict[int, PartialDate | None]:
    """When the probation of each of them ends; None: nobody recorded when it began."""
    return {pk: probation_ends(person, on) for pk, person in people(members).items()}


def step_of(vote: Vote) -> MembershipStep | None:
    """The step that this vote led to and that wasn't taken back."""
    return MembershipStep.objects.standing().filter(vote=vote).select_related("member").first()


def asks_for_step(vote: Vote) -> bool:
    """Whether something follows from the vote for somebody's membership."""
    named = vote.subject == VoteSubject.ADMISSION or (vote.subject in ON_PROBATION and vote.about_member_id)
    return bool(named and vote.is_passed)


def step_section(vote: Vote, user: User) -> dict[str, Any]:
    """What `meetings/votes/membership.html` needs; empty for a vote on something else."""
    if vote.subject not in ON_MEMBERSHIP or not vote.is_decided:
        return {}
    step = step_of(vote)
    organization = vote.item.meeting.organization
    may_ask = user.access.may(Capability.EDIT_ROSTER, organization.path)
    until = approval_by(vote.item.meeting.day)
    approved = step.member if step and step.state == StepState.APPROVED else None
    return {
        "step": step,
        "may_open_member": approved is not None and Member.objects.visible_to(user).filter(pk=approved.pk).exists(),
        "may_take_step": may_ask and step is None and asks_for_step(vote),
        "may_take_back": may_ask and step is not None and step.state == StepState.WAITING,
        "step_until": until[0] if until else None,
        "step_source": list(until[1].citations) if until else [],
        "committee": committee_above(organization),
    }


def what_follows(vote: Vote) -> dict[str, Any]:
    """The facts of the step as they will be stored, for who looks at them before."""
    meeting = vote.item.meeting
    return {
        "vote": vote,
        "meeting": meeting,
        "name": vote.about_member.name if vote.about_member else vote.applicant,
        "holds_from": holds_from(VoteSubject(vote.subject), person_in(vote), day=meeting.day),
        "committee": committee_above(meeting.organization),
    }


def committee_above(organization: Organization) -> Organization | None:
    """The nearest committee above: a general branch approves nobody."""
    path = organization.path
    above = [path[:length] for length in range(STEP, len(path), STEP)]
    return Organization.objects.filter(path__in=above, kind=OrganizationKind.COMMITTEE).order_by("-path").first()


def to_decide(user: User) -> MembershipStepQuerySet:
    """What branches below the viewer's committees have asked for, the oldest meeting first."""
    found = MembershipStep.objects.visible_to(user, Capability.APPROVE_MEMBERSHIP).standing().with_place()
    if user.access.member_id:
        found = found.exclude(member=user.access.member_id)
    return found.order_by("vote__item__meeting__day", "pk")


def to_take_back(user: User) -> QuerySet[MembershipStep]:
    """What the viewer's branch has asked for, and what the viewer's committee has decided."""
    place = "vote__item__meeting__organization__path"
    asked = subtree(place, user.access.paths(Capability.EDIT_ROSTER)) & Q(state=StepState.WAITING)
    above = subtree(place, user.access.paths(Capability.APPROVE_MEMBERSHIP)) & Q(state=StepState.APPROVED)
    return MembershipStep.objects.filter(asked | above).with_place()


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """How many steps wait for the committee's approval. One query for who may approve, none for others."""
    if not user.access.may_any([Capability.APPROVE_MEMBERSHIP]):
        return
    if waiting := to_decide(user).waiting().count():
        yield Link(
            "person-check", _("Admissions and confirmations"),
            _("%(count)s wait for the committee's approval.") % {"count": waiting}, reverse("meetings:membership-list"),
        )  # fmt: skip


def member_links(member: Member, user: User, *, on: date) -> Iterator[Link]:
    """The meetings and votes that decided about the membership, for who may read them. One query."""
    paths = user.access.paths(Capability.VIEW_MEETINGS)
    if not paths:
        return
    here = subtree("vote__item__meeting__organization__path", paths)
    steps = MembershipStep.objects.standing().filter(here, member=member).with_place()
    for step in steps.order_by("vote__item__meeting__day"):
        yield Link("clipboard-check", str(step.vote.get_subject_display()), said(step), step.get_absolute_url())


def said(step: MembershipStep) -> str:
    """The meeting, and what became of it above."""
    meeting = step.vote.item.meeting
    facts = {
        "day": date_format(meeting.day, "DATE_FORMAT"),
        "meeting": meeting.name,
        "state": step.get_state_display(),
        "on": date_format(step.decided_on, "DATE_FORMAT") if step.decided_on else "",
    }
    if step.decided_on:
        return _("%(meeting)s of %(day)s; %(state)s on %(on)s") % facts
    return _("%(meeting)s of %(day)s; %(state)s") % facts
