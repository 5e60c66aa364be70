"""Storing the accepted rows of a roster import."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction
from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.keyring import fingerprint
from audit.services import record
from members import bulk
from members.choices import AffiliationKind, ImportState, RowVerdict
from members.dates import PartialDate
from members.fields import sealed
from members.imports.organization_resolver import TreeNode, unbuilt
from members.imports.problems import ImportNote, Problem
from members.imports.row_checks import DAYS, SEALED, Judged
from members.models.files import ColumnMapping, RosterImport, RosterImportRow
from members.models.member import Affiliation, Member, Situation
from members.models.organization import Organization
from members.models.user import User
from members.organizations.services import create_organization, hold_tree
from members.refused import Refused
from members.roster.services import SEPARATORS, describe, place_member
from members.search import filled_at_once, name_key, search_terms
from members.workbooks.catalogue import Column
from members.workbooks.headings import Layout
from members.workbooks.reading import dump_cells

MEMBER_FIELDS = list(Member._meta.concrete_fields)
MEMBER_COLUMNS = [str(field.column) for field in MEMBER_FIELDS]
MEMBER_DEFAULTS: dict[str, Any] = {
    field.attname: "" if field.empty_strings_allowed and not field.null else None for field in MEMBER_FIELDS
} | {"number_disputed": False}
AFFILIATION_COLUMNS = ["key", "member_id", "organization_id", "kind", "left_because"]
SITUATION_COLUMNS = ["key", "member_id", "kind", "place", "host", "able_to", "note", "recorded_at"]


# New members


def create_members(rows: Sequence[Judged]) -> dict[int, int]:
    """Row number → primary key of the member made for it."""
    keys = dict(zip((row.number for row in rows), reserve_ids(Member, len(rows)), strict=True))
    with filled_at_once(min(keys.values(), default=0), len(rows)):
        bulk.insert(Member, MEMBER_COLUMNS, (_member_row(row, keys[row.number]) for row in rows), as_made=True)
    bulk.insert(
        Affiliation,
        AFFILIATION_COLUMNS,
        ((uuid4(), keys[row.number], row.place.pk, AffiliationKind.FORMAL, "") for row in rows if row.place),
        as_made=True,
    )
    return keys


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """Primary keys that nobody else gets; inside the transaction that inserts them."""
    if connection.vendor != "postgresql":
        first = bulk.first_free_id(model)
        return list(range(first, first + count))
    with connection.cursor() as cursor:
        sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
        cursor.execute(sequence, [model._meta.db_table, count])
        return [row[0] for row in cursor.fetchall()]


def _member_row(row: Judged, key: int) -> list[Any]:
    facts = row.facts
    values = MEMBER_DEFAULTS | {"id": key, "key": uuid4(), "roster_path": row.place.path if row.place else ""}
    for name, value in facts.items():
        if name in DAYS:
            values[f"{name}_on"], values[f"{name}_precision"] = value.first_day, value.precision
        else:
            values[name] = sealed(value) if name in SEALED else value
    number = facts.get("national_id", "")
    values["national_id_print"] = fingerprint(number) if number else ""
    values["number_disputed"] = row.number_disputed
    values["name_key"] = name_key(facts["name"])
    names = [facts["name"], *filter(None, SEPARATORS.split(facts.get("former_names", "")))]
    values["search_terms"] = search_terms(names=names, numbers=[facts.get("phone", ""), number])
    return [values[field.attname] for field in MEMBER_FIELDS]


# Members who are already there


def change_member(row: Judged, on: date, by: User | str) -> dict[str, Any]:
    """Store what the row changes; returns what undoing needs: before and after by field, and the affiliation begun."""
    assert row.known is not None  # noqa: S101  only rows that were matched are CHANGED
    member = row.known.member
    for name, (_before, after) in row.changes.items():
        assign(member, name, after)
    if "national_id" in row.changes:
        member.number_disputed = row.number_disputed
    if row.changes:
        describe(member)
        member.save()
    undo: dict[str, Any] = {"changes": texts_of(row)}
    if row.moves and row.place:
        undo["from"] = member.roster_path
        group = Organization.objects.get(pk=row.place.pk)
        undo["affiliation"] = str(place_member(member=member, organization=group, on=on, today=on, by=by).pk)
    return undo


def texts_of(row: Judged) -> dict[str, list[str]]:
    return {name: [text_of(old), text_of(new)] for name, (old, new) in row.changes.items()}


def assign(member: Member, name: str, value: Any) -> None:
    """Set a fact; a PartialDate sets the day and its precision."""
    if name in DAYS:
        setattr(member, f"{name}_on", value.first_day if value else None)
        setattr(member, f"{name}_precision", value.precision if value else "")
    else:
        setattr(member, name, sealed(value) if name in SEALED else value)


def text_of(value: Any) -> str:
    """A fact as text, for keeping and comparing."""
    return str(value) if isinstance(value, PartialDate) else str.__str__(value or "")


# Situations


def add_situations(judged: Iterable[Judged], created: Mapping[int, int], before: Mapping[int, dict[str, Any]]) -> None:
    now = timezone.now()
    rows = []
    for row in judged:
        if row.is_stored:
            member = created.get(row.number) or (row.known.member.pk if row.known else 0)
            for kind, place in row.situations.items():
                key = uuid4()
                rows.append((key, member, kind, place, "", "", "", now))
                if row.number in before:
                    before[row.number].setdefault("situations", []).append(str(key))
    bulk.insert(Situation, SITUATION_COLUMNS, rows)


CHUNK = 1_000
CLAIM = timedelta(minutes=5)
"""How long a worker may be silent before another takes over. It is renewed with every chunk."""
LETTERS = re.compile(r"[A-Z]{1,2}")
"""What names a column without a heading."""
LEFT_OUT = frozenset({RowVerdict.REFUSED, RowVerdict.DOUBTFUL})
ACCEPTED = frozenset({RowVerdict.NEW, RowVerdict.CHANGED})
STORING = frozenset({ImportState.APPLYING, ImportState.APPLIED})

ROW_COLUMNS = ["roster_import_id", "number", "verdict", "name", "problems", "cells", "before", "member_id"]


def receive_workbook(
    *, key: UUID, file_name: str, organization: Organization | None, may_build: bool, by: User | str
) -> RosterImport:
    """Begin an import. The key comes with the form: sent twice, it is one import."""
    user = by if isinstance(by, User) else None
    begun, _created = RosterImport.objects.get_or_create(
        key=key,
        defaults={
            "file_name": file_name[-200:],
            "organization": organization,
            "may_build": may_build,
            "uploaded_by": user,
        },
    )
    return begun


def claim(*, roster_import: RosterImport, states: Iterable[ImportState], now_in: ImportState) -> bool:
    """Take over an import that is in one of the states and that no other worker is busy with."""
    now = timezone.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    mine = RosterImport.objects.filter(free, pk=roster_import.pk, state__in=states)
    taken = mine.update(state=now_in, claimed_until=now + CLAIM)
    roster_import.refresh_from_db()
    return bool(taken)


class ImportStopped(Exception):
    """Somebody cancelled the import while a worker was busy with it."""


def go_on(roster_import: RosterImport) -> None:
    """Hold the import until the transaction ends, so that nobody cancels it meanwhile. Raises ImportStopped."""
    held = RosterImport.objects.select_for_update().filter(pk=roster_import.pk)
    if held.values_list("state", flat=True).get() == ImportState.CANCELLED:
        raise ImportStopped


@transaction.atomic
def fail_import(*, roster_import: RosterImport, sentence: str, kind: str = "") -> None:
    """Say why the workbook couldn't be read. Rows that had been read go. `kind`: what it is instead (`kinds.KINDS`)."""
    go_on(roster_import)
    roster_import.rows.all().delete()
    notes = [ImportNote(0, Problem("", "another_kind", {"kind": kind})).as_json()] if kind else []
    _set(roster_import, state=ImportState.FAILED, failure=sentence[:500], notes=notes, claimed_until=None)


