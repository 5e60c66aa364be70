"""Votes with two counts, and leaving a member out."""

import uuid
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.services import record
from meetings.attendance.models import Exclusion
from meetings.attendance.queries import roll
from meetings.choices import ON_MEMBERSHIP, MeetingState, VoteMethod, VoteSubject
from meetings.meeting.models import AgendaItem, Meeting
from meetings.meeting.services import WrongState, lock_meeting, stored_already
from meetings.votes.membership_rules import too_early
from meetings.votes.models import Count, Vote
from meetings.votes.queries import heads_of, person_in, subjects_at
from meetings.votes.rules import Figures, Heads, decide, is_covered, method_allowed, mistakes, quorum
from members.models import Member, User
from members.paths import contains
from members.refused import Refused
from rulebook.book import rule
from rulebook.rule import NoRule


class WrongFigures(Refused):
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

    `is_meant`: also where the record leaves open whether it is too early. The same key twice is one vote.
    Raises WrongState when the meeting isn't open or too few are there, WrongFigures.
    """
    meeting = lock_meeting(item.meeting)
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
        _refuse_wrong_figures(vote, figures, heads)
        _settle(vote, figures, counted_by=str(by), by=by)
    return vote


@transaction.atomic
def count_vote(*, vote: Vote, figures: Figures, by: User | str) -> Vote:
    """Type one count of the papers of a secret ballot. Raises WrongState, WrongFigures."""
    vote, heads = begin_count(vote, by)
    _refuse_wrong_figures(vote, figures, heads)
    counts = keep_count(vote, asdict(figures), by)
    if len(counts) == 2 and counts[0].figures == counts[1].figures:
        _settle(vote, figures, counted_by=counts[0].by, confirmed_by=counts[1].by, by=by)
    return vote


@transaction.atomic
def count_anew(*, vote: Vote, by: User | str) -> None:
    """Throw away what was typed; two people begin again. Raises WrongState once the outcome stands."""
    vote, _heads = begin_count(vote, by)
    typed, _by_model = vote.counts.all().delete()
    if typed:
        _record("count_anew", vote, by, counts=typed)


@transaction.atomic
def withdraw_vote(*, vote: Vote, reason: str, by: User | str) -> None:
    """Take a vote off the record that was put there by mistake, with the reason in the audit trail.

    Raises WrongState for a secret ballot whose outcome stands, after an approval, and once the minutes are locked.
    """
    meeting = lock_meeting(vote.item.meeting)
    vote = lock_vote(vote, meeting)
    if vote.is_decided and vote.method == VoteMethod.SECRET_BALLOT:
        raise WrongState(_("The outcome of a secret ballot stands. The meeting can vote again."))
    _record("withdraw_vote", vote, by, reason=reason, subject=vote.subject)
    vote.delete()


def known_vote(key: uuid.UUID, meeting: Meeting) -> Vote | None:
    """The vote that this form has stored already. Raises WrongState when another meeting has it."""
    known = Vote.objects.filter(pk=key).with_place().first()
    if known and known.item.meeting_id != meeting.pk:
        raise WrongState(_("This form was sent for another meeting. Open the page again."))
    return known


def begin_vote(meeting: Meeting, subject: VoteSubject) -> Heads:
    """The heads with which an open meeting votes now. Raises WrongState, also when too few are there."""
    if meeting.state == MeetingState.PLANNED:
        raise WrongState(_("Votes are taken while the meeting is open. Open it first."))
    if meeting.state != MeetingState.OPEN:
        raise WrongState(_("The meeting is over: votes can't be added any more."))
    allowed = subjects_at(meeting)
    if subject in ON_MEMBERSHIP and subject not in allowed:
        raise WrongState(
            _("A general meeting of the branch decides about membership. Plan one, or say when planning an evening "
              "that it is a general meeting as well.")
        )  # fmt: skip
    if subject not in allowed:
        raise WrongState(_("A meeting of this kind doesn't vote on that."))
    heads = heads_of(meeting)
    try:
        held = quorum(subject, heads, meeting.day)
    except NoRule as none:
        raise WrongState(str(none)) from none
    if not held.is_there:
        raise WrongState(held.sentence)
    return heads


def put_to_vote(meeting: Meeting, vote: Vote, heads: Heads) -> Vote:
    """Store a vote as the meeting's next."""
    last = Vote.objects.filter(item__meeting=meeting).aggregate(last=Max("number"))["last"] or 0
    vote.number, vote.entitled, vote.present = last + 1, heads.entitled, heads.present
    vote.save(force_insert=True)
    return vote


def begin_count(vote: Vote, by: User | str) -> tuple[Vote, Heads]:
    """The vote, held until the transaction ends, and the heads it is counted against.

    These follow the attendance until the first count is typed. Raises WrongState.
    """
    meeting = lock_meeting(vote.item.meeting)
    vote = lock_vote(vote, meeting)
    if vote.method != VoteMethod.SECRET_BALLOT or vote.is_decided:
        raise WrongState(_("The outcome of this vote stands."))
    if not vote.counts.exists():
        heads = heads_of(meeting)
        vote.entitled, vote.present = heads.entitled, heads.present
        vote.save(update_fields=["entitled", "present"])
    return vote, Heads(vote.entitled, vote.present)


