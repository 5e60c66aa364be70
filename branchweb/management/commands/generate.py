import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.generating import generate_county
from rulebook.console import JsonCommand, WrongUse, count

MOST_MEMBERS = 3_000_000
MOST_BRANCHES = 200_000


class Command(JsonCommand):
    help = "Adds an invented county of any size, the same for the same seed. Each app adds its part."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=count, required=True)
        parser.add_argument("--branches", type=count, required=True)
        parser.add_argument("--months", type=count, default=0, help="of meetings and dues, up to this month")
        parser.add_argument("--seed", type=count, default=1)

    def work(self, *, members: int, branches: int, seed: int, **options: Any) -> Mapping[str, Any]:
        _refuse_impossible(members, branches)
        started = time.monotonic()
        county = generate_county(members=members, branches=branches, seed=seed, on=timezone.localdate())
        return {
            "members": county.members,
            "branches": county.branches,
            "meetings": 0,
            "attendances": 0,
            "charges": 0,
            "payments": 0,
            "seconds": round(time.monotonic() - started, 1),
        }

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(members)s members in %(branches)s branches were invented in %(seconds)s seconds.") % answer


def _refuse_impossible(members: int, branches: int) -> None:
    if not 1 <= branches <= MOST_BRANCHES:
        raise WrongUse(_("--branches: give a number from 1 to %(most)s.") % {"most": MOST_BRANCHES})
    if members > MOST_MEMBERS:
        raise WrongUse(_("--members: give at most %(most)s.") % {"most": MOST_MEMBERS})
