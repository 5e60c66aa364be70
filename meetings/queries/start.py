"""What the start page says to a member about meetings."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from meetings.models import Meeting
from members.links import Link
from members.models import User


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """The next meeting that the member is asked to. One query."""
    if user.standing.member_id is None:
        return
    coming = Meeting.objects.asking(user).coming(on).select_related("organization").order_by("day", "starts_at")
    if meeting := coming.first():
        yield Link("calendar-event", _said(meeting), _where(meeting), meeting.get_absolute_url())
    else:
        yield Link("calendar-event", _("My meetings"), _("No meeting is planned for you."), reverse("meetings:mine"))


def _said(meeting: Meeting) -> str:
    return _("Next meeting: %(meeting)s") % {"meeting": meeting.name}


def _where(meeting: Meeting) -> str:
    at = time_format(meeting.starts_at) if meeting.starts_at else ""
    parts = (date_format(meeting.day, "DATE_FORMAT"), at, meeting.place)
    return " ".join(str(part) for part in parts if part)
