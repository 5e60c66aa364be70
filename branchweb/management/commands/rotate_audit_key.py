from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from audit.keyring import audit_ring
from audit.services import begin_audit_key
from rulebook.console import JsonCommand


class Command(JsonCommand):
    help = (
        "Adds a new key for the chain of the audit record. Older keys stay: they check what they chained. With keys in "
        "BRANCHWEB_AUDIT_KEY, put the new one first there, start the program again and run this."
    )

    def work(self, **options: Any) -> Mapping[str, object]:
        entry = begin_audit_key(by="system")
        return {"keys": len(audit_ring()), "entry": entry.number}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("The record is chained with a new key from entry %(entry)s on.") % answer
        if settings.AUDIT_KEYS_FILE:
            yield _("Keep a copy of %(file)s apart from the backups of the database.") % {
                "file": settings.AUDIT_KEYS_FILE
            }
