"""The members of a branch as the matching of bills sees them."""

import re
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from uuid import UUID

from dues.models import Basis, Payment
from dues.queries.balance import MonthBalance, left_open, standing_charges
from dues.rules.matching import People, Person
from dues.rules.months import month_of
from members.models import ContactPerson, Member, Organization

SEPARATORS = re.compile(r"[,，、;；/\s]+")
Names = dict[int, set[str]]


def people_of(organization: Organization, *, on: date) -> People[UUID]:
    """Everybody on the roster, with their contact persons, who paid for them before, and what is open."""
    members = list(Member.objects.below(organization.path).only("pk", "key", "name", "former_names"))
    ids = [member.pk for member in members]
    helpers, payers = _helpers(ids, on), _payers(ids)
    balance, monthly = months_open(ids), monthly_fen(ids, on)
    return People.of(
        Person(
            member.key,
            member.name,
            former_names=tuple(part for part in SEPARATORS.split(member.former_names) if part),
            helpers=tuple(helpers[member.pk]),
            payers=tuple(payers[member.pk]),
            open_fen=tuple(month.open_fen for month in balance.get(member.pk, [])),
            monthly_fen=monthly.get(member.pk, 0),
        )
        for member in members
    )


def months_open(members: Iterable[int]) -> dict[int, list[MonthBalance]]:
    """The months of each member with something still to be paid, the oldest first."""
    return left_open(standing_charges().filter(member__in=list(members)))


def monthly_fen(members: Iterable[int], on: date) -> dict[int, int]:
    """What each pays a month by the basis of that day."""
    bases = Basis.objects.filter(member__in=list(members)).holding(month_of(on))
    return dict(bases.values_list("member", "amount_fen"))


def _helpers(members: list[int], on: date) -> Names:
    rows = ContactPerson.objects.holding(on).filter(member__in=members).values_list("member", "name", "person__name")
    return _by_member((member, name or person or "") for member, name, person in rows)


def _payers(members: list[int]) -> Names:
    """By name, of payments that still stand and that somebody else made."""
    rows = Payment.objects.live().filter(member__in=members).exclude(payer_name="", payer__isnull=True)
    named = rows.values_list("member", "payer_name", "payer__name").distinct()
    return _by_member((member, payer or name) for member, name, payer in named)


def _by_member(rows: Iterable[tuple[int, str]]) -> Names:
    found: Names = defaultdict(set)
    for member, name in rows:
        found[member].add(name)
    return found
