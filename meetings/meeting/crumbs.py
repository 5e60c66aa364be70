"""The way back from the pages of a meeting."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from meetings.meeting.models import Meeting
from members.choices import Capability
from members.pages.requests import PageRequest
from members.pages.steps import Crumb


def list_crumb(request: PageRequest) -> Crumb:
    """The list of meetings for who reads it, one's own for everybody else."""
    if Capability.VIEW_MEETINGS in request.user.access.capabilities:
        return _("Meetings"), reverse("meetings:meeting-list")
    return _("My meetings"), reverse("meetings:mine")


def trail(request: PageRequest, meeting: Meeting) -> list[Crumb]:
    """The pages between Home and a page below the meeting's."""
    return [list_crumb(request), (str(meeting), meeting.get_absolute_url())]