@transaction.atomic
def begin_rows(*, roster_import: RosterImport, layout: Layout, notes: Iterable[ImportNote]) -> None:
    """Note what the sheet was understood to be. Rows of an attempt that was interrupted go."""
    go_on(roster_import)
    roster_import.rows.all().delete()
    _set(
        roster_import,
        sheet=(layout.sheet_name or Path(roster_import.file_name).stem)[:80],
        header_row=layout.header_row,
        columns=[
            {name: getattr(column, name) for name in ("heading", "letter", "field", "doubt", "proposal", "reason")}
            for column in layout.columns
        ],
        notes=[note.as_json() for note in notes],
        rows_done=0,
    )


@transaction.atomic
def store_verdicts(*, roster_import: RosterImport, judged: Sequence[Judged]) -> None:
    """Keep a chunk of rows with their verdicts, to be looked through. Nothing reaches the roster."""
    go_on(roster_import)
    would = {row.number: {"changes": texts_of(row)} for row in judged if row.verdict == RowVerdict.CHANGED}
    _store_rows(roster_import, judged, {}, would)
    _progress(roster_import, len(judged))


@transaction.atomic
def end_rows(*, roster_import: RosterImport, notes: Iterable[ImportNote]) -> None:
    """All rows are read and wait to be looked through."""
    go_on(roster_import)
    _set(
        roster_import,
        state=ImportState.PREVIEW,
        claimed_until=None,
        rows_total=roster_import.rows.count(),
        rows_done=0,
        counts=count_verdicts(roster_import),
        notes=[*roster_import.notes, *(note.as_json() for note in notes)],
    )


