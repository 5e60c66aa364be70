"""Taking an import through its stages: reading for the pages, storing after confirmation, and both at once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from members.access.queries import access_for
from members.choices import Capability, ImportState, RowVerdict
from members.imports import services as service
from members.imports.organization_resolver import (
    Places,
    RosterSheet,
    open_roster,
    other_title,
    refuse_unplaced,
)
from members.imports.problems import ImportNote
from members.imports.row_checks import Judge, Judged, Sees, chunks
from members.imports.undo_services import Undone, cancel_import
from members.models.files import ColumnMapping, RosterImport
from members.models.organization import Organization
from members.models.user import User
from members.organizations.services import hold_tree
from members.roster.member_queries import whereabouts
from members.workbooks.catalogue import Column
from members.workbooks.headings import HeadedRow, Layout
from members.workbooks.reading import Row, UnusableWorkbook, Value, load_cells

MOST_WARNINGS = 20_000
SYSTEM = "system"
CACHE = -12_000
"""Kibibytes."""


def file_of(roster_import: RosterImport) -> Path:
    """Where the uploaded workbook lies until it has been read."""
    return Path(settings.IMPORT_ROOT) / f"{roster_import.key}.upload"


def receive(workbook: UploadedFile, *, key: UUID, into: Organization, may_build: bool, by: User) -> RosterImport:
    """Keep an uploaded workbook until it has been read, readable for this program alone."""
    begun = service.receive_workbook(
        key=key, file_name=workbook.name or "", organization=into, may_build=may_build, by=by
    )
    path = file_of(begun)
    if begun.state == ImportState.UPLOADED and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(f".{uuid4().hex}")
        with open(beside, "xb", opener=_private) as file:  # noqa: PTH123  the opener sets the mode from the first byte
            for piece in workbook.chunks():
                file.write(piece)
        beside.replace(path)
    return begun


def cancel(roster_import: RosterImport, *, by: User | str) -> Undone:
    """Stop an import wherever it is, and let the workbook go. As `cancel_import`."""
    undone = cancel_import(roster_import=roster_import, by=by)
    file_of(roster_import).unlink(missing_ok=True)
    return undone


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def remembered(organization: Organization | None) -> dict[str, str]:
    """Heading → field, as corrected before for this branch."""
    if organization is None:
        return {}
    return dict(ColumnMapping.objects.filter(organization=organization).values_list("heading", "field"))


@contextmanager
def modest_cache() -> Iterator[None]:
    """SQLite's page cache would grow to 64 MB beside everything else that an import holds."""
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        before = cursor.execute("PRAGMA cache_size").fetchone()[0]
        cursor.execute(f"PRAGMA cache_size = {CACHE}")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = {int(before)}")


# Reading, for the pages


def read_import(roster_import: RosterImport, *, on: date) -> None:
    """Read the uploaded workbook, or the stored rows again under corrected headings. Does nothing if another does."""
    waiting = (ImportState.UPLOADED, ImportState.READING)
    if not service.claim(roster_import=roster_import, states=waiting, now_in=ImportState.READING):
        return
    with suppress(service.ImportStopped):
        if file_of(roster_import).exists():
            _read_file(roster_import, on)
        else:
            _judge_again(roster_import, on)
    file_of(roster_import).unlink(missing_ok=True)


def _read_file(roster_import: RosterImport, on: date) -> None:
    try:
        with modest_cache(), open_roster(file_of(roster_import), remembered(roster_import.organization)) as sheet:
            _read_sheet(roster_import, sheet, on)
    except UnusableWorkbook as refusal:
        service.fail_import(roster_import=roster_import, sentence=str(refusal), kind=getattr(refusal, "kind", ""))


def _read_sheet(roster_import: RosterImport, sheet: RosterSheet, on: date) -> None:
    places = Places(roster_import.organization, may_build=roster_import.may_build)
    refuse_unplaced(sheet.layout, places)
    sheet.notes.extend(other_title(sheet.layout, places))
    service.begin_rows(roster_import=roster_import, layout=sheet.layout, notes=sheet.notes)
    said = len(sheet.notes)
    judge = Judge(sheet.layout, places, on, sees_of(roster_import.uploaded_by, on=on))
    for chunk in chunks(sheet.records(), service.CHUNK):
        service.store_verdicts(roster_import=roster_import, judged=judge.judge(chunk))
    service.end_rows(roster_import=roster_import, notes=sheet.notes[said:])


@transaction.atomic
def _judge_again(roster_import: RosterImport, on: date) -> None:
    """The verdicts of all stored rows under the headings as they are now."""
    service.go_on(roster_import)
    layout = service.layout_of(roster_import)
    records = list(_stored_records(roster_import, layout, RowVerdict.values))
    if not records:
        sentence = _("The workbook is no longer here. Upload it again.")
        service.fail_import(roster_import=roster_import, sentence=sentence)
        return
    places = Places(roster_import.organization, may_build=roster_import.may_build)
    judge = Judge(layout, places, on, sees_of(roster_import.uploaded_by, on=on))
    roster_import.rows.all().delete()
    for chunk in chunks(records, service.CHUNK):
        service.store_verdicts(roster_import=roster_import, judged=judge.judge(chunk))
    service.end_rows(roster_import=roster_import, notes=[])


def _stored_records(roster_import: RosterImport, layout: Layout, verdicts: list[str]) -> Iterator[HeadedRow]:
    rows = roster_import.rows.filter(verdict__in=verdicts, member=None).order_by("number")
    for row in rows.iterator(chunk_size=service.CHUNK):
        yield stored_record(row.number, load_cells(row.cells.open()), layout)


