"""The meetings' part of `manage.py demo`: a year of organizational life in the county that `demo.members` made.

The same day gives the same meetings. The branch of the demo's secretary has everything; others are plainer, and some
missed meetings, so that duties are overdue.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import chain
from random import Random
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from branchweb.demo import evenings as words
from branchweb.demo.county import HOME_BRANCH, PLACES
from branchweb.demo.evenings import (
    ELSEWHERE,
    PastMeeting,
    Rolls,
    attend,
    evenings,
    explain,
    read_rolls,
    stay_away,
    theme_day_of,
)
from meetings.attendance.models import Attendance, LeaveRequest
from meetings.attendance.queries import Tally
from meetings.choices import (
    NOT_EXPECTED,
    PRESENT,
    AttendanceState,
    LeaveKind,
    MeetingKind,
    MeetingState,
    NotCountedBecause,
    StepState,
    TaskEnd,
    VoteMethod,
    VoteSubject,
)
from meetings.meeting.models import AgendaItem, Material, Meeting, Session, Speech, Task
from meetings.minutes.models import Minutes
from meetings.minutes.queries import as_evening, facts_in, voted
from meetings.minutes.rules import AgendaPoint, SpeakerPoints, compose
from meetings.planning.models import ThemeDay
from meetings.votes.correction_services import Truth, confirm_correction, propose_correction
from meetings.votes.models import AttendanceCorrection, MembershipStep, Vote
from meetings.votes.rules import Figures, Heads, decide
from members.bulk import refresh_statistics
from members.choices import Membership, OfficeKind, OrganizationKind
from members.models import Member, Organization, User
from rulebook.dates import add_months

BEGINS, ENDS = time(15), time(16, 30)
PLACE = "党群服务中心会议室"
LEADS = (OfficeKind.SECRETARY, OfficeKind.GROUP_LEADER, OfficeKind.COMMITTEE_SECRETARY)
DECIDES = (MeetingKind.GENERAL_MEETING, MeetingKind.COMMITTEE_MEETING)


@dataclass
class MeetingToStore:
    """One meeting with everything that hangs on it, not yet stored."""

    meeting: Meeting
    sessions: list[Session] = field(default_factory=list)
    expected: list[Attendance] = field(default_factory=list)
    items: list[AgendaItem] = field(default_factory=list)
    speeches: list[Speech] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    steps: list[MembershipStep] = field(default_factory=list)
    minutes: Minutes | None = None


def write_down(
    evening: PastMeeting, rolls: Rolls, rng: Random, missing: Collection[int] | None = None
) -> MeetingToStore | None:
    """The record of an evening; None where fewer than two came, who are no meeting.

    `missing`: these members were absent and nobody said why, and nobody else was.
    """
    record = MeetingToStore(new_meeting(evening, rng))
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


def new_meeting(evening: PastMeeting, rng: Random) -> Meeting:
    return Meeting(
        key=UUID(int=rng.getrandbits(128), version=4), organization=evening.organization, kind=evening.kind,
        title=evening.title, day=evening.day, starts_at=BEGINS, ends_at=ENDS, place=PLACE,
        counts_for_year=evening.year or evening.day.year,
    )  # fmt: skip


def lead(meeting: Meeting, expected: list[Attendance], rolls: Rolls) -> None:
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


def _agenda(record: MeetingToStore, evening: PastMeeting, rng: Random) -> None:
    chair = str(record.meeting.chair)
    record.items = [
        AgendaItem(meeting=record.meeting, position=position, title=title, presenter=chair, report=report)
        for position, (title, report) in enumerate(evening.items, start=1)
    ]
    if evening.kind in DECIDES:
        record.items[-1].decision = words.COMMITTEE_DECISION
    if evening.kind == MeetingKind.GENERAL_MEETING:
        _decide(record, rng)


def _decide(record: MeetingToStore, rng: Random) -> None:
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


def _vote(record: MeetingToStore, *, against: int) -> Vote:
    heads = heads_there(record.expected)
    figures = Figures(votes_for=max(heads.present - against, 0), votes_against=min(against, heads.present))
    decision = decide(VoteSubject.MOTION, figures, heads, record.meeting.day)
    return Vote(
        item=record.items[-1], subject=VoteSubject.MOTION, method=VoteMethod.SHOW_OF_HANDS, about=words.MOTION,
        entitled=heads.entitled, present=heads.present, votes_for=figures.votes_for,
        votes_against=figures.votes_against, abstained=0, is_valid=decision.valid, is_passed=decision.passed,
        sentence=decision.sentence, rule_versions=list(decision.versions), counted_by=str(record.meeting.recorder),
    )  # fmt: skip


def heads_there(expected: list[Attendance]) -> Heads:
    entitled = [one for one in expected if one.not_counted == NotCountedBecause.COUNTED]
    return Heads(len(entitled), sum(one.state in PRESENT for one in entitled))


def minutes_of(record: MeetingToStore) -> Minutes:
    """Not signed yet (`branchweb.demo.meetings`)."""
    return Minutes(meeting=record.meeting, text=_text(record))


def _text(record: MeetingToStore) -> str:
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


def _item(item: AgendaItem, record: MeetingToStore) -> AgendaPoint:
    said = [SpeakerPoints(one.speaker, one.points, one.is_dissent) for one in record.speeches if one.item is item]
    votes = [voted(vote) for vote in record.votes if vote.item is item]
    return AgendaPoint(item.title, item.presenter, item.report, said, item.decision, votes)


def sign_all(records: Iterable[MeetingToStore]) -> None:
    """Sign and lock everything, the day after each meeting.

    Whoever leads or writes at a branch has an account for that; groups sign on paper, and the branch files it.
    """
    led = list(records)
    accounts = _accounts(led)
    filing: dict[str, list[str]] = defaultdict(list)
    for record in led:
        filing[_branch(record.meeting.organization)] += [accounts[one.pk] for one in _two(record) if one.pk in accounts]
    for record in led:
        sign(record, accounts, filing[_branch(record.meeting.organization)])


def accounts_known() -> dict[int, str]:
    """User names by member."""
    return dict(User.objects.filter(member__isnull=False).values_list("member_id", "username"))


def sign(record: MeetingToStore, accounts: Mapping[int, str], filing: Iterable[str]) -> None:
    """A second person files a paper: neither who signs the other line, nor who filed the other paper."""
    minutes, moment = record.minutes, at(record.meeting.day + timedelta(days=1), BEGINS)
    own = [accounts.get(one.pk) for one in _two(record)]
    others = iter(dict.fromkeys(name for name in filing if name not in own))
    for role, name in zip(("chair", "recorder"), own, strict=True):
        setattr(minutes, f"{role}_signed_by", name or next(others))
        setattr(minutes, f"{role}_signed_at", moment)
        setattr(minutes, f"{role}_paper_on", None if name else moment.date())
    minutes.locked_at = moment  # type: ignore[union-attr]
    for vote in record.votes:
        vote.counted_by = own[1] or vote.counted_by


def _accounts(records: Iterable[MeetingToStore]) -> dict[int, str]:
    """The same; who leads or writes at a branch without one gets an account, without a password yet."""
    known = accounts_known()
    taken = set(User.objects.values_list("username", flat=True))
    at_branches = (record for record in records if record.meeting.organization.kind == OrganizationKind.BRANCH)
    people = {one.pk: one for record in at_branches for one in _two(record) if one.pk not in known}
    for member in people.values():
        username = next(name for name in _names(member) if name not in taken)
        taken.add(username)
        known[member.pk] = username
        User.objects.create_user(username, display_name=member.name, member=member)
    return known


def _names(member: Member) -> Iterable[str]:
    name = member.name_key.replace(" ", "")
    yield name
    yield from (f"{name}{number}" for number in range(2, 100))


def _two(record: MeetingToStore) -> list[Member]:
    return [one for one in (record.meeting.chair, record.meeting.recorder) if one]


def _branch(place: Organization) -> str:
    return place.parent_path if place.kind == OrganizationKind.GROUP else place.path


APPLICANT_NUMBER = "100111199805120026"
"""Of nobody: a number of the kind that tests use."""


def end_tasks(records: Iterable[MeetingToStore], home: str, on: date) -> None:
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


def vote_on_members(records: Iterable[MeetingToStore], home: str, on: date) -> None:
    """At the latest general meeting of the home branch: a confirmation that is approved, an admission that waits."""
    held = [one for one in records if one.meeting.organization.code == home]
    record = max(
        (one for one in held if one.meeting.kind == MeetingKind.GENERAL_MEETING), key=lambda one: one.meeting.day
    )
    item = AgendaItem(meeting=record.meeting, position=len(record.items) + 1, title=words.MEMBERSHIP_ITEM)
    record.items.append(item)
    confirmed = _confirmed(record)
    if confirmed:
        vote = _counted_vote(
            record, item, VoteSubject.CONFIRMATION, f"{confirmed.name}同志转正", about_member=confirmed
        )
        record.steps.append(_step(vote, confirmed.name, on, member=confirmed, effective_on=confirmed.full_on))
    vote = _counted_vote(
        record,
        item,
        VoteSubject.ADMISSION,
        f"接收{words.APPLICANT}为预备党员",
        applicant=words.APPLICANT,
    )
    record.steps.append(_step(vote, words.APPLICANT, on, national_id=APPLICANT_NUMBER, effective_on=record.meeting.day))
    if record.minutes:
        record.minutes = minutes_of(record)


def _confirmed(record: MeetingToStore) -> Member | None:
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


def _counted_vote(record: MeetingToStore, item: AgendaItem, subject: VoteSubject, about: str, **person: object) -> Vote:
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


IN_DAYS = 4


def plan_next(home: Organization, rolls: Rolls, rng: Random, on: date) -> Meeting:
    """The quarter's general meeting in a few days: agenda, material, a link, and somebody who asks for leave."""
    evening = PastMeeting(home, MeetingKind.GENERAL_MEETING, on + timedelta(days=IN_DAYS), words.NEXT_TITLE)
    meeting = new_meeting(evening, rng)
    expected = rolls.expected_at(meeting)
    lead(meeting, expected, rolls)
    meeting.online_link = words.NEXT_LINK
    meeting.save(force_insert=True)
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, title=title)
        for position, title in enumerate(words.NEXT_ITEMS, start=1)
    )
    Material.objects.bulk_create(
        Material(meeting=meeting, title=title, text=text) for title, text in words.NEXT_MATERIALS
    )
    away = next((one for one in expected if rolls.befallen(one.member_id, meeting.day) & ELSEWHERE), expected[-1])
    LeaveRequest.objects.create(meeting=meeting, member=away.member, kind=LeaveKind.OFFICIAL, reason=words.NEXT_LEAVE)
    return meeting


