"""From the people in the room to the outcome, and what a correction changes of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date

from django.utils.translation import gettext as _, ngettext

from meetings.choices import ON_MEMBERSHIP, PRESENT, AttendanceState, MeetingKind, VoteMethod, VoteSubject
from members.choices import OrganizationKind
from rulebook.book import rule, rule_if_held
from rulebook.rule import NoRule, Rule
from rulebook.rules.votes import Count, VoteKind, vote
from rulebook.values import Citation, Verdict

KINDS = {
    VoteSubject.MOTION: VoteKind.GENERAL,
    VoteSubject.COMMITTEE: VoteKind.COMMITTEE,
    VoteSubject.ADMISSION: VoteKind.ADMISSION,
    VoteSubject.CONFIRMATION: VoteKind.ADMISSION,
    VoteSubject.EXTENSION: VoteKind.ADMISSION,
    VoteSubject.CANCELLATION: VoteKind.ADMISSION,
    VoteSubject.ELECTION: VoteKind.ELECTION,
}
OF_COMMITTEE = (VoteSubject.COMMITTEE, VoteSubject.ELECTION)
OF_GENERAL_MEETING = (VoteSubject.MOTION, *ON_MEMBERSHIP, VoteSubject.ELECTION)
OF_ALL_MEMBERS = (VoteSubject.MOTION, VoteSubject.ELECTION)
GENERAL_MEETINGS: frozenset[str] = frozenset(
    {MeetingKind.GENERAL_MEETING, MeetingKind.ADMISSION, MeetingKind.CONFIRMATION}
)
"""The last two are general meetings for the sake of one vote."""
BALLOT_RULE = "election.ballot_validity"


@dataclass(frozen=True, slots=True)
class Heads:
    """Members with a vote: those who should attend, and those present."""

    entitled: int
    present: int


@dataclass(frozen=True, slots=True)
class Figures:
    """What was counted. None: not asked, or not counted yet. Ballots only where the vote is secret."""

    votes_for: int = 0
    votes_against: int = 0
    abstained: int = 0
    written_for: int = 0
    issued: int | None = None
    returned: int | None = None
    void: int | None = None

    @property
    def voted(self) -> int:
        """Heads or papers that said one of the three."""
        return self.votes_for + self.votes_against + self.abstained


@dataclass(frozen=True, slots=True)
class Quorum:
    """Whether a vote may be taken now; `missing` is how many more must come."""

    subject: VoteSubject
    heads: Heads
    needed: int
    sentence: str
    rule: Rule
    is_covered: bool = True
    """Whether the rule is one of this meeting's: for a party committee none is held."""

    @property
    def missing(self) -> int:
        return max(self.needed - self.heads.present, 0)

    @property
    def is_there(self) -> bool:
        return not self.missing


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome, in a sentence, and the versions of the rules that gave it."""

    valid: bool
    passed: bool
    sentence: str
    versions: tuple[str, ...]
    citations: tuple[Citation, ...]


def subjects_of(kind: str, also: Iterable[str] = ()) -> tuple[VoteSubject, ...]:
    """What a meeting of that kind votes on; `also`: what else the evening is.

    Members are admitted and confirmed by the general meeting alone (admission rules).
    """
    if kind == MeetingKind.COMMITTEE_MEETING:
        return OF_COMMITTEE
    if kind == MeetingKind.DEMOCRATIC_LIFE_MEETING:
        return (VoteSubject.COMMITTEE,)
    if kind == MeetingKind.GROUP_MEETING:
        return (VoteSubject.MOTION,)
    return OF_ALL_MEMBERS if GENERAL_MEETINGS.isdisjoint([kind, *also]) else OF_GENERAL_MEETING


def usual_subject(kind: str) -> VoteSubject:
    """The vote for which people come to a meeting of that kind."""
    known = {
        MeetingKind.COMMITTEE_MEETING: VoteSubject.COMMITTEE,
        MeetingKind.DEMOCRATIC_LIFE_MEETING: VoteSubject.COMMITTEE,
        MeetingKind.ADMISSION: VoteSubject.ADMISSION,
        MeetingKind.CONFIRMATION: VoteSubject.CONFIRMATION,
        MeetingKind.ELECTION: VoteSubject.ELECTION,
    }
    return known.get(MeetingKind(kind), VoteSubject.MOTION)


def method_allowed(subject: str, method: str, on: date) -> Verdict:
    """People are admitted, confirmed and elected by secret ballot (admission rules, elections of 2020, article 24)."""
    asks = dict.fromkeys(ON_MEMBERSHIP, "vote.admission.pass") | {VoteSubject.ELECTION: "election.ballot"}
    asked = asks.get(VoteSubject(subject))
    held = rule_if_held(asked, on) if asked else None
    return Verdict(
        asked is None or method == VoteMethod.SECRET_BALLOT,
        _("Such a vote is by secret ballot, on one person after the other. Choose the secret ballot."),
        held.citations if held else (),
    )


def is_covered(subject: str, place: str) -> bool:
    """Whether a rule that is held says how a vote there is counted. The branch regulations say nothing of committees
    above branches: their votes are counted alike, and no article is named."""
    return subject != VoteSubject.COMMITTEE or place not in (
        OrganizationKind.COMMITTEE,
        OrganizationKind.GENERAL_BRANCH,
    )


def quorum(subject: VoteSubject, heads: Heads, on: date) -> Quorum:
    """Who must be there for the vote by the rule of that day. Raises NoRule for a day without one."""
    held = rule(f"vote.{KINDS[subject]}.quorum", on)
    needed = max(held.share.needed(heads.entitled), 1)
    return Quorum(subject, heads, needed, _quorum_sentence(heads, needed), held)


def _quorum_sentence(heads: Heads, needed: int) -> str:
    facts = {"present": heads.present, "entitled": heads.entitled, "needed": needed, "missing": needed - heads.present}
    if heads.entitled < 1:
        return _("Nobody on the list has a vote, so no vote can be taken.")
    if heads.present >= needed:
        return _("Enough are here: %(present)s of %(entitled)s with a vote, %(needed)s are needed.") % facts
    return ngettext(
        "%(missing)s more must be here: %(present)s of %(entitled)s with a vote are present, %(needed)s are needed.",
        "%(missing)s more must be here: %(present)s of %(entitled)s with a vote are present, %(needed)s are needed.",
        facts["missing"],
    ) % facts  # fmt: skip


def mistakes(figures: Figures, heads: Heads, *, subject: str, method: str) -> dict[str, str]:
    """What can't be true in the figures: the name of a field and the sentence about it. The first of a field counts."""
    found: dict[str, str] = {}
    checks = _paper_mistakes(figures, heads) if method == VoteMethod.SECRET_BALLOT else _hand_mistakes(figures, heads)
    for field, sentence in (*checks, *_written_mistakes(figures, heads, subject)):
        found.setdefault(field, sentence)
    return found


