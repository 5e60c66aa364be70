"""The year of a branch at a glance, and the list of arrears."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Sum

from dues.arrears.rules import MonthFacts, month_state
from dues.choices import MonthState
from dues.ledger.models import ArrearsReview, Basis, Charge
from dues.ledger.payment_models import Allocation, Payment
from dues.ledger.queries import (
    CARRIED,
    WINDOW,
    Beyond,
    MonthBalance,
    arrears_below,
    arrears_of,
    beyond_of,
    completed,
    in_arrears,
    passed_over,
    spans,
    weighed,
)
from dues.ledger.rules import ARREARS_STAGES, Arrears, OpenMonth, Span
from dues.units import first_month, month_of, months_between
from members.choices import DatePrecision, MergeState, OrganizationKind
from members.models import Member, Merge, Organization, User
from members.models.member import MemberQuerySet
from members.pages.queries import Order, Page, PageStart, page_of, rows_from
from members.paths import STEP, contains, subtree
from rulebook.dates import add_months

NOTHING = (0, 0)
GROUP = OrganizationKind.GROUP
UNSETTLED = (MonthState.OPEN, MonthState.PART)


@dataclass(frozen=True, slots=True)
class MonthCell:
    """A member's month in the branch, in fen."""

    month: date
    state: MonthState
    charged_fen: int
    waived_fen: int
    settled_fen: int

    @property
    def owed_fen(self) -> int:
        return self.charged_fen - self.waived_fen

    @property
    def open_fen(self) -> int:
        return max(self.owed_fen - self.settled_fen, 0) if self.state in UNSETTLED else 0


@dataclass(frozen=True, slots=True)
class GridRow:
    member: Member
    group: str
    """Name of the party group; empty: in none."""
    moved: bool
    """Charged here this year, but on another roster or none today."""
    cells: list[MonthCell]
    arrears: Arrears | None
    """None: owes nothing, or moved, and the branch of today's roster asks for it."""
    beyond: Beyond = Beyond()
    """Paid ahead or too much; nothing of who moved."""

    @property
    def months_in_arrears(self) -> int:
        return len(self.arrears.months) if self.arrears else 0

    @property
    def due_fen(self) -> int:
        """Everything that is due, of this year and before."""
        return self.arrears.fen if self.arrears else 0

    @property
    def this_month_fen(self) -> int:
        return self.arrears.this_month_fen if self.arrears else 0

    @property
    def is_settled(self) -> bool:
        """Nothing is open, and nothing unknown."""
        return self.arrears is None and all(cell.state not in (*UNSETTLED, MonthState.UNKNOWN) for cell in self.cells)

    @property
    def carried_fen(self) -> int:
        """What of it a ledger carried over from the years before."""
        return self.arrears.carried_fen if self.arrears else 0


@dataclass(frozen=True, slots=True)
class MonthSums:
    """A month of the branch, in fen."""

    charged_fen: int
    waived_fen: int
    paid_fen: int
    open_fen: int
    without_base: int
    """Members whose base isn't fixed for the month."""


MemberMonth = tuple[int, date]
"""Member and month."""
Amounts = tuple[int, int]
"""Charged and waived, in fen."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger says of some members' months: charged here, charged by other branches, and settled."""

    here: dict[MemberMonth, Amounts]
    elsewhere: dict[MemberMonth, Amounts]
    settled: dict[MemberMonth, int]
    carried: set[MemberMonth]
    """Where a balance carried over stands or stood, and no charge of the month."""


def people_of(branch: Organization, year: int) -> MemberQuerySet:
    """On the branch's roster today, or charged by it in that year; without what is private. One query at once.

    An entry that was merged into one of the roster is counted with that one.
    """
    charged = Charge.objects.filter(organization=branch).between(date(year, 1, 1), date(year, 12, 1)).order_by()
    ids = list(charged.values_list("member", flat=True).distinct())
    here = Merge.objects.filter(subtree("kept__roster_path", [branch.path]), state=MergeState.DONE)
    members = Member.objects.filter(subtree("roster_path", [branch.path]) | Q(pk__in=ids))
    members = members.exclude(Exists(here.filter(merged=OuterRef("pk"))))
    wanted = ("key", "name", "name_key", "dues_category", "roster_path", "joined_on")
    return members.only(*wanted).in_roster_order()


def grid_rows(branch: Organization, members: Iterable[Member], year: int, *, on: date) -> list[GridRow]:
    """The branch's year for these members, in their order. Twelve queries, for whatever number of them."""
    people = list(members)
    ids = [one.pk for one in people]
    of = {one: one for one in ids} | _merged_into(ids)
    ledger = _ledger(branch, of, *_window(year, on))
    beyond: dict[int, Beyond] = defaultdict(Beyond)
    for entry, more in beyond_of(list(of)).items():
        beyond[of[entry]] = beyond[of[entry]].plus(more)
    bases = spans(Basis.objects.filter(member__in=ids).values_list("member", "valid_from", "valid_until"))
    late = weighed(completed(_left_open(ledger, on), on=on, passed=passed_over(ids)), of=ids, on=on)
    groups = dict(Organization.objects.below(branch.path).filter(kind=GROUP).values_list("path", "name"))
    months = list(months_between(date(year, 1, 1), date(year, 12, 1)))
    begins = first_month(year, branch.known_first_day())
    return [
        GridRow(
            member=one,
            group=groups.get(one.roster_path, ""),
            moved=not contains(branch.path, one.roster_path),
            cells=[_cell(_facts(one, month, branch, ledger, bases[one.pk]), on, begins) for month in months],
            arrears=late.get(one.pk) if contains(branch.path, one.roster_path) else None,
            beyond=beyond[one.pk] if contains(branch.path, one.roster_path) else Beyond(),
        )
        for one in people
    ]


