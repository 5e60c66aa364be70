"""What the pages of an import show."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from members.choices import ImportState, RowVerdict
from members.importing.fields import LABELS
from members.importing.problems import Problem, from_json
from members.models import RosterImport, RosterImportRow
from members.workbooks.cells import text
from members.workbooks.stored import load_cells

PRIVATE = frozenset({"national_id", "phone", "address", "dues_base"})
SHOWN = ("sex", "birth", "joined", "full", "membership", "category", "organization", "group")
WITH_REMARKS = "remarks"
BUSY = frozenset({ImportState.UPLOADED, ImportState.READING, ImportState.CONFIRMED, ImportState.APPLYING})


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
class Line:
    """A row of an import."""

    row: RosterImportRow
    findings: list[Finding] = field(default_factory=list)
    says: list[str] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    """Label, before, after; private values stay hidden."""


def rows_of(roster_import: RosterImport, verdict: str) -> QuerySet[RosterImportRow]:
    """The rows with a verdict, those with remarks, or all of them."""
    rows = roster_import.rows.order_by("number").select_related("member")
    if verdict == WITH_REMARKS:
        return rows.exclude(problems=[])
    return rows.filter(verdict=verdict) if verdict in RowVerdict.values else rows


def lines(roster_import: RosterImport, rows: list[RosterImportRow]) -> list[Line]:
    """Rows opened for the page. Values of private columns aren't among them."""
    fields = {column["heading"]: column["field"] for column in roster_import.columns}
    return [_line(row, fields) for row in rows]


def _line(row: RosterImportRow, fields: dict[str, str]) -> Line:
    cells = {heading: text(cell) for heading, cell in load_cells(row.cells.open() if row.cells else "").items()}
    public = {heading: cell for heading, cell in cells.items() if fields.get(heading, "") not in PRIVATE}
    return Line(
        row,
        [Finding(problem, public.get(problem.column, "")[:60]) for problem in map(from_json, row.problems)],
        [f"{heading} {cell}" for heading, cell in public.items() if fields.get(heading) in SHOWN],
        list(_changes(row)),
    )


def _changes(row: RosterImportRow) -> Iterator[tuple[str, str, str]]:
    before: dict[str, Any] = json.loads(row.before.open()) if row.before else {}
    for name, (old, new) in before.get("changes", {}).items():
        hidden = name in PRIVATE
        yield str(LABELS.get(name, LABELS["category"])), "••••" if hidden and old else old, "••••" if hidden else new


def verdict_counts(roster_import: RosterImport) -> list[tuple[str, str, int]]:
    """Verdict, label and number, in the order of RowVerdict; verdicts that no row has are left out."""
    counts = roster_import.counts
    return [(verdict.value, str(verdict.label), counts[verdict]) for verdict in RowVerdict if counts.get(verdict)]
