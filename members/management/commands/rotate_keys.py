import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from audit.keyring import new_key, ring, write_ring
from audit.services import record
from members.verification import reseal_everything
from rulebook.console import JsonCommand, WrongUse

SETTLE = 2.0
"""Seconds after which every running process has read the ring again (audit.keyring)."""
SYSTEM = "system"


class Command(JsonCommand):
    help = (
        "Seals every private value with the newest key of the ring. With --new a key is added first; run it without "
        "to go on after an interruption. The program may stay in use meanwhile."
    )

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--new", action="store_true", help="add a new key to the file of the ring first")
        parser.add_argument("--drop-old", action="store_true", help="afterwards take the older keys out of the file")

    def work(self, *, new: bool, drop_old: bool, **options: Any) -> Mapping[str, object]:
        file: Path | None = settings.FIELD_KEYS_FILE
        if (new or drop_old) and file is None:
            raise WrongUse(
                _(
                    "The keys come from BRANCHWEB_FIELD_KEYS. Stop the program, write the new key before the old ones "
                    "there, start it again and run this without options; then the old ones can be taken out."
                )
            )
        if new and file:
            add_key(file)
        rotation = reseal_everything(by=SYSTEM)
        dropped = drop_older(file) if drop_old and file and rotation.settled else 0
        return {
            "keys": len(ring()),
            "resealed": rotation.rows,
            "codes": rotation.codes,
            "broken": rotation.broken,
            "settled": rotation.settled,
            "dropped": dropped,
        }

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return not answer["settled"]

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("Rows sealed anew: %(rows)s") % {"rows": sum(answer["resealed"].values())}
        for row in answer["broken"]:
            yield _("No key of the ring opens %(row)s. Put the missing key back and run this again.") % {"row": row}
        if answer["settled"] and answer["keys"] > 1:
            yield _("The older keys are needed no more, except for backups that were made before.")


def add_key(file: Path) -> None:
    """Put a new key at the head of the ring, and wait until every running process knows it."""
    write_ring(file, (new_key(), *ring()))
    record(action="add_key", by=SYSTEM, subject=None)
    time.sleep(SETTLE)


def drop_older(file: Path) -> int:
    """Keep only the newest key; how many went."""
    older = len(ring()) - 1
    if older:
        write_ring(file, ring()[:1])
        record(action="drop_keys", by=SYSTEM, subject=None, details={"keys": older})
    return older
