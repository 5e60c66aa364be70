"""Charges a month's dues to everybody below an organization; a second time changes nothing."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from dues.charging.services import charge_month
from members.console import organization_at
from members.refused import Refused
from rulebook.console import JsonCommand, month as month_option


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--org", required=True, metavar="CODE", help="the organization whose members are charged")
        parser.add_argument("--month", required=True, type=month_option, metavar="YYYY-MM")

    def work(self, *, org: str, month: date, **options: Any) -> dict[str, Any]:
        done = charge_month(organization_at(org, "--org"), month, by="shell", on=timezone.localdate())
        return {
            "charged": done.charged,
            "amount_fen": done.amount_fen,
            "already": done.already,
            "without_base": done.without_base,
        }

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(charged)s charged, %(amount_fen)s fen in all; %(already)s were before.") % answer
        if answer["without_base"]:
            yield _("%(without_base)s have no base and were not charged.") % answer
