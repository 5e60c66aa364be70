"""What became of the demo's decisions: tasks with and without an end, and votes that changed somebody's membership."""

from collections.abc import Iterable
from datetime import date, timedelta

from meetings.choices import MeetingKind, StepState, TaskEnd, VoteMethod, VoteSubject
from meetings.demo import words
from meetings.demo.record import Record, heads_there, minutes_of
from meetings.models import AgendaItem, MembershipStep, Vote
from meetings.rules.votes import Figures, decide
from members.choices import Membership
from members.models import Member
from rulebook.dates import add_months

APPLICANT_NUMBER = "100111199805120026"
"""Of nobody: a number of the kind that tests use."""


def end_tasks(records: Iterable[Record], home: str, on: date) -> None:
    """What was due is done, but for the home branch's latest, which nobody has closed yet."""
    tasks = [
        (record.meeting.organization.code, task.due_on, task)
        for record in records
        for task in record.tasks
        if task.due_on and task.due_on < on
    ]
    late = max((due_on for code, due_on, _task in tasks if code == home), default=None)
    for code, due_on, task in tasks:
        if code == home and due_on == late:
            continue
        task.ended, task.done_on, task.ended_by = TaskEnd.DONE, due_on - timedelta(days=4), task.who
        task.ended_with = words.TASK_DONE


def vote_on_members(records: Iterable[Record], home: str, on: date) -> None:
    """At the latest general meeting of the home branch: a confirmation that is approved, an admission that waits."""
    held = [one for one in records if one.meeting.organization.code == home]
    record = max(
        (one for one in held if one.meeting.kind == MeetingKind.GENERAL_MEETING), key=lambda one: one.meeting.day
    )
    item = AgendaItem(meeting=record.meeting, position=len(record.items) + 1, title=words.MEMBERSHIP_ITEM)
    record.items.append(item)
    confirmed = _confirmed(record)
    if confirmed:
        vote = _vote(record, item, VoteSubject.CONFIRMATION, f"{confirmed.name}同志转正", about_member=confirmed)
        record.steps.append(_step(vote, confirmed.name, on, member=confirmed, effective_on=confirmed.full_on))
    vote = _vote(record, item, VoteSubject.ADMISSION, f"接收{words.APPLICANT}为预备党员", applicant=words.APPLICANT)
    record.steps.append(_step(vote, words.APPLICANT, on, national_id=APPLICANT_NUMBER, effective_on=record.meeting.day))
    if record.minutes:
        record.minutes = minutes_of(record)


def _confirmed(record: Record) -> Member | None:
    """The youngest who was there and holds no post: their year of probation was over three days before."""
    people = [one.member for one in record.expected if one.is_formal and not one.is_guest and not one.member.party_post]
    youngest = max((one for one in people if one.birth_on), key=lambda one: (one.birth_on, one.pk), default=None)
    if youngest:
        ends = record.meeting.day - timedelta(days=3)
        youngest.joined_on, youngest.full_on = add_months(ends, -12), ends
        youngest.joined_precision = youngest.full_precision = "day"
        youngest.membership = Membership.FORMAL
        youngest.save()
    return youngest


def _vote(record: Record, item: AgendaItem, subject: VoteSubject, about: str, **person: object) -> Vote:
    """By secret ballot, everybody who was there in favour, counted by two."""
    heads, meeting = heads_there(record.expected), record.meeting
    figures = Figures(votes_for=heads.present, issued=heads.present, returned=heads.present, void=0)
    decision = decide(subject, figures, heads, meeting.day)
    vote = Vote(
        item=item, number=len(record.votes) + 1, subject=subject, method=VoteMethod.SECRET_BALLOT, about=about,
        entitled=heads.entitled, present=heads.present, issued=heads.present, returned=heads.present, void=0,
        votes_for=heads.present, votes_against=0, abstained=0, is_valid=decision.valid, is_passed=decision.passed,
        sentence=decision.sentence, rule_versions=list(decision.versions), counted_by=str(meeting.recorder),
        confirmed_by=str(meeting.chair), **person,
    )  # fmt: skip
    record.votes.append(vote)
    return vote


def _step(vote: Vote, name: str, on: date, **facts: object) -> MembershipStep:
    """Approved where the member is on the roster; an applicant's waits."""
    step = MembershipStep(vote=vote, name=name, asked_by=vote.counted_by, **facts)
    if step.member:
        day = min(vote.item.meeting.day + timedelta(days=10), on)
        step.state, step.decided_on, step.decided_by = StepState.APPROVED, day, words.COMMITTEE_STAFF
        step.document = words.APPROVAL
    return step
