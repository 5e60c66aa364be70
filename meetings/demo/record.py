"""What is written down of the demo's meetings: agenda, decision, vote, minutes."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from random import Random
from uuid import UUID

from django.utils import timezone

from meetings.choices import (
    NOT_EXPECTED,
    PRESENT,
    MeetingKind,
    MeetingState,
    NotCountedBecause,
    VoteMethod,
    VoteSubject,
)
from meetings.demo import words
from meetings.demo.evenings import Evening
from meetings.demo.people import Rolls, attend, stay_away
from meetings.models import AgendaItem, Expected, Meeting, MembershipStep, Minutes, Session, Speech, Task, Vote
from meetings.queries.minutes import as_evening, voted
from meetings.queries.tally import Tally
from meetings.rules.minutes import Item, Said, compose
from meetings.rules.votes import Figures, Heads, decide
from members.choices import OfficeKind
from members.models import Member

BEGINS, ENDS = time(15), time(16, 30)
PLACE = "党群服务中心会议室"
LEADS = (OfficeKind.SECRETARY, OfficeKind.GROUP_LEADER, OfficeKind.COMMITTEE_SECRETARY)
DECIDES = (MeetingKind.GENERAL_MEETING, MeetingKind.COMMITTEE_MEETING)


@dataclass
class Record:
    """One meeting with everything that hangs on it, not yet stored."""

    meeting: Meeting
    sessions: list[Session] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    items: list[AgendaItem] = field(default_factory=list)
    speeches: list[Speech] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    steps: list[MembershipStep] = field(default_factory=list)
    minutes: Minutes | None = None


def write_down(evening: Evening, rolls: Rolls, rng: Random, missing: Collection[int] | None = None) -> Record | None:
    """The record of an evening; None where fewer than two came, who are no meeting.

    `missing`: these members were absent and nobody said why, and nobody else was.
    """
    record = Record(new_meeting(evening, rng))
    record.expected = rolls.expected_at(record.meeting)
    there = [one for one in record.expected if one.member_id not in (missing or ())]
    if len(there) < 2:
        return None
    lead(record.meeting, there, rolls)
    record.meeting.state = MeetingState.LOCKED
    record.meeting.opened_at, record.meeting.closed_at = (at(evening.day, hour) for hour in (BEGINS, ENDS))
    record.sessions = [Session(meeting=record.meeting, kind=kind) for kind in evening.also]
    attend(record.expected, rolls, rng)
    if missing is not None:
        stay_away(record.expected, missing)
    _agenda(record, evening, rng)
    record.minutes = minutes_of(record)
    return record


def new_meeting(evening: Evening, rng: Random) -> Meeting:
    return Meeting(
        key=UUID(int=rng.getrandbits(128), version=4), organization=evening.organization, kind=evening.kind,
        title=evening.title, day=evening.day, starts_at=BEGINS, ends_at=ENDS, place=PLACE,
        counts_for_year=evening.year or evening.day.year,
    )  # fmt: skip


def lead(meeting: Meeting, expected: list[Expected], rolls: Rolls) -> None:
    """Who leads and who writes: the offices of the place, or the first on the list."""
    people = [one.member for one in expected]
    chosen = [rolls.holder(meeting, kind) for kind in LEADS]
    chair: Member = next((one for one in chosen if one in people and one), people[0])
    writer = rolls.holder(meeting, OfficeKind.ORGANIZATION_OFFICER)
    others = sorted((one for one in people if one != chair), key=lambda one: bool(rolls.befallen(one.pk, meeting.day)))
    meeting.chair = chair
    meeting.recorder = writer if writer in people and writer != chair else others[0]


def at(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def _agenda(record: Record, evening: Evening, rng: Random) -> None:
    chair = str(record.meeting.chair)
    record.items = [
        AgendaItem(meeting=record.meeting, position=position, title=title, presenter=chair, report=report)
        for position, (title, report) in enumerate(evening.items, start=1)
    ]
    if evening.kind in DECIDES:
        record.items[-1].decision = words.COMMITTEE_DECISION
    if evening.kind == MeetingKind.GENERAL_MEETING:
        _decide(record, rng)


def _decide(record: Record, rng: Random) -> None:
    """The last point of a general meeting is voted on; too few of those with a vote decide nothing."""
    item, owner = record.items[-1], record.meeting.recorder
    speaker = str(owner)
    record.speeches.append(Speech(item=item, speaker=speaker, points=words.SPEECH))
    due_on = record.meeting.day + timedelta(days=30)
    record.tasks.append(Task(item=item, what=words.TASK, who=speaker, owner=owner, due_on=due_on))
    vote = _vote(record, against=rng.choice((0, 0, 1)))
    record.votes.append(vote)
    item.decision = words.DECISION if vote.is_passed else ""
    if vote.votes_against:
        dissenter = next(one.name for one in reversed(record.expected) if one.state in PRESENT)
        record.speeches.append(Speech(item=item, speaker=dissenter, points=words.DISSENT, is_dissent=True))


def _vote(record: Record, *, against: int) -> Vote:
    heads = heads_there(record.expected)
    figures = Figures(votes_for=max(heads.present - against, 0), votes_against=min(against, heads.present))
    decision = decide(VoteSubject.MOTION, figures, heads, record.meeting.day)
    return Vote(
        item=record.items[-1], subject=VoteSubject.MOTION, method=VoteMethod.SHOW_OF_HANDS, about=words.MOTION,
        entitled=heads.entitled, present=heads.present, votes_for=figures.votes_for,
        votes_against=figures.votes_against, abstained=0, is_valid=decision.valid, is_passed=decision.passed,
        sentence=decision.sentence, rule_versions=list(decision.versions), counted_by=str(record.meeting.recorder),
    )  # fmt: skip


def heads_there(expected: list[Expected]) -> Heads:
    entitled = [one for one in expected if one.not_counted == NotCountedBecause.COUNTED]
    return Heads(len(entitled), sum(one.state in PRESENT for one in entitled))


def minutes_of(record: Record) -> Minutes:
    """Not signed yet (`meetings.demo.signing`)."""
    return Minutes(meeting=record.meeting, text=_text(record))


def _text(record: Record) -> str:
    heads, belonging = (
        heads_there(record.expected),
        [one for one in record.expected if one.not_counted not in NOT_EXPECTED],
    )
    tally = Tally(
        expected=len(belonging), present=sum(one.state in PRESENT for one in belonging),
        entitled=heads.entitled, entitled_present=heads.present,
    )  # fmt: skip
    items = [_item(item, record) for item in record.items]
    return compose(as_evening(record.meeting, tally, expected=record.expected, items=items))


def _item(item: AgendaItem, record: Record) -> Item:
    said = [Said(one.speaker, one.points, one.is_dissent) for one in record.speeches if one.item is item]
    votes = [voted(vote) for vote in record.votes if vote.item is item]
    return Item(item.title, item.presenter, item.report, said, item.decision, votes)
