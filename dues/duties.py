"""What is due about dues, and the months that are left open."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice

from django.db.models import CharField, Count, Exists, F, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import localdate

from audit.models import Entry
from dues.choices import ChargeKind
from dues.ledger.models import ArrearsReview, Basis, Charge, ChargeQuerySet, Relief
from dues.ledger.payment_models import Payment
from dues.ledger.queries import arrears_of, in_arrears, leaving_open, settled
from dues.ledger.rules import (
    RATIO_KEY,
    Arrears,
    BranchFacts,
    MemberFacts,
    WaitingRelief,
    approval_rule,
    branch_duties,
    member_duty,
    relief_duty,
)
from dues.units import month_of, months_between
from dues.upwards.models import Disclosure
from members.choices import DuesCategory, RowVerdict
from members.models import Affiliation, Member, Organization, RosterImportRow
from members.paths import STEP, subtree
from members.regulations.queries import PlacesBelow
from rulebook.dates import add_months
from rulebook.values import Duty

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

    With `late` as `arrears_on_rosters` says it, whoever is on a roster counts for an earlier month only where it counts
    against them: not where a reason is on record, nor before an agreed quarter is over.
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


def arrears_on_rosters(members: OpenMembers, *, on: date) -> dict[int, Arrears]:
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


LONG_AGO = datetime(1921, 7, 1, tzinfo=UTC)


def dues_duties(places: PlacesBelow) -> list[Duty]:
    """The year's duties of every branch in tree order, each branch's members after it.

    Some thirteen queries beside those of the places (members with open months are looked at by the ten thousand).
    """
    path, on, branches = places.path, places.on, list(places.branches.values())
    codes = {branch.path: branch.code for branch in branches}
    open_here = open_members(path, on=on)
    late = arrears_on_rosters(open_here, on=on)
    months = left_open(path, open_here, on=on, late=late)
    facts = _branch_facts(
        path, branches, on, months, may_remit=any(one.key == RATIO_KEY for _path, one in places.rules)
    )
    people = _people(path, codes, open_here, late, on)
    found: list[Duty] = []
    for branch in branches:
        found += branch_duties(facts[branch.path], on=on, local=places.local(branch.path))
        found += people[branch.code]
    return found


def _branch_facts(
    path: str, branches: list[Organization], on: date, months: dict[int, dict[date, int]], *, may_remit: bool
) -> dict[str, BranchFacts]:
    """`may_remit`: whether a committee set a share to hand up; only then somebody asks for the payments."""
    standing = {branch.path for branch in branches}
    members, without = _rosters(path, standing, on.year)
    newcomers = _newcomers(path, standing, on) if any(without.values()) else {}
    disclosed = _disclosures(path, on.year)
    received, remitted = _payments(path, on.year) if may_remit else ({}, {})
    return {
        branch.path: BranchFacts(
            code=branch.code,
            first_day=branch.first_day,
            members=members.get(branch.path, 0),
            without_base=without.get(branch.path, 0),
            newcomers=tuple(newcomers.get(branch.path, ())),
            open_by_month=months.get(branch.pk, {}),
            payments=received.get(branch.pk, 0),
            remitted=remitted.get(branch.pk, 0),
            disclosures=disclosed.get(branch.pk, 0),
        )
        for branch in branches
    }


def _rosters(path: str, branches: set[str], year: int) -> tuple[dict[str, int], dict[str, int]]:
    """Members, and those without a base of the year, by the path of the branch; a group's count for its branch."""
    members: dict[str, int] = defaultdict(int)
    without: dict[str, int] = defaultdict(int)
    rows = Member.objects.below(path).alias(fixed=_fixed(year)).order_by().values_list("roster_path")
    for place, count, missing in rows.annotate(Count("pk"), missing=Count("pk", filter=Q(fixed=False))):
        branch = place if place in branches else place[:-STEP]
        members[branch] += count
        without[branch] += missing
    return members, without


