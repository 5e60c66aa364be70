"""The demo's meeting that is still to come, with what hangs on it before it begins."""

from datetime import date, timedelta
from random import Random

from meetings.choices import LeaveKind, MeetingKind
from meetings.demo import words
from meetings.demo.evenings import Evening
from meetings.demo.people import ELSEWHERE, Rolls
from meetings.demo.record import lead, new_meeting
from meetings.models import AgendaItem, LeaveRequest, Material, Meeting
from members.models import Organization

IN_DAYS = 4


def plan_next(home: Organization, rolls: Rolls, rng: Random, on: date) -> Meeting:
    """The quarter's general meeting in a few days: agenda, material, a link, and somebody who asks for leave."""
    evening = Evening(home, MeetingKind.GENERAL_MEETING, on + timedelta(days=IN_DAYS), words.NEXT_TITLE)
    meeting = new_meeting(evening, rng)
    expected = rolls.expected_at(meeting)
    lead(meeting, expected, rolls)
    meeting.online_link = words.NEXT_LINK
    meeting.save(force_insert=True)
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, title=title)
        for position, title in enumerate(words.NEXT_ITEMS, start=1)
    )
    Material.objects.bulk_create(
        Material(meeting=meeting, title=title, text=text) for title, text in words.NEXT_MATERIALS
    )
    away = next((one for one in expected if rolls.befallen(one.member_id, meeting.day) & ELSEWHERE), expected[-1])
    LeaveRequest.objects.create(meeting=meeting, member=away.member, kind=LeaveKind.OFFICIAL, reason=words.NEXT_LEAVE)
    return meeting