def _window(year: int, on: date) -> tuple[date, date]:
    """The months of the year, and those that are looked at for arrears."""
    this = month_of(on)
    return min(date(year, 1, 1), add_months(this, -WINDOW)), max(date(year, 12, 1), this)


def _merged_into(members: list[int]) -> dict[int, int]:
    """The entries that were merged into one of these → that one."""
    return dict(Merge.objects.filter(kept__in=members, state=MergeState.DONE).values_list("merged", "kept"))


def _ledger(branch: Organization, of: dict[int, int], first: date, last: date) -> Ledger:
    """What stands under an entry that was merged into a member is that one's; `of`: entry → member."""
    chosen = {"member__in": list(of), "month__range": (first, last)}
    here: dict[MemberMonth, Amounts] = {}
    elsewhere: dict[MemberMonth, Amounts] = {}
    charges = Charge.objects.filter(**chosen).order_by().values_list("member", "month", "organization")
    carried: set[MemberMonth] = set()
    was_carried = Count("pk", filter=Q(carried_over=True))
    sums = charges.annotate(Sum("amount_fen"), Sum("waived_fen"), carried=CARRIED, was_carried=was_carried)
    for member, month, place, charged, waived, of_before, once in sums:
        if charged:
            found = here if place == branch.pk else elsewhere
            before = found.get((of[member], month), NOTHING)
            found[of[member], month] = (before[0] + charged, before[1] + waived)
        if of_before or (once and not charged):
            carried.add((of[member], month))
    settled: dict[MemberMonth, int] = defaultdict(int)
    allocations = Allocation.objects.filter(**chosen).order_by().values_list("member", "month")
    for member, month, fen in allocations.annotate(Sum("amount_fen")):
        settled[of[member], month] += fen
    return Ledger(here, elsewhere, settled, carried)


def _left_open(ledger: Ledger, on: date) -> dict[int, list[OpenMonth]]:
    """Member → open months within the window up to this one, whichever branch charged them."""
    found: dict[int, list[OpenMonth]] = defaultdict(list)
    for place, (charged, waived) in sorted({**ledger.elsewhere, **ledger.here}.items()):
        member, month = place
        left = MonthBalance(month, charged, waived, ledger.settled.get(place, 0)).open_fen
        if left and month <= month_of(on):
            found[member].append(OpenMonth(month, left, place in ledger.carried))
    return found


def _facts(member: Member, month: date, branch: Organization, ledger: Ledger, bases: list[Span]) -> MonthFacts:
    place = (member.pk, month)
    if place in ledger.carried:
        return MonthFacts(month, has_basis=True)
    return MonthFacts(
        month,
        *ledger.here.get(place, NOTHING),
        ledger.settled.get(place, 0),
        charged_elsewhere=place in ledger.elsewhere,
        has_basis=any(span.covers(month) for span in bases),
        belongs=_belongs(member, branch, month),
    )


def _cell(facts: MonthFacts, on: date, begins: date) -> MonthCell:
    """Before the branch's first month nothing is asked for, and so nothing unknown."""
    state = month_state(facts, current=month_of(on))
    if state == MonthState.UNKNOWN and facts.month < begins:
        state = MonthState.NOT_CHARGED
    return MonthCell(facts.month, state, facts.charged_fen, facts.waived_fen, facts.settled_fen)


def _belongs(member: Member, branch: Organization, month: date) -> bool:
    """Not before the month of joining, and not after having left the branch."""
    if member.joined_on and month < month_of(member.joined_on):
        return False
    return contains(branch.path, member.roster_path)


def sums_of(rows: Iterable[GridRow], month: date) -> MonthSums:
    """What the branch asked for in that month, and what became of it."""
    cells = [cell for row in rows for cell in row.cells if cell.month == month]
    return MonthSums(
        charged_fen=sum(cell.charged_fen for cell in cells),
        waived_fen=sum(cell.waived_fen for cell in cells),
        paid_fen=sum(min(cell.settled_fen, cell.owed_fen) for cell in cells),
        open_fen=sum(cell.open_fen for cell in cells),
        without_base=sum(cell.state == MonthState.UNKNOWN for cell in cells),
    )


ROSTER_ORDER = Order(("roster_path", "name_key", "id"))


class NamedMember(NamedTuple):
    """Whom a line names."""

    id: int
    key: UUID
    name: str
    name_key: str
    roster_path: str


