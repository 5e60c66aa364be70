"""Planning a meeting, its lock, the agenda, tasks, material and observers."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Max, Model
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import MeetingState, TaskEnd
from meetings.documents import PICTURES, NotADocument, bare_document
from meetings.meeting.models import AgendaItem, Material, Meeting, Observer, Session, Speech, Task
from meetings.meeting.queries import agenda_is_open
from members.models import Member, Office, User
from members.refused import Refused

EDITABLE = ("title", "presenter", "report", "decision", "is_open_to_members")


@transaction.atomic
def add_item(*, meeting: Meeting, key: uuid.UUID, title: str, by: User | str) -> AgendaItem:
    """Put an item at the end. The same key twice is one item. Raises WrongState."""
    meeting = _open_agenda(meeting)
    if known := stored_already(AgendaItem, key, meeting=meeting):
        return known
    last = meeting.agenda.aggregate(last=Max("position"))["last"] or 0
    item = AgendaItem.objects.create(pk=key, meeting=meeting, position=last + 1, title=title)
    _record_item("add_item", item, by)
    return item


@transaction.atomic
def edit_item(*, item: AgendaItem, changes: dict[str, Any], by: User | str) -> AgendaItem:
    """Change title, presenter, report, decision, or whether members read the decision. Raises WrongState."""
    item = _locked_item(item)
    said = [(name, getattr(item, name), value) for name, value in changes.items() if name in EDITABLE]
    audited = [(name, before, value) for name, before, value in said if before != value]
    for name, _before, value in audited:
        setattr(item, name, value)
    if audited:
        item.save(update_fields=[name for name, _before, _value in audited])
        _record_item("edit_item", item, by, changes=audited)
    return item


@transaction.atomic
def move_item(*, item: AgendaItem, to: int, by: User | str) -> None:
    """Put an item at a place of the agenda, counted from 1; twice is once. Raises WrongState."""
    item = _locked_item(item)
    items = list(item.meeting.agenda.exclude(pk=item.pk))
    items.insert(max(0, to - 1), item)
    if [one.position for one in items] == list(range(1, len(items) + 1)):
        return
    _number(items)
    _record_item("move_item", item, by)


@transaction.atomic
def remove_item(*, item: AgendaItem, by: User | str) -> None:
    """Take an item off the agenda, with what was recorded under it; one that was voted on stays. Raises WrongState."""
    meeting = _open_agenda(item.meeting)
    found = meeting.agenda.filter(pk=item.pk).first()
    if found is None:
        return
    if found.votes.exists():
        raise WrongState(_("This item was put to the vote. Take the vote off the record first."))
    _record_item("remove_item", found, by)
    found.delete()
    _number(list(meeting.agenda.all()))


@transaction.atomic
def add_speech(
    *, item: AgendaItem, key: uuid.UUID, speaker: str, points: str, is_dissent: bool = False, by: User | str
) -> Speech:
    """Record what somebody said. The same key twice is one speech. Raises WrongState."""
    item = _locked_item(item)
    if known := stored_already(Speech, key, item=item):
        return known
    speech = Speech.objects.create(pk=key, item=item, speaker=speaker, points=points, is_dissent=is_dissent)
    _record_item("add_speech", item, by)
    return speech


@transaction.atomic
def remove_speech(*, speech: Speech, by: User | str) -> None:
    """Take back a speech that was recorded by mistake; twice is once. Raises WrongState."""
    item = _locked_item(speech.item)
    if item.speeches.filter(pk=speech.pk).delete()[0]:
        _record_item("remove_speech", item, by)


@transaction.atomic
def add_task(*, item: AgendaItem, key: uuid.UUID, what: str, owner: Member, due_on: date, by: User | str) -> Task:
    """Record what somebody is to do, and by when. The same key twice is one task. Raises WrongState."""
    item = _locked_item(item)
    if known := stored_already(Task, key, item=item):
        return known
    if due_on < item.meeting.day:
        raise Refused(_("A task can't be due before the meeting that gave it."), "due_on")
    task = Task.objects.create(pk=key, item=item, what=what, who=owner.name, owner=owner, due_on=due_on)
    _record_item("add_task", item, by)
    return task


@transaction.atomic
def remove_task(*, task: Task, by: User | str) -> None:
    """Take back a task that was recorded by mistake; twice is once. Raises WrongState, also once it has ended."""
    item = _locked_item(task.item)
    if item.tasks.filter(pk=task.pk).exclude(ended=TaskEnd.OPEN).exists():
        raise WrongState(_("This task has ended. Open it again first."))
    if item.tasks.filter(pk=task.pk).delete()[0]:
        _record_item("remove_task", item, by)


def _open_agenda(meeting: Meeting) -> Meeting:
    meeting = lock_meeting(meeting)
    if not agenda_is_open(meeting):
        raise WrongState(_("The agenda can be changed until the minutes are locked."))
    return meeting


def _locked_item(item: AgendaItem) -> AgendaItem:
    meeting = _open_agenda(item.meeting)
    found = AgendaItem.objects.filter(pk=item.pk, meeting=meeting).first()
    if found is None:
        raise WrongState(_("This item was taken off the agenda meanwhile."))
    found.meeting = meeting
    return found


def _number(items: list[AgendaItem]) -> None:
    for position, item in enumerate(items, start=1):
        item.position = position
    AgendaItem.objects.bulk_update(items, ["position"])


def _record_item(action: str, item: AgendaItem, by: User | str, changes: Any = ()) -> None:
    code = item.meeting.organization.code
    record(action=action, by=by, subject=item, organization_code=code, changes=changes)


@dataclass(frozen=True, slots=True)
class Handout:
    """Something to read: a text, a file's content, or both."""

    title: str
    text: str = ""
    content: bytes = b""
    is_open_to_members: bool = True


