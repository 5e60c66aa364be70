"""Ending a meeting in tests: with a place, an agenda, a chair and a recorder who were there."""

from meetings.choices import PRESENT, AttendanceState
from meetings.models import AgendaItem, Attendance, Meeting
from meetings.pages.services import close_meeting
from members.models import User


def ready(meeting: Meeting) -> Meeting:
    """What an end asks for: the first two who were there lead and write; where too few were, others come."""
    meeting.refresh_from_db()
    people = Attendance.objects.filter(meeting=meeting).should_attend().order_by("pk")
    leading = sorted(people, key=lambda one: (one.state not in PRESENT, one.state != AttendanceState.UNKNOWN))[:2]
    Attendance.objects.filter(pk__in=[one.pk for one in leading if one.state not in PRESENT]).update(
        state=AttendanceState.ON_SITE
    )
    meeting.place, (meeting.chair, meeting.recorder) = "会议室", (one.member for one in leading)
    meeting.save()
    if not meeting.agenda.exists():
        AgendaItem.objects.create(meeting=meeting, position=1, title="学习")
    return meeting


def end(meeting: Meeting, by: User | str) -> Meeting:
    return close_meeting(meeting=ready(meeting), by=by)
