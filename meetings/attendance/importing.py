"""A year's sign-in sheet into the record: what it says, storing it, and taking it back."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.keyring import fingerprints
from audit.services import record
from meetings.attendance.models import Attendance, AttendanceImport
from meetings.attendance.queries import roll
from meetings.attendance.sheets import Marked, MeetingColumn, SignInSheet, mark_of, open_sheet
from meetings.choices import AttendanceState, MeetingKind, MeetingState, ReasonSource
from meetings.meeting.models import Meeting
from members.choices import ImportState
from members.models import Affiliation, Member, Organization, User
from members.paths import subtree
from members.refused import Refused
from members.workbooks.cells import text
from members.workbooks.headings import HeadedRow


class CannotUndo(Refused):
    """An import that can't be taken back; the sentence says why."""


@dataclass(frozen=True, slots=True)
class SheetNote:
    """Something about a row or a column, with a code and a sentence. `row` is the sheet's own number."""

    row: int
    column: str
    code: str
    message: str


@dataclass
class SheetContents:
    """What a sheet says: its meetings with the marks of each member, and what couldn't be used."""

    meetings: list[MeetingColumn]
    marks: dict[int, dict[int, Marked]] = field(default_factory=lambda: defaultdict(dict))
    """Index of the meeting's column → member → mark."""
    refused: list[SheetNote] = field(default_factory=list)
    warnings: list[SheetNote] = field(default_factory=list)

    def answer(self) -> dict[str, Any]:
        """As the command and the preview show it."""
        return {
            "meetings": [self._counts(meeting) for meeting in self.meetings],
            "refused": [asdict(note) for note in self.refused],
            "warnings": [asdict(note) for note in self.warnings],
        }

    def stored(self) -> dict[str, Any]:
        """The same with the marks, as a preview keeps it until somebody confirms."""
        marks = {
            index: {pk: [one.state, one.leave_kind] for pk, one in row.items()} for index, row in self.marks.items()
        }
        columns = [[one.index, one.heading, one.day.isoformat(), one.kind.value] for one in self.meetings]
        return {**self.answer(), "columns": columns, "marks": marks}

    @classmethod
    def restored(cls, stored: Mapping[str, Any]) -> "SheetContents":
        """What `stored` kept."""
        columns = [
            MeetingColumn(index, heading, date.fromisoformat(day), MeetingKind(kind))
            for index, heading, day, kind in stored["columns"]
        ]
        found = cls(
            columns,
            refused=[SheetNote(**note) for note in stored["refused"]],
            warnings=[SheetNote(**one) for one in stored["warnings"]],
        )
        for index, row in stored["marks"].items():
            marks = {int(pk): Marked(AttendanceState(state), kind) for pk, (state, kind) in row.items()}
            found.marks[int(index)] = marks
        return found

    def _counts(self, meeting: MeetingColumn) -> dict[str, Any]:
        states = Counter(mark.state for mark in self.marks[meeting.index].values())
        return {
            "date": meeting.day.isoformat(),
            "kind": meeting.kind.value,
            "present": states[AttendanceState.ON_SITE] + states[AttendanceState.ONLINE],
            "leave": states[AttendanceState.LEAVE],
            "absent": states[AttendanceState.ABSENT],
        }


def read_sheet(path: Path, *, organization: Organization, year: int) -> SheetContents:
    """What the workbook says about the members of the branch; writes nothing. Raises UnreadableWorkbook, NotASheet."""
    with open_sheet(path, year) as sheet:
        found = SheetContents(meetings=sheet.meetings)
        found.warnings += [_unread(sheet, column.heading) for column in sheet.unread]
        found.warnings += [_twice(sheet, column.heading) for column in sheet.twice]
        people = _People(organization)
        for one in sheet.records():
            _read_row(found, one, people)
        return found


def keep_preview(
    *, key: UUID, found: SheetContents, organization: Organization, year: int, file_name: str, by: User
) -> AttendanceImport:
    """Keep what a sheet says until somebody confirms it. The same key twice keeps one."""
    kept, _is_new = AttendanceImport.objects.get_or_create(
        pk=key,
        defaults={
            "organization": organization, "year": year, "file_name": file_name[:200], "uploaded_by": by,
            "found": found.stored(),
        },
    )  # fmt: skip
    return kept


def on_record(attendance_import: AttendanceImport) -> set[tuple[str, str]]:
    """Day and kind of meetings of the branch that are on record: what a preview has of these is not stored again."""
    days = [one["date"] for one in attendance_import.found["meetings"]]
    known = Meeting.objects.filter(organization=attendance_import.organization_id, day__in=days)
    return {(day.isoformat(), kind) for day, kind in known.values_list("day", "kind")}


@transaction.atomic
def confirm_preview(*, attendance_import: AttendanceImport, by: User) -> AttendanceImport:
    """Store what was looked through. Confirming twice stores once."""
    locked = AttendanceImport.objects.select_for_update(of=("self",)).get(pk=attendance_import.pk)
    if locked.state != ImportState.PREVIEW:
        return locked
    return store_sheet(SheetContents.restored(locked.found), attendance_import=locked, by=by)


@transaction.atomic
def store_sheet(found: SheetContents, *, attendance_import: AttendanceImport, by: User | str) -> AttendanceImport:
    """Store the meetings that aren't on record yet. The same sheet again stores nothing; a meeting is stored whole."""
    made = [meeting for column in found.meetings if (meeting := _store_meeting(found, column, attendance_import))]
    attendance_import.state = ImportState.APPLIED
    attendance_import.applied_at = timezone.now()
    attendance_import.found = found.answer()
    attendance_import.save()
    attendance_import.meetings.set(made)
    _record("import_attendance", attendance_import, by, meetings=len(made), rows=sum(map(len, found.marks.values())))
    return attendance_import