@transaction.atomic
def add_material(*, meeting: Meeting, key: uuid.UUID, handout: Handout, by: User | str) -> Material:
    """Keep it with the meeting. The same key twice is one. Raises WrongState, NotADocument."""
    meeting = lock_meeting(meeting)
    if meeting.state == MeetingState.CANCELLED:
        raise WrongState(_("This meeting was called off."))
    if known := stored_already(Material, key, meeting=meeting):
        return known
    file = _file(handout.content) if handout.content else None
    material = Material(
        pk=key, meeting=meeting, title=handout.title, text=handout.text, is_open_to_members=handout.is_open_to_members
    )
    if file:
        material.file.save(file.name, file, save=False)
    material.save(force_insert=True)
    _record_row("add_material", material, meeting, by)
    return material


@transaction.atomic
def remove_material(*, material: Material, by: User | str) -> None:
    """Take it away with its file. Nothing happens the second time."""
    meeting = lock_meeting(material.meeting)
    found = Material.objects.filter(pk=material.pk).first()
    if found is None:
        return
    _record_row("remove_material", found, meeting, by)
    storage, name = found.file.storage, found.file.name
    found.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


@transaction.atomic
def attach_sheet(*, meeting: Meeting, content: bytes, by: User | str) -> Meeting:
    """Keep the photograph of the signed sheet in place of the one before. The same again is kept once.

    Raises WrongState, NotADocument.
    """
    meeting = lock_meeting(meeting)
    if meeting.opened_at is None:
        raise WrongState(_("A signed sheet is attached when the meeting has been opened."))
    storage, before = meeting.sheet.storage, meeting.sheet.name
    file = _file(content, PICTURES)
    if before and storage.exists(before) and _content(storage, before) == file.read():
        return meeting
    meeting.sheet.save(file.name, file, save=False)
    meeting.save(update_fields=["sheet"])
    _record_row("attach_sheet", meeting, meeting, by)
    if before:
        transaction.on_commit(lambda: storage.delete(before))
    return meeting


@transaction.atomic
def add_observer(
    *, meeting: Meeting, key: uuid.UUID, name: str = "", office: str = "", above: Office | None = None, by: User | str
) -> Observer:
    """A guest by name, or who holds an office above. The same key or member twice is one. Raises WrongState."""
    meeting = _open_observers(meeting)
    given: dict[str, Any] = {"name": name, "office": office, "is_from_above": False, "member": None}
    if above:
        member = above.member or (above.user.member if above.user else None)
        given = {"name": str(member or above.user), "office": office or str(above), "is_from_above": True}
        given["member"] = member
    attending = meeting.observers.filter(member__isnull=False, member=given["member"])
    if known := stored_already(Observer, key, meeting=meeting) or attending.first():
        return known
    observer = Observer.objects.create(pk=key, meeting=meeting, **given)
    _record_row("add_observer", observer, meeting, by)
    return observer


