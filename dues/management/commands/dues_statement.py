"""What a branch or a subtree charged, received and is still owed at the end of a day: what is due, and what only this
month asks for."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from dues.arrears.statement import statement
from dues.units import yuan
from members.console import organization_at
from members.fields import opened
from members.people import masked
from rulebook.console import JsonCommand, day


class Command(JsonCommand):
    help = __doc__

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--org", required=True, metavar="CODE", help="the organization, with what is below it")
        parser.add_argument(
            "--as-of", required=True, type=day, metavar="DAY", help="months up to its own, payments up to it"
        )

    def work(self, *, org: str, as_of: date, **options: Any) -> dict[str, Any]:
        found = statement(organization_at(org, "--org").path, as_of=as_of)
        return {
            "charged_fen": found.charged_fen,
            "paid_fen": found.paid_fen,
            "waived_fen": found.waived_fen,
            "behind": [
                {
                    "name": one.member.name,
                    "national_id_masked": masked(opened(one.member.national_id)),
                    "behind_fen": one.fen,
                    "months": one.months,
                    "carried_over_fen": one.carried_fen,
                }
                for one in found.in_arrears
            ],
            "this_month_fen": found.this_month_fen,
        }

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        sums = {name: yuan(answer[f"{name}_fen"]) for name in ("charged", "paid", "waived", "this_month")}
        yield _("Charged %(charged)s yuan, paid %(paid)s, waived %(waived)s.") % sums
        for one in answer["behind"]:
            facts = {"name": one["name"], "yuan": yuan(one["behind_fen"]), "months": one["months"]}
            yield _("%(name)s: %(yuan)s yuan due and unpaid, months: %(months)s") % facts
            if one["carried_over_fen"]:
                yield _("Of this carried over from the years before: %(fen)s yuan.") % {
                    "fen": yuan(one["carried_over_fen"])
                }
        yield _("This month, unpaid: %(this_month)s yuan.") % sums
