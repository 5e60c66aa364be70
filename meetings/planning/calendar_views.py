"""Calendar files, and the private address of somebody's own calendar."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from icalendar import Calendar, Event

from meetings.choices import MeetingState
from meetings.meeting.models import Meeting
from meetings.planning.models import CalendarFeed
from meetings.planning.queries import calendar_of, calendar_of_year
from meetings.planning.services import make_feed, read_feed, revoke_feed
from members.access.policy import get_in_scope, public, requires, signed_in
from members.access.queries import access_for
from members.choices import Capability
from members.models import Organization
from members.pages.requests import PageRequest

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


CALENDAR = "text/calendar; charset=utf-8"


@requires(Capability.VIEW_MEETINGS)
@require_safe
def year_calendar(request: PageRequest, code: str, year: int) -> HttpResponse:
    """A branch's meetings of a year for a calendar program."""
    place = get_in_scope(request, Organization.objects.all(), code=code)
    meetings = calendar_of_year(place.path, year)
    return _file(calendar_file(meetings, name=f"{place.name} {year}", made_at=timezone.now()), f"{year}.ics")


@signed_in
@require_safe
def meeting_calendar(request: PageRequest, key: UUID) -> HttpResponse:
    """One meeting for a calendar program."""
    meeting = get_in_scope(request, Meeting.objects.select_related("organization"), pk=key)
    name = f"{meeting.day:%Y-%m-%d}.ics"
    return _file(calendar_file([meeting], name=meeting.name, made_at=timezone.now()), name)


@signed_in
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def feed(request: PageRequest) -> HttpResponse:
    """Make the address of one's calendar, which is shown once."""
    address = ""
    if request.method == "POST":
        token = make_feed(user=request.user, by=request.user)
        address = request.build_absolute_uri(reverse("meetings:feed-calendar", args=[token]))
    known = CalendarFeed.objects.filter(user=request.user).first()
    return render(request, "meetings/planning/feed.html", {"feed": known, "address": address})


@signed_in
@require_POST
def feed_revoke(request: PageRequest) -> HttpResponse:
    """Take the address back."""
    revoke_feed(user=request.user, by=request.user)
    messages.success(request, _("The address doesn't work any more."))
    return redirect("meetings:feed")


@public
@never_cache
@require_safe
def feed_calendar(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program reads under the private address. Any wrong token is 404."""
    found = read_feed(token)
    if found is None:
        raise Http404
    today, user = timezone.localdate(), found.user
    user.access = access_for(user, on=today)
    content = calendar_file(calendar_of(user, on=today), name=_("Organizational life"), made_at=timezone.now())
    response = _file(content, "meetings.ics")
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _file(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content, content_type=CALENDAR, headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
