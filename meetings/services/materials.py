"""What is handed out for a meeting and what is kept of it: material, observers, the photographed sign-in sheet."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from audit.services import record
from meetings.choices import MeetingState
from meetings.documents import PICTURES, NotADocument, bare_document
from meetings.models import Material, Meeting, Observer
from meetings.queries.meeting_page import agenda_is_open
from meetings.services.meeting import NotNow, locked, stored_already
from members.models import Office, User


@dataclass(frozen=True, slots=True)
class Handout:
    """Something to read: a text, a file's content, or both."""

    title: str
    text: str = ""
    content: bytes = b""
    is_open_to_members: bool = True


@transaction.atomic
def add_material(*, meeting: Meeting, key: uuid.UUID, handout: Handout, by: User | str) -> Material:
    """Keep it with the meeting. The same key twice is one. Raises NotNow, NotADocument."""
    meeting = locked(meeting)
    if meeting.state == MeetingState.CANCELLED:
        raise NotNow(_("This meeting was called off."))
    if known := stored_already(Material, key, meeting=meeting):
        return known
    file = _file(handout.content) if handout.content else None
    material = Material(
        pk=key, meeting=meeting, title=handout.title, text=handout.text, is_open_to_members=handout.is_open_to_members
    )
    if file:
        material.file.save(file.name, file, save=False)
    material.save(force_insert=True)
    _record("add_material", material, meeting, by)
    return material


@transaction.atomic
def remove_material(*, material: Material, by: User | str) -> None:
    """Take it away with its file. Nothing happens the second time."""
    meeting = locked(material.meeting)
    found = Material.objects.filter(pk=material.pk).first()
    if found is None:
        return
    _record("remove_material", found, meeting, by)
    storage, name = found.file.storage, found.file.name
    found.delete()
    if name:
        transaction.on_commit(lambda: storage.delete(name))


@transaction.atomic
def attach_sheet(*, meeting: Meeting, content: bytes, by: User | str) -> Meeting:
    """Keep the photograph of the signed sheet in place of the one before. The same again is kept once.

    Raises NotNow, NotADocument.
    """
    meeting = locked(meeting)
    if meeting.opened_at is None:
        raise NotNow(_("A signed sheet is attached when the meeting has been opened."))
    storage, before = meeting.sheet.storage, meeting.sheet.name
    file = _file(content, PICTURES)
    if before and storage.exists(before) and _content(storage, before) == file.read():
        return meeting
    meeting.sheet.save(file.name, file, save=False)
    meeting.save(update_fields=["sheet"])
    _record("attach_sheet", meeting, meeting, by)
    if before:
        transaction.on_commit(lambda: storage.delete(before))
    return meeting


@transaction.atomic
def add_observer(
    *, meeting: Meeting, key: uuid.UUID, name: str = "", office: str = "", above: Office | None = None, by: User | str
) -> Observer:
    """A guest by name, or who holds an office above. The same key or member twice is one. Raises NotNow."""
    meeting = _open(meeting)
    given: dict[str, Any] = {"name": name, "office": office, "is_from_above": False, "member": None}
    if above:
        member = above.member or (above.user.member if above.user else None)
        given = {"name": str(member or above.user), "office": office or str(above), "is_from_above": True}
        given["member"] = member
    attending = meeting.observers.filter(member__isnull=False, member=given["member"])
    if known := stored_already(Observer, key, meeting=meeting) or attending.first():
        return known
    observer = Observer.objects.create(pk=key, meeting=meeting, **given)
    _record("add_observer", observer, meeting, by)
    return observer


@transaction.atomic
def remove_observer(*, observer: Observer, by: User | str) -> None:
    """Take back an observer who wasn't there; twice is once. Raises NotNow."""
    meeting = _open(observer.meeting)
    if found := meeting.observers.filter(pk=observer.pk).first():
        _record("remove_observer", found, meeting, by)
        found.delete()


def _open(meeting: Meeting) -> Meeting:
    meeting = locked(meeting)
    if not agenda_is_open(meeting):
        raise NotNow(_("Observers can be changed until the minutes are locked."))
    return meeting


def _file(content: bytes, kinds: Any = None) -> ContentFile:
    kind, bare = bare_document(content)
    if kinds and kind not in kinds:
        raise NotADocument
    return ContentFile(bare, name=f"{get_random_string(24)}.{kind}")


def _content(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return file.read()


def _record(action: str, subject: Any, meeting: Meeting, by: User | str) -> None:
    record(action=action, by=by, subject=subject, organization_code=meeting.organization.code)
