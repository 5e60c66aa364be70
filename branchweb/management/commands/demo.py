"""Fills an empty database with a small, believable county in which every page has something to show."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from branchweb.demo import assessment, dues, meetings, members, reminders, supervision
from branchweb.demo.people import enter_twice
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = __doc__

    @transaction.atomic
    def work(self, **options: Any) -> dict[str, Any]:
        if not members.is_empty():
            raise WrongUse(_("The database isn't empty; the demo county is only made in an empty one."))
        today = timezone.localdate()
        logins = members.fill(on=today)
        meetings.fill(on=today)
        dues.fill(on=today)
        papers = supervision.fill(on=today)
        enter_twice(on=today)
        assessment.fill(on=today)
        reminders.fill(on=today)
        return {"logins": logins, "papers": papers}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("The demo county is ready. Log in as one of these; the passwords are shown only now:")
        for login in answer["logins"]:
            yield "\t".join([login["username"], login["password"], login["organization"]])
        yield _("On paper, for trying the pages of inspectors and of the custodian (committee_staff):")
        for paper in answer["papers"]:
            yield "\t".join([paper["what"], paper["text"]])
