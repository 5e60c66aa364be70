"""Votes at a meeting: rows, audit, and what is refused."""

import pytest

from meetings.choices import MeetingKind
from meetings.models import Meeting
from meetings.services.meeting import open_meeting, plan_meeting
from members.queries.standing import standing_of
from tests.cast import TODAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting(cast):
    planned = Meeting(organization=cast.branch, kind=MeetingKind.GENERAL_MEETING, day=TODAY, counts_for_year=2026)
    return plan_meeting(meeting=planned, items=["通过工作计划"], by=cast.secretary)


def test_an_officer_who_is_expected_too_finds_the_meeting_once(meeting, cast):
    open_meeting(meeting=meeting, by=cast.secretary)
    cast.secretary.member = cast.li
    cast.secretary.save()
    cast.secretary.standing = standing_of(cast.secretary, on=TODAY)

    assert Meeting.objects.visible_to(cast.secretary).get() == meeting
