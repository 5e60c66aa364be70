"""What the start page and a member's page say about dues."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dues.queries.arrears import arrears_of, behind
from dues.queries.balance import months_of
from dues.queries.waiting import waiting_links
from dues.rules.payment import yuan
from members.choices import Capability
from members.links import Link
from members.models import Member, User
from members.paths import subtree

MOST = 1_000
"""Members on the rosters who are looked at; beyond, the line only leads to the page."""


def start_links(user: User, *, on: date) -> Iterator[Link]:
    """At most six queries for an officer, four for a committee's staff."""
    standing = user.standing
    if paths := standing.paths(Capability.VIEW_DUES):
        yield Link("wallet2", _("Dues of the branch"), _behind(paths, on), reverse("dues:grid"))
    yield from waiting_links(user)


def own_links(user: User, *, on: date) -> Iterator[Link]:
    """What a member has open, in two queries."""
    if user.standing.member_id is not None:
        yield Link("cash-coin", _("My dues"), _own(user.standing.member_id), reverse("dues:mine"))


def member_links(member: Member, user: User) -> Iterator[Link]:
    """The page of the member's dues, for who may open it."""
    if user.standing.member_id == member.pk:
        yield Link("cash-coin", _("My dues"), _("What was charged, what was paid, and why."), reverse("dues:mine"))
    elif user.standing.may(Capability.VIEW_DUES, member.roster_path):
        address = reverse("dues:member-detail", args=[member.key])
        yield Link("wallet2", _("Dues"), _("What was charged, what was paid, and why."), address)


def _behind(paths: list[str], on: date) -> str:
    rosters = Member.objects.filter(subtree("roster_path", paths)).order_by()
    if len(rosters.values_list("pk")[: MOST + 1]) > MOST:
        return _("The year at a glance, and who is behind.")
    members = list(behind(rosters, on=on).values_list("pk", flat=True))
    found = arrears_of(members, on=on).values()
    if not found:
        return _("Nobody is behind.")
    months = sum(len(one.months) for one in found)
    sentence = ngettext(
        "%(members)s member is behind, %(months)s months in all.",
        "%(members)s members are behind, %(months)s months in all.",
        len(found),
    )
    return sentence % {"members": len(found), "months": months}


def _own(member: int) -> str:
    months = months_of(member)
    left = [month.open_fen for month in months if month.open_fen]
    if not months:
        return _("Nothing has been charged yet.")
    if not left:
        return _("Nothing open.")
    sentence = ngettext("%(yuan)s yuan open, %(months)s month.", "%(yuan)s yuan open, %(months)s months.", len(left))
    return sentence % {"yuan": f"{yuan(sum(left)):,}", "months": len(left)}
