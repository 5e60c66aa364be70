"""A meeting is announced in the group chat that the branch set up, three days before. It says nothing about anybody."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils import translation

from meetings.models import Meeting
from members.models import Organization
from reminders.choices import MessageKind
from reminders.queries import about_meetings
from reminders.queries.invited import Coming, as_coming, coming, worth_telling
from reminders.queries.meeting_facts import meeting_facts
from reminders.queries.planned import Case, new_batches, waited_too_long
from reminders.queries.recipients import Setups, setups_in_use
from reminders.rules.dedupe import made
from reminders.rules.ladder import announced, turn
from reminders.rules.occasion import Occasion
from reminders.rules.pending import Pending
from reminders.rules.telling import MeetingFacts, to_come


def due(at: datetime, *, path: str = "") -> Iterator[Occasion]:
    setups = setups_in_use()
    if not setups.at:
        return
    for batch in new_batches(_cases(coming(at, path), setups, at)):
        meetings = meeting_facts({one.meeting for one in batch if one.meeting})
        with translation.override(settings.LANGUAGE_CODE):
            words = {str(key): said(meeting) for key, meeting in meetings.items()}
        yield from (
            about_meetings.occasion(MessageKind.ANNOUNCEMENT, case, words[case.about])
            for case in batch
            if case.about in words
        )


def standing(messages: Sequence[Pending], *, at: datetime) -> dict[UUID, Mapping[str, str]]:
    rows = as_coming(worth_telling(Meeting.objects.filter(pk__in={one.about for one in messages})))
    planned = {str(one.key): one for one in rows}
    open_still = [one for one in messages if _stands(one, planned.get(one.about), at)]
    return about_meetings.values_now(open_still, said)


def said(meeting: MeetingFacts) -> dict[str, str]:
    return to_come(meeting, openly=True)


def _stands(message: Pending, meeting: Coming | None, at: datetime) -> bool:
    if meeting is None or message.dedupe_key != _key(meeting):
        return False
    rungs = announced(meeting.day, meeting.starts_at)
    return at < rungs[0].expires_at and not waited_too_long(message, rungs, at)


def _cases(meetings: Sequence[Coming], setups: Setups, at: datetime) -> Iterator[Case]:
    """On behalf of the branch whose chat it is; a group's meeting is announced in its branch's."""
    ids = dict(Organization.objects.filter(path__in=list(setups.at)).values_list("path", "pk"))
    for one in meetings:
        rung = turn(announced(one.day, one.starts_at), at)
        if rung and setups.group_chat_of(one.branch_path):
            yield Case(_key(one), rung, str(one.key), ids[one.branch_path], meeting=one.key)


def _key(meeting: Coming) -> str:
    return made(MessageKind.ANNOUNCEMENT, meeting.key, meeting.stamp)
