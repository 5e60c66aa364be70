from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from branchweb.backup.making import make_backup
from members.refused import Refused
from rulebook.console import JsonCommand


class Command(JsonCommand):
    help = (
        "Backs up database and files, as they stand at one moment, into a new folder: whole or not at all. Keys are "
        "not in it: keep copies of field_keys, audit_keys and secret_key in another place."
    )
    wrong_use = (Refused, OSError)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="is made")
        parser.add_argument("--to", metavar="PUBLIC_KEY", help="seal it to this key, of `backup_key`")

    def work(self, *, folder: Path, to: str | None, **options: Any) -> Mapping[str, Any]:
        sealed_to = settings.BACKUP_KEY if to is None else to
        made = make_backup(folder, sealed_to=sealed_to)
        if not sealed_to:
            self.tell(_("This backup is not sealed: who has it reads names, dues and minutes. --to KEY seals it."))
        self.tell(_("Keys are not in it. Keep copies of field_keys and audit_keys in another place."))
        return asdict(made)

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(files)s files, %(bytes)s bytes, %(seconds)s seconds.") % answer
