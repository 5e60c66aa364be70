"""The one meeting that a duty is about: what is done next, the earliest first."""

from meetings.choices import MeetingState
from meetings.models import Expected, LeaveRequest, Meeting
from meetings.queries.duty_page import closes
from meetings.rules.duties import EVERY
from meetings.rules.planning import bounds
from members.models import Organization


def planned_for(place: Organization, kind: str, period: str) -> Meeting | None:
    """The next meeting that is planned or under way and will close the duty; of elections just the next one."""
    coming = Meeting.objects.filter(organization=place, state__in=(MeetingState.PLANNED, MeetingState.OPEN))
    found = coming.of_kind(kind).order_by("day", "key")
    return next((one for one in found if kind not in EVERY or closes(one, kind, period)), None)


def without_minutes(place: Organization, period: str) -> Meeting | None:
    """The earliest meeting of the period that was opened and whose minutes aren't locked."""
    held = Meeting.objects.filter(organization=place, day__range=bounds(period))
    return held.filter(state__in=(MeetingState.OPEN, MeetingState.HELD)).order_by("day", "key").first()


def unexplained(place: Organization, period: str) -> Expected | None:
    """Somebody who missed a meeting of the period, and nobody knows why."""
    missed = Expected.objects.of_held_meetings().should_attend().between(*bounds(period)).unexplained()
    return missed.filter(meeting__organization=place).order_by("meeting__day", "pk").first()


def waiting_for_leave(place: Organization, member: int) -> LeaveRequest | None:
    """The member's request that is to be answered first."""
    asked = LeaveRequest.objects.open().filter(meeting__organization=place, member=member)
    over = (MeetingState.LOCKED, MeetingState.CANCELLED)
    return (
        asked.exclude(meeting__state__in=over)
        .select_related("meeting__organization")
        .order_by("meeting__day", "pk")
        .first()
    )
