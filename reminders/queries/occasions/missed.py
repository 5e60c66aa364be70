"""Who was absent without a word is told what they missed, and asked why: at the closing, after three days, after seven.

Absent is what was recorded; unknown is not absent. Whoever is on leave or asked for it isn't asked again, and those
far away are told how to make up for it instead (`make_up`). It stops with the first word that is on record.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from meetings.choices import AttendanceState
from meetings.models import Expected
from reminders.choices import MessageKind
from reminders.models import Answer
from reminders.queries import about_meetings
from reminders.queries.absences import (
    FAR_KINDS,
    Absence,
    absences,
    by_message,
    closed_lately,
    in_situation,
    of_messages,
    unexcused,
    unlost,
)
from reminders.queries.planned import Case, waited_too_long
from reminders.rules.dedupe import made
from reminders.rules.ladder import after_absence, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from reminders.rules.telling import missed


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    today = at.astimezone(SHANGHAI).date()
    rows = unexplained(closed_lately(at, path), today).exclude(in_situation(FAR_KINDS, today))
    yield from about_meetings.occasions(MessageKind.MISSED, _cases(absences(rows), at), missed, on=today)


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    today = at.astimezone(SHANGHAI).date()
    asked = by_message(messages, absences(unexplained(of_messages(messages), today)))
    answered = set(Answer.objects.filter(message__in=[one.pk for one in messages]).values_list("message", flat=True))
    open_still = [
        one
        for one in messages
        if one.pk in asked
        and one.pk not in answered
        and not waited_too_long(one, after_absence(asked[one.pk].closed_at), at)
    ]
    return about_meetings.values_now(open_still, missed)


def unexplained(rows: QuerySet[Expected], on: date) -> QuerySet[Expected]:
    """Absent, and neither a reason nor a line of theirs is on record."""
    return unexcused(unlost(rows.filter(state=AttendanceState.ABSENT, reason="", answer=""), on))


def _cases(found: Iterator[Absence], at: datetime) -> Iterator[Case]:
    for one in found:
        if rung := turn(after_absence(one.closed_at), at):
            key = made(MessageKind.MISSED, one.meeting, one.member_id, rung.step)
            yield Case(key, rung, str(one.meeting), one.organization_id, one.member_id, meeting=one.meeting)
