from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organization
from reminders.desk.queries import duties_below, keys_below
from reminders.desk.rules import key_of
from rulebook.console import JsonCommand, WrongUse, day
from rulebook.values import Duty


class Command(JsonCommand):
    help = "Every duty of the year of a day whose period has begun, for an organization and everything below it."

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("--org", required=True, metavar="CODE")
        parser.add_argument("--on", type=day, metavar="DAY", help="default: today")

    def work(self, *_args: Any, org: str, on: date | None, **options: Any) -> Mapping[str, Any]:
        place = Organization.objects.filter(code=org).first()
        if place is None:
            raise WrongUse(_("There is no organization with the code %(code)s.") % {"code": org})
        found, said = duties_below(place.path, on=on or timezone.localdate()), keys_below(place.path)
        return {"duties": [self.row(duty, not_applicable=key_of(duty) in said) for duty in found]}

    def row(self, duty: Duty, *, not_applicable: bool) -> dict[str, Any]:
        return {
            "kind": duty.kind,
            "organization": duty.organization,
            "member": duty.member,
            "period": duty.period,
            "due_on": duty.due_on,
            "state": duty.state,
            "citation": duty.citation.as_dict(),
            "not_applicable": not_applicable,
        }

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        return (f"{row['due_on']} {row['state']:8} {row['organization']} {row['kind']}" for row in answer["duties"])
