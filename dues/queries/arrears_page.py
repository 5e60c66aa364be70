"""The pages of arrears: a branch's people by name, a committee's branches in counts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery

from dues.models import ArrearsReview, Payment
from dues.queries.arrears import arrears_below, arrears_of, in_arrears, in_arrears_since
from dues.rules.arrears import REMIND_AT, Arrears
from dues.rules.months import month_of, quarter_of
from members.choices import DatePrecision, OrganizationKind
from members.models import Member, Organization, User
from members.paths import STEP, subtree
from members.prepared import Prepared
from members.queries.keyset import Order, Page, Place, page_of, rows_from

ROSTER_ORDER = Order(("roster_path", "name_key", "id"))


class Person(NamedTuple):
    """Whom a line names."""

    id: int
    key: UUID
    name: str
    name_key: str
    roster_path: str


COLUMNS = Person._fields
ON_A_PAGE = 30
IN_A_TREE = 20
"""People on a page of a subtree: some forty are looked at for one who is behind."""
MOST_BRANCHES = 400
"""Below an organization with more of them one goes down the tree first: who is behind is computed, not stored."""


@dataclass(frozen=True, slots=True)
class LastPaid:
    """The day of the last payment; where a ledger only gave the month, its first."""

    on: date
    day_known: bool


@dataclass(frozen=True, slots=True)
class ArrearsLine:
    """Somebody who is behind."""

    member: Person
    place: str
    arrears: Arrears
    last_paid: LastPaid | None
    review: UUID | None
    """The open review, if there is one."""


@dataclass(frozen=True, slots=True)
class BranchArrears:
    """How many members of a branch are behind, and how many of them how far; never who."""

    branch: Organization
    behind: int
    rungs: tuple[int, ...]
    """Members at 1, 3, 5 months and at the rule's six, each counted at the highest."""

    @property
    def to_review(self) -> int:
        return self.rungs[-1]


def branch_lines(path: str, *, on: date) -> list[ArrearsLine]:
    """Everybody of a branch who is behind, furthest first; months with a reason on record don't count for that."""
    late = in_arrears(Member.objects.below(path), on=on).in_roster_order()
    lines = _lines(list(map(Person._make, late.values_list(*COLUMNS))), on)
    return sorted(lines, key=lambda line: (-len(line.arrears.counted), -line.arrears.fen, line.member.name_key))


def tree_page(path: str, place: Place, *, on: date) -> tuple[Page, list[ArrearsLine]]:
    """One page of those behind in a whole subtree, in roster order: as quick at its end as at its beginning."""

    def rows(place: Place, wanted: int) -> list[Any]:
        key = {"key": place.key} if place.key else {}
        late = _late(place.forward, wanted).rows(path=path, month=month_of(on), quarter=quarter_of(on), **key)
        return _people([pk for (pk,) in late])

    found = page_of(rows, ROSTER_ORDER, place, IN_A_TREE)
    return found, _lines(found.rows, on)


def _people(members: list[int]) -> list[Person]:
    found = {row[0]: Person._make(row) for row in _PEOPLE.rows(members=members)} if members else {}
    return [found[pk] for pk in members]


@cache
def _late(forward: bool, wanted: int) -> Prepared:
    """Numbers alone: they stand in the index of the roster, and forty members are looked at for one who is behind."""

    def build(path: str, month: date, quarter: date, key: UUID | None = None) -> QuerySet[Member, Any]:
        late = in_arrears_since(Member.objects.below(path), month, quarter)
        return rows_from(late, ["id"], ROSTER_ORDER, Place(key, forward=forward), wanted)

    return Prepared(build)


def branches_below(path: str, *, on: date) -> list[Organization] | None:
    """The branches of a subtree; None: too many to be looked at together."""
    branches = list(Organization.objects.below(path).branches().standing_on(on).in_tree_order()[: MOST_BRANCHES + 1])
    return branches if len(branches) <= MOST_BRANCHES else None


def branch_counts(path: str, branches: Iterable[Organization], *, on: date) -> list[BranchArrears]:
    """The branches with the number of members behind, those first that need help most. No name, no amount."""
    found = arrears_below(path, on=on)
    paths = {branch.path for branch in branches}
    steps: dict[str, Counter[int]] = defaultdict(Counter)
    for pk, roster_path in Member.objects.filter(pk__in=list(found)).values_list("pk", "roster_path"):
        steps[roster_path if roster_path in paths else roster_path[:-STEP]][found[pk].step] += 1
    counted = [_counted(branch, steps[branch.path]) for branch in branches]
    return sorted(
        counted, key=lambda one: (tuple(-count for count in reversed(one.rungs)), -one.behind, one.branch.path)
    )


def _counted(branch: Organization, steps: Counter[int]) -> BranchArrears:
    highest = sum(count for step, count in steps.items() if step > max(REMIND_AT))
    return BranchArrears(branch, steps.total(), (*(steps[rung] for rung in REMIND_AT), highest))


def open_reviews(user: User, path: str) -> list[ArrearsReview]:
    """The reviews under way below the path that the user may see, the oldest first."""
    rows = ArrearsReview.objects.visible_to(user).open().filter(subtree("member__roster_path", [path]))
    return list(rows.select_related("member").order_by("opened_on", "pk"))


def _lines(members: Sequence[Person], on: date) -> list[ArrearsLine]:
    """Six queries: arrears, names of places, last payments, reviews."""
    ids = [one.id for one in members]
    found = arrears_of(ids, on=on)
    places = _names(one.roster_path for one in members)
    last = _last_paid(ids)
    reviews: dict[int, UUID] = dict(_REVIEWS.rows(members=ids)) if ids else {}
    return [
        ArrearsLine(one, places.get(one.roster_path, ""), found[one.id], last.get(one.id), reviews.get(one.id))
        for one in members
        if one.id in found
    ]


def _last_paid(members: Sequence[int]) -> dict[int, LastPaid]:
    rows = _LAST_PAID.rows(members=list(members)) if members else ()
    return {one: LastPaid(last, precision == DatePrecision.DAY) for one, last, precision in rows if last}


def _last_payments(members: Sequence[int]) -> QuerySet[Member, Any]:
    """One look into the index for each member: grouped, the database would go through all payments there are."""
    newest = Payment.objects.live().filter(member=OuterRef("pk")).order_by("-paid_on", "paid_precision")
    last = (Subquery(newest.values(name)[:1]) for name in ("paid_on", "paid_precision"))
    return Member.objects.filter(pk__in=members).order_by().values_list("pk", *last)


def _names(paths: Iterable[str]) -> dict[str, str]:
    """Path → what the place is called: a group stands behind its branch."""
    wanted = set(paths)
    asked = sorted(wanted | {path[:-STEP] for path in wanted})
    found = {path: (name, kind) for path, name, kind in _PLACES.rows(paths=asked)} if asked else {}
    return {
        path: f"{found[path[:-STEP]][0]} · {name}" if kind == OrganizationKind.GROUP and path[:-STEP] in found else name
        for path, (name, kind) in found.items()
    }


_PEOPLE = Prepared(lambda members: Member.objects.filter(pk__in=members).values_list(*COLUMNS))
_REVIEWS = Prepared(
    lambda members: ArrearsReview.objects.open().filter(member__in=members).order_by().values_list("member", "pk")
)
_LAST_PAID = Prepared(_last_payments)
_PLACES = Prepared(
    lambda paths: Organization.objects.filter(path__in=paths).order_by().values_list("path", "name", "kind")
)
