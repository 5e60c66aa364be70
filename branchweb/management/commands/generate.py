import time
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from assessment.dashboard.services import rebuild, rebuild_medians
from branchweb.demo.generator.assessment import generate_assessment
from branchweb.demo.generator.dues import generate_dues
from branchweb.demo.generator.meetings import generate_meetings
from branchweb.demo.generator.members import generate_county, generate_offices
from branchweb.demo.generator.reminders import generate_reminders
from branchweb.demo.generator.supervision import generate_supervision
from rulebook.console import JsonCommand, WrongUse, count

MOST_MEMBERS = 3_000_000
MOST_BRANCHES = 200_000
MOST_MONTHS = 120


class Command(JsonCommand):
    help = "Adds an invented county of any size, the same for the same seed. Each app adds its part."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--members", type=count, required=True)
        parser.add_argument("--branches", type=count, required=True)
        parser.add_argument("--months", type=count, default=0, help="of everything that happens, up to this month")
        parser.add_argument("--seed", type=count, default=1)

    def work(self, *, members: int, branches: int, months: int, seed: int, **options: Any) -> Mapping[str, Any]:
        _refuse_impossible(members, branches, months)
        started, today = time.monotonic(), timezone.localdate()
        county = generate_county(members=members, branches=branches, seed=seed, on=today)
        size: dict[str, Any] = {"root": county.root, "seed": seed, "on": today}
        generate_offices(**size)
        life = generate_meetings(**size, months=months)
        books = generate_dues(**size, months=months)
        generate_supervision(**size, months=months)
        generate_assessment(**size, months=months)
        generate_reminders(**size, months=months)
        rebuild(on=today)
        rebuild_medians(on=today)
        return {
            "members": county.members,
            "branches": county.branches,
            "meetings": life.meetings,
            "attendances": life.attendances,
            "charges": books.charges,
            "payments": books.payments,
            "seconds": round(time.monotonic() - started, 1),
        }

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(members)s members in %(branches)s branches were invented in %(seconds)s seconds.") % answer


def _refuse_impossible(members: int, branches: int, months: int) -> None:
    if not 1 <= branches <= MOST_BRANCHES:
        raise WrongUse(_("--branches: give a number from 1 to %(most)s.") % {"most": MOST_BRANCHES})
    if members > MOST_MEMBERS:
        raise WrongUse(_("--members: give at most %(most)s.") % {"most": MOST_MEMBERS})
    if months > MOST_MONTHS:
        raise WrongUse(_("--months: give at most %(most)s.") % {"most": MOST_MONTHS})
