"""Makes the offline key that approves the first inspectors and opens letters in need; shows its two halves once."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any, TextIO

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import User
from members.refused import Refused
from rulebook.console import JsonCommand
from supervision.letters import sealing
from supervision.letters.key_services import Consent, make_recovery_key
from supervision.letters.rules import fingerprint_of


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--old-stdin", action="store_true", help="read the two halves of the key until now, to replace it"
        )
        parser.add_argument(
            "--lost", action="store_true", help="a half is lost: inspectors agree with their passphrases instead"
        )
        parser.add_argument(
            "--agreed-by", nargs="+", default=[], metavar="USER",
            help="with --lost: two inspectors whose keys are approved; their passphrases are read, one a line",
        )  # fmt: skip

    def work(self, *, old_stdin: bool, lost: bool, agreed_by: list[str], **options: Any) -> dict[str, Any]:
        old = read_private(sys.stdin) if old_stdin else None
        consents = read_consents(agreed_by, sys.stdin)
        private = make_recovery_key(on=timezone.localdate(), by="shell", old=old, is_lost=lost, consents=consents)
        fingerprint = fingerprint_of(sealing.public_of(private))
        return {"halves": list(sealing.halves(private)), "fingerprint": fingerprint}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("Fingerprint, on both sheets: %(fingerprint)s") % answer
        for number, half in enumerate(answer["halves"], start=1):
            yield _("Half %(number)s of 2: %(half)s") % {"number": number, "half": half}
        yield _(
            "Two people write down one half each and keep it away from the server and from each other. Then clear the "
            "screen: it is stored nowhere. Both halves together approve the first two inspectors' keys."
        )


def read_private(lines: Iterable[str]) -> bytes:
    """The recovery key from two lines, or from the one line in which older ones were written. Raises Refused."""
    try:
        return sealing.private_on(lines)
    except sealing.Broken as error:
        raise Refused(
            _("These are not the two halves of a recovery key. Look for a sign that was mistyped.")
        ) from error


def read_consents(names: Iterable[str], lines: TextIO) -> list[Consent]:
    """Who agrees, with a passphrase each from the lines. Raises Refused."""
    users = {user.username: user for user in User.objects.filter(username__in=names)}
    if missing := [name for name in names if name not in users]:
        raise Refused(_("There is no user %(name)s.") % {"name": missing[0]})
    return [Consent(users[name], lines.readline().rstrip("\r\n")) for name in names]
