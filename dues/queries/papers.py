"""What was issued and published about members' months: what an act names before it is stored, and leaves as it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from dues.models import ClosedMonth, Disclosure, Payment, Receipt
from dues.queries.balance import balances
from dues.queries.payments import settled_by
from dues.queries.upwards import branch_sums, published_today
from members.models import Member, Organization
from members.paths import STEP


@dataclass(frozen=True, slots=True)
class Papers:
    """What stands, in a shape that can be compared: month → (owed, settled), receipt → months, figures by name."""

    months: dict[tuple[int, date], tuple[int, int, bool]]
    receipts: dict[str, tuple[tuple[date, int], ...]]
    closed: dict[date, tuple[int, ...]]
    published: dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Moved:
    """A month of a member that is on record already and would be owed or settled otherwise, in fen."""

    name: str
    month: date
    carried_over: bool
    settled_fen: int
    would_settle_fen: int


@dataclass(frozen=True, slots=True)
class Touched:
    """What storing something would change of what is there already."""

    receipts: list[str]
    months: list[Moved]
    closed: list[date]
    published: list[str]


def papers(members: Collection[int], branch: Organization, *, on: date) -> Papers:
    """What stands about these members and the branch."""
    published = published_at(branch)
    issued = Receipt.objects.filter(payment__in=_live(members)).order_by("year", "number")
    receipts = {one.payment_id: str(one) for one in issued}
    settles = settled_by(receipts)
    months = balances(sorted(members))
    return Papers(
        {
            (member, one.month): (one.owed_fen, one.settled_fen, one.carried_over)
            for member, rows in months.items()
            for one in rows
        },
        {name: tuple((one.month, one.fen) for one in settles[key]) for key, name in receipts.items()},
        {month: _sums(branch, month, on) for month in _closed(branch)},
        {str(one): published_today(one, on=on) for one in published},
    )


def compare(before: Papers, after: Papers) -> Touched:
    """What was there before and says something else after."""
    moved = {place: was for place, was in before.months.items() if after.months.get(place, (0, 0, False)) != was}
    names = dict(Member.objects.filter(pk__in={member for member, _month in moved}).values_list("pk", "name"))
    return Touched(
        receipts=[name for name, said in before.receipts.items() if after.receipts.get(name) != said],
        months=[
            Moved(names[member], month, carried, settled, after.months.get((member, month), (0, 0, False))[1])
            for (member, month), (_owed, settled, carried) in sorted(moved.items())
        ],
        closed=[month for month, sums in before.closed.items() if after.closed[month] != sums],
        published=[name for name, figures in before.published.items() if after.published[name] != figures],
    )


def published_at(branch: Organization, years: Iterable[int] | None = None) -> list[Disclosure]:
    """What the branch and the organizations above it published, of all years or of these."""
    above = [branch.path[:end] for end in range(STEP, len(branch.path) + 1, STEP)]
    rows = Disclosure.objects.filter(organization__path__in=above).select_related("organization")
    return list((rows if years is None else rows.filter(year__in=years)).order_by("year", "organization__path"))


def _live(members: Collection[int]) -> Iterable[Payment]:
    return Payment.objects.live().filter(member__in=members)


def _closed(branch: Organization) -> list[date]:
    rows = ClosedMonth.objects.filter(organization=branch).order_by("-month").values_list("month", flat=True)
    return sorted(rows[:24])


def _sums(branch: Organization, month: date, on: date) -> tuple[int, ...]:
    return tuple(
        fen
        for one in branch_sums(branch.path, month, month, on=on)
        for fen in (one.charged_fen, one.waived_fen, one.settled_fen)
    )