def _hand_mistakes(figures: Figures, heads: Heads) -> Iterator[tuple[str, str]]:
    facts = {"voted": figures.voted, "present": heads.present}
    if figures.voted > heads.present:
        field = "votes_for" if figures.votes_for > heads.present else "abstained"
        yield (
            field,
            _("For, against and abstained make %(voted)s together; %(present)s with a vote are present.") % facts,
        )


def ballot_mistakes(issued: int | None, returned: int | None, void: int | None, heads: Heads) -> dict[str, str]:
    """What can't be true of the papers. More returned than issued can: then the vote isn't valid."""
    found = {}
    if issued is None:
        found["issued"] = _("Say how many ballots were handed out.")
    elif issued > heads.present:
        found["issued"] = _(
            "%(issued)s ballots for %(present)s present with a vote. Count again, or mark everybody who is here first."
        ) % {"issued": issued, "present": heads.present}
    if returned is None:
        found["returned"] = _("Say how many ballots came back.")
    elif (void or 0) > returned:
        found["void"] = _("More ballots are void than came back (%(returned)s).") % {"returned": returned}
    return found


def _paper_mistakes(figures: Figures, heads: Heads) -> Iterator[tuple[str, str]]:
    found = ballot_mistakes(figures.issued, figures.returned, figures.void, heads)
    yield from found.items()
    good = (figures.returned or 0) - (figures.void or 0)
    if not found and figures.voted != good:
        yield (
            "abstained",
            _(
                "For, against and abstained make %(voted)s together; %(good)s ballots are good. "
                "An empty ballot counts as abstained."
            )
            % {"voted": figures.voted, "good": good},
        )


def _written_mistakes(figures: Figures, heads: Heads, subject: str) -> Iterator[tuple[str, str]]:
    absent = heads.entitled - heads.present
    if figures.written_for and subject not in ON_MEMBERSHIP:
        yield "written_for", _("Opinions in writing count only when members are admitted or confirmed.")
    elif figures.written_for > absent:
        yield (
            "written_for",
            ngettext(
                "Only %(absent)s member with a vote is absent; who is here votes here.",
                "Only %(absent)s members with a vote are absent; who is here votes here.",
                absent,
            )
            % {"absent": absent},
        )


