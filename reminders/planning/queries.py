"""What was planned already, and whom a meeting concerns: who wasn't there, who is to come."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import translation

from meetings.attendance.models import Attendance, Exclusion, LeaveRequest
from meetings.choices import FOR_ALL_MEMBERS, ON_MEMBERSHIP, MeetingKind, MeetingState, NotCountedBecause, RequestState
from meetings.meeting.models import AgendaItem, Material, Meeting
from members.bulk import InArray
from members.choices import ABROAD_KINDS, FRAIL_KINDS, SituationKind
from members.fields import unended_on
from members.models import Member, Situation
from members.paths import STEP, branch_path, common, contains, subtree
from reminders.channels.queries import recipients
from reminders.channels.rules import SHANGHAI, recipient_for
from reminders.choices import WAITING, MessageKind
from reminders.messages.models import Message, Wording
from reminders.messages.rules import LINK, PURPOSES, STANDS
from reminders.messages.text_rules import MeetingFacts, naming_nobody
from reminders.planning.rules import AFTER_MEETING, INVITED, Occasion, Pending, Stage, is_past, message_key, stamp

AT_ONCE = 500
One = TypeVar("One")


@dataclass(frozen=True, slots=True)
class Case:
    """An occasion before its words. `meeting` is the one that it is about, if any."""

    dedupe_key: str
    stage: Stage
    about: str
    organization_id: int
    member_id: int | None = None
    user_id: int | None = None
    meeting: UUID | None = None

    @property
    def key(self) -> UUID:
        return message_key(self.dedupe_key)


def new_batches(cases: Iterable[Case]) -> Iterator[list[Case]]:
    """Those of the cases of which there is no message yet, some at a time. One query for each five hundred."""
    for batch in batches(cases):
        there = Message.objects.filter(InArray("pk", [one.key for one in batch]))
        known = set(there.values_list("dedupe_key", flat=True))
        if fresh := [one for one in batch if one.dedupe_key not in known]:
            yield fresh


def batches(rows: Iterable[One]) -> Iterator[list[One]]:
    walked = iter(rows)
    while batch := list(islice(walked, AT_ONCE)):
        yield batch


def languages_of(messages: Sequence[Pending]) -> Mapping[int, str]:
    """Wording → its language. One query."""
    return dict(Wording.objects.filter(pk__in={one.wording_id for one in messages}).values_list("pk", "language"))


def waited_too_long(message: Pending, stages: Iterable[Stage], at: datetime) -> bool:
    """Whether it isn't sent yet, and the next stage has begun: one that was missed isn't told beside it."""
    return message.state in WAITING and is_past(stages, message.step, at)


def meeting_facts(keys: Collection[UUID]) -> Mapping[UUID, MeetingFacts]:
    """Those of the meetings that exist, by their keys. Four queries, five where something is to be read beforehand."""
    if not keys:
        return {}
    meetings = list(Meeting.objects.filter(pk__in=keys).select_related("organization", "local_kind"))
    items, decisions = _agenda(keys)
    materials = _materials(keys)
    names = _names(keys) | _names_to_be([one for one in meetings if not one.opened_at and one.pk in materials])
    return {
        one.pk: MeetingFacts(
            branch=one.organization.name,
            title=one.title,
            kind=one.kind,
            local_kind=one.local_kind.name if one.local_kind else "",
            day=one.day,
            starts_at=one.starts_at,
            place=one.place,
            online_link=one.online_link,
            items=naming_nobody(items.get(one.pk, ()), names.get(one.pk, ())),
            decisions=naming_nobody(decisions.get(one.pk, ()), names.get(one.pk, ())),
            materials=naming_nobody(materials.get(one.pk, ()), names.get(one.pk, ())),
        )
        for one in meetings
    }


def _names(keys: Collection[UUID]) -> dict[UUID, list[str]]:
    """Everybody on the frozen lists."""
    return _by_meeting(Attendance.objects.filter(meeting__in=keys).order_by().values_list("meeting", "name"))


def _names_to_be(meetings: Sequence[Meeting]) -> dict[UUID, list[str]]:
    """Everybody on the rosters of meetings whose lists aren't frozen yet."""
    paths = [one.organization.path for one in meetings]
    rows = Member.objects.filter(subtree("roster_path", paths)).order_by().values_list("roster_path", "name")
    people = list(rows) if paths else []
    return {one.pk: [name for path, name in people if contains(one.organization.path, path)] for one in meetings}