@transaction.atomic
def correct_columns(*, roster_import: RosterImport, fields: Mapping[str, str]) -> None:
    """Read the rows again with headings as a person corrected them, or as they answered; remembered for the branch.

    A question is answered by any field for its heading, "" for a column that isn't to be read.
    """
    roster_import.refresh_from_db(from_queryset=RosterImport.objects.select_for_update())
    before = {column["heading"]: column["field"] for column in roster_import.columns}
    asked = {column["heading"] for column in questions(roster_import)}
    corrected = {
        heading: field for heading, field in fields.items() if heading in asked or before.get(heading, field) != field
    }
    if roster_import.state != ImportState.PREVIEW:
        raise Refused(_("The columns can be corrected only before the import is confirmed."))
    if not corrected:
        return
    for column in roster_import.columns:
        column["field"] = fields.get(column["heading"], column["field"])
        if column["heading"] in fields:
            column["proposal"] = ""
    if roster_import.organization:
        _remember(roster_import.organization, corrected)
    _set(roster_import, columns=roster_import.columns, state=ImportState.UPLOADED, claimed_until=None, rows_done=0)


def questions(roster_import: RosterImport) -> list[dict[str, str]]:
    """The columns that nobody has said yes or no to yet."""
    return [column for column in roster_import.columns if column.get("proposal")]


def _remember(organization: Organization, corrected: Mapping[str, str]) -> None:
    """Not for a blank heading: the third column of another sheet is another one."""
    for heading, field in corrected.items():
        if LETTERS.fullmatch(heading):
            continue
        ColumnMapping.objects.update_or_create(
            organization=organization, heading=heading[:80], defaults={"field": field}
        )


@transaction.atomic
def confirm_import(*, roster_import: RosterImport, by: User | str) -> bool:
    """Let the accepted rows be stored. Confirming twice confirms once; says whether it was this time.

    Holds the tree: what is moving ends its move first, and afterwards nothing begins one (`move_organization`).
    """
    hold_tree()
    roster_import.refresh_from_db()
    if roster_import.state == ImportState.PREVIEW and questions(roster_import):
        raise Refused(_("Answer the questions about the columns first."))
    confirmed = RosterImport.objects.filter(pk=roster_import.pk, state=ImportState.PREVIEW).update(
        state=ImportState.CONFIRMED, rows_total=waiting_rows(roster_import).count(), rows_done=0, claimed_until=None
    )
    roster_import.refresh_from_db()
    if not confirmed and roster_import.state not in {ImportState.CONFIRMED, *STORING}:
        raise Refused(_("This import can't be confirmed now."))
    if confirmed:
        _record("confirm_import", roster_import, by, roster_import.counts)
    return bool(confirmed)


