"""Roster imports: their rows, and as jobs."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from members.choices import ImportState, RowVerdict
from members.imports.kinds import KINDS, ImportKind
from members.imports.problems import Problem, from_json
from members.models.files import CANCELLABLE, RosterImport, RosterImportRow
from members.models.member import Member
from members.models.user import User
from members.pages.links import MOST, SHOWN_FOR, Job, JobState
from members.pages.queries import called
from members.roster.headings import LABELS
from members.workbooks.cells import text
from members.workbooks.deciding import AMOUNT, CONTRADICTED, FITTING, RESEMBLING
from members.workbooks.evidence import samples
from members.workbooks.reading import Value, load_cells

PRIVATE = frozenset({"national_id", "phone", "address", "dues_base"})
SHOWN = ("sex", "birth", "joined", "full", "membership", "category", "organization", "group")
WITH_REMARKS = "remarks"
BUSY = frozenset({ImportState.UPLOADED, ImportState.READING, ImportState.CONFIRMED, ImportState.APPLYING})


WORDS = {field.name: dict(field.flatchoices) for field in Member._meta.fields if field.choices}
"""Field of a member → its codes in words."""
TO_LOOK_AT = Case(
    When(verdict=RowVerdict.DOUBTFUL, then=0),
    When(verdict=RowVerdict.REFUSED, then=1),
    When(problems=[], then=3),
    default=2,
)


@dataclass(frozen=True)
class Finding:
    """A problem as the page shows it: the cell, what is written there where it isn't private, and the sentence."""

    problem: Problem
    written: str

    @property
    def kind(self) -> str:
        """How bad it is, as a badge."""
        return "bad" if self.problem.refuses else "warn" if self.problem.is_doubt else "info"


@dataclass(frozen=True)
class ImportLine:
    """A row of an import."""

    row: RosterImportRow
    findings: list[Finding] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Label, before, after; private values stay hidden."""
    url: str = ""
    """Of the member that was made of it."""


def rows_of(roster_import: RosterImport, verdict: str) -> QuerySet[RosterImportRow]:
    """The rows with a verdict, those with remarks, or all of them; what has to be looked at first."""
    rows = roster_import.rows.order_by(TO_LOOK_AT, "number").select_related("member")
    if verdict == WITH_REMARKS:
        return rows.exclude(problems=[])
    return rows.filter(verdict=verdict) if verdict in RowVerdict.values else rows


def lines(roster_import: RosterImport, rows: Iterable[RosterImportRow]) -> list[ImportLine]:
    """Rows opened for the page. Values of private columns aren't among them."""
    fields = {column["heading"]: column["field"] for column in roster_import.columns}
    applied = roster_import.state == ImportState.APPLIED
    return [_line(row, fields, applied=applied) for row in rows]


def _line(row: RosterImportRow, fields: dict[str, str], *, applied: bool) -> ImportLine:
    cells = {heading: text(cell) for heading, cell in load_cells(row.cells.open() if row.cells else "").items()}
    public = {heading: cell for heading, cell in cells.items() if fields.get(heading, "") not in PRIVATE}
    return ImportLine(
        row,
        [Finding(problem, public.get(problem.column, "")[:60]) for problem in map(from_json, row.problems)],
        [f"{heading} {cell}" for heading, cell in public.items() if fields.get(heading) in SHOWN],
        list(_changes(row)),
        row.member.get_absolute_url() if applied and row.member else "",
    )


def _changes(row: RosterImportRow) -> Iterator[tuple[str, str, str]]:
    before: dict[str, Any] = json.loads(row.before.open()) if row.before else {}
    for name, (old, new) in before.get("changes", {}).items():
        hidden, words = name in PRIVATE, WORDS.get(name, {})
        shown = ("••••" if hidden and old else words.get(old, old), "••••" if hidden else words.get(new, new))
        yield str(LABELS.get(name, LABELS["category"])), str(shown[0]), str(shown[1])


REASONS: dict[str, Promise] = {
    RESEMBLING: gettext_lazy("The heading resembles one of this kind, and what stands below fits."),
    FITTING: gettext_lazy("The heading doesn't say it, but what stands below looks like it."),
    CONTRADICTED: gettext_lazy("The heading says it, but what stands below looks like something else."),
    AMOUNT: gettext_lazy("Dues would be computed from it. A wage or a pension is not the base by itself."),
}
ROWS_FOR_SAMPLES = 60


