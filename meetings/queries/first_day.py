"""The first meeting on record, for the first day of an organization (`settings.FIRST_DAYS`)."""

from typing import Any

from django.db.models import OuterRef

from meetings.choices import MeetingState
from meetings.models import Meeting

NOT_HELD = (MeetingState.PLANNED, MeetingState.CANCELLED)


def earlier_meetings(organization: OuterRef, before: OuterRef) -> Any:
    rows = Meeting.objects.filter(organization=organization, day__lt=before).exclude(state__in=NOT_HELD)
    return rows.order_by("day").values("day")[:1]
