"""The agenda: items, what was said under them, decisions and tasks. Open until the minutes are locked."""

import uuid
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import TaskEnd
from meetings.models import AgendaItem, Meeting, Speech, Task
from meetings.queries.meeting_page import agenda_is_open
from meetings.services.meeting import NotNow, locked, stored_already
from members.models import Member, User
from members.services.refused import Refused

EDITABLE = ("title", "presenter", "report", "decision", "is_open_to_members")


@transaction.atomic
def add_item(*, meeting: Meeting, key: uuid.UUID, title: str, by: User | str) -> AgendaItem:
    """Put an item at the end. The same key twice is one item. Raises NotNow."""
    meeting = _open(meeting)
    if known := stored_already(AgendaItem, key, meeting=meeting):
        return known
    last = meeting.agenda.aggregate(last=Max("position"))["last"] or 0
    item = AgendaItem.objects.create(pk=key, meeting=meeting, position=last + 1, title=title)
    _record("add_item", item, by)
    return item


@transaction.atomic
def edit_item(*, item: AgendaItem, changes: dict[str, Any], by: User | str) -> AgendaItem:
    """Change title, presenter, report, decision, or whether members read the decision. Raises NotNow."""
    item = _locked_item(item)
    said = [(name, getattr(item, name), value) for name, value in changes.items() if name in EDITABLE]
    audited = [(name, before, value) for name, before, value in said if before != value]
    for name, _before, value in audited:
        setattr(item, name, value)
    if audited:
        item.save(update_fields=[name for name, _before, _value in audited])
        _record("edit_item", item, by, changes=audited)
    return item


@transaction.atomic
def move_item(*, item: AgendaItem, to: int, by: User | str) -> None:
    """Put an item at a place of the agenda, counted from 1; twice is once. Raises NotNow."""
    item = _locked_item(item)
    items = list(item.meeting.agenda.exclude(pk=item.pk))
    items.insert(max(0, to - 1), item)
    if [one.position for one in items] == list(range(1, len(items) + 1)):
        return
    _number(items)
    _record("move_item", item, by)


@transaction.atomic
def remove_item(*, item: AgendaItem, by: User | str) -> None:
    """Take an item off the agenda, with what was recorded under it; one that was voted on stays. Raises NotNow."""
    meeting = _open(item.meeting)
    found = meeting.agenda.filter(pk=item.pk).first()
    if found is None:
        return
    if found.votes.exists():
        raise NotNow(_("This item was put to the vote. Take the vote off the record first."))
    _record("remove_item", found, by)
    found.delete()
    _number(list(meeting.agenda.all()))


@transaction.atomic
def add_speech(
    *, item: AgendaItem, key: uuid.UUID, speaker: str, points: str, is_dissent: bool = False, by: User | str
) -> Speech:
    """Record what somebody said. The same key twice is one speech. Raises NotNow."""
    item = _locked_item(item)
    if known := stored_already(Speech, key, item=item):
        return known
    speech = Speech.objects.create(pk=key, item=item, speaker=speaker, points=points, is_dissent=is_dissent)
    _record("add_speech", item, by)
    return speech


@transaction.atomic
def remove_speech(*, speech: Speech, by: User | str) -> None:
    """Take back a speech that was recorded by mistake; twice is once. Raises NotNow."""
    item = _locked_item(speech.item)
    if item.speeches.filter(pk=speech.pk).delete()[0]:
        _record("remove_speech", item, by)


@transaction.atomic
def add_task(*, item: AgendaItem, key: uuid.UUID, what: str, owner: Member, due_on: date, by: User | str) -> Task:
    """Record what somebody is to do, and by when. The same key twice is one task. Raises NotNow."""
    item = _locked_item(item)
    if known := stored_already(Task, key, item=item):
        return known
    if due_on < item.meeting.day:
        raise Refused(_("A task can't be due before the meeting that gave it."), "due_on")
    task = Task.objects.create(pk=key, item=item, what=what, who=owner.name, owner=owner, due_on=due_on)
    _record("add_task", item, by)
    return task


@transaction.atomic
def remove_task(*, task: Task, by: User | str) -> None:
    """Take back a task that was recorded by mistake; twice is once. Raises NotNow, also once it has ended."""
    item = _locked_item(task.item)
    if item.tasks.filter(pk=task.pk).exclude(ended=TaskEnd.OPEN).exists():
        raise NotNow(_("This task has ended. Open it again first."))
    if item.tasks.filter(pk=task.pk).delete()[0]:
        _record("remove_task", item, by)


def _open(meeting: Meeting) -> Meeting:
    meeting = locked(meeting)
    if not agenda_is_open(meeting):
        raise NotNow(_("The agenda can be changed until the minutes are locked."))
    return meeting


def _locked_item(item: AgendaItem) -> AgendaItem:
    meeting = _open(item.meeting)
    found = AgendaItem.objects.filter(pk=item.pk, meeting=meeting).first()
    if found is None:
        raise NotNow(_("This item was taken off the agenda meanwhile."))
    found.meeting = meeting
    return found


def _number(items: list[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position
    AgendaItem.objects.bulk_update(items, ["position"])


def _record(action: str, item: AgendaItem, by: User | str, changes: Any = ()) -> None:
    code = item.meeting.organization.code
    record(action=action, by=by, subject=item, organization_code=code, changes=changes)