def correct(home: Organization, rng: Random, on: date) -> None:
    """The secretary found a signature that was overlooked, and the officer checked it; the other way round it waits."""
    secretary, officer = (User.objects.get(username=name) for name in ("secretary", "officer"))
    evenings = Meeting.objects.filter(organization=home, kind=MeetingKind.THEME_DAY, state=MeetingState.LOCKED)
    latest = list(evenings.order_by("-day")[:6])
    if signed := _first(latest, AttendanceState.ABSENT):
        one = _propose(signed, AttendanceState.ON_SITE, words.SIGNED, rng, secretary)
        confirm_correction(correction=one, by=officer, on=on)
    by_video = _first([one for one in latest if one != (signed and signed.meeting)], AttendanceState.ON_SITE)
    if by_video:
        _propose(by_video, AttendanceState.ONLINE, words.BY_VIDEO, rng, officer)


def _first(evenings: list[Meeting], state: str) -> Attendance | None:
    """Somebody of the latest evening who was recorded so, and neither led it nor wrote."""
    for evening in evenings:
        rows = evening.expected.should_attend().filter(state=state).select_related("member")
        if found := rows.exclude(member__in=(evening.chair_id, evening.recorder_id)).order_by("-pk").first():
            return found
    return None


def _propose(one: Attendance, becomes: str, why: str, rng: Random, by: User) -> AttendanceCorrection:
    key = UUID(int=rng.getrandbits(128), version=4)
    return propose_correction(key=key, meeting=one.meeting, truth=Truth(one.member, becomes, why), by=by)


