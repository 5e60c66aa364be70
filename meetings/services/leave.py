"""Leave: asked for by the member before the meeting, answered by an officer."""

import uuid
from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import AttendanceState, MeetingState, ReasonSource, RequestState
from meetings.models import Expected, LeaveRequest, Meeting
from meetings.queries.leave import leave_fields
from meetings.services.attendance import Attendance, follow_up, mark
from meetings.services.meeting import NotNow, locked
from members.fields import opened
from members.models import User


@transaction.atomic
def ask_leave(*, meeting: Meeting, member_id: int, kind: str, reason: str, by: User) -> LeaveRequest:
    """Ask not to come, or say it differently while nobody has answered. Raises NotNow."""
    meeting = locked(meeting)
    if meeting.state not in (MeetingState.PLANNED, MeetingState.OPEN):
        raise NotNow(_("Leave is asked for before the meeting."))
    request = LeaveRequest.objects.filter(meeting=meeting, member=member_id).first()
    if request is None:
        request = LeaveRequest(meeting=meeting, member_id=member_id)
    elif request.state != RequestState.ASKED:
        raise NotNow(_("Your request has been answered. Talk to the branch secretary."))
    elif (request.kind, opened(request.reason)) == (kind, reason):
        return request
    request.kind, request.reason = kind, reason
    request.save()
    _record("ask_leave", request, meeting, by)
    return request


@transaction.atomic
def decide_leave(*, request: LeaveRequest, granted: bool, by: User) -> LeaveRequest:
    """Answer a request; granting marks the leave, at once or when the meeting opens. Raises NotNow."""
    meeting = locked(request.meeting)
    request = LeaveRequest.objects.select_related("member").get(pk=request.pk)
    answer = RequestState.GRANTED if granted else RequestState.REFUSED
    if request.state == answer:
        return request
    if request.state != RequestState.ASKED:
        raise NotNow(_("Somebody has answered this request already."))
    if meeting.state in (MeetingState.LOCKED, MeetingState.CANCELLED):
        raise NotNow(_("This meeting is over."))
    request.state, request.decided_by = answer, by
    request.save(update_fields=["state", "decided_by"])
    _record("decide_leave", request, meeting, by, granted=granted)
    if granted and meeting.is_running:
        _mark_leave(request, meeting, by)
    return request


@transaction.atomic
def note_leave(*, meeting: Meeting, member_id: int, kind: str, reason: str, by: User) -> LeaveRequest:
    """Leave that somebody asked for by word of mouth, granted by who writes it down. Raises NotNow."""
    meeting = locked(meeting)
    if meeting.state != MeetingState.PLANNED:
        raise NotNow(_("Before the meeting leave is written down here, from its opening on at the sign-in."))
    answered = LeaveRequest.objects.filter(meeting=meeting, member=member_id).exclude(state=RequestState.ASKED)
    if answered.exists():
        raise NotNow(_("Somebody has answered this request already."))
    request = ask_leave(meeting=meeting, member_id=member_id, kind=kind, reason=reason, by=by)
    return decide_leave(request=request, granted=True, by=by)


@transaction.atomic
def make_up(*, meeting: Meeting, member_id: int, study: Attendance, key: uuid.UUID, by: User) -> Expected:
    """A member who missed it has read the material and answers with a line. Raises NotNow, Expected.DoesNotExist."""
    study = replace(study, state=AttendanceState.MADE_UP, answer_source=ReasonSource.MEMBER)
    return follow_up(meeting=meeting, member_id=member_id, attendance=study, key=key, is_own=True, by=by)


def _mark_leave(request: LeaveRequest, meeting: Meeting, by: User) -> None:
    """Only of somebody who isn't recorded yet."""
    waiting = Expected.objects.filter(meeting=meeting, member=request.member_id, state=AttendanceState.UNKNOWN)
    if waiting.exists():
        key = uuid.uuid5(request.pk, "granted")
        mark(
            meeting=meeting, member_id=request.member_id, attendance=Attendance(**leave_fields(request)), key=key, by=by
        )


def _record(action: str, request: LeaveRequest, meeting: Meeting, by: User, **details: object) -> None:
    record(action=action, by=by, subject=request, organization_code=meeting.organization.code, details=details)
