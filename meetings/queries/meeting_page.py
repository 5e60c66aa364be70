"""What the page of one meeting shows: to those who record it, and to a member who is asked."""

from datetime import date
from typing import Any

from django.db.models import QuerySet

from meetings.choices import AttendanceState, MeetingState
from meetings.models import AgendaItem, Expected, LeaveRequest, Meeting, Minutes
from meetings.queries.corrections import correction_sentences, own_corrections, waiting_at
from meetings.queries.gaps import missing_in
from meetings.queries.observers import observers_of
from meetings.queries.signatures import role_of
from meetings.queries.tally import tally_of
from meetings.queries.votes import quorums_of
from members.fields import opened
from members.models import Organization, User

MISSED = (AttendanceState.UNKNOWN, AttendanceState.LEAVE, AttendanceState.ABSENT)
"""Whoever attended like this can make up for the meeting."""


USUAL = ("starts_at", "ends_at", "place", "chair", "recorder")
NOT_THERE = (AttendanceState.ABSENT, AttendanceState.LEAVE, AttendanceState.MADE_UP, AttendanceState.VISITED)
"""Of these the meeting's page says why, and how they made up for it."""


def meeting_page(meeting: Meeting, *, may_record: bool) -> dict[str, Any]:
    """The officer's page; a fixed number of queries."""
    return {
        "meeting": meeting,
        "sessions": list(meeting.sessions.all()),
        "tally": tally_of(meeting) if meeting.opened_at else None,
        "quorums": quorums_of(meeting),
        "may_record": may_record,
        "may_change_agenda": may_record and agenda_is_open(meeting),
        "agenda": list(agenda_of(meeting)),
        "materials": list(meeting.materials.order_by("title", "key")),
        "observers": observers_of(meeting),
        "requests": asked_for_leave(meeting) if may_record else [],
        "corrected": correction_sentences(meeting),
        "corrections_waiting": waiting_at(meeting),
        "missing": missing(meeting) if may_record and _is_over(meeting) else [],
        "gaps": missing_in(meeting) if may_record and meeting.is_running else [],
    }


def usual(organization: Organization) -> dict[str, Any]:
    """What the next meeting of a place most likely has: hours, place, chair and recorder of the latest one."""
    latest = organization.meetings.exclude(state=MeetingState.CANCELLED).in_order().first()
    return {name: getattr(latest, name) for name in USUAL} if latest else {}


def agenda_is_open(meeting: Meeting) -> bool:
    """Items can be changed until the minutes are locked."""
    return meeting.state == MeetingState.PLANNED or meeting.is_running


def agenda_of(meeting: Meeting) -> QuerySet[AgendaItem]:
    return meeting.agenda.prefetch_related("speeches", "tasks", "votes")


def asked_for_leave(meeting: Meeting) -> list[dict[str, Any]]:
    """Who asks not to come, the open ones first, with the reason they gave."""
    rows = LeaveRequest.objects.filter(meeting=meeting).select_related("member", "decided_by__member")
    return [
        {"request": one, "reason": opened(one.reason), "is_open": one.decided_by_id is None}
        for one in sorted(rows, key=lambda one: (one.decided_by_id is not None, one.asked_at))
    ]


def missing(meeting: Meeting) -> list[dict[str, Any]]:
    """Who wasn't there, by name, with the reason that was given and who gave it. Health may stand in it."""
    rows = Expected.objects.filter(meeting=meeting, state__in=NOT_THERE).should_attend().order_by("name", "pk")
    return [{"expected": one, "reason": opened(one.reason)} for one in rows]


def member_page(meeting: Meeting, user: User, *, on: date) -> dict[str, Any]:
    """What a member who is asked may read: material, their own row, and decisions once the minutes are locked."""
    own = Expected.objects.filter(meeting=meeting, member=user.member_id).first()
    asked = LeaveRequest.objects.filter(meeting=meeting, member=user.member_id).first()
    is_coming = meeting.state in (MeetingState.PLANNED, MeetingState.OPEN)
    is_recorded = own is not None and own.state != AttendanceState.UNKNOWN
    return {
        "meeting": meeting,
        "own": own,
        "own_reason": opened(own.reason) if own else "",
        "own_corrections": own_corrections(meeting, user) if own and own.corrected_on else [],
        "asked": asked,
        "agenda": list(meeting.agenda.all()),
        "materials": list(meeting.materials.filter(is_open_to_members=True).order_by("title", "key")),
        "decisions": list(decisions_of(meeting)),
        "may_ask": is_coming and not is_recorded and meeting.day >= on and not (asked and asked.decided_by_id),
        "signs": role_of(meeting, user) is not None and Minutes.objects.filter(pk=meeting.pk).exists(),
        "may_make_up": own is not None and own.state in MISSED and _is_over(meeting),
    }


def decisions_of(meeting: Meeting) -> QuerySet[AgendaItem]:
    """Decisions that members may read, once nobody can change them."""
    if meeting.state != MeetingState.LOCKED:
        return meeting.agenda.none()
    return meeting.agenda.filter(is_open_to_members=True).exclude(decision="")


def _is_over(meeting: Meeting) -> bool:
    return meeting.state in (MeetingState.HELD, MeetingState.LOCKED)
