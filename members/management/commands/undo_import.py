"""Undoes a roster import: what it created goes, what it overwrote comes back."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from members.imports.undo_services import undo_import
from members.models.files import RosterImport
from members.refused import Refused
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("id", metavar="ID", help="import_id, as import_roster printed it")

    def work(self, *, id: str, **options: Any) -> dict[str, Any]:  # noqa: A002  the option's name in the contract
        undone = undo_import(roster_import=_import_with(id), by="shell")
        return {
            "undone": undone.rows,
            "refused": [
                {"row": note.row, "code": note.problem.code, "message": note.problem.message} for note in undone.kept
            ],
        }

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(undone)s rows were taken back.") % answer
        for kept in answer["refused"]:
            yield f"{kept['row']}: {kept['message']}"


def _import_with(key: str) -> RosterImport:
    try:
        return RosterImport.objects.get(key=UUID(key))
    except (ValueError, RosterImport.DoesNotExist) as error:
        raise WrongUse(_("There is no import %(id)s.") % {"id": key}) from error
