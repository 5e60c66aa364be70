"""A branch that meets and votes, and says so in English."""

from collections.abc import Iterator

import pytest
from django.utils import translation

from meetings.choices import AttendanceState, MeetingKind
from meetings.meeting.services import plan_meeting
from meetings.models import Attendance, Meeting
from meetings.pages.services import open_meeting
from members.access.queries import access_for
from members.choices import Membership
from members.models import Member
from tests.cast import TODAY, Cast, make_member


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Imported where tests read sentences, which otherwise are in the language of the installation."""
    with translation.override("en"):
        yield


def plan(cast: Cast, *, formal: int = 10, kind: str = MeetingKind.GENERAL_MEETING, **fields: object) -> Meeting:
    """A meeting of the branch, which has that many formal members: 张英, 李国强 and 党员03 and on."""
    known = Member.objects.below(cast.branch.path).filter(membership=Membership.FORMAL).count()
    for number in range(known + 1, formal + 1):
        make_member(f"党员{number:02}", cast.branch)
    fields = {"organization": cast.branch, "kind": kind, "day": TODAY, "counts_for_year": TODAY.year, **fields}
    return plan_meeting(meeting=Meeting(**fields), items=["通过工作计划", "选举支部委员会"], by=cast.secretary)


def hold(cast: Cast, *, formal: int = 10, present: int = 8, **fields: object) -> Meeting:
    """The same, open, with that many of those with a vote present."""
    planned = plan(cast, formal=formal, **fields)
    meeting = open_meeting(meeting=planned, on=planned.day, by=cast.secretary)
    bring(meeting, present)
    return meeting


def bring(meeting: Meeting, present: int) -> None:
    """So many of those with a vote are on site, in the order of their names; the others aren't recorded."""
    voters = list(Attendance.objects.filter(meeting=meeting).entitled().order_by("name").values_list("pk", flat=True))
    Attendance.objects.filter(pk__in=voters[:present]).update(state=AttendanceState.ON_SITE)
    Attendance.objects.filter(pk__in=voters[present:]).update(state=AttendanceState.UNKNOWN)


def ids(meeting: Meeting, *names: str) -> list[int]:
    """Members of the frozen list by name."""
    found = {one.name: one.member_id for one in Attendance.objects.filter(meeting=meeting)}
    return [found[name] for name in names]


def known_as(user: object) -> object:
    """A user as a request knows them."""
    user.access = access_for(user, on=TODAY)
    return user
