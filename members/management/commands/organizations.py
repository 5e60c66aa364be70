"""Lists the standing organizations in the order of the tree, with the members of each and of all below it."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.choices import OrganizationKind
from members.console import organization_at
from members.models.organization import Organization
from members.organizations.queries import members_by_path
from rulebook.console import JsonCommand


class Command(JsonCommand):
    help = __doc__

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--under", metavar="CODE", help="only this one and those below it")

    def work(self, *, under: str | None, **options: Any) -> dict[str, list[dict[str, Any]]]:
        standing = Organization.objects.standing_on(timezone.localdate()).in_tree_order()
        if under:
            standing = standing.below(organization_at(under, "--under").path)
        members, codes = members_by_path(), dict(Organization.objects.values_list("path", "code"))
        return {
            "organizations": [
                {
                    "code": place.code,
                    "name": place.name,
                    "kind": place.kind,
                    "parent": codes.get(place.parent_path),
                    "members": members[place.path],
                }
                for place in standing.iterator()
            ]
        }

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        if not answer["organizations"]:
            yield _("There is no organization yet. Set one up with manage.py add_organization.")
        for row in answer["organizations"]:
            yield "\t".join([row["code"], row["name"], str(OrganizationKind(row["kind"]).label), str(row["members"])])
