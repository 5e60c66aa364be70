"""Sets up an organization: at the top, or under the one whose code is given."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from members.choices import OrganizationKind
from members.console import organization_at
from members.organizations.queries import names_down_to
from members.organizations.services import create_organization
from members.refused import Refused
from rulebook.console import JsonCommand, day


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--name", required=True)
        parser.add_argument("--kind", required=True, choices=OrganizationKind.values)
        parser.add_argument("--parent", metavar="CODE", help="the organization above; left out: it stands at the top")
        parser.add_argument("--code", default="", help="left out: one is made")
        parser.add_argument("--village", action="store_true", help="of a village or community: terms of five years")
        parser.add_argument(
            "--since", type=day, metavar="DAY", help="its first day: nothing is due for a period that began before it"
        )

    def work(
        self, *, name: str, kind: str, parent: str | None, code: str, village: bool, since: date | None, **options: Any
    ) -> dict[str, str]:
        above = organization_at(parent, "--parent") if parent else None
        made = create_organization(
            name=name,
            kind=OrganizationKind(kind),
            parent=above,
            code=code,
            village=village,
            begins_on=since,
            by="shell",
        )
        return {"code": made.code, "path": "/".join(names_down_to(made))}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("Set up with the code %(code)s: %(path)s") % answer
