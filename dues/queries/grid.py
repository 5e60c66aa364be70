"""A branch's year of dues: members × months, summed from the ledger, never stored."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, Sum

from dues.choices import MonthState
from dues.models import Allocation, Basis, Charge
from dues.queries.arrears import WINDOW, completed, passed_over, spans, weighed
from dues.queries.balance import CARRIED, Beyond, MonthBalance, beyond_of
from dues.rules.arrears import Arrears, OpenMonth, Span
from dues.rules.month_state import MonthFacts, month_state
from dues.rules.months import month_of, months_between
from members.choices import MergeState, OrganizationKind
from members.models import Member, Merge, Organization
from members.models.member import MemberQuerySet
from members.paths import contains, subtree
from rulebook.dates import add_months

NOTHING = (0, 0)
GROUP = OrganizationKind.GROUP
UNSETTLED = (MonthState.OPEN, MonthState.PART)


@dataclass(frozen=True, slots=True)
class Cell:
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
    cells: list[Cell]
    arrears: Arrears | None
    """None: owes nothing, or moved, and the branch of today's roster asks for it."""
    beyond: Beyond = Beyond()
    """Paid ahead or too much; nothing of who moved."""

    @property
    def behind(self) -> int:
        return len(self.arrears.months) if self.arrears else 0

    @property
    def due_fen(self) -> int:
        """Everything that is due, of this year and before."""
        return self.arrears.fen if self.arrears else 0

    @property
    def carried_fen(self) -> int:
        """What of it a ledger carried over from the years before."""
        return self.arrears.carried_fen if self.arrears else 0


@dataclass(frozen=True, slots=True)
class Sums:
    """A month of the branch, in fen."""

    charged_fen: int
    waived_fen: int
    paid_fen: int
    open_fen: int
    without_base: int
    """Members whose base isn't fixed for the month."""


Place = tuple[int, date]
"""Member and month."""
Amounts = tuple[int, int]
"""Charged and waived, in fen."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the ledger says of some members' months: charged here, charged by other branches, and settled."""

    here: dict[Place, Amounts]
    elsewhere: dict[Place, Amounts]
    settled: dict[Place, int]
    carried: set[Place]
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
    """The branch's year for these members, in their order. Eleven queries, for whatever number of them."""
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
    return [
        GridRow(
            member=one,
            group=groups.get(one.roster_path, ""),
            moved=not contains(branch.path, one.roster_path),
            cells=[_cell(_facts(one, month, branch, ledger, bases[one.pk]), on) for month in months],
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
    here: dict[Place, Amounts] = {}
    elsewhere: dict[Place, Amounts] = {}
    charges = Charge.objects.filter(**chosen).order_by().values_list("member", "month", "organization")
    carried: set[Place] = set()
    was_carried = Count("pk", filter=Q(carried_over=True))
    sums = charges.annotate(Sum("amount_fen"), Sum("waived_fen"), carried=CARRIED, was_carried=was_carried)
    for member, month, place, charged, waived, of_before, once in sums:
        if charged:
            found = here if place == branch.pk else elsewhere
            before = found.get((of[member], month), NOTHING)
            found[of[member], month] = (before[0] + charged, before[1] + waived)
        if of_before or (once and not charged):
            carried.add((of[member], month))
    settled: dict[Place, int] = defaultdict(int)
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


def _cell(facts: MonthFacts, on: date) -> Cell:
    state = month_state(facts, current=month_of(on))
    return Cell(facts.month, state, facts.charged_fen, facts.waived_fen, facts.settled_fen)


def _belongs(member: Member, branch: Organization, month: date) -> bool:
    """Not before the month of joining, and not after having left the branch."""
    if member.joined_on and month < month_of(member.joined_on):
        return False
    return contains(branch.path, member.roster_path)


def sums_of(rows: Iterable[GridRow], month: date) -> Sums:
    """What the branch asked for in that month, and what became of it."""
    cells = [cell for row in rows for cell in row.cells if cell.month == month]
    return Sums(
        charged_fen=sum(cell.charged_fen for cell in cells),
        waived_fen=sum(cell.waived_fen for cell in cells),
        paid_fen=sum(min(cell.settled_fen, cell.owed_fen) for cell in cells),
        open_fen=sum(cell.open_fen for cell in cells),
        without_base=sum(cell.state == MonthState.UNKNOWN for cell in cells),
    )
