"""The meetings at which a branch decides together, and which of them somebody may read."""

from collections.abc import Iterable

from django.db.models import QuerySet

from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from members.models import Organization, User

DECIDING = (MeetingKind.COMMITTEE_MEETING, MeetingKind.GENERAL_MEETING)
"""A lecture or a theme day decides nothing, whoever came."""


def deciding_meetings(organization: Organization | None) -> QuerySet[Meeting]:
    """Those that an organization held, the latest first."""
    held = Meeting.objects.filter(organization=organization).held().of_kind(*DECIDING)
    return held.order_by("-day", "-key")


def readable_meetings(user: User, meetings: Iterable[Meeting | None]) -> set[Meeting]:
    """Those of them whose page opens for the user."""
    keys = {meeting.pk for meeting in meetings if meeting}
    return set(Meeting.objects.visible_to(user).filter(pk__in=keys)) if keys else set()
