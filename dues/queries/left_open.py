"""Which months of the year branches charged, and how many members left something of each open.

One look at each member finds who left something open (`arrears.leaving_open`), and only their months are added up.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.db.models import Exists, F, OuterRef

from dues.choices import ChargeKind
from dues.models import Charge
from dues.models.charge import ChargeQuerySet
from dues.queries.arrears import arrears_of, in_arrears, leaving_open
from dues.queries.balance import settled
from dues.rules.arrears import Arrears
from dues.rules.months import month_of, months_between
from members.models import Affiliation, Member, Organization
from members.paths import subtree
from rulebook.dates import add_months

AT_ONCE = 10_000
"""Members named in one query."""


@dataclass(frozen=True, slots=True)
class OpenMembers:
    """Members who left something open of the months up to a day's: on the rosters below a path with their place, in
    the order of the roster; and those who were once there and are now elsewhere or nowhere."""

    on_rosters: list[tuple[int, str]]
    gone: list[int]

    @property
    def everybody(self) -> list[int]:
        return [pk for pk, _place in self.on_rosters] + self.gone


def open_members(path: str, *, on: date) -> OpenMembers:
    """Two queries. The month of that day counts, although nobody is in arrears with it yet."""
    next_month = add_months(month_of(on), 1)
    here = subtree("roster_path", [path])
    left = Affiliation.objects.filter(subtree("organization__path", [path]), valid_until__isnull=False)
    once_here = Member.objects.filter(pk__in=left.values("member")).exclude(here)
    owing, gone = (leaving_open(some, before=next_month) for some in (Member.objects.filter(here), once_here))
    return OpenMembers(
        list(owing.in_roster_order().values_list("pk", "roster_path")),
        list(gone.order_by().values_list("pk", flat=True)),
    )


def left_open(
    path: str, members: OpenMembers, *, on: date, late: Mapping[int, Arrears] | None = None
) -> dict[int, dict[date, int]]:
    """Branch → month of the year, up to that day's, that was charged → members who left something of it open.

    With `late` as `late_among` says it, whoever is on a roster counts for an earlier month only where it counts against
    them: not where a reason is on record, nor before an agreed quarter is over.
    """
    first, last = date(on.year, 1, 1), month_of(on)
    found = _charged(path, first, last)
    months = _standing().between(first, last).alias(settled=settled())
    unpaid = months.filter(amount_fen__gt=F("waived_fen") + F("settled")).order_by()
    counted = {} if late is None else {pk: late[pk].counted if pk in late else () for pk, _place in members.on_rosters}
    for some in _portions(members.everybody):
        # Neither `below(path)` nor grouped: the database would begin with every charge of the place.
        for branch, month, member in unpaid.filter(member__in=some).values_list("organization", "month", "member"):
            if branch in found and (month == last or month in counted.get(member, (month,))):
                found[branch][month] += 1
    return found


def late_among(members: OpenMembers, *, on: date) -> dict[int, Arrears]:
    """Arrears of those on the rosters: who left this month open may have paid all before it."""
    found: dict[int, Arrears] = {}
    for some in _portions(pk for pk, _place in members.on_rosters):
        late = in_arrears(Member.objects.filter(pk__in=some), on=on).order_by().values_list("pk", flat=True)
        found |= arrears_of(list(late), on=on)
    return found


def _charged(path: str, first: date, last: date) -> dict[int, dict[date, int]]:
    """Branch → charged months, each with a zero. One probe a branch and month, not a row for each member."""
    months = {f"month_{month.month}": month for month in months_between(first, last)}
    here = _standing().filter(organization=OuterRef("pk"))
    charged = {name: Exists(here.filter(month=month)) for name, month in months.items()}
    rows = Organization.objects.below(path).branches().annotate(**charged).order_by().values_list("pk", *months)
    return {
        branch: {month: 0 for month, was in zip(months.values(), were, strict=True) if was} for branch, *were in rows
    }


def _standing() -> ChargeQuerySet:
    """Charges that weren't reversed, also those that ask for nothing."""
    later = Charge.objects.filter(member=OuterRef("member"), month=OuterRef("month"), turn=OuterRef("turn") + 1)
    return Charge.objects.filter(~Exists(later), kind=ChargeKind.CHARGE)


def _portions(members: Iterable[int]) -> Iterator[list[int]]:
    waiting = iter(members)
    while some := list(islice(waiting, AT_ONCE)):
        yield some
