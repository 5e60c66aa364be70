"""Counts the members of a day and their situations, in one organization with all below it or in all of them."""

from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from members.console import organization_at
from members.organizations.queries import roster_summary
from members.paths import ROOT
from rulebook.console import JsonCommand, day


class Command(JsonCommand):
    help = __doc__

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--org", metavar="CODE", help="left out: all organizations")
        parser.add_argument("--on", type=day, metavar="DAY", help="left out: today")

    def work(self, *, org: str | None, on: date | None, **options: Any) -> dict[str, int]:
        path = organization_at(org).path if org else ROOT
        return asdict(roster_summary([path], on=on or timezone.localdate()))