def stored_record(number: int, cells: dict[str, Value], layout: Layout) -> HeadedRow:
    """A record as it was read from the sheet."""
    row = Row(number, [cells.get(column.heading) for column in layout.columns], [])
    values: dict[str, Value] = {}
    for column in layout.known:
        if (value := cells.get(column.heading)) is not None:
            values[column.field] = value
    return HeadedRow(number, row, values, {})


# Storing, after confirmation


def apply_import(roster_import: RosterImport, *, on: date) -> None:
    """Store the accepted rows of a confirmed import; goes on where an earlier attempt stopped."""
    waiting = (ImportState.CONFIRMED, ImportState.APPLYING)
    if not service.claim(roster_import=roster_import, states=waiting, now_in=ImportState.APPLYING):
        return
    by = roster_import.uploaded_by or SYSTEM
    places = Places(roster_import.organization, may_build=roster_import.may_build)
    judge = Judge(service.layout_of(roster_import), places, on, sees_of(roster_import.uploaded_by, on=on))
    last = 0
    with suppress(service.ImportStopped), modest_cache():
        while records := _next_records(roster_import, judge.layout, last):
            _store(roster_import, judge, records, on, by)
            last = records[-1].number
        service.finish_import(roster_import=roster_import, by=by)


def sees_of(by: User | str | None, *, on: date) -> Sees:
    """Of whom whoever imports may know: at the shell of everybody, else of those on the rosters of their offices, and
    of those who left them."""
    if not isinstance(by, User):
        return lambda member: True
    by.access = access_for(by, on=on)
    return lambda member: by.access.may(Capability.VIEW_ROSTER, whereabouts(member))


def _next_records(roster_import: RosterImport, layout: Layout, last: int) -> list[HeadedRow]:
    rows = service.waiting_rows(roster_import).filter(number__gt=last).order_by("number")[: service.CHUNK]
    return [stored_record(row.number, load_cells(row.cells.open()), layout) for row in rows]


def _store(roster_import: RosterImport, judge: Judge, records: list[HeadedRow], on: date, by: User | str) -> None:
    """Judged at the moment of storing: the roster may have changed since the rows were looked through."""
    try:
        service.store_chunk(roster_import=roster_import, judged=judge.judge(records), on=on, by=by)
    except IntegrityError:
        judge.forget(records)
        service.store_chunk(roster_import=roster_import, judged=judge.judge(records), on=on, by=by)


# Both at once, for the shell


@dataclass
class Report:
    """What an import did, or would do."""

    layout: Layout
    roster_import: RosterImport | None = None
    counts: dict[str, int] = field(default_factory=dict)
    refused: list[ImportNote] = field(default_factory=list)
    warnings: list[ImportNote] = field(default_factory=list)
    asked: list[tuple[Column, list[str]]] = field(default_factory=list)
    """Columns with a proposal, each with three of its cells."""

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def add(self, judged: list[Judged]) -> None:
        for row in judged:
            self.counts[row.verdict] = self.counts.get(row.verdict, 0) + 1
            for problem in row.problems:
                refusing = row.verdict in service.LEFT_OUT and (problem.refuses or problem.is_doubt)
                kept = self.refused if refusing else self.warnings
                if refusing or len(kept) < MOST_WARNINGS:
                    kept.append(ImportNote(row.number, problem))


def import_roster(
    path: Path,
    *,
    into: Organization | None,
    may_build: bool,
    on: date,
    by: User | str,
    dry_run: bool = False,
    accept: bool = False,
) -> Report:
    """Read and store a workbook in one transaction. Raises UnreadableWorkbook, NotARoster: then nothing is stored.

    `accept`: columns that a page would ask about are read as proposed; else they are left out.
    """
    with modest_cache(), open_roster(path, remembered(into), accept=accept) as sheet:
        samples = sheet.samples()
        report = Report(sheet.layout, asked=[(column, samples[column.heading]) for column in sheet.asked])
        if dry_run:
            judge = _judge_of(sheet, into, may_build, on, by)
            for chunk in chunks(sheet.records(), service.CHUNK):
                report.add(judge.judge(chunk))
        else:
            _import(path.name, sheet, report, into, may_build, on, by)
        report.warnings[:0] = sheet.notes
    return report


def _judge_of(sheet: RosterSheet, into: Organization | None, may_build: bool, on: date, by: User | str) -> Judge:
    places = Places(into, may_build=may_build)
    refuse_unplaced(sheet.layout, places)
    sheet.notes.extend(other_title(sheet.layout, places))
    return Judge(sheet.layout, places, on, sees_of(by, on=on))


@transaction.atomic
def _import(
    name: str, sheet: RosterSheet, report: Report, into: Organization | None, may_build: bool, on: date, by: User | str
) -> None:
    hold_tree()  # nothing moves while the paths are known by heart
    if into:
        into.refresh_from_db()
    judge = _judge_of(sheet, into, may_build, on, by)
    roster_import = service.receive_workbook(key=uuid4(), file_name=name, organization=into, may_build=may_build, by=by)
    report.roster_import = roster_import
    service.claim(roster_import=roster_import, states=[ImportState.UPLOADED], now_in=ImportState.APPLYING)
    service.begin_rows(roster_import=roster_import, layout=sheet.layout, notes=sheet.notes)
    for chunk in chunks(sheet.records(), service.CHUNK):
        judged = judge.judge(chunk)
        service.store_chunk(roster_import=roster_import, judged=judged, on=on, by=by, looked_through=False)
        report.add(judged)
    service.finish_import(roster_import=roster_import, by=by)
