"""Imports a workbook of indicators as the draft of a scheme of assessment."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.choices import ScoreState
from assessment.schemes.import_services import Stored, read_workbook, store_read_plan
from assessment.schemes.importing.doubts import Doubt
from assessment.schemes.importing.reading import Read
from assessment.schemes.rules import BandPlan, IndicatorPlan
from members.console import organization_at
from members.models import Organization
from members.refused import Refused
from rulebook.console import JsonCommand, WrongUse

YEARS = range(2000, 2101)


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--org", metavar="CODE", help="whose scheme it is; without it the only root organization")
        parser.add_argument("--code", default="", help="the scheme's code; without it one is made of title and year")
        parser.add_argument("--year", type=int, metavar="Y", help="the year that is assessed, whatever the file says")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and store nothing")

    def work(
        self, *, file: Path, org: str | None, code: str, year: int | None, dry_run: bool, **options: Any
    ) -> dict[str, Any]:
        place, this_year = _place(org), timezone.localdate().year
        if not file.is_file():
            raise WrongUse(_("There is no file %(file)s.") % {"file": file})
        if year is not None and year not in YEARS:
            raise WrongUse(_("--year: give the year that is assessed, like %(year)s.") % {"year": this_year})
        found = read_workbook(file, name=file.name, organization=place, year=year or this_year)
        _take(found, code.strip(), year)
        stored = None if dry_run else store_read_plan(found.plan, organization=place, by="shell")
        return _answer(found, stored)

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        if answer["scheme"]:
            sentence = _("%(title)s %(year)s is kept as the draft %(code)s, version %(version)s.")
            yield (sentence if answer["new"] else _("%(code)s, version %(version)s, says the same already.")) % answer
        yield _("Indicators: %(count)s. Points: %(total)s.") % {
            "count": len(answer["indicators"]),
            "total": answer["total"],
        }
        for note in answer["warnings"]:
            yield f"{note['row']} {note['cell']} {note['column']}: {note['message']}"


def _place(code: str | None) -> Organization:
    if code:
        return organization_at(code, "--org")
    roots = list(Organization.objects.filter(depth=1)[:2])
    if len(roots) != 1:
        raise WrongUse(_("--org: say whose scheme it is. See manage.py organizations."))
    return roots[0]


def _take(found: Read, code: str, year: int | None) -> None:
    """What was said on the command line holds, and where the file says otherwise this is said."""
    if year is not None:
        found.doubts = [doubt for doubt in found.doubts if doubt.code != "year_taken"]
        if found.year not in (None, year):
            found.doubts.insert(0, Doubt("year_contradicts", {"found": found.year, "year": year}))
        found.plan = replace(found.plan, year=year)
    if code:
        found.plan = replace(found.plan, code=code)


def _answer(found: Read, stored: Stored | None) -> dict[str, Any]:
    plan = found.plan
    return {
        "scheme": str(stored.scheme.pk) if stored else None,
        "new": bool(stored and stored.is_new),
        "code": plan.code,
        "version": stored.scheme.version if stored else None,
        "title": plan.title,
        "year": plan.year,
        "file": found.file,
        "sheet": found.sheet,
        "header_row": found.header_row,
        "columns": found.columns,
        "total": plan.total,
        "indicators": [_line(line) for line in plan.indicators],
        "bands": [_band(band) for band in plan.bands],
        "band": None,
        "veto": None,
        "warnings": [doubt.answer() for doubt in found.doubts],
        "refused": [],
    }


def _line(line: IndicatorPlan) -> dict[str, Any]:
    return {
        "code": line.code,
        "title": line.title,
        "parent": line.parent,
        "max": line.max_points,
        "points": None,
        "state": ScoreState.UNKNOWN,
        "kinds": [clause.kind for clause in line.clauses],
        "metrics": sorted({clause.metric for clause in line.clauses if clause.metric}),
        "evidence": [],
    }


def _band(band: BandPlan) -> dict[str, Any]:
    return {"rank": band.rank, "name": band.name, "at_least": band.at_least, "quota_percent": band.quota_percent}