SEED = 1921
AT_ONCE = 500
ASKED_WITHIN, LONG_AGO = timedelta(days=20), timedelta(days=80)
"""How soon after a meeting branches ask why somebody was absent, and how late those do that forget to."""
FORGETFUL = ("nanhu", "dongshan-village", "hospital-1")


@transaction.atomic
def fill(*, on: date) -> None:
    """Add the meetings as they stand on that day."""
    rng = Random(SEED)  # noqa: S311 - who came to an invented meeting is no secret
    places = {place.code: place for place in Organization.objects.all()}
    rolls = read_rolls()
    written = (write_down(evening, rolls, rng) for evening in evenings(places, on))
    records = [record for record in written if record]
    _unlock_last(records)
    _explain(records, rolls, on)
    end_tasks(records, HOME_BRANCH, on)
    vote_on_members(records, HOME_BRANCH, on)
    sign_all(record for record in records if record.meeting.state == MeetingState.LOCKED)
    _store(records)
    _compare(records)
    refresh_statistics(Meeting, Session, Attendance, Minutes)
    ThemeDay.objects.bulk_create(_theme_days(places))
    plan_next(places[HOME_BRANCH], rolls, rng, on)
    correct(places[HOME_BRANCH], rng, on)


def _explain(records: Iterable[MeetingToStore], rolls: Rolls, on: date) -> None:
    """Everywhere somebody has asked why, only in some branches not for weeks."""
    for record in records:
        forgets = record.meeting.organization.code in FORGETFUL
        explain(record.expected, rolls, on - (LONG_AGO if forgets else ASKED_WITHIN))


