"""The meetings that stand in somebody's own calendar."""

from datetime import date, timedelta

from django.db.models import QuerySet

from meetings.choices import MeetingState
from meetings.models import Meeting
from members.models import User

BACK, AHEAD = timedelta(days=90), timedelta(days=400)


def calendar_of(user: User, *, on: date) -> QuerySet[Meeting]:
    """From three months back to a year ahead: what one is asked to, and what one's office looks after."""
    rows = Meeting.objects.visible_to(user).filter(day__range=(on - BACK, on + AHEAD))
    return rows.select_related("organization").order_by("day", "starts_at", "key")


def calendar_of_year(path: str, year: int) -> QuerySet[Meeting]:
    """The meetings of a branch and its groups in a year, without those called off."""
    rows = Meeting.objects.within(path).in_year(year).exclude(state=MeetingState.CANCELLED)
    return rows.select_related("organization").order_by("day", "starts_at", "key")
