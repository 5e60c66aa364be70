"""Makes a token with which a program reads the API as a user; it is shown once and stored only as a digest."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from members.accounts.services import create_api_token
from members.models.user import User
from members.refused import Refused
from rulebook.console import JsonCommand, WrongUse, count


class Command(JsonCommand):
    help = __doc__
    wrong_use = (Refused,)

    def add_options(self, parser: CommandParser) -> None:
        parser.add_argument("user", metavar="USER", help="user name; the token sees what this user's offices open")
        parser.add_argument("--days", type=count, default=90, help="how long it holds; 90 when left out")

    def work(self, *, user: str, days: int, **options: Any) -> dict[str, Any]:
        owner = User.objects.filter(username=user).first()
        if owner is None:
            raise WrongUse(_("USER: nobody has the user name “%(name)s”.") % {"name": user})
        token = create_api_token(user=owner, days=days, by="shell")
        return {"username": user, "token": token, "days": days}

    def sentences(self, answer: Mapping[str, Any]) -> Iterable[str]:
        yield _("Token of %(username)s for %(days)s days; it is shown only now:") % answer
        yield answer["token"]