def _unlock_last(records: Iterable[MeetingToStore]) -> None:
    """The home branch's latest meeting waits for its signatures."""
    held = (record for record in records if record.meeting.organization.code == HOME_BRANCH)
    last = max(held, key=lambda record: record.meeting.day)
    last.meeting.state = MeetingState.HELD


def _compare(records: Iterable[MeetingToStore]) -> None:
    """What isn't signed yet agrees with the record as it is."""
    for record in records:
        if record.minutes and record.meeting.state == MeetingState.HELD:
            Minutes.objects.filter(pk=record.meeting.pk).update(facts=facts_in(record.meeting))


def _theme_days(places: dict[str, Organization]) -> list[ThemeDay]:
    return [
        ThemeDay(
            organization=places[place.code], day_of_month=theme_day_of(place.code), starts_at=BEGINS, place=PLACE
        )
        for place in PLACES
        if place.members
    ]  # fmt: skip


def _store(records: list[MeetingToStore]) -> None:
    """Table by table, in the order in which they point at each other."""
    Meeting.objects.bulk_create((one.meeting for one in records), AT_ONCE)
    Session.objects.bulk_create(chain.from_iterable(one.sessions for one in records))
    Attendance.objects.bulk_create(chain.from_iterable(one.expected for one in records), AT_ONCE)
    AgendaItem.objects.bulk_create(chain.from_iterable(one.items for one in records), AT_ONCE)
    Speech.objects.bulk_create(chain.from_iterable(one.speeches for one in records))
    Task.objects.bulk_create(chain.from_iterable(one.tasks for one in records))
    Vote.objects.bulk_create(chain.from_iterable(one.votes for one in records))
    MembershipStep.objects.bulk_create(chain.from_iterable(one.steps for one in records))
    Minutes.objects.bulk_create((one.minutes for one in records if one.minutes), AT_ONCE)
