"""Imports a year's sign-in workbook of a branch: a column a meeting, a row a member."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from meetings.attendance.importing import read_sheet, store_sheet
from meetings.attendance.models import AttendanceImport
from members.console import organization_at
from members.refused import Refused
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--org", required=True, metavar="CODE", help="the branch whose members are in the sheet")
        parser.add_argument("--year", required=True, type=int, metavar="Y", help="of days written without a year")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and store nothing")

    def work(self, *, file: Path, org: str, year: int, dry_run: bool, **options: Any) -> dict[str, Any]:
        if not file.is_file():
            raise WrongUse(_("There is no file %(file)s.") % {"file": file})
        place = organization_at(org, "--org")
        found = read_sheet(file, organization=place, year=year)
        if not dry_run:
            source = AttendanceImport(organization=place, year=year, file_name=file.name)
            store_sheet(found, attendance_import=source, by="shell")
        return found.answer()

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        for meeting in answer["meetings"]:
            yield _("%(date)s %(kind)s: %(present)s present, %(leave)s on leave, %(absent)s absent") % meeting
        for note in (*answer["refused"], *answer["warnings"]):
            yield f"{note['row']} {note['column']}: {note['message']}"
