"""Who lives far away and wasn't there is told how to make up for it: at the closing, and once more after a week.

On leave or absent is the same here; unknown is neither. It stops when it was made up for, or they were visited.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from meetings.choices import AttendanceState
from meetings.models import Expected
from reminders.choices import MessageKind
from reminders.queries import about_meetings
from reminders.queries.absences import (
    FAR_KINDS,
    Absence,
    absences,
    by_message,
    closed_lately,
    in_situation,
    of_messages,
    unlost,
)
from reminders.queries.planned import Case, waited_too_long
from reminders.rules.dedupe import made
from reminders.rules.ladder import to_make_up, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from reminders.rules.telling import to_study

NOT_THERE = (AttendanceState.ABSENT, AttendanceState.LEAVE)


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    rows = not_there(closed_lately(at, path), today).filter(in_situation(FAR_KINDS, today))
    yield from about_meetings.occasions(MessageKind.MAKE_UP, _cases(absences(rows), at), to_study, on=today)


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    missing = by_message(messages, absences(not_there(of_messages(messages), today)))
    open_still = [
        one
        for one in messages
        if one.pk in missing and not waited_too_long(one, to_make_up(missing[one.pk].closed_at), at)
    ]
    return about_meetings.values_now(open_still, to_study)


def not_there(rows: QuerySet[Expected], on: date) -> QuerySet[Expected]:
    return unlost(rows.filter(state__in=NOT_THERE), on)


def _cases(found: Iterator[Absence], at: datetime) -> Iterator[Case]:
    for one in found:
        if rung := turn(to_make_up(one.closed_at), at):
            key = made(MessageKind.MAKE_UP, one.meeting, one.member_id, rung.step)
            yield Case(key, rung, str(one.meeting), one.organization_id, one.member_id, meeting=one.meeting)