@transaction.atomic
def store_chunk(
    *, roster_import: RosterImport, judged: Sequence[Judged], on: date, by: User | str, looked_through: bool = True
) -> None:
    """Store a chunk's accepted rows on the roster, and every row with what became of it.

    `looked_through`: the rows are stored with their verdicts, which give way to these. Raises ImportStopped.
    """
    go_on(roster_import)
    _build_places(roster_import, judged, by)
    members = create_members([row for row in judged if row.verdict == RowVerdict.NEW])
    changed = [row for row in judged if row.verdict == RowVerdict.CHANGED]
    before = {row.number: change_member(row, on, by) for row in changed}
    add_situations(judged, members, before)
    for row in changed:
        members[row.number] = row.known.member.pk if row.known else 0
    if looked_through:
        roster_import.rows.filter(number__in=[row.number for row in judged]).delete()
    _store_rows(roster_import, judged, members, before)
    _progress(roster_import, len(judged))


@transaction.atomic
def finish_import(*, roster_import: RosterImport, by: User | str) -> None:
    """Everything accepted is stored: count it and put it on record. Raises ImportStopped."""
    go_on(roster_import)
    counts = count_verdicts(roster_import)
    now = timezone.now()
    roster_import.rows.exclude(verdict__in=LEFT_OUT).exclude(cells="").update(cells="")
    rows = sum(counts.values())
    _set(roster_import, state=ImportState.APPLIED, applied_at=now, claimed_until=None, counts=counts, rows_total=rows)
    _record("import_roster", roster_import, by, {**counts, "organizations": len(roster_import.built)})


def waiting_rows(roster_import: RosterImport) -> QuerySet[RosterImportRow]:
    """Accepted rows that aren't stored on the roster yet."""
    return roster_import.rows.filter(verdict__in=ACCEPTED, member=None)


def count_verdicts(roster_import: RosterImport) -> dict[str, int]:
    """Verdict → number of rows."""
    return dict(roster_import.rows.order_by().values_list("verdict").annotate(Count("pk")))


def _record(action: str, roster_import: RosterImport, by: User | str, details: Mapping[str, object]) -> None:
    code = roster_import.organization.code if roster_import.organization else ""
    record(action=action, by=by, subject=roster_import, organization_code=code, details=details)


def _set(roster_import: RosterImport, **values: object) -> None:
    for name, value in values.items():
        setattr(roster_import, name, value)
    roster_import.save(update_fields=list(values))


def _progress(roster_import: RosterImport, rows: int) -> None:
    _set(roster_import, rows_done=roster_import.rows_done + rows, claimed_until=timezone.now() + CLAIM)


# The tree


def _build_places(roster_import: RosterImport, judged: Iterable[Judged], by: User | str) -> None:
    missing = {id(place): place for row in judged if row.is_stored and row.place for place in unbuilt(row.place)}
    for place in missing.values():
        _build(roster_import, place, by)
    if missing:
        _set(roster_import, built=roster_import.built)


def _build(roster_import: RosterImport, place: TreeNode, by: User | str) -> None:
    parent = Organization.objects.get(pk=place.above.pk) if place.above else None
    organization = create_organization(name=place.name, kind=place.kind, parent=parent, by=by)
    place.pk, place.path = organization.pk, organization.path
    roster_import.built.append(organization.code)


# Rows


def _store_rows(
    roster_import: RosterImport,
    judged: Sequence[Judged],
    members: Mapping[int, int],
    before: Mapping[int, dict[str, Any]],
) -> None:
    """The rows of the import. What was stored on the roster isn't kept a second time; `before` says how to undo it."""
    done = roster_import.state in STORING
    bulk.insert(
        RosterImportRow,
        ROW_COLUMNS,
        (
            (
                roster_import.pk,
                row.number,
                row.verdict,
                row.name[:60],
                json.dumps([problem.as_json() for problem in row.problems], ensure_ascii=False),
                "" if done and row.verdict not in LEFT_OUT else sealed(dump_cells(row.cells)),
                sealed(json.dumps(before[row.number], ensure_ascii=False)) if row.number in before else "",
                members.get(row.number),
            )
            for row in judged
        ),
        as_made=True,
    )


def layout_of(roster_import: RosterImport) -> Layout:
    """The layout of an import whose rows are stored."""
    columns = [
        Column(index, column["heading"], column["field"], 0, column["doubt"], column.get("proposal", ""))
        for index, column in enumerate(roster_import.columns)
    ]
    return Layout(0, roster_import.sheet, roster_import.header_row or 0, columns, [])
