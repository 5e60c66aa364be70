"""What the start page and a member's page say about dues."""

from collections.abc import Iterator
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dues.models import Charge
from dues.queries.arrears import arrears_of, in_arrears, owed_by
from dues.queries.waiting import waiting_links
from dues.rules.arrears import Arrears
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
    """What a member owes, in three queries."""
    if user.standing.member_id is not None:
        yield Link("cash-coin", _("My dues"), _own(user.standing.member_id, on), reverse("dues:mine"))


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
        return _("The year at a glance, and who has something due.")
    members = list(in_arrears(rosters, on=on).values_list("pk", flat=True))
    found = arrears_of(members, on=on).values()
    if not found:
        return _("Nobody has anything due and unpaid.")
    sentence = ngettext(
        "%(members)s member has %(yuan)s yuan due and unpaid.",
        "%(members)s members have %(yuan)s yuan due and unpaid in all.",
        len(found),
    )
    return sentence % {"members": len(found), "yuan": _yuan(sum(one.fen for one in found))}


def _own(member: int, on: date) -> str:
    owed = owed_by([member], on=on).get(member)
    if owed is None:
        is_charged = Charge.objects.filter(member=member).exists()
        return _("Nothing open.") if is_charged else _("Nothing has been charged yet.")
    due, this_month = _due_text(owed), _("This month, unpaid: %(yuan)s yuan.") % {"yuan": _yuan(owed.this_month_fen)}
    return " ".join([*([due] if owed.fen else []), *([this_month] if owed.this_month else [])])


def _due_text(owed: Arrears) -> str:
    if not owed.months:
        return _("Carried over and unpaid: %(yuan)s yuan.") % {"yuan": _yuan(owed.fen)}
    sentence = ngettext(
        "Due and unpaid: %(yuan)s yuan, %(months)s month.",
        "Due and unpaid: %(yuan)s yuan, %(months)s months.",
        len(owed.months),
    )
    return sentence % {"yuan": _yuan(owed.fen), "months": len(owed.months)}


def _yuan(fen: int) -> str:
    return f"{yuan(fen):,}"