def _agenda(keys: Collection[UUID]) -> tuple[dict[UUID, list[str]], dict[UUID, list[str]]]:
    """Items, and decisions that members may read because nobody can change them any more.

    What was voted about one person is left out whole: an applicant is on no list of names.
    """
    rows = AgendaItem.objects.filter(meeting__in=keys).exclude(votes__subject__in=ON_MEMBERSHIP)
    items: dict[UUID, list[str]] = defaultdict(list)
    decisions: dict[UUID, list[str]] = defaultdict(list)
    wanted = ("meeting", "title", "decision", "is_open_to_members", "meeting__state")
    for meeting, title, decision, is_open, state in rows.order_by("meeting", "position").values_list(*wanted):
        items[meeting].append(title)
        if decision and is_open and state == MeetingState.LOCKED:
            decisions[meeting].append(decision)
    return items, decisions


def _materials(keys: Collection[UUID]) -> dict[UUID, list[str]]:
    rows = Material.objects.filter(meeting__in=keys, is_open_to_members=True).order_by("title", "key")
    return _by_meeting(rows.values_list("meeting", "title"))


def _by_meeting(rows: Any) -> dict[UUID, list[str]]:
    found: dict[UUID, list[str]] = defaultdict(list)
    for meeting, text in rows:
        found[meeting].append(text)
    return found


Words = Callable[[MeetingFacts], dict[str, str]]


def occasions(kind: MessageKind, cases: Iterable[Case], words: Words, *, on: date) -> Iterator[Occasion]:
    """Those of the cases that are new, told to the member or the contact person. Some ten queries for each batch."""
    for batch in new_batches(cases):
        people = recipients({one.member_id for one in batch if one.member_id}, on=on).members
        meetings = meeting_facts({one.meeting for one in batch if one.meeting})
        for case in batch:
            member, meeting = people.get(case.member_id or 0), meetings.get(case.meeting) if case.meeting else None
            if member is None or meeting is None:
                continue
            told = recipient_for(member).person
            with translation.override(told.language):
                values = words(meeting)
            yield occasion(kind, case, values | _people(told.name, member.person.name) | _link(kind))


def _people(told: str, member: str) -> dict[str, str]:
    return {"name": told, "member": member}


def _link(kind: MessageKind) -> dict[str, str]:
    return {LINK: STANDS} if kind in PURPOSES else {}


def occasion(kind: MessageKind, case: Case, values: Mapping[str, str]) -> Occasion:
    stage = case.stage
    return Occasion(
        kind, stage.step, case.about, case.organization_id, case.dedupe_key, stage.due_at, stage.expires_at,
        case.member_id, case.user_id, values,
    )  # fmt: skip


def values_now(messages: Sequence[Pending], words: Words) -> dict[UUID, Mapping[str, str]]:
    """What messages about meetings say as of now; whose meeting is gone isn't among them. Five queries."""
    meetings = meeting_facts({UUID(one.about) for one in messages})
    languages = languages_of(messages) if messages else {}
    found: dict[UUID, Mapping[str, str]] = {}
    for one in messages:
        if meeting := meetings.get(UUID(one.about)):
            with translation.override(languages[one.wording_id]):
                found[one.pk] = {**one.values, **words(meeting)}
    return found


