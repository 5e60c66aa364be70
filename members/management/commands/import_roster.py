"""Imports a roster workbook: .xlsx, .xls, .ods or .csv. What is refused is said; the rest is stored."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.choices import RowVerdict
from members.console import organization_at
from members.imports.problems import ImportNote
from members.imports.running import Report, import_roster
from members.refused import Refused
from members.roster.headings import LABELS
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--into", metavar="CODE", help="the branch, or the organization below which the sheet's branches stand"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and store nothing")

        parser.add_argument(
            "--accept-proposals",
            action="store_true",
            help="read the columns that a page would ask about as it would propose; else they are left out",
        )

    def work(
        self, *, file: Path, into: str | None, dry_run: bool, accept_proposals: bool, **options: Any
    ) -> dict[str, Any]:
        if not file.is_file():
            raise WrongUse(_("There is no file %(file)s.") % {"file": file})
        place = organization_at(into, "--into") if into else None
        report = import_roster(
            file,
            into=place,
            may_build=True,
            on=timezone.localdate(),
            by="shell",
            dry_run=dry_run,
            accept=accept_proposals,
        )
        return {"file": file.name, **_answer(report, file)}

    def refused(self, answer: Mapping[str, Any]) -> bool:
        read = answer["columns"]
        return super().refused(answer) or any(one["column"] not in read for one in answer["asked"])

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(file)s, sheet %(sheet)s: %(rows)s rows, %(created)s new, %(updated)s changed.") % answer
        for one in answer["asked"]:
            yield _("Column %(letter)s “%(column)s” may be: %(field)s. In it stands: %(samples)s") % {
                **one,
                "field": LABELS[one["proposal"]],
                "samples": "、".join(one["samples"]),
            }
        for found in (*answer["refused"], *answer["warnings"]):
            yield f"{found['row']} {found['column']}: {found['message']}"


def _answer(report: Report, file: Path) -> dict[str, Any]:
    layout = report.layout
    return {
        "sheet": layout.sheet_name or file.stem,
        "header_row": layout.header_row,
        "columns": {column.heading: column.field for column in layout.known},
        "unknown_columns": [column.heading for column in layout.unknown if not column.proposal],
        "asked": [
            {"column": column.heading, "letter": column.letter, "proposal": column.proposal, "samples": samples}
            for column, samples in report.asked
        ],
        "rows": report.rows,
        "created": report.counts.get(RowVerdict.NEW, 0),
        "updated": report.counts.get(RowVerdict.CHANGED, 0),
        "unchanged": report.counts.get(RowVerdict.UNCHANGED, 0),
        "refused": [_found(note) for note in report.refused],
        "warnings": [_found(note) for note in report.warnings],
        "import_id": str(report.roster_import.pk) if report.roster_import else None,
    }


def _found(note: ImportNote) -> dict[str, Any]:
    problem = note.problem
    return {"row": note.row, "column": problem.column, "code": problem.code, "message": problem.message}