def lock_vote(vote: Vote, meeting: Meeting) -> Vote:
    """The vote's row of a meeting whose minutes aren't locked. Raises WrongState."""
    if not meeting.is_running:
        raise WrongState(_("Votes are counted while the meeting is open, and until its minutes are locked."))
    row = Vote.objects.select_for_update(of=("self",)).select_related("item").filter(pk=vote.pk).first()
    if row is None:
        raise WrongState(_("This vote was taken off the record meanwhile."))
    row.item.meeting = meeting
    return row


def keep_count(vote: Vote, figures: dict[str, Any], by: User | str) -> list[Count]:
    """Store what somebody typed, in place of what they typed before; the counts there are, the first one first."""
    mine, others = Count.objects.filter(vote=vote, by=str(by)), Count.objects.filter(vote=vote).exclude(by=str(by))
    if others.count() > 1:
        raise WrongState(_("Two people are counting this vote already. They type their counts again."))
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
        raise WrongState(str(none)) from none
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
        raise WrongState(_("An election is opened with its candidates and scrutineers."))
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


def _refuse_wrong_figures(vote: Vote, figures: Figures, heads: Heads) -> None:
    found = mistakes(figures, heads, subject=vote.subject, method=vote.method)
    if found:
        raise WrongFigures(found)


def _record(action: str, vote: Vote, by: User | str, reason: str = "", **details: object) -> None:
    code = vote.item.meeting.organization.code
    record(action=action, by=by, subject=vote, organization_code=code, reason=reason, details=details)


GROUNDS_RULE = "vote.exclusion.grounds"


@dataclass(frozen=True, slots=True)
class Approvals:
    """When each of the two agreed, and the document of the level above. None: not yet."""

    superior_agreed_on: date | None = None
    superior_document: str = ""
    meeting_agreed_on: date | None = None


class WrongExclusion(Refused):
    """Nothing was stored; `field` names what is wrong, the text is a sentence for a person."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence, field)


def record_exclusion(
    *, key: uuid.UUID, meeting: Meeting, member_id: int, ground: str, approvals: Approvals, by: User | str
) -> Exclusion:
    """Record why a member is to be left out, and what was agreed so far; with one approval he is still counted.

    The same key again changes ground and approvals. Raises WrongState once the meeting has opened, WrongExclusion.
    """
    try:
        with transaction.atomic():
            meeting = _planned(meeting)
            _refuse_wrong_exclusion(meeting, ground, approvals)
            known = stored_already(Exclusion, key, meeting=meeting)
            if known is None and member_id not in [one.member_id for one in roll(meeting)]:
                raise WrongExclusion("member", _("This member isn't expected at the meeting."))
            row = known or Exclusion(key=key, meeting=meeting, member_id=member_id)
            return _store(row, {"ground": ground, **asdict(approvals)}, by, is_new=known is None)
    except IntegrityError as error:
        raise WrongExclusion(
            "member", _("For this member an exclusion is recorded already. Change that one.")
        ) from error


@transaction.atomic
def remove_exclusion(*, exclusion: Exclusion, by: User | str) -> None:
    """Count the member again. Raises WrongState once the meeting has opened."""
    meeting = _planned(exclusion.meeting)
    row = Exclusion.objects.filter(pk=exclusion.pk).select_related("member").first()
    if row:
        record(action="remove_exclusion", by=by, subject=row, organization_code=meeting.organization.code)
        row.delete()


def _planned(meeting: Meeting) -> Meeting:
    meeting = lock_meeting(meeting)
    if meeting.state != MeetingState.PLANNED:
        raise WrongState(
            _("Who should attend was fixed when the meeting opened. Exclusions are recorded before, for each meeting.")
        )
    return meeting


def _refuse_wrong_exclusion(meeting: Meeting, ground: str, approvals: Approvals) -> None:
    try:
        grounds = rule(GROUNDS_RULE, meeting.day).value
    except NoRule as none:
        raise WrongExclusion("ground", str(none)) from none
    if not isinstance(grounds, tuple) or ground not in grounds:
        raise WrongExclusion("ground", _("Only the listed grounds leave a member out. Choose one of them."))
    if approvals.superior_agreed_on and not approvals.superior_document:
        raise WrongExclusion("superior_document", _("Name the document of the level above."))
    if approvals.superior_document and not approvals.superior_agreed_on:
        raise WrongExclusion("superior_agreed_on", _("Say on which day the level above agreed."))
    for field in ("superior_agreed_on", "meeting_agreed_on"):
        if (getattr(approvals, field) or meeting.day) > meeting.day:
            raise WrongExclusion(field, _("It has to be agreed by the day of the meeting."))


def _store(row: Exclusion, fields: dict[str, object], by: User | str, *, is_new: bool) -> Exclusion:
    changes = [(name, None if is_new else getattr(row, name), value) for name, value in fields.items()]
    for name, value in fields.items():
        setattr(row, name, value)
    row.save(force_insert=is_new)
    code = row.meeting.organization.code
    record(action="record_exclusion", by=by, subject=row, organization_code=code, changes=changes)
    return row
