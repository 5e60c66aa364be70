"""What the apps above add to the page of a meeting. Settings name their functions, so that nobody imports upwards."""

from django.conf import settings
from django.utils.module_loading import import_string

from meetings.models import Meeting
from members.links import Link
from members.models import User


def meeting_links(meeting: Meeting, user: User) -> list[Link]:
    """Other apps' pages about a meeting that the user may open; `settings.MEETING_LINKS` ask no query."""
    return [link for name in settings.MEETING_LINKS for link in import_string(name)(meeting, user)]