@dataclass(frozen=True)
class ColumnLine:
    """A column for the page: what it is, or may be and why, with three of its cells."""

    number: int
    heading: str
    letter: str
    field: str
    proposal: str
    reason: str
    samples: list[str]

    @property
    def means(self) -> str:
        """What it is read as, or would be."""
        return str(LABELS.get(self.field or self.proposal, ""))


def column_lines(roster_import: RosterImport, user: User) -> list[ColumnLine]:
    """The columns of an import, those that aren't read with cells. These are shown to whoever uploaded them: nobody
    knows yet what is private."""
    unread = any(not column["field"] for column in roster_import.columns)
    cells = _first_cells(roster_import) if unread and roster_import.uploaded_by_id == user.pk else []
    return [
        ColumnLine(
            number,
            column["heading"],
            column.get("letter", ""),
            column["field"],
            column.get("proposal", ""),
            str(REASONS.get(column.get("reason", ""), "")),
            samples(row.get(column["heading"]) for row in cells),
        )
        for number, column in enumerate(roster_import.columns)
    ]


def elsewhere(roster_import: RosterImport) -> ImportKind | None:
    """Where a workbook of another kind belongs."""
    kinds = [note["about"]["kind"] for note in roster_import.notes if note["code"] == "another_kind"]
    return KINDS.get(kinds[0]) if kinds else None


def _first_cells(roster_import: RosterImport) -> list[dict[str, Value]]:
    rows = roster_import.rows.order_by("number").exclude(cells="")[:ROWS_FOR_SAMPLES]
    return [load_cells(row.cells.open()) for row in rows]


def verdict_counts(roster_import: RosterImport) -> list[tuple[str, str, int]]:
    """Verdict, label and number, in the order of RowVerdict; verdicts that no row has are left out."""
    counts = roster_import.counts
    return [(verdict.value, str(verdict.label), counts[verdict]) for verdict in RowVerdict if counts.get(verdict)]


IMPORT_STATES = {
    ImportState.UPLOADED: JobState.WAITING,
    ImportState.READING: JobState.RUNNING,
    ImportState.PREVIEW: JobState.ASKS,
    ImportState.CONFIRMED: JobState.WAITING,
    ImportState.APPLYING: JobState.RUNNING,
    ImportState.APPLIED: JobState.DONE,
    ImportState.UNDONE: JobState.DONE,
    ImportState.FAILED: JobState.FAILED,
    ImportState.CANCELLED: JobState.CANCELLED,
}
STORING = frozenset({ImportState.CONFIRMED, ImportState.APPLYING})


def import_jobs(user: User, *, on: date) -> list[Job]:
    """The imports into one's branches: those not ended, and the newest that have."""
    rows = RosterImport.objects.visible_to(user).filter(
        Q(uploaded_at__gte=_since(on)) | Q(state__in=CANCELLABLE, organization__isnull=False)
    )
    return [_import_job(row) for row in rows.select_related("organization", "uploaded_by__member")[:MOST]]


def _import_job(row: RosterImport) -> Job:
    state = ImportState(row.state)
    return Job(
        queue="imports",
        key=str(row.key),
        title=_("Import of %(file)s") % {"file": row.file_name},
        place=row.organization.name if row.organization else "",
        state=IMPORT_STATES[state],
        asked_at=row.uploaded_at,
        asked_by=called(row.uploaded_by),
        done=row.rows_done,
        total=row.rows_total if state in STORING else None,
        problem=row.failure,
        note="" if state in {ImportState.APPLIED, ImportState.CANCELLED} else str(state.label),
        url=row.get_absolute_url(),
        cancel_url=_import_cancel_url(row) if state in CANCELLABLE else "",
    )


def _import_cancel_url(row: RosterImport) -> str:
    """An import without a place came from the shell, and is stopped there."""
    return reverse("members:import-cancel", args=[row.key]) if row.organization_id else ""


def _since(on: date) -> datetime:
    midnight = datetime.combine(on + timedelta(days=1), datetime.min.time())
    return timezone.make_aware(midnight) - SHOWN_FOR
