"""Imports a branch's own dues ledger of a year, or a list of bases."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from dues.books.columns import LedgerNote
from dues.books.importing import read_ledger
from dues.books.services import confirm_ledger, judge, keep_preview, kept_touches, touches
from dues.papers import Touched
from dues.templatetags.dues import month_named
from dues.units import yuan
from members.choices import OrganizationKind
from members.console import organization_at
from members.models import Organization
from members.refused import Refused
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--org", required=True, metavar="CODE", help="the branch whose members are in the sheet")
        parser.add_argument("--year", required=True, type=int, metavar="Y", help="the year that the months are of")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and store nothing")

    def work(self, *, file: Path, org: str, year: int, dry_run: bool, **options: Any) -> dict[str, Any]:
        place, on = _branch(org), timezone.localdate()
        if not file.is_file():
            raise WrongUse(_("There is no file %(file)s.") % {"file": file})
        if not 1921 <= year <= on.year + 1:
            raise WrongUse(_("--year: give the year of the ledger, like %(year)s.") % {"year": on.year})
        judged = judge(read_ledger(file, organization=place, year=year, on=on), organization=place, year=year, on=on)
        if dry_run or judged.is_blocked:
            touched = touches(judged, organization=place, by=None)
        else:
            kept = keep_preview(judged, key=uuid.uuid4(), organization=place, file_name=file.name, by=None)
            touched = kept_touches(kept)
            confirm_ledger(kept, by="shell", on=on)
        refused = [note.answer() for note in judged.notes if note.refuses or note.blocks]
        warnings = [note for note in judged.notes if not (note.refuses or note.blocks)]
        warnings += _notes(touched) if touched else []
        return {**judged.sums(), "refused": refused, "warnings": [note.answer() for note in warnings]}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        facts = {"paid": yuan(answer["paid_total_fen"]), "charged": yuan(answer["charged_total_fen"])}
        yield _("Members: %(members)s. Paid %(paid)s yuan, charged %(charged)s.") % {
            **facts,
            "members": answer["members"],
        }
        for note in (*answer["refused"], *answer["warnings"]):
            yield f"{note['row']} {note['cell']} {note['column']}: {note['message']}"


def _notes(touched: Touched) -> Iterator[LedgerNote]:
    """What storing touches of what is there already, about the whole sheet."""
    if touched.receipts:
        yield LedgerNote(0, "touches_receipts", about={"names": "、".join(touched.receipts)})
    for one in touched.months:
        sums = {"was": yuan(one.settled_fen), "will": yuan(one.would_settle_fen)}
        yield LedgerNote(0, "touches_month", about={"name": one.name, "month": month_named(one), **sums})
    if touched.closed:
        yield LedgerNote(0, "touches_closed", about={"months": "、".join(f"{month:%Y-%m}" for month in touched.closed)})
    if touched.published:
        yield LedgerNote(0, "touches_published", about={"names": "、".join(touched.published)})


def _branch(code: str) -> Organization:
    place = organization_at(code, "--org")
    if place.kind != OrganizationKind.BRANCH:
        raise WrongUse(_("--org: %(name)s is no branch. Dues are paid in the branch.") % {"name": place})
    return place
