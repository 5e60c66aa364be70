"""The end of a task, also long after the minutes are locked; by its owner or by who records the meetings there."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import TaskEnd
from meetings.models import Meeting, Task
from meetings.services.meeting import NotNow
from members.models import User
from members.services.refused import Refused


@dataclass(frozen=True, slots=True)
class End:
    """How and when, with its record: the meeting where it was done, or words."""

    ended: str
    done_on: date
    ended_with: str = ""
    ended_at: Meeting | None = None


@transaction.atomic
def end_task(*, task: Task, end: End, today: date, by: User | str) -> Task:
    """Close a task by its record; twice is once. Raises Refused for a day that can't be, or without a record."""
    task = _held(task)
    if task.ended:
        return task
    _refuse_unfit(task, end, today)
    task.ended, task.done_on, task.ended_by = end.ended, end.done_on, str(by)
    task.ended_with, task.ended_at = end.ended_with.strip(), end.ended_at
    task.save()
    _record("end_task", task, by)
    return task


@transaction.atomic
def reopen_task(*, task: Task, reason: str, by: User | str) -> Task:
    """Open a task again that was closed by mistake; the trail keeps how it had ended. Raises NotNow."""
    task = _held(task)
    if not task.ended:
        raise NotNow(_("This task is open."))
    before = task.ended
    task.ended, task.done_on, task.ended_with, task.ended_at, task.ended_by = "", None, "", None, ""
    task.save()
    code = task.item.meeting.organization.code
    record(
        action="reopen_task", by=by, subject=task, organization_code=code, reason=reason,
        changes=[("ended", before, "")],
    )  # fmt: skip
    return task


def _refuse_unfit(task: Task, end: End, today: date) -> None:
    if not task.item.meeting.day <= end.done_on <= today:
        raise Refused(_("The day lies between the meeting that gave the task and today."), "done_on")
    if end.ended == TaskEnd.NOT_NEEDED and not end.ended_with.strip():
        raise Refused(_("Say why it is no longer needed."), "ended_with")
    if not end.ended_with.strip() and end.ended_at is None:
        raise Refused(_("Say what was done, or choose the meeting where it was done."), "ended_with")


def _held(task: Task) -> Task:
    return Task.objects.select_for_update(of=("self",)).select_related("item__meeting__organization").get(pk=task.pk)


def _record(action: str, task: Task, by: User | str) -> None:
    code = task.item.meeting.organization.code
    record(action=action, by=by, subject=task, organization_code=code, details={"kind": task.ended})
