"""Leave that was granted before the meeting opened."""

from typing import Any

from meetings.choices import AttendanceState, ReasonSource, RequestState
from meetings.models import Expected, LeaveRequest, Meeting
from members.fields import opened
from members.queries.names import called


def leave_fields(request: LeaveRequest) -> dict[str, Any]:
    """A granted request as it is written on the list of those expected."""
    reason = opened(request.reason)
    user = request.decided_by
    return {
        "state": AttendanceState.LEAVE.value,
        "leave_kind": request.kind,
        "leave_granted_by": called(user)[:60],
        "reason": reason,
        "reason_source": ReasonSource.MEMBER.value if reason else "",
    }


def with_granted_leave(meeting: Meeting, expected: list[Expected]) -> list[Expected]:
    """The unsaved list, with those on leave to whom it was granted; one query."""
    granted = LeaveRequest.objects.filter(meeting=meeting, state=RequestState.GRANTED).select_related(
        "decided_by__member"
    )
    by_member = {request.member_id: request for request in granted}
    for one in expected:
        if request := by_member.get(one.member_id):
            for name, value in leave_fields(request).items():
                setattr(one, name, value)
            one.marked_by = str(request.decided_by)
    return expected
