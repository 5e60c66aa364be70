"""A member's own side of meetings."""

from datetime import date
from typing import Any

from meetings.models import Expected, LeaveRequest, Meeting
from meetings.queries.meeting_page import MISSED
from meetings.queries.observers import elsewhere_of
from meetings.queries.tally import Tally, attendance_of
from members.models import Member, User


def my_meetings(user: User, *, on: date) -> dict[str, Any]:
    """What comes next, and the year so far, with unknown, leave and absent apart. A fixed number of queries."""
    member_id = user.standing.member_id
    if member_id is None:
        return {"coming": [], "attended": [], "tally": None, "elsewhere": []}
    first, last = date(on.year, 1, 1), date(on.year, 12, 31)
    own = Expected.objects.of_held_meetings().between(first, last).filter(member=member_id)
    attended = list(own.select_related("meeting__organization").order_by("-meeting__day", "pk"))
    return {
        "coming": coming_for(user, on=on),
        "attended": [{"one": one, "may_make_up": one.state in MISSED} for one in attended],
        "tally": attendance_of(Member.objects.filter(pk=member_id), first, last).get(member_id, Tally()),
        "elsewhere": elsewhere_of([member_id], first, last).get(member_id, []),
    }


def coming_for(user: User, *, on: date) -> list[dict[str, Any]]:
    """The planned and open meetings that the member is asked to, the next one first, each with their request."""
    asked = {
        one.meeting_id: one for one in LeaveRequest.objects.filter(member=user.standing.member_id, meeting__day__gte=on)
    }
    meetings = Meeting.objects.asking(user).coming(on).select_related("organization").order_by("day", "starts_at")
    return [{"meeting": meeting, "asked": asked.get(meeting.pk)} for meeting in meetings[:20]]
