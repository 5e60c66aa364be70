"""What was issued and published about members' months: an act names what it would touch before it is stored."""

import hashlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.forms import BaseForm
from django.http import HttpResponse
from django.utils.translation import gettext as _

from dues.ledger.models import Charge, ClosedMonth, LedgerImport
from dues.ledger.payment_models import Payment, Receipt
from dues.ledger.queries import balances, settled_by
from dues.upwards.models import Disclosure
from dues.upwards.queries import branch_sums, published_today
from members.models import Member, Organization
from members.pages.requests import PageRequest
from members.pages.steps import Step, form_page
from members.paths import STEP
from members.refused import Refused

NOTHING = (0, 0, False)
Place = tuple[int, date]
"""Member and month."""


@dataclass(frozen=True, slots=True)
class Papers:
    """What stands, in a shape that can be compared: month → (owed, settled), receipt → whose and which months, figures
    by branch and month, and by name."""

    months: dict[Place, tuple[int, int, bool]]
    elsewhere: set[Place]
    receipts: dict[str, tuple[int, tuple[tuple[date, int], ...]]]
    closed: dict[tuple[int, date], tuple[int, ...]]
    published: dict[str, dict[str, object]]


@dataclass(frozen=True, slots=True)
class Moved:
    """A month of a member that is on record already and would be owed or settled otherwise, in fen."""

    name: str
    month: date
    carried_over: bool
    settled_fen: int
    would_settle_fen: int
    owed_fen: int = 0
    would_owe_fen: int = 0
    elsewhere: bool = False
    """Charged by another branch, whose amounts aren't this one's to read."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What storing something would change of what is there already, and the receipts that name what it changes."""

    receipts: list[str]
    months: list[Moved]
    closed: list[date]
    published: list[str]

    @property
    def published_sentence(self) -> str:
        return published_sentence(self.published)

    def __bool__(self) -> bool:
        return bool(self.receipts or self.months or self.closed or self.published)

    @property
    def digest(self) -> str:
        """Of another content another one: a page sends it back to say that just this was read."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:16]


def papers(members: Collection[int], branch: Organization, *, on: date) -> Papers:
    """What stands about these members, the branch, and the others that charged them."""
    charged = list(Charge.objects.filter(member__in=members).values_list("member", "month", "organization").distinct())
    branches = Organization.objects.filter(pk__in={branch.pk, *(place for _member, _month, place in charged)})
    places = list(branches.in_tree_order())
    published = {one.pk: one for place in places for one in published_at(place)}
    issued = (
        Receipt.objects.filter(payment__in=Payment.objects.live().filter(member__in=members))
        .order_by("year", "number")
        .select_related("payment")
    )
    receipts = {one.payment_id: (str(one), one.payment.member_id) for one in issued}
    settles = settled_by(receipts)
    months = balances(sorted(members))
    return Papers(
        {
            (member, one.month): (one.owed_fen, one.settled_fen, one.carried_over)
            for member, rows in months.items()
            for one in rows
        },
        {(member, month) for member, month, place in charged if place != branch.pk},
        {name: (who, tuple((one.month, one.fen) for one in settles[key])) for key, (name, who) in receipts.items()},
        {(place.pk, month): _sums(place, month, on) for place in places for month in _closed(place)},
        {str(one): published_today(one, on=on) for one in published.values()},
    )


def compare(before: Papers, after: Papers) -> Touched:
    """What was there before and says something else after."""
    moved = {place: was for place, was in before.months.items() if after.months.get(place, NOTHING) != was}
    names = dict(Member.objects.filter(pk__in={member for member, _month in moved}).values_list("pk", "name"))
    return Touched(
        receipts=[
            name
            for name, said in before.receipts.items()
            if after.receipts.get(name) != said or any((said[0], month) in moved for month, _fen in said[1])
        ],
        months=[
            _moved(names[place[0]], place, was, after.months.get(place, NOTHING), elsewhere=place in before.elsewhere)
            for place, was in sorted(moved.items())
        ],
        closed=sorted({at[1] for at, sums in before.closed.items() if after.closed[at] != sums}),
        published=[name for name, figures in before.published.items() if after.published[name] != figures],
    )


def _moved(
    name: str, place: Place, was: tuple[int, int, bool], will: tuple[int, int, bool], *, elsewhere: bool
) -> Moved:
    (owed, settled, carried), (would_owe, would_settle, _carried) = was, will
    return Moved(name, place[1], carried, settled, would_settle, owed, would_owe, elsewhere)


def published_at(branch: Organization, years: Iterable[int] | None = None) -> list[Disclosure]:
    """What the branch and the organizations above it published, of all years or of these."""
    above = [branch.path[:end] for end in range(STEP, len(branch.path) + 1, STEP)]
    rows = Disclosure.objects.filter(organization__path__in=above).select_related("organization")
    return list((rows if years is None else rows.filter(year__in=years)).order_by("year", "organization__path"))


def published_sentence(published: Iterable[object]) -> str:
    """Which published figures an act touches, and that they stay; empty: none."""
    names = "、".join(map(str, published))
    sentence = _("Published figures: %(names)s. They stay as they were published; the correction is shown beside them.")
    return sentence % {"names": names} if names else ""


def published_with(ledger: LedgerImport) -> list[Disclosure]:
    """What was published of the years that taking the ledger back changes, and of those it carried over into."""
    months = ledger.charges.order_by().values_list("month", "carried_over").distinct()
    paid = ledger.payments.order_by().values_list("paid_on", flat=True).distinct()
    years = {month.year + carried for month, carried in months} | {day.year for day in paid}
    return published_at(ledger.organization, years)


def _closed(branch: Organization) -> list[date]:
    rows = ClosedMonth.objects.filter(organization=branch).order_by("-month").values_list("month", flat=True)
    return sorted(rows[:24])


def _sums(branch: Organization, month: date, on: date) -> tuple[int, ...]:
    return tuple(
        fen
        for one in branch_sums(branch.path, month, month, on=on)
        for fen in (one.charged_fen, one.waived_fen, one.settled_fen)
    )


class _TakenBack(Exception):
    """Raised so that nothing of the act stays."""


def touched_by(
    act: Callable[[], object], *, members: Collection[int], branch: Organization, on: date
) -> Touched | None:
    """Compare the record before and after the act; nothing of it is stored. None: the act would be refused."""
    before = papers(members, branch, on=on)
    found: list[Touched] = []
    try:
        with transaction.atomic():
            act()
            found.append(compare(before, papers(members, branch, on=on)))
            raise _TakenBack
    except _TakenBack:
        return found[0]
    except Refused:
        return None


def unseen(
    request: PageRequest, act: Callable[[], object], *, members: Collection[int], branch: Organization | None
) -> Touched | None:
    """What the act would touch, until the page that names it comes back with its digest. None: nothing speaks against
    doing it, or it would be refused and says why itself."""
    if branch is None:
        return None
    touched = touched_by(act, members=members, branch=branch, on=request.today)
    return touched if touched and request.POST.get("seen") != touched.digest else None


@dataclass(frozen=True, slots=True)
class Read:
    """Valid when the page has named all that the act would touch: it stands beside the form of a step."""

    touched: Touched | None

    def is_valid(self) -> bool:
        return not self.touched


def paper_page(
    request: PageRequest,
    form: BaseForm,
    act: Callable[[], object],
    step: Step,
    then: Any,
    *,
    members: Collection[int],
    branch: Organization | None,
    **page: Any,
) -> HttpResponse:
    """A step that names what it would touch before it is taken; `page` is what `form_page` takes besides."""
    touched = unseen(request, act, members=members, branch=branch) if form.is_valid() else None
    return form_page(
        request,
        form,
        lambda _typed: act(),
        step,
        then,
        also=[Read(touched)],
        within="dues/touched.html" if touched else "",
        more={"touched": touched, "is_step": True},
        **page,
    )
