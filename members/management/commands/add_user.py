"""Makes somebody who can log in, with an office or as a member; also how the first administrator comes to be."""

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.accounts.services import create_user, give_office, refuse_weak_password
from members.choices import OfficeKind
from members.console import member_with, organization_at
from members.models.user import User
from members.refused import Refused
from rulebook.console import JsonCommand, WrongUse


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("name", metavar="NAME", help="what the person types at the log-in")
        parser.add_argument("--password-stdin", action="store_true", help="reads the password from standard input")
        parser.add_argument("--office", choices=OfficeKind.values, metavar="KIND", help=", ".join(OfficeKind.values))
        parser.add_argument("--org", metavar="CODE", help="where the office is held")
        parser.add_argument("--member", metavar="NATIONAL_ID", help="the member who the person is")

    @transaction.atomic
    def work(self, *, name: str, password_stdin: bool, **options: Any) -> dict[str, Any]:
        if not password_stdin:
            raise WrongUse(_("--password-stdin: pass it, and the password on standard input, so that no log keeps it."))
        if bool(options["office"]) != bool(options["org"]):
            raise WrongUse(_("--office and --org go together: which office, and where."))
        member = member_with(options["member"]) if options["member"] else None
        password = sys.stdin.readline().rstrip("\r\n")
        user = create_user(username=name, password=password, member=member, by="shell")
        offices = list(self.offices(user, options["office"], options["org"]))
        refuse_weak_password(password, user)  # once more: the place of the office is no password either
        return {"username": user.username, "offices": offices}

    def offices(self, user: User, kind: str | None, code: str | None) -> Iterable[dict[str, str]]:
        if kind and code:
            give_office(
                user=user, kind=OfficeKind(kind), organization=organization_at(code), on=timezone.localdate(),
                decided_by="", by="shell",
            )  # fmt: skip
            yield {"kind": kind, "organization": code}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("%(username)s can log in now.") % answer