@transaction.atomic
def undo_sheet(*, attendance_import: AttendanceImport, by: User | str) -> int:
    """Take the meetings of an import off the record again; their number. Raises CannotUndo."""
    locked = AttendanceImport.objects.select_for_update(of=("self",)).get(pk=attendance_import.pk)
    if locked.state != ImportState.APPLIED:
        raise CannotUndo(_("Only an import that has been stored, and not yet undone, can be undone."))
    made = locked.meetings.all()
    if touched := made.exclude(agenda=None, minutes=None, expected__changes=None).distinct().first():
        raise CannotUndo(_("Since then something was recorded at the meeting %(meeting)s.") % {"meeting": touched})
    undone = made.count()
    made.delete()
    locked.state, locked.undone_at = ImportState.UNDONE, timezone.now()
    locked.save(update_fields=["state", "undone_at"])
    _record("undo_attendance_import", locked, by, meetings=undone)
    return undone


class _People:
    """The members who belong or belonged to the branch, by name and by identity number."""

    def __init__(self, organization: Organization) -> None:
        here = Affiliation.objects.filter(subtree("organization__path", [organization.path]))
        members = Member.objects.filter(pk__in=here.values("member")).only("id", "name", "national_id_print")
        self.by_name: dict[str, list[int]] = defaultdict(list)
        self.by_print: dict[str, int] = {}
        for member in members:
            self.by_name[_plain(member.name)].append(member.pk)
            self.by_print[member.national_id_print] = member.pk

    def find(self, one: HeadedRow) -> list[int]:
        """The members a row can mean: none, one, or several of one name."""
        number = _plain(text(one.values.get("national_id")))
        known = [self.by_print[digest] for digest in fingerprints(number) if digest in self.by_print] if number else []
        return known or self.by_name.get(_plain(text(one.values.get("name"))), [])


def _read_row(found: SheetContents, one: HeadedRow, people: _People) -> None:
    members = people.find(one)
    if len(members) != 1:
        found.refused.append(_nobody(one) if not members else _several(one))
        return
    if any(members[0] in marks for marks in found.marks.values()):
        found.refused.append(
            SheetNote(one.number, "", "member_twice", _("This member stands in an earlier row already."))
        )
        return
    for meeting in found.meetings:
        mark = mark_of(one.row.value(meeting.index))
        if not mark.understood:
            found.warnings.append(_unclear(one, meeting))
        found.marks[meeting.index][members[0]] = mark


def _store_meeting(found: SheetContents, column: MeetingColumn, source: AttendanceImport) -> Meeting | None:
    known = Meeting.objects.filter(organization=source.organization, day=column.day, kind=column.kind)
    if known.exists():
        return None
    now = timezone.now()
    meeting = Meeting.objects.create(
        organization=source.organization, kind=column.kind, day=column.day, counts_for_year=column.day.year,
        state=MeetingState.HELD, opened_at=now, closed_at=now,
    )  # fmt: skip
    marks = found.marks[column.index]
    expected = {one.member_id: one for one in roll(meeting)}
    rows = [_filled(one, marks.get(one.member_id)) for one in expected.values() if _asked(one, marks)]
    Attendance.objects.bulk_create(rows)
    return meeting


def _asked(one: Attendance, marks: Mapping[int, Marked]) -> bool:
    """Only who stands in the sheet: it says who was asked, and says nothing about the others."""
    return one.member_id in marks


def _filled(one: Attendance, mark: Marked | None) -> Attendance:
    if mark:
        one.state, one.leave_kind = mark.state, mark.leave_kind
    one.marked_by, one.marked_at = str(ReasonSource.IMPORT.label), timezone.now()
    return one


def _plain(written: str) -> str:
    return re.sub(r"\s", "", written).upper()


def _nobody(one: HeadedRow) -> SheetNote:
    sentence = _("Nobody of that name belongs to this branch. Record the member first, or correct the name.")
    return SheetNote(one.number, text(one.values.get("name")), "member_unknown", sentence)


def _several(one: HeadedRow) -> SheetNote:
    sentence = _("Several members of this branch have that name. Add a column with the identity number.")
    return SheetNote(one.number, text(one.values.get("name")), "member_ambiguous", sentence)


def _unclear(one: HeadedRow, meeting: MeetingColumn) -> SheetNote:
    sentence = _("This mark isn't understood: “%(mark)s”. The attendance was left unrecorded.")
    mark = text(one.row.value(meeting.index))
    return SheetNote(one.number, meeting.heading, "mark_unclear", sentence % {"mark": mark})


def _unread(sheet: SignInSheet, heading: str) -> SheetNote:
    sentence = _("This column names no day and kind of a meeting and was left out.")
    return SheetNote(sheet.layout.header_row, " ".join(heading.split()), "column_unclear", sentence)


def _twice(sheet: SignInSheet, heading: str) -> SheetNote:
    sentence = _("This meeting stands in an earlier column too; this one was left out.")
    return SheetNote(sheet.layout.header_row, heading, "meeting_twice", sentence)


def _record(action: str, source: AttendanceImport, by: User | str, **details: int) -> None:
    code = source.organization.code
    record(action=action, by=by, subject=source, organization_code=code, details=details)
