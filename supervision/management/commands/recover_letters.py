"""Seals letters anew with the offline recovery key, when inspectors lost their passphrases or their keys."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.refused import Refused
from rulebook.console import JsonCommand
from supervision.letters.key_services import recover_letters
from supervision.management.commands.make_recovery_key import read_private


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--private-key-stdin",
            action="store_true",
            required=True,
            help="read both halves from standard input, a line each",
        )
        parser.add_argument("--all", action="store_true", help="also letters that two inspectors can read")

    def work(self, **options: Any) -> dict[str, Any]:
        private = read_private(sys.stdin)
        return vars(recover_letters(private=private, every=options["all"], on=timezone.localdate(), by="shell"))

    def refused(self, answer: Mapping[str, Any]) -> bool:
        return bool(answer["refused"])

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(resealed)s letters sealed anew, %(refused)s not: too few inspectors, or another key.") % answer
