"""Sums of a branch or of everything below a committee; never an amount of anybody."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from dues.choices import PaymentKind
from dues.ledger.models import Charge, ChargeQuerySet
from dues.ledger.payment_models import Allocation, Payment
from dues.ledger.queries import CARRIED, open_at, open_before, standing_charges
from dues.units import last_day, month_of
from dues.upwards.models import Disclosure, DuesUse, Remittance
from meetings.choices import MeetingKind
from meetings.meeting.models import Meeting
from members.models import Organization, User
from members.paths import subtree
from rulebook.dates import add_months

DECIDING = (MeetingKind.COMMITTEE_MEETING, MeetingKind.GENERAL_MEETING)
"""A lecture or a theme day decides nothing, whoever came."""


def deciding_meetings(organization: Organization | None) -> QuerySet[Meeting]:
    """Those that an organization held, the latest first."""
    held = Meeting.objects.filter(organization=organization).held().of_kind(*DECIDING)
    return held.order_by("-day", "-key")


def readable_meetings(user: User, meetings: Iterable[Meeting | None]) -> set[Meeting]:
    """Those of them whose page opens for the user."""
    keys = {meeting.pk for meeting in meetings if meeting}
    return set(Meeting.objects.visible_to(user).filter(pk__in=keys)) if keys else set()


OF_MONTHS = Coalesce(Sum("amount_fen", filter=Q(carried_over=False)), 0)
"""Charged for months, beside `CARRIED`."""
LATER_ON_SHEETS = {"earlier_fen", "apart_fen", "before_fen", "beyond_fen"}
"""Figures that the first publications don't have."""


@dataclass(frozen=True)
class YearFigures:
    """What is published once a year, in fen. `by_kind`: use kind → fen.

    Who paid everything and who left something open are together all who were asked for something; the counts and the
    sums are of the same months, and of what was carried over into them.
    """

    charged_fen: int = 0
    waived_fen: int = 0
    carried_fen: int = 0
    """What was carried over into the year: asked for beside its months."""
    carried_settled_fen: int = 0
    """Of this, what is paid."""
    due_fen: int = 0
    """Of the months, and of what was carried over."""
    earlier_fen: int = 0
    """Of months before the year: with `due_fen` everything that is due."""
    this_month_fen: int = 0
    paid_fen: int = 0
    """Received in the year, for whatever months."""
    voluntary_fen: int = 0
    apart_fen: int = 0
    """Received in the year for months that this sheet doesn't ask for: of earlier years, or charged elsewhere."""
    before_fen: int = 0
    """Paid on what this sheet asks for, but received in another year or elsewhere."""
    remitted_fen: int = 0
    used_fen: int = 0
    members: int = 0
    """Who were charged; `exempt` of them owe nothing at all."""
    exempt: int = 0
    owing: int = 0
    """Left something open, due or of this month."""
    by_kind: dict[str, int] = field(default_factory=dict)

    @property
    def settled_fen(self) -> int:
        """Of what the year's months asked for, what is paid."""
        return _settled(self)

    @property
    def beyond_fen(self) -> int:
        """Received in the year and asked for by no month: paid ahead, or too much."""
        counted = self.settled_fen + self.carried_settled_fen - self.before_fen
        return self.paid_fen - self.voluntary_fen - self.apart_fen - counted

    @property
    def payers(self) -> int:
        """Paid all that the year has asked for."""
        return self.members - self.exempt - self.owing

    def as_dict(self) -> dict[str, object]:
        made = {"settled_fen": self.settled_fen, "beyond_fen": self.beyond_fen, "payers": self.payers}
        return {**asdict(self), **made}


@dataclass(frozen=True, slots=True)
class BranchSums:
    """One branch's line in the committee's overview, in fen."""

    branch: Organization
    charged_fen: int
    waived_fen: int
    carried_fen: int
    carried_settled_fen: int
    due_fen: int
    earlier_fen: int
    """Open from before these months."""
    this_month_fen: int
    remitted_fen: int

    @property
    def settled_fen(self) -> int:
        """Of what these months asked for, what is paid, whichever branch received the money."""
        return _settled(self)


def _settled(sums: YearFigures | BranchSums) -> int:
    """All that is open, less what of it was carried over, is open of the months."""
    open_fen = sums.due_fen + sums.this_month_fen - (sums.carried_fen - sums.carried_settled_fen)
    return sums.charged_fen - sums.waived_fen - open_fen


def not_handed_up(branch: Organization, first: date, last: date) -> QuerySet[Payment]:
    """What came in in these months and no batch holds yet, less what was taken back of earlier batches."""
    of_these_months = Q(paid_on__range=(first, last_day(last)))
    taken_back = Q(kind=PaymentKind.REVERSAL, reverses__remitted__isnull=False)
    rows = Payment.objects.filter(of_these_months | taken_back, organization=branch, remitted__isnull=True)
    return rows.order_by("paid_on", "key")


