from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from audit.row_checks import take_in
from audit.services import record_taking_in
from audit.watched import watched_tables
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = "Takes what tables hold now for what the program wrote, after `verify` named differences of known reason."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("tables", nargs="+", metavar="TABLE", help="as verify names it, such as dues_payment")
        parser.add_argument("--reason", required=True, help="what happened; it stays in the audit trail")

    def work(self, *, tables: list[str], reason: str, **options: Any) -> Mapping[str, object]:
        if unknown := set(tables) - set(watched_tables()):
            raise WrongUse(_("No table that is watched: %(tables)s.") % {"tables": ", ".join(sorted(unknown))})
        with transaction.atomic():
            rows = {table: take_in(watched_tables()[table]) for table in sorted(set(tables))}
            record_taking_in(rows, by="system", reason=reason)
        return {"rows": rows}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        for table, rows in answer["rows"].items():
            yield _("%(table)s: %(rows)s rows taken in.") % {"table": table, "rows": rows}
