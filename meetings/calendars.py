"""Calendar files (RFC 5545): time, place and name of meetings, and nothing else."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Calendar, Event

from meetings.choices import MeetingState
from meetings.models import Meeting

USUAL_LENGTH = timedelta(hours=2)
"""Of a meeting whose end isn't recorded."""


def calendar_file(meetings: Iterable[Meeting], *, name: str, made_at: datetime) -> bytes:
    """An .ics file. No agenda, no link, no people: it ends up on telephones and other people's servers."""
    calendar = Calendar()
    calendar.add("prodid", "-//Branchweb//Meetings//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for meeting in meetings:
        calendar.add_component(_event(meeting, made_at))
    return calendar.to_ical()


def _event(meeting: Meeting, made_at: datetime) -> Event:
    event = Event()
    event.add("uid", f"{meeting.pk}@branchweb")
    event.add("dtstamp", made_at.astimezone(ZoneInfo("UTC")))
    event.add("summary", f"{meeting.name} · {meeting.organization.name}")
    if meeting.place:
        event.add("location", meeting.place)
    event.add("status", "CANCELLED" if meeting.state == MeetingState.CANCELLED else "CONFIRMED")
    _add_hours(event, meeting)
    return event


def _add_hours(event: Event, meeting: Meeting) -> None:
    """A meeting without an hour lasts the whole day."""
    if meeting.starts_at is None:
        event.add("dtstart", meeting.day)
        event.add("dtend", meeting.day + timedelta(days=1))
        return
    zone = ZoneInfo(settings.TIME_ZONE)
    begins = datetime.combine(meeting.day, meeting.starts_at, zone)
    ends = datetime.combine(meeting.day, meeting.ends_at, zone) if meeting.ends_at else begins + USUAL_LENGTH
    event.add("dtstart", begins.astimezone(ZoneInfo("UTC")))
    event.add("dtend", ends.astimezone(ZoneInfo("UTC")))
