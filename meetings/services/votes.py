"""A vote from the question to the outcome.

Secret ballots are typed by two people who don't see each other's figures. When both typed the same, the outcome stands
and the two counts are removed: what remains are sums of papers, and nothing leads from them to a voter.
"""

import uuid
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import ON_MEMBERSHIP, MeetingState, VoteMethod, VoteSubject
from meetings.models import AgendaItem, Count, Meeting, Vote
from meetings.queries.membership import person_in
from meetings.queries.votes import heads_of, subjects_at
from meetings.rules.membership import too_early
from meetings.rules.votes import Figures, Heads, decide, is_covered, method_allowed, mistakes, quorum
from meetings.services.meeting import NotNow, locked
from members.models import Member, User
from members.paths import contains
from rulebook.rule import NoRule


class WrongFigures(Exception):
    """Figures that can't be true. `fields`: the name of each wrong field and the sentence about it."""

    def __init__(self, fields: dict[str, str]) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Question:
    """What is voted on, and how."""

    subject: VoteSubject
    method: VoteMethod
    about: str
    about_member: Member | None = None
    applicant: str = ""
    applicant_born_on: date | None = None


@transaction.atomic
def add_vote(
    *,
    key: uuid.UUID,
    item: AgendaItem,
    question: Question,
    figures: Figures | None = None,
    is_meant: bool = False,
    by: User | str,
) -> Vote:
    """Put a question to the vote; with `figures` (open, show of hands) the outcome stands at once.

    `is_meant`: also where the record leaves open whether it is too early. The same key twice is one vote. Raises NotNow
    when the meeting isn't open or too few are there, WrongFigures.
    """
    meeting = locked(item.meeting)
    if known := known_vote(key, meeting):
        return known
    heads = begin_vote(meeting, question.subject)
    _refuse_unfitting(meeting, question)
    _refuse_stranger(meeting, question.about_member)
    vote = Vote(key=key, item=item, **_fields(question))
    doubt = _refuse_too_early(vote, meeting, is_meant=is_meant)
    put_to_vote(meeting, vote, heads)
    _record("add_vote", vote, by, reason=doubt, subject=question.subject)
    if question.method != VoteMethod.SECRET_BALLOT:
        if figures is None:
            raise WrongFigures({"votes_for": _("Type how many were for it; nobody is 0.")})
        _refuse_wrong(vote, figures, heads)
        _settle(vote, figures, counted_by=str(by), by=by)
    return vote


@transaction.atomic
def count_vote(*, vote: Vote, figures: Figures, by: User | str) -> Vote:
    """Type one count of the papers of a secret ballot. Raises NotNow, WrongFigures."""
    vote, heads = begin_count(vote, by)
    _refuse_wrong(vote, figures, heads)
    counts = keep_count(vote, asdict(figures), by)
    if len(counts) == 2 and counts[0].figures == counts[1].figures:
        _settle(vote, figures, counted_by=counts[0].by, confirmed_by=counts[1].by, by=by)
    return vote


@transaction.atomic
def count_anew(*, vote: Vote, by: User | str) -> None:
    """Throw away what was typed; two people begin again. Raises NotNow once the outcome stands."""
    vote, _heads = begin_count(vote, by)
    typed, _by_model = vote.counts.all().delete()
    if typed:
        _record("count_anew", vote, by, counts=typed)


@transaction.atomic
def withdraw_vote(*, vote: Vote, reason: str, by: User | str) -> None:
    """Take a vote off the record that was put there by mistake, with the reason in the audit trail.

    Raises NotNow for a secret ballot whose outcome stands, after an approval, and once the minutes are locked.
    """
    meeting = locked(vote.item.meeting)
    vote = locked_vote(vote, meeting)
    if vote.is_decided and vote.method == VoteMethod.SECRET_BALLOT:
        raise NotNow(_("The outcome of a secret ballot stands. The meeting can vote again."))
    _record("withdraw_vote", vote, by, reason=reason, subject=vote.subject)
    vote.delete()


def known_vote(key: uuid.UUID, meeting: Meeting) -> Vote | None:
    """The vote that this form has stored already. Raises NotNow when another meeting has it."""
    known = Vote.objects.filter(pk=key).with_place().first()
    if known and known.item.meeting_id != meeting.pk:
        raise NotNow(_("This form was sent for another meeting. Open the page again."))
    return known


def begin_vote(meeting: Meeting, subject: VoteSubject) -> Heads:
    """The heads with which an open meeting votes now. Raises NotNow, also when too few are there."""
    if meeting.state == MeetingState.PLANNED:
        raise NotNow(_("Votes are taken while the meeting is open. Open it first."))
    if meeting.state != MeetingState.OPEN:
        raise NotNow(_("The meeting is over: votes can't be added any more."))
    allowed = subjects_at(meeting)
    if subject in ON_MEMBERSHIP and subject not in allowed:
        raise NotNow(
            _("A general meeting of the branch decides about membership. Plan one, or say when planning an evening "
              "that it is a general meeting as well.")
        )  # fmt: skip
    if subject not in allowed:
        raise NotNow(_("A meeting of this kind doesn't vote on that."))
    heads = heads_of(meeting)
    try:
        held = quorum(subject, heads, meeting.day)
    except NoRule as none:
        raise NotNow(str(none)) from none
    if not held.is_there:
        raise NotNow(held.sentence)
    return heads


