"""Who wasn't at a meeting, and can be told something about it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from meetings.choices import NotCountedBecause
from meetings.models import Expected, LeaveRequest
from members.choices import ABROAD_KINDS, SituationKind
from members.models import Situation
from members.paths import contains, subtree
from reminders.rules.ladder import AFTER_MEETING
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI

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


def closed_lately(at: datetime, path: str) -> QuerySet[Expected]:
    """Lines of the lists of meetings that were closed in the days in which something is told about them.

    The days of the meetings bound it, by their index; nothing grows with the attendance.
    """
    today = at.astimezone(SHANGHAI).date()
    return Expected.objects.of_held_meetings().filter(
        subtree("meeting__organization__path", [path]),
        meeting__day__range=(today - RECORDED_WITHIN - AFTER_MEETING, today),
        meeting__closed_at__range=(at - AFTER_MEETING, at),
    )


def of_messages(messages: Sequence[Pending]) -> QuerySet[Expected]:
    """The lines that messages are about."""
    meetings, members = {one.about for one in messages}, {one.member_id for one in messages}
    return Expected.objects.of_held_meetings().filter(meeting__in=meetings, member__in=members)


def unlost(rows: QuerySet[Expected], on: date) -> QuerySet[Expected]:
    """Those to whom something can be sent about it: on a roster, expected there (not left out with both approvals),
    neither suspended nor lost from sight."""
    expected = rows.exclude(not_counted=NotCountedBecause.EXCLUDED).filter(member__roster_path__gt="")
    return expected.exclude(in_situation(SILENT_KINDS, on))


def unexcused(rows: QuerySet[Expected]) -> QuerySet[Expected]:
    """Without whom asked for leave, whatever became of it: they said why."""
    asked = LeaveRequest.objects.filter(meeting=OuterRef("meeting"), member=OuterRef("member"))
    return rows.exclude(Exists(asked))


def in_situation(kinds: Collection[SituationKind], on: date) -> Exists:
    """Condition: one of the situations holds for the member of the line on that day."""
    return Exists(Situation.objects.of(*kinds).holding(on).filter(member=OuterRef("member")))


def silent(on: date) -> set[int]:
    """Members to whom nothing is sent on that day. One query; there are few."""
    return set(Situation.objects.of(*SILENT_KINDS).holding(on).values_list("member", flat=True))


def absences(rows: QuerySet[Expected]) -> Iterator[Absence]:
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
