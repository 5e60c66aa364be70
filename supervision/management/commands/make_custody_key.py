"""Makes the key to which writers' names are sealed, for a custodian who reads no letters; shows its halves once."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from members.refused import Refused
from rulebook.console import JsonCommand
from supervision.letters import sealing
from supervision.letters.custody_services import make_custody_key
from supervision.management.commands.make_recovery_key import read_private


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, help="the custodian's log-in")
        parser.add_argument(
            "--recovery-key-stdin",
            action="store_true",
            required=True,
            help="read both halves of the recovery key from standard input, a line each",
        )

    def work(self, *, user: str, **options: Any) -> dict[str, Any]:
        person = User.objects.filter(username=user, is_active=True).first()
        if person is None:
            raise Refused(_("Nobody logs in by this name."))
        recovery = read_private(sys.stdin)
        private = make_custody_key(user=person, recovery=recovery, on=timezone.localdate(), by="shell")
        return {"custodian": person.get_full_name(), "halves": list(sealing.halves(private))}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        for number, half in enumerate(answer["halves"], start=1):
            yield _("Half %(number)s of 2: %(half)s") % {"number": number, "half": half}
        yield (
            _(
                "%(custodian)s writes both down and keeps them; they are stored nowhere. Requests stand under "
                "/supervision/letters/names/."
            )
            % answer
        )
