"""What is due about dues: the facts that `rules.duties` needs, read in a few queries for a whole subtree."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime

from django.db.models import CharField, Count, Exists, Min, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import localdate

from audit.models import Entry
from dues.models import ArrearsReview, Basis, Disclosure, Payment, Relief
from dues.queries.left_open import OpenMembers, late_among, left_open, open_members
from dues.rules.arrears import Arrears
from dues.rules.duties import (
    LOCAL_KEYS,
    RATIO_KEY,
    BranchFacts,
    MemberFacts,
    WaitingRelief,
    branch_duties,
    member_duty,
    relief_duty,
)
from dues.rules.relief import approval_rule
from members.choices import DuesCategory, RowVerdict
from members.models import Affiliation, Member, Organization, RosterImportRow
from members.paths import STEP, contains, subtree
from members.queries.local_rules import binding_below
from rulebook.values import Duty

LONG_AGO = datetime(1921, 7, 1, tzinfo=UTC)


def dues_duties(path: str, *, on: date) -> list[Duty]:
    """The year's duties of every branch at the path and below it, in tree order, each branch's members after it.

    Some fifteen queries, whatever the tree (members with open months are looked at by the ten thousand).
    """
    branches = list(Organization.objects.below(path).branches().standing_on(on).with_first_day().in_tree_order())
    codes = {branch.path: branch.code for branch in branches}
    rules = binding_below(path, LOCAL_KEYS)
    open_here = open_members(path, on=on)
    late = late_among(open_here, on=on)
    months = left_open(path, open_here, on=on, late=late)
    facts = _branch_facts(path, branches, on, months, may_remit=any(one.key == RATIO_KEY for _path, one in rules))
    people = _people(path, codes, open_here, late, on)
    found: list[Duty] = []
    for branch in branches:
        local = [value for rule_path, value in rules if contains(rule_path, branch.path)]
        found += branch_duties(facts[branch.path], on=on, local=local)
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
    for facts in _behind(path, codes, open_here, late):
        duty = member_duty(facts, on=on)
        if duty:
            found[facts.branch].append(duty)
    for relief in _waiting(path, codes):
        found[relief.branch].append(relief_duty(relief, on=on))
    return found


def _behind(
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