def put_to_vote(meeting: Meeting, vote: Vote, heads: Heads) -> Vote:
    """Store a vote as the meeting's next."""
    last = Vote.objects.filter(item__meeting=meeting).aggregate(last=Max("number"))["last"] or 0
    vote.number, vote.entitled, vote.present = last + 1, heads.entitled, heads.present
    vote.save(force_insert=True)
    return vote


def begin_count(vote: Vote, by: User | str) -> tuple[Vote, Heads]:
    """The vote, held until the transaction ends, and the heads it is counted against.

    These follow the attendance until the first count is typed. Raises NotNow.
    """
    meeting = locked(vote.item.meeting)
    vote = locked_vote(vote, meeting)
    if vote.method != VoteMethod.SECRET_BALLOT or vote.is_decided:
        raise NotNow(_("The outcome of this vote stands."))
    if not vote.counts.exists():
        heads = heads_of(meeting)
        vote.entitled, vote.present = heads.entitled, heads.present
        vote.save(update_fields=["entitled", "present"])
    return vote, Heads(vote.entitled, vote.present)


def locked_vote(vote: Vote, meeting: Meeting) -> Vote:
    """The vote's row of a meeting whose minutes aren't locked. Raises NotNow."""
    if not meeting.is_running:
        raise NotNow(_("Votes are counted while the meeting is open, and until its minutes are locked."))
    row = Vote.objects.select_for_update(of=("self",)).select_related("item").filter(pk=vote.pk).first()
    if row is None:
        raise NotNow(_("This vote was taken off the record meanwhile."))
    row.item.meeting = meeting
    return row


def keep_count(vote: Vote, figures: dict[str, Any], by: User | str) -> list[Count]:
    """Store what somebody typed, in place of what they typed before; the counts there are, the first one first."""
    mine, others = Count.objects.filter(vote=vote, by=str(by)), Count.objects.filter(vote=vote).exclude(by=str(by))
    if others.count() > 1:
        raise NotNow(_("Two people are counting this vote already. They type their counts again."))
    before = mine.first()
    if before is None:
        Count.objects.create(vote=vote, by=str(by), figures=figures)
    if before is None or (before.figures != figures and mine.update(figures=figures)):
        _record("count_vote", vote, by)
    return list(Count.objects.filter(vote=vote).order_by("typed_at", "pk"))


def _settle(vote: Vote, figures: Figures, *, counted_by: str, confirmed_by: str = "", by: User | str) -> None:
    heads = Heads(vote.entitled, vote.present)
    try:
        decision = decide(VoteSubject(vote.subject), figures, heads, vote.item.meeting.day)
    except NoRule as none:
        raise NotNow(str(none)) from none
    for name, value in asdict(figures).items():
        setattr(vote, name, value)
    vote.is_valid, vote.is_passed, vote.sentence = decision.valid, decision.passed, decision.sentence
    covered = is_covered(vote.subject, vote.item.meeting.organization.kind)
    vote.rule_versions = list(decision.versions) if covered else []
    close_count(vote, counted_by=counted_by, confirmed_by=confirmed_by, by=by)


def close_count(vote: Vote, *, counted_by: str, confirmed_by: str, by: User | str) -> None:
    """Let the outcome stand, and remove what the two people typed."""
    vote.counted_by, vote.confirmed_by = counted_by, confirmed_by
    vote.save()
    vote.counts.all().delete()
    _record("decide_vote", vote, by, valid=bool(vote.is_valid), passed=bool(vote.is_passed))


def _fields(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in Question.__slots__}


def _refuse_unfitting(meeting: Meeting, question: Question) -> None:
    if question.subject == VoteSubject.ELECTION:
        raise NotNow(_("An election is opened with its candidates and scrutineers."))
    allowed = method_allowed(question.subject, question.method, meeting.day)
    if not allowed:
        raise WrongFigures({"method": allowed.reason})


def _refuse_stranger(meeting: Meeting, member: Member | None) -> None:
    """Whose organization is elsewhere is confirmed there, however often they take part here."""
    if member and not contains(meeting.organization.path, member.roster_path):
        sentence = _("%(name)s is a guest here; the branch where they belong decides about their membership.")
        raise WrongFigures({"about_member": sentence % {"name": member.name}})


def _refuse_too_early(vote: Vote, meeting: Meeting, *, is_meant: bool) -> str:
    """What the record leaves open, when the vote is meant all the same."""
    found = too_early(VoteSubject(vote.subject), person_in(vote), day=meeting.day)
    if found is None:
        return ""
    if found.is_certain:
        raise WrongFigures({"about_member" if vote.about_member else "applicant_born_on": found.sentence})
    if not is_meant:
        raise WrongFigures({"is_meant": found.sentence})
    return found.sentence


def _refuse_wrong(vote: Vote, figures: Figures, heads: Heads) -> None:
    found = mistakes(figures, heads, subject=vote.subject, method=vote.method)
    if found:
        raise WrongFigures(found)


def _record(action: str, vote: Vote, by: User | str, reason: str = "", **details: object) -> None:
    code = vote.item.meeting.organization.code
    record(action=action, by=by, subject=vote, organization_code=code, reason=reason, details=details)
