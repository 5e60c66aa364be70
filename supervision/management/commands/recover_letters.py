"""Seals letters anew with the offline recovery key, when inspectors lost their passphrases or their keys."""

import sys
from base64 import b64decode
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.services.refused import Refused
from rulebook.console import JsonCommand
from supervision import sealing
from supervision.services.letter_recovery import recover_letters


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--private-key-stdin", action="store_true", required=True, help="read the private half from standard input"
        )
        parser.add_argument("--all", action="store_true", help="also letters that two inspectors can read")

    def work(self, **options: Any) -> dict[str, Any]:
        private = _read(sys.stdin.readline())
        return vars(recover_letters(private=private, every=options["all"], on=timezone.localdate(), by="shell"))

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return bool(answer["refused"])

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(resealed)s letters sealed anew, %(refused)s not: too few inspectors, or another key.") % answer


def _read(line: str) -> bytes:
    try:
        private = b64decode(line.strip(), validate=True)
        sealing.public_of(private)
    except (ValueError, sealing.Broken) as error:
        raise Refused(_("That is no recovery key.")) from error
    return private