def _newcomers(path: str, branches: set[str], on: date) -> dict[str, list[date]]:
    """Since when those without a base of the year are there who came to the branch, or were entered, within it.

    An import that brought somebody counts only where others were there before it: a branch that was just taken over
    has had its members for longer than we know. Days after `on` say nothing about that day.
    """
    here = Affiliation.objects.formal().open().filter(member=OuterRef("pk"))
    rows = Member.objects.below(path).alias(fixed=_fixed(on.year)).filter(fixed=False)
    since = {"came_on": Subquery(here.values("valid_from")[:1]), **_entered()}
    found: dict[str, list[date]] = defaultdict(list)
    known: dict[str, datetime] = {}
    for place, came_on, typed_at, imported_at in rows.annotate(**since).order_by().values_list("roster_path", *since):
        branch = place if place in branches else place[:-STEP]
        if imported_at:
            known = known or _first_entries(path, branches)
        entered_at = imported_at if imported_at and known[branch] < imported_at else typed_at
        days = [came_on, localdate(entered_at) if entered_at else None]
        day = max((one for one in days if one and one <= on), default=None)
        if day and day > date(on.year, 1, 1):
            found[branch].append(day)
    return found


def _first_entries(path: str, branches: set[str]) -> dict[str, datetime]:
    """Branch → when the first of its members was entered; of whom nobody knows when, long ago. One query."""
    entered = Coalesce(*_entered().values(), Value(LONG_AGO))
    found: dict[str, datetime] = {}
    rows = Member.objects.below(path).annotate(entered=entered).order_by().values_list("roster_path")
    for place, first in rows.annotate(Min("entered")):
        branch = place if place in branches else place[:-STEP]
        found[branch] = min(first, found.get(branch, first))
    return found


def _entered() -> dict[str, Subquery]:
    """When a member was entered by the form, and when the import stored the row that made the entry."""
    key = Cast(OuterRef("pk"), CharField())
    typed = Entry.objects.filter(subject_kind=Member._meta.label, subject_id=key, action="create_member")
    rows = RosterImportRow.objects.filter(member=OuterRef("pk"), verdict=RowVerdict.NEW)
    return {
        "typed_at": Subquery(typed.values("at")[:1]),
        "imported_at": Subquery(rows.order_by("roster_import__applied_at").values("roster_import__applied_at")[:1]),
    }


def _fixed(year: int) -> Exists:
    return Exists(Basis.objects.fixed_for(year).filter(member=OuterRef("pk")))


def _payments(path: str, year: int) -> tuple[dict[int, int], dict[int, int]]:
    """Branch → payments of the year that stand, and how many of them were handed up."""
    live = Payment.objects.below(path).live().filter(paid_on__year=year).order_by().values_list("organization")
    rows = list(live.annotate(Count("pk"), up=Count("remitted")))
    return {branch: count for branch, count, _up in rows}, {branch: up for branch, _count, up in rows}


def _disclosures(path: str, year: int) -> dict[int, int]:
    rows = Disclosure.objects.filter(subtree("organization__path", [path]), year=year).order_by()
    return dict(rows.values_list("organization").annotate(Count("pk")))


def _people(
    path: str, codes: dict[str, str], open_here: OpenMembers, late: dict[int, Arrears], on: date
) -> dict[str, list[Duty]]:
    """Code of the branch → what its members' arrears and reliefs ask for, in the order of the roster."""
    found: dict[str, list[Duty]] = defaultdict(list)
    for facts in _in_arrears(path, codes, open_here, late):
        duty = member_duty(facts, on=on)
        if duty:
            found[facts.branch].append(duty)
    for relief in _waiting(path, codes):
        found[relief.branch].append(relief_duty(relief, on=on))
    return found


def _in_arrears(
    path: str, codes: dict[str, str], open_here: OpenMembers, late: dict[int, Arrears]
) -> Iterator[MemberFacts]:
    closed = ArrearsReview.objects.filter(subtree("member__roster_path", [path]), closed_on__isnull=False)
    reviewed = set(closed.values_list("member", "since"))
    for pk, place in open_here.on_rosters:
        code = codes.get(place) or codes.get(place[:-STEP])
        if code and pk in late:
            yield MemberFacts(pk, code, late[pk], reviewed=(pk, late[pk].since) in reviewed)


def _waiting(path: str, codes: dict[str, str]) -> Iterator[WaitingRelief]:
    rows = Relief.objects.waiting().filter(subtree("member__roster_path", [path])).order_by("decided_on", "pk")
    for member, place, decided_on in rows.values_list("member", "member__roster_path", "decided_on"):
        code = codes.get(place) or codes.get(place[:-STEP])
        if code:
            yield WaitingRelief(member, code, decided_on, approval_rule(DuesCategory.EMPLOYED, decided_on).citation)
