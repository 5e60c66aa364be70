from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from rulebook.console import JsonCommand
from supervision.letters import sealing


class Command(JsonCommand):
    help = (
        "Makes a pair of keys for backups and shows both halves this one time: the public one for this machine, the "
        "private one for paper."
    )

    def work(self, **options: Any) -> Mapping[str, Any]:
        pair = sealing.new_pair()
        return {"public_key": pair.public, "private_key": b64encode(pair.private).decode()}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield f"BRANCHWEB_BACKUP_KEY={answer['public_key']}"
        yield _("private key: %(private_key)s") % answer
        yield _("Write the private key down on paper, keep it away from this machine, and clear the screen.")
        yield _("It is stored nowhere, and without it no backup sealed to the public key can be opened.")