@transaction.atomic
def remove_observer(*, observer: Observer, by: User | str) -> None:
    """Take back an observer who wasn't there; twice is once. Raises WrongState."""
    meeting = _open_observers(observer.meeting)
    if found := meeting.observers.filter(pk=observer.pk).first():
        _record_row("remove_observer", found, meeting, by)
        found.delete()


def _open_observers(meeting: Meeting) -> Meeting:
    meeting = lock_meeting(meeting)
    if not agenda_is_open(meeting):
        raise WrongState(_("Observers can be changed until the minutes are locked."))
    return meeting


def _file(content: bytes, kinds: Any = None) -> ContentFile:
    kind, bare = bare_document(content)
    if kinds and kind not in kinds:
        raise NotADocument
    return ContentFile(bare, name=f"{get_random_string(24)}.{kind}")


def _content(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


def _record_row(action: str, subject: Any, meeting: Meeting, by: User | str) -> None:
    record(action=action, by=by, subject=subject, organization_code=meeting.organization.code)


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
    _record_task("end_task", task, by)
    return task


@transaction.atomic
def reopen_task(*, task: Task, reason: str, by: User | str) -> Task:
    """Open a task again that was closed by mistake; the trail keeps how it had ended. Raises WrongState."""
    task = _held(task)
    if not task.ended:
        raise WrongState(_("This task is open."))
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


def _record_task(action: str, task: Task, by: User | str) -> None:
    code = task.item.meeting.organization.code
    record(action=action, by=by, subject=task, organization_code=code, details={"kind": task.ended})


Row = TypeVar("Row", bound=Model)


class WrongState(Refused):
    """The meeting isn't in a state in which this can be done; the sentence says what to do."""


def lock_meeting(meeting: Meeting) -> Meeting:
    """The meeting's row, held until the transaction ends: whoever changes what hangs on it comes one after another."""
    return Meeting.objects.select_for_update(of=("self",)).select_related("organization").get(pk=meeting.pk)


def stored_already(model: type[Row], key: UUID, **place: Model) -> Row | None:
    """The row that a form with this key has stored; None for a new one. Raises WrongState when it hangs elsewhere."""
    known = model._default_manager.filter(pk=key).first()
    if known and any(getattr(known, f"{name}_id") != above.pk for name, above in place.items()):
        raise WrongState(_("This form was sent for another meeting. Open the page again."))
    return known


@transaction.atomic
def plan_meeting(*, meeting: Meeting, also: Iterable[str] = (), items: Iterable[str] = (), by: User | str) -> Meeting:
    """Store a planned meeting with the other kinds it is and its agenda. The same key twice stores it once.

    Raises WrongState when one person is chair and recorder.
    """
    known = Meeting.objects.filter(pk=meeting.pk).first()
    if known:
        return known
    refuse_one_for_both(meeting, {"chair": meeting.chair, "recorder": meeting.recorder})
    meeting.state = MeetingState.PLANNED
    meeting.save(force_insert=True)
    Session.objects.bulk_create(
        Session(meeting=meeting, kind=kind) for kind in dict.fromkeys(also) if kind != meeting.kind
    )
    AgendaItem.objects.bulk_create(
        AgendaItem(meeting=meeting, position=position, title=title) for position, title in enumerate(items, start=1)
    )
    record(action="plan_meeting", by=by, subject=meeting, organization_code=meeting.organization.code)
    return meeting


def refuse_one_for_both(meeting: Meeting, changes: dict[str, Any]) -> None:
    """Chair and recorder are two people."""
    named = named_to_lead(changes)
    if named and changes.get("chair", meeting.chair) == changes.get("recorder", meeting.recorder):
        raise WrongState(_("Chair and recorder are two people."), next(iter(named)))


def named_to_lead(changes: dict[str, Any]) -> dict[str, Member]:
    return {name: changes[name] for name in ("chair", "recorder") if changes.get(name)}
