"""Who would receive a letter about somebody or something, as it would be typed. Nothing is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.refused import Refused
from rulebook.console import JsonCommand
from supervision.letters.queries import place_named
from supervision.letters.services import readers_about


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--about", required=True, metavar="TEXT", help="names as somebody would type them")
        parser.add_argument("--org", required=True, metavar="CODE", help="the organization that the letter is about")

    def work(self, *_args: Any, about: str, org: str, **options: Any) -> Mapping[str, Any]:
        place = place_named(org)
        if place is None:
            raise Refused(_("There is no organization with the code %(code)s.") % {"code": org})
        return asdict(readers_about(about, organization=place, on=timezone.localdate()))

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(readers)s would read it.") % answer
        if answer["excluded"]:
            yield _("Kept from: %(names)s") % {"names": ", ".join(answer["excluded"])}
        if answer["reason"]:
            yield answer["reason"]