COLUMNS = NamedMember._fields
ON_A_PAGE = 30
IN_A_TREE = 20
"""People on a page of a subtree: some forty are looked at for one in arrears."""
MOST_BRANCHES = 400
"""Below an organization with more of them one goes down the tree first: who is in arrears is computed, not stored."""


@dataclass(frozen=True, slots=True)
class LastPaid:
    """The day of the last payment; where a ledger only gave the month, its first."""

    on: date
    day_known: bool


@dataclass(frozen=True, slots=True)
class ArrearsLine:
    """Somebody in arrears."""

    member: NamedMember
    place: str
    arrears: Arrears
    last_paid: LastPaid | None
    review: UUID | None
    """The open review, if there is one."""


@dataclass(frozen=True, slots=True)
class BranchArrears:
    """How many members of a branch are in arrears, and how many of them at which stage; never who."""

    branch: Organization
    in_arrears: int
    stages: tuple[int, ...]
    """Members at 1, 3, 5 months and at the rule's six, each counted at the highest."""

    @property
    def to_review(self) -> int:
        return self.stages[-1]


def branch_lines(path: str, *, on: date) -> list[ArrearsLine]:
    """Everybody of a branch in arrears, most months first; those with a reason on record don't count for that."""
    late = in_arrears(Member.objects.below(path), on=on).in_roster_order()
    lines = _lines(list(map(NamedMember._make, late.values_list(*COLUMNS))), on)
    return sorted(lines, key=lambda line: (-len(line.arrears.counted), -line.arrears.fen, line.member.name_key))


def tree_page(path: str, place: PageStart, *, on: date) -> tuple[Page, list[ArrearsLine]]:
    """One page of those in arrears in a whole subtree, in roster order: as quick at its end as at its beginning."""

    def rows(place: PageStart, wanted: int) -> list[Any]:
        # Numbers alone: they stand in the index of the roster, and forty are looked at for one who is behind.
        late = rows_from(in_arrears(Member.objects.below(path), on=on), ["id"], ROSTER_ORDER, place, wanted)
        return _people([pk for (pk,) in late])

    found = page_of(rows, ROSTER_ORDER, place, IN_A_TREE)
    return found, _lines(found.rows, on)


def _people(members: list[int]) -> list[NamedMember]:
    rows = Member.objects.filter(pk__in=members).values_list(*COLUMNS)
    found = {row[0]: NamedMember._make(row) for row in rows}
    return [found[pk] for pk in members]


def branches_below(path: str, *, on: date) -> list[Organization] | None:
    """The branches of a subtree; None: too many to be looked at together."""
    branches = list(Organization.objects.below(path).branches().standing_on(on).in_tree_order()[: MOST_BRANCHES + 1])
    return branches if len(branches) <= MOST_BRANCHES else None


def branch_counts(path: str, branches: Iterable[Organization], *, on: date) -> list[BranchArrears]:
    """The branches with the number of members in arrears, those first that need help most. No name, no amount."""
    found = arrears_below(path, on=on)
    paths = {branch.path for branch in branches}
    steps: dict[str, Counter[int]] = defaultdict(Counter)
    for pk, roster_path in Member.objects.filter(pk__in=list(found)).values_list("pk", "roster_path"):
        steps[roster_path if roster_path in paths else roster_path[:-STEP]][found[pk].step] += 1
    counted = [_counted(branch, steps[branch.path]) for branch in branches]
    return sorted(
        counted, key=lambda one: (tuple(-count for count in reversed(one.stages)), -one.in_arrears, one.branch.path)
    )


def _counted(branch: Organization, steps: Counter[int]) -> BranchArrears:
    highest = sum(count for step, count in steps.items() if step > max(ARREARS_STAGES))
    return BranchArrears(branch, steps.total(), (*(steps[stage] for stage in ARREARS_STAGES), highest))


def open_reviews(user: User, path: str) -> list[ArrearsReview]:
    """The reviews under way below the path that the user may see, the oldest first."""
    rows = ArrearsReview.objects.visible_to(user).open().filter(subtree("member__roster_path", [path]))
    return list(rows.select_related("member").order_by("opened_on", "pk"))


def _lines(members: Sequence[NamedMember], on: date) -> list[ArrearsLine]:
    """Six queries: arrears, names of places, last payments, reviews."""
    ids = [one.id for one in members]
    found = arrears_of(ids, on=on)
    places = _names(one.roster_path for one in members)
    last = _last_paid(ids)
    reviews = dict(ArrearsReview.objects.open().filter(member__in=ids).order_by().values_list("member", "pk"))
    return [
        ArrearsLine(one, places.get(one.roster_path, ""), found[one.id], last.get(one.id), reviews.get(one.id))
        for one in members
        if one.id in found
    ]


def _last_paid(members: Sequence[int]) -> dict[int, LastPaid]:
    rows = _last_payments(members)
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
    rows = Organization.objects.filter(path__in=asked).order_by().values_list("path", "name", "kind")
    found = {path: (name, kind) for path, name, kind in rows}
    return {
        path: f"{found[path[:-STEP]][0]} · {name}" if kind == OrganizationKind.GROUP and path[:-STEP] in found else name
        for path, (name, kind) in found.items()
    }
