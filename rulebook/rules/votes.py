"""Quorum and passing: who must be there, how many must agree, by the rule of the meeting's day."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from rulebook.book import rule
from rulebook.rule import Rule
from rulebook.values import Citation, Verdict


class VoteKind(StrEnum):
    """The four kinds of vote that have rules of their own."""

    GENERAL = "general"
    COMMITTEE = "committee"
    ADMISSION = "admission"
    ELECTION = "election"


class BadCount(ValueError):
    """Counts that contradict each other. `field` names the wrong one, the text is a sentence for a person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class Count:
    """Heads and votes. `entitled` are those with a vote who should attend, after approved exclusions."""

    entitled: int
    present: int
    votes_for: int
    written_for: int = 0

    def check(self) -> None:
        """Raises BadCount when the figures can't be true together."""
        if self.entitled < 1:
            raise BadCount("entitled", _("Somebody must be entitled to vote."))
        if not 0 <= self.present <= self.entitled:
            raise BadCount("present", _("More are present than are entitled to vote."))
        if not 0 <= self.votes_for <= self.present:
            raise BadCount("votes_for", _("More voted for it than are present."))
        if not 0 <= self.written_for <= self.entitled - self.present:
            raise BadCount("written_for", _("More opinions in writing than members entitled to vote are absent."))


@dataclass(frozen=True, slots=True)
class VoteOutcome:
    """`needed_present` and `needed_for` are the smallest numbers that are enough."""

    valid: bool
    passed: bool
    needed_present: int
    needed_for: int
    reason: str
    citations: tuple[Citation, ...]


def vote(kind: VoteKind, count: Count, on: date) -> VoteOutcome:
    """Whether the meeting may vote and whether the motion or the candidate passed.

    Branch regulations articles 11 and 12, admission rules articles 20 and 21, election regulations. Raises BadCount,
    and NoRule for a day for which no rule is held.
    """
    count.check()
    quorum, passing = rule(f"vote.{kind}.quorum", on), rule(f"vote.{kind}.pass", on)
    needed_present = quorum.share.needed(count.entitled)
    needed_for = passing.share.needed(count.present if passing.share.of == "present" else count.entitled)
    counted = count.votes_for + (count.written_for if kind is VoteKind.ADMISSION else 0)
    valid = count.present >= needed_present
    return VoteOutcome(
        valid=valid,
        passed=valid and counted >= needed_for,
        needed_present=needed_present,
        needed_for=needed_for,
        reason=outcome_sentence(kind, count, counted, needed_present, needed_for),
        citations=vote_citations(kind, on, quorum, passing),
    )


def vote_citations(kind: VoteKind, on: date, quorum: Rule, passing: Rule) -> tuple[Citation, ...]:
    written = rule("vote.admission.written", on).citations if kind is VoteKind.ADMISSION else ()
    return tuple(dict.fromkeys((*quorum.citations, *passing.citations, *written)))


def outcome_sentence(kind: VoteKind, count: Count, counted: int, needed_present: int, needed_for: int) -> str:
    facts = {
        "present": count.present,
        "entitled": count.entitled,
        "needed_present": needed_present,
        "votes": counted,
        "needed_for": needed_for,
    }
    if count.present < needed_present:
        return _("Not valid: %(present)s of %(entitled)s entitled are present, %(needed_present)s are needed.") % facts
    if counted >= needed_for:
        sentence = _("Passed: %(votes)s votes for, %(needed_for)s are needed.") % facts
    else:
        sentence = _("Not passed: %(votes)s votes for, %(needed_for)s are needed.") % facts
    if count.written_for and kind is not VoteKind.ADMISSION:
        sentence += " " + _("Opinions in writing count only when members are admitted or confirmed.")
    return sentence


def voting_right(
    *, formal: bool, on: date, suspended: bool = False, probation_within_party: bool = False, detained: bool = False
) -> Verdict:
    """Whether a member has a vote on that day (election regulations, article 5); `suspended` is 停止党籍."""
    citations = rule("vote.without_right", on).citations
    if not formal:
        return Verdict(False, _("Probationary members have no vote."), citations)
    if suspended:
        return Verdict(False, _("Membership is suspended."), rule("lost.suspend.months", on).citations)
    if probation_within_party:
        return Verdict(False, _("Members on probation within the party have no vote."), citations)
    if detained:
        return Verdict(False, _("The rights of a detained member are suspended by decision."), citations)
    return Verdict(True, _("Formal members have a vote."), citations)


def exclusion(*, ground: str, superior_agreed: bool, meeting_agreed: bool, on: date) -> Verdict:
    """Whether a member is left out of those who should attend one meeting: a listed ground and both approvals."""
    held = rule("vote.exclusion.grounds", on)
    if not isinstance(held.value, tuple) or ground not in held.value:
        return Verdict(False, _("Still counted: the ground is not one of those listed."), held.citations)
    if not superior_agreed:
        return Verdict(False, _("Still counted: the organization above has not agreed."), held.citations)
    if not meeting_agreed:
        return Verdict(False, _("Still counted: the general meeting has not agreed."), held.citations)
    return Verdict(True, _("Left out of those who should attend this meeting."), held.citations)