FAR_KINDS = (SituationKind.RELOCATED, SituationKind.MOBILE, *ABROAD_KINDS)
"""Nobody asks why they weren't there: they are told how to make up for it."""
SILENT_KINDS = (SituationKind.SUSPENDED, SituationKind.LOST_CONTACT)
"""Nothing is sent to them: being suspended they aren't asked for anything, being lost they are looked for."""
RECORDED_WITHIN = timedelta(days=21)
"""A meeting that was recorded later than that, by an import of last year's lists perhaps, is told to nobody."""


@dataclass(frozen=True, slots=True)
class Absence:
    meeting: UUID
    organization_id: int
    closed_at: datetime
    member_id: int


def closed_lately(at: datetime, path: str) -> QuerySet[Attendance]:
    """Lines of the lists of meetings that were closed in the days in which something is told about them.

    The days of the meetings bound it, by their index; nothing grows with the attendance.
    """
    today = at.astimezone(SHANGHAI).date()
    return Attendance.objects.of_held_meetings().filter(
        subtree("meeting__organization__path", [path]),
        meeting__day__range=(today - RECORDED_WITHIN - AFTER_MEETING, today),
        meeting__closed_at__range=(at - AFTER_MEETING, at),
    )


def of_messages(messages: Sequence[Pending]) -> QuerySet[Attendance]:
    """The lines that messages are about."""
    meetings, members = {one.about for one in messages}, {one.member_id for one in messages}
    return Attendance.objects.of_held_meetings().filter(meeting__in=meetings, member__in=members)


def reachable(rows: QuerySet[Attendance], on: date) -> QuerySet[Attendance]:
    """Those to whom something can be sent about it: on a roster, expected there (not left out with both approvals),
    neither suspended nor lost from sight."""
    expected = rows.exclude(not_counted=NotCountedBecause.EXCLUDED).filter(member__roster_path__gt="")
    return expected.exclude(in_situation(SILENT_KINDS, on))


def unexcused(rows: QuerySet[Attendance]) -> QuerySet[Attendance]:
    """Without whom asked for leave, whatever became of it: they said why."""
    asked = LeaveRequest.objects.filter(meeting=OuterRef("meeting"), member=OuterRef("member"))
    return rows.exclude(Exists(asked))


def in_situation(kinds: Collection[SituationKind], on: date) -> Exists:
    """Condition: one of the situations holds for the member of the line on that day."""
    return Exists(Situation.objects.of(*kinds).holding(on).filter(member=OuterRef("member")))


def silent(on: date) -> set[int]:
    """Members to whom nothing is sent on that day. One query; there are few."""
    return set(Situation.objects.of(*SILENT_KINDS).holding(on).values_list("member", flat=True))


def absences(rows: QuerySet[Attendance]) -> Iterator[Absence]:
    """Of those who still belong there: on a roster at the meeting's place, or taking part there."""
    wanted = ("meeting", "meeting__organization", "meeting__closed_at", "member")
    places = ("meeting__organization__path", "member__roster_path", "not_counted")
    for *row, place, roster, not_counted in rows.order_by("meeting", "member").values_list(*wanted, *places):
        if contains(place, roster) or not_counted == NotCountedBecause.PARTICIPANT:
            yield Absence(*row)


def by_message(messages: Iterable[Pending], found: Iterable[Absence]) -> Mapping[UUID, Absence]:
    """Message → the absence that it is about, of those that are."""
    known = {(str(one.meeting), one.member_id): one for one in found}
    pairs = ((message.pk, known.get((message.about, message.member_id or 0))) for message in messages)
    return {key: one for key, one in pairs if one}


INVITED_KINDS = (*FAR_KINDS, *FRAIL_KINDS)
TOLD_KINDS = (*FOR_ALL_MEMBERS, MeetingKind.GROUP_MEETING)
"""Meetings to which everybody is asked; committees know of theirs."""