def year_figures(path: str, year: int, *, on: date, carried_over: bool = True) -> YearFigures:
    """The year of an organization and everything below it, as it stands on that day, with what was carried over into
    it unless told otherwise. At most thirteen queries."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    below = subtree("organization__path", [path])
    charges = Charge.objects.filter(below).asked_for(first, min(month_of(last), month_of(on)))
    left_open = open_at(path, first, month_of(last), on=on)
    if not carried_over:
        charges, left_open = charges.ordinary(), [one for one in left_open if not one.carried_over]
    payments = Payment.objects.filter(below).paid_between(first, last)
    kinds = DuesUse.objects.filter(below, used_on__range=(first, last)).values_list("kind").annotate(Sum("amount_fen"))
    by_kind = dict(kinds.order_by("kind"))
    charged = charges.aggregate(fen=OF_MONTHS, waived=Sum("waived_fen"), carried=CARRIED)
    carried_open = sum(one.fen for one in left_open if one.carried_over)
    asked = charges.order_by().values("member").annotate(fen=Sum("amount_fen"), waived=Sum("waived_fen"))
    paid = payments.aggregate(fen=Sum("amount_fen"), voluntary=Sum("voluntary_fen"))
    remitted = Remittance.objects.filter(below, sent_on__range=(first, last)).aggregate(fen=Sum("amount_fen"))
    asked_here = standing_charges().filter(below).asked_for(first, min(month_of(last), month_of(on)))
    asked_here = asked_here if carried_over else asked_here.ordinary()
    here = subtree("payment__organization__path", [path]) & Q(payment__paid_on__range=(first, last))
    return YearFigures(
        charged_fen=charged["fen"],
        waived_fen=charged["waived"] or 0,
        carried_fen=charged["carried"],
        carried_settled_fen=charged["carried"] - carried_open,
        due_fen=sum(one.fen for one in left_open if one.is_due),
        earlier_fen=sum(one.fen for one in open_before(path, first, on=on)),
        this_month_fen=sum(one.fen for one in left_open if not one.is_due),
        members=asked.filter(fen__gt=0).count(),
        exempt=asked.filter(fen__gt=0, fen=F("waived")).count(),
        owing=len({one.member for one in left_open}),
        paid_fen=paid["fen"] or 0,
        voluntary_fen=paid["voluntary"] or 0,
        apart_fen=_given(Allocation.objects.filter(here, _asks(standing_charges()), ~_asks(asked_here))),
        before_fen=_given(
            Allocation.objects.filter(~here, _asks(asked_here), month__range=(add_months(first, -1), last))
        ),
        remitted_fen=remitted["fen"] or 0,
        used_fen=sum(by_kind.values()),
        by_kind=by_kind,
    )


def _asks(charges: ChargeQuerySet) -> Exists:
    """Whether one of these charges is of an allocation's member and month."""
    return Exists(charges.filter(member=OuterRef("member"), month=OuterRef("month")))


def _given(allocations: QuerySet[Allocation]) -> int:
    return int(allocations.aggregate(fen=Sum("amount_fen"))["fen"] or 0)


def published_today(disclosure: Disclosure, *, on: date) -> dict[str, object]:
    """What its sheet would say today. One published before balances carried over were on it speaks of months alone."""
    said = disclosure.figures
    today = year_figures(disclosure.organization.path, disclosure.year, on=on, carried_over="carried_fen" in said)
    return {name: fen for name, fen in today.as_dict().items() if name not in LATER_ON_SHEETS or name in said}


def corrected(disclosure: Disclosure, *, on: date) -> dict[str, int]:
    """What the record says today where it isn't what was published, by the name of the figure; the rest is left out."""
    today = published_today(disclosure, on=on)
    said = disclosure.figures
    if "owing" not in said:  # published before: who paid at all
        today.pop("payers")
    return {name: fen for name, fen in today.items() if isinstance(fen, int) and said.get(name, fen) != fen}


def branch_sums(path: str, first: date, last: date, *, on: date) -> list[BranchSums]:
    """The branches below a committee for the months `first` to `last`, those with most due first.

    Six queries, two more where something is open from before.
    """
    below = subtree("organization__path", [path])
    branches = Organization.objects.below(path).branches().standing_on(on)
    charges = Charge.objects.filter(below).asked_for(first, min(last, month_of(on))).order_by()
    rows = charges.values_list("organization").annotate(fen=OF_MONTHS, waived=Sum("waived_fen"), carried=CARRIED)
    left_open: Counter[tuple[int, bool]] = Counter()
    carried_open: Counter[int] = Counter()
    for one in open_at(path, first, last, on=on):
        left_open[one.branch, one.is_due] += one.fen
        carried_open[one.branch] += one.fen if one.carried_over else 0
    earlier: Counter[int] = Counter()
    for one in open_before(path, first, on=on):
        earlier[one.branch] += one.fen
    asked = {place: (fen, waived, carried, carried - carried_open[place]) for place, fen, waived, carried in rows}
    sent = Remittance.objects.filter(below, last_month__range=(first, last))
    remitted = dict(sent.order_by().values_list("organization").annotate(Sum("amount_fen")))
    lines = [
        BranchSums(
            branch,
            *asked.get(branch.pk, (0, 0, 0, 0)),
            due_fen=left_open[branch.pk, True],
            earlier_fen=earlier[branch.pk],
            this_month_fen=left_open[branch.pk, False],
            remitted_fen=remitted.get(branch.pk, 0),
        )
        for branch in branches
    ]
    return sorted(lines, key=lambda line: (-line.due_fen, -line.this_month_fen, line.branch.path))


def last_handed_up(branch: Organization) -> date | None:
    """The last month that a batch of the branch reached."""
    found = Remittance.objects.filter(organization=branch).order_by("-last_month").first()
    return found.last_month if found else None


def next_period(branch: Organization, on: date) -> tuple[date, date]:
    """The months to hand up next: after the last batch, else from January; until the month before this one."""
    last = last_handed_up(branch)
    first = add_months(last, 1) if last else date(on.year, 1, 1)
    return first, max(first, add_months(month_of(on), -1))


def needing_disclosure(path: str, year: int) -> QuerySet[Organization]:
    """The branches that have not published the year yet."""
    published = Disclosure.objects.filter(year=year).values("organization")
    return Organization.objects.below(path).branches().exclude(pk__in=published)
