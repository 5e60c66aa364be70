"""Makes the offline key to which every sealed letter is also sealed, and shows its private half this one time."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from rulebook.console import JsonCommand
from supervision.services.inspector_keys import make_recovery_key


class Command(JsonCommand):
    help = __doc__

    def work(self, **options: Any) -> dict[str, Any]:
        private = make_recovery_key(on=timezone.localdate(), by="shell")
        return {"private_key": b64encode(private).decode()}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield answer["private_key"]
        yield _("Write this down on paper, keep it away from the server, and clear the screen. It is stored nowhere.")