@dataclass(frozen=True, slots=True)
class Coming:
    """A planned meeting, as light as finding its people needs it."""

    key: UUID
    organization_id: int
    path: str
    organization_kind: str
    day: date
    starts_at: time | None

    @property
    def branch_path(self) -> str:
        """Of the branch: a party group's is the one above it."""
        return branch_path(self.path, self.organization_kind)

    @property
    def stamp(self) -> str:
        return stamp(self.day, self.starts_at)


def coming(at: datetime, path: str) -> list[Coming]:
    """Planned meetings of the next days that tell more than that there is one. Bounded by the index of days."""
    today = at.astimezone(SHANGHAI).date()
    days = Meeting.objects.filter(day__range=(today, today + INVITED))
    return as_coming(worth_telling(days.filter(subtree("organization__path", [path]))))


def worth_telling(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Those still planned that have a place, a link or something to read."""
    to_read = Material.objects.filter(meeting=OuterRef("pk"), is_open_to_members=True)
    says = ~Q(place="") | ~Q(online_link="") | Exists(to_read)
    return meetings.filter(says, state=MeetingState.PLANNED)


def as_coming(meetings: QuerySet[Meeting]) -> list[Coming]:
    """Of kinds that are told. Not asked of the database: SQLite would walk its index of kinds, through all years."""
    wanted = ("pk", "organization", "organization__path", "organization__kind", "day", "starts_at")
    rows = meetings.order_by("day", "pk").values_list(*wanted, "kind")
    return [Coming(*row) for *row, kind in rows if kind in TOLD_KINDS]


def invited(
    meetings: Sequence[Coming], at: datetime, members: Collection[int] | None = None
) -> Iterator[tuple[Coming, int]]:
    """Each meeting with the members far away or frail who belong there on its day. Four queries.

    Neither suspended nor lost, not left out with both approvals, and no leave asked for that wasn't refused.
    """
    if not meetings:
        return
    places: dict[str, list[Coming]] = defaultdict(list)
    for meeting in meetings:
        places[meeting.path].append(meeting)
    unasked, left_out = silent(at.astimezone(SHANGHAI).date()), _left_out(meetings)
    seen: set[tuple[UUID, int]] = set()
    for member, path, *periods in _people_invited(meetings, members):
        for meeting in _at_or_above(path, places):
            pair = (meeting.key, member)
            if pair not in seen and pair not in left_out and member not in unasked and _hold(periods, meeting.day):
                seen.add(pair)
                yield meeting, member


def _at_or_above(path: str, places: Mapping[str, list[Coming]]) -> Iterable[Coming]:
    """Meetings of the place and of those above: a branch's are also those of its groups."""
    return [one for length in range(STEP, len(path) + 1, STEP) for one in places.get(path[:length], ())]


def _people_invited(meetings: Sequence[Coming], members: Collection[int] | None) -> QuerySet[Situation, Any]:
    """Member, where they belong, and the two periods of situation and affiliation."""
    place, first = "member__affiliations__organization__path", meetings[0].day
    inside = subtree(place, [common(one.path for one in meetings)])
    rows = Situation.objects.of(*INVITED_KINDS).filter(inside, unended_on(first))
    chosen = rows if members is None else rows.filter(member__in=members)
    belongs = ("member__affiliations__valid_from", "member__affiliations__valid_until")
    return chosen.order_by("member", "pk").values_list("member", place, "valid_from", "valid_until", *belongs)


def _hold(periods: Sequence[date | None], day: date) -> bool:
    situation, affiliation = periods[:2], periods[2:]
    return all((begun or day) <= day and (ended is None or day < ended) for begun, ended in (situation, affiliation))


def _left_out(meetings: Sequence[Coming]) -> set[tuple[UUID, int]]:
    keys = [one.key for one in meetings]
    asked = LeaveRequest.objects.filter(meeting__in=keys).exclude(state=RequestState.REFUSED)
    approved = Exclusion.objects.filter(
        meeting__in=keys, superior_agreed_on__isnull=False, meeting_agreed_on__isnull=False
    )
    return {*asked.values_list("meeting", "member"), *approved.values_list("meeting", "member")}
