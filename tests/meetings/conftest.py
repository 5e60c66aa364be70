"""A meeting that was held, with its minutes as drafted and as locked."""

import uuid
from datetime import date, time

import pytest

from meetings.attendance.services import AttendanceFields, mark
from meetings.choices import AttendanceState, MeetingKind
from meetings.meeting.services import plan_meeting
from meetings.minutes.services import draft_minutes, sign_minutes
from meetings.models import AgendaItem, Meeting, Observer, Speech, Task
from meetings.pages.services import close_meeting, open_meeting
from tests.cast import make_member, make_user
from tests.meetings.votes.correcting import evening  # noqa: F401 - a fixture

DAY = date(2026, 11, 14)


@pytest.fixture
def chen(cast):
    """Writes the minutes, and has an account without an office."""
    member = make_member("陈明", cast.branch)
    make_user("chen", member=member)
    return member


@pytest.fixture
def held(cast, chen):
    planned = Meeting(
        organization=cast.branch,
        kind=MeetingKind.THEME_DAY,
        day=DAY,
        counts_for_year=2026,
        starts_at=time(19),
        place="会议室",
        chair=cast.zhang,
        recorder=chen,
    )
    meeting = open_meeting(
        meeting=plan_meeting(meeting=planned, items=["学习条例"], by=cast.secretary), on=DAY, by=cast.secretary
    )
    attended = {cast.zhang: AttendanceState.ON_SITE, chen: AttendanceState.ONLINE, cast.li: AttendanceState.ABSENT}
    for member, state in attended.items():
        mark(
            meeting=meeting,
            member_id=member.pk,
            attendance=AttendanceFields(state),
            key=uuid.uuid4(),
            by=cast.secretary,
        )
    item = AgendaItem.objects.get()
    Speech.objects.create(item=item, speaker="张英", points="讲得明白")
    Task.objects.create(item=item, what="整理笔记", who="李国强", due_on=date(2026, 12, 1))
    Observer.objects.create(meeting=meeting, name="周干事", office="镇党委")
    return close_meeting(meeting=meeting, by=cast.secretary)


@pytest.fixture
def minutes(held, cast):
    return draft_minutes(meeting=held, by=cast.secretary)


@pytest.fixture
def locked(minutes, cast, chen):
    sign_minutes(minutes=minutes, seen=minutes.text, by=cast.member)
    return sign_minutes(minutes=minutes, seen=minutes.text, by=chen.user)


@pytest.fixture
def chen_has_no_account(chen):
    chen.user.delete()
    chen.refresh_from_db()
