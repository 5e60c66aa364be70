"""A locked meeting, and corrections of who was there."""

import uuid
from datetime import date

import pytest
from django.utils import timezone

from meetings.models import AgendaItem, Attendance, Meeting, Minutes, Vote
from meetings.votes.correction_services import Truth, confirm_correction, propose_correction
from members.access.queries import access_for

DAY, TODAY = date(2026, 10, 20), date(2026, 11, 24)
WHY = "签到表上有他的签名，当晚漏记"
TEXT = "会议记录\n实到：1人"


@pytest.fixture
def evening(cast):
    """Locked: Zhang was recorded as there, Li as absent."""
    meeting = Meeting.objects.create(
        organization=cast.branch, kind="general_meeting", day=DAY, counts_for_year=2026, state="locked",
        opened_at=timezone.now(),
    )  # fmt: skip
    for member, state in ((cast.zhang, "on_site"), (cast.li, "absent")):
        Attendance.objects.create(meeting=meeting, member=member, name=member.name, is_formal=True, state=state)
    signed = {f"{role}_signed_{what}": value for role in ("chair", "recorder")
              for what, value in (("by", f"{role}x"), ("at", timezone.now()))}  # fmt: skip
    Minutes.objects.create(meeting=meeting, text=TEXT, locked_at=timezone.now(), **signed)
    return meeting


def propose(cast, meeting, member, becomes, by=None, reason=WHY, **more):
    truth = Truth(member, becomes, reason, **more)
    return propose_correction(key=uuid.uuid4(), meeting=meeting, truth=truth, by=by or cast.secretary)


def corrected(cast, meeting, member, becomes, **more):
    one = propose(cast, meeting, member, becomes, **more)
    return confirm_correction(correction=one, by=cast.officer, on=TODAY)


def state_of(meeting, member):
    return meeting.expected.get(member=member).state


def standing(user):
    user.access = access_for(user, on=TODAY)
    return user


def vote_at(evening, present=2, votes_for=2):
    item = AgendaItem.objects.create(meeting=evening, position=1, title="计划")
    return Vote.objects.create(
        item=item, subject="motion", method="open", about="年度计划", entitled=2, present=present,
        votes_for=votes_for, votes_against=0, abstained=0, is_valid=True, is_passed=True, counted_by="x",
    )  # fmt: skip
