"""Who is far away or frail hears of a meeting three days before and shortly before: where, by which link, what to read.

Only once there is such a thing to tell. A meeting that is moved to another day or hour invites anew, one that was
called off stops what is planned.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from meetings.models import Meeting
from reminders.choices import MessageKind
from reminders.queries import about_meetings
from reminders.queries.invited import Coming, as_coming, coming, invited, worth_telling
from reminders.queries.planned import Case, waited_too_long
from reminders.rules.dedupe import made
from reminders.rules.ladder import before_meeting, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.quiet import SHANGHAI
from reminders.rules.telling import to_come


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    cases = _cases(invited(coming(at, path), at), at)
    yield from about_meetings.occasions(MessageKind.INVITATION, cases, to_come, on=at.astimezone(SHANGHAI).date())


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    meetings = as_coming(worth_telling(Meeting.objects.filter(pk__in={one.about for one in messages})))
    members = {one.member_id for one in messages if one.member_id}
    asked = {(str(one.key), member): one for one, member in invited(meetings, at, members)}
    open_still = [one for one in messages if _stands(one, asked.get((one.about, one.member_id or 0)), at)]
    return about_meetings.values_now(open_still, to_come)


def _stands(message: Pending, meeting: Coming | None, at: datetime) -> bool:
    """Whether the meeting still is when the message says, and hasn't begun."""
    if meeting is None or message.dedupe_key != _key(meeting, message.member_id or 0, message.step):
        return False
    rungs = before_meeting(meeting.day, meeting.starts_at)
    return at < rungs[0].expires_at and not waited_too_long(message, rungs, at)


def _cases(found: Iterator[tuple[Coming, int]], at: datetime) -> Iterator[Case]:
    for one, member in found:
        if rung := turn(before_meeting(one.day, one.starts_at), at):
            key = _key(one, member, rung.step)
            yield Case(key, rung, str(one.key), one.organization_id, member, meeting=one.key)


def _key(meeting: Coming, member: int, step: int) -> str:
    return made(MessageKind.INVITATION, meeting.key, meeting.stamp, member, step)
