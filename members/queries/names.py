"""What people are called on pages and papers, where the record has an account or a user name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from members.choices import office_words
from members.models import Office, Organization, User


def called(user: User | None) -> str:
    """What somebody is called on pages and papers: the member's name, else the account's. Reads `user.member`."""
    if user is None:
        return ""
    return user.member.name if user.member else user.get_full_name()


def names_of(usernames: Iterable[str], *, on: date | None = None, at: Organization | None = None) -> dict[str, str]:
    """By user name: the member's name, else the account's; followed by the offices held on that day in the
    organization of the paper, never by those held elsewhere.

    Whoever has no account, like the machine itself, isn't in it. One query, two with offices.
    """
    users = User.objects.filter(username__in={*usernames} - {""})
    rows = users.values_list("username", "display_name", "member__name")
    names = {username: name or shown or username for username, shown, name in rows}
    offices = _offices(names, on, at) if on and at and names else {}
    return {username: _titled(name, offices.get(username, [])) for username, name in names.items()}


def _offices(usernames: Iterable[str], on: date, at: Organization) -> dict[str, list[str]]:
    """Each kind once."""
    held = Office.objects.holding(on).filter(organization=at)
    held = held.filter(Q(user__username__in=usernames) | Q(member__user__username__in=usernames))
    rows = held.annotate(username=Coalesce(F("user__username"), F("member__user__username")))
    found: dict[str, list[str]] = defaultdict(list)
    for username, kind in rows.order_by("kind").values_list("username", "kind"):
        found[username].append(office_words(kind, at.kind))
    return {username: list(dict.fromkeys(kinds)) for username, kinds in found.items()}


def _titled(name: str, offices: list[str]) -> str:
    if not offices:
        return name
    return pgettext("name (office)", "%(name)s (%(office)s)") % {"name": name, "office": _(", ").join(offices)}
