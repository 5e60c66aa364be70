import sys
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from branchweb.backup.restoring import restore_backup
from branchweb.management.commands.verify import every_check
from members.refused import Refused
from rulebook.console import JsonCommand
from supervision.letters import sealing


class Command(JsonCommand):
    help = (
        "Restores a backup into an empty installation, then verifies it as `verify` does and ends with 1 when "
        "something is wrong. Stop web server, worker and clock first; put field_keys back first."
    )
    requires_system_checks: list[str] = []  # they refuse what a restore that was broken off left
    wrong_use = (Refused, OSError)
    whole = True

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR", help="the folder that `backup` made")
        parser.add_argument("--key", metavar="FILE", help="file with the private key; - reads it from standard input")

    def work(self, *, folder: Path, key: str | None, **options: Any) -> Mapping[str, Any]:
        made = restore_backup(folder, private=read_private(key) if key else None)
        for check in every_check():
            if not check.ok:
                self.whole = False
                self.tell(f"WRONG {check.name}: {check.detail}")
        self.tell(_("It is verified.") if self.whole else _("It is restored, but not all of it holds: see above."))
        return asdict(made)

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return not self.whole

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(files)s files, %(bytes)s bytes, %(seconds)s seconds.") % answer


def read_private(file: str) -> bytes:
    """From a file, or typed in a line. Raises Refused."""
    try:
        text = sys.stdin.readline() if file == "-" else Path(file).read_text(errors="replace")
    except OSError as error:
        message = _("The private key can't be read from %(file)s: %(error)s. Give the file's path, or - to type it in.")
        raise Refused(message % {"file": file, "error": error.strerror}) from error
    try:
        private = b64decode("".join(text.split()), validate=True)
        sealing.public_of(private)
    except (ValueError, sealing.Broken) as error:
        raise Refused(_("That is no private key of a backup.")) from error
    return private