def decide(subject: VoteSubject, figures: Figures, heads: Heads, on: date) -> Decision:
    """Whether the vote is valid and passed, by the rule of that day. Raises NoRule, BadCount."""
    kind, versions = KINDS[subject], rule_versions(subject, figures, on)
    if figures.issued is not None and figures.returned is not None:
        hold = ballots_hold(voters=heads.present, issued=figures.issued, returned=figures.returned)
        if not hold:
            return Decision(False, False, hold.reason, versions, hold.citations)
    outcome = vote(kind, Count(heads.entitled, heads.present, figures.votes_for, figures.written_for), on)
    sentence = outcome.reason
    if outcome.valid and not outcome.passed and is_half(figures, heads, subject):
        sentence = in_a_row(sentence, _("Exactly half is not more than half."))
    return Decision(outcome.valid, outcome.passed, sentence, versions, outcome.citations)


def in_a_row(first: str, then: str) -> str:
    """Two sentences, with a blank between them where the language has one."""
    return _("%(first)s %(then)s") % {"first": first, "then": then} if then else first


def is_half(figures: Figures, heads: Heads, subject: VoteSubject) -> bool:
    """Exactly half of those entitled agreed: the figure people stumble over."""
    agreed = figures.votes_for + (figures.written_for if subject in ON_MEMBERSHIP else 0)
    return 2 * agreed == heads.entitled


def rule_versions(subject: VoteSubject, figures: Figures, on: date) -> tuple[str, ...]:
    """The versions that are stored with an outcome."""
    kind = KINDS[subject]
    keys = [f"vote.{kind}.quorum", f"vote.{kind}.pass"]
    keys += ["vote.admission.written"] if kind is VoteKind.ADMISSION else []
    keys += [BALLOT_RULE] if subject == VoteSubject.ELECTION and figures.issued is not None else []
    return tuple(held.version for key in keys if (held := rule_if_held(key, on)))


def ballots_hold(*, voters: int, issued: int, returned: int) -> Verdict:
    """Whether a vote stands by its papers: not more come back than people voted, and than were handed out."""
    facts = {"returned": returned, "issued": issued, "voters": voters}
    if returned > voters:
        sentence = _("Not valid: %(returned)s ballots came back from %(voters)s voters. Vote again.")
        return Verdict(False, sentence % facts)
    if returned > issued:
        sentence = _("Not valid: %(returned)s ballots came back, %(issued)s were handed out. Vote again.")
        return Verdict(False, sentence % facts)
    return Verdict(True, _("Not more ballots came back than were handed out."))


def differences(first: Figures, second: Figures) -> list[str]:
    """The names of the figures in which two counts differ; never the figures themselves."""
    return [one.name for one in fields(Figures) if getattr(first, one.name) != getattr(second, one.name)]


SHORTEST, FEWEST = 8, 4
"""A reason that somebody can check has so many signs, and so many different ones."""
TRUTHS = (
    AttendanceState.ON_SITE,
    AttendanceState.ONLINE,
    AttendanceState.VISITED,
    AttendanceState.MADE_UP,
    AttendanceState.LEAVE,
    AttendanceState.ABSENT,
)
"""What somebody can have been in truth, or was visited or made up since."""
OF_GUESTS = PRESENT
"""A guest who was forgotten was there."""


def says_something(reason: str) -> bool:
    """A sentence of substance: “error”, dots and “111111111” are none."""
    words = [sign for sign in reason if sign.isalnum()]
    return len(words) >= SHORTEST and len(set(words)) >= FEWEST


def change_of_heads(was: str, becomes: str) -> int:
    """By how many heads those present change."""
    return (becomes in PRESENT) - (was in PRESENT)


def doubt(subject: VoteSubject, figures: Figures, heads: Heads, outcome: tuple[bool, bool], on: date) -> str:
    """Why a decided vote has to be looked at, with the heads as they were corrected; empty where it stands.

    `outcome`: valid and passed, as they were decided. Nothing is decided anew: people look at it.
    """
    if figures.voted > heads.present:
        facts = {"voted": figures.voted, "present": heads.present}
        return _("%(voted)s votes were counted, and %(present)s members with a vote were there.") % facts
    try:
        return _by_the_rules(subject, figures, heads, outcome, on)
    except NoRule:
        return ""


def _by_the_rules(subject: VoteSubject, figures: Figures, heads: Heads, outcome: tuple[bool, bool], on: date) -> str:
    held, is_valid = quorum(subject, heads, on), outcome[0]
    if is_valid and not held.is_there:
        return held.sentence
    if is_valid and figures.issued is not None and figures.returned is not None:
        papers = ballots_hold(voters=heads.present, issued=figures.issued, returned=figures.returned)
        if not papers:
            return papers.reason
    if subject == VoteSubject.ELECTION:
        return ""
    decision = decide(subject, figures, heads, on)
    return decision.sentence if (decision.valid, decision.passed) != outcome else ""
