"""Sums of a branch or of everything below a committee; never an amount of anybody."""

from dataclasses import asdict, dataclass, field
from datetime import date

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from dues.choices import PaymentKind
from dues.models import Charge, Disclosure, DuesUse, Payment, Remittance
from dues.rules.months import last_day, month_of
from members.models import Organization
from members.paths import STEP, subtree
from rulebook.dates import add_months

SETTLED = """
SELECT owed.organization_id, SUM(given.amount_fen) FROM (
    SELECT line.member_id, line.month, line.organization_id FROM dues_charge line
    JOIN members_organization place ON place.id = line.organization_id
    WHERE line.month BETWEEN %s AND %s AND place.path BETWEEN %s AND %s
    GROUP BY line.member_id, line.month, line.organization_id HAVING SUM(line.amount_fen) > 0
) owed
JOIN dues_allocation given ON given.member_id = owed.member_id AND given.month = owed.month
GROUP BY owed.organization_id
"""


@dataclass(frozen=True)
class YearFigures:
    """What is published once a year, in fen. `by_kind`: use kind → fen; `members` were charged, `payers` paid."""

    charged_fen: int = 0
    waived_fen: int = 0
    paid_fen: int = 0
    voluntary_fen: int = 0
    remitted_fen: int = 0
    used_fen: int = 0
    members: int = 0
    payers: int = 0
    by_kind: dict[str, int] = field(default_factory=dict)

    @property
    def open_fen(self) -> int:
        """What the year asked for and nobody has paid; payments for other years are in `paid_fen` all the same."""
        return max(self.charged_fen - self.waived_fen - (self.paid_fen - self.voluntary_fen), 0)

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class BranchSums:
    """One branch's line in the committee's overview, in fen."""

    branch: Organization
    charged_fen: int
    waived_fen: int
    settled_fen: int
    remitted_fen: int

    @property
    def open_fen(self) -> int:
        return max(self.charged_fen - self.waived_fen - self.settled_fen, 0)


def not_handed_up(branch: Organization, first: date, last: date) -> QuerySet[Payment]:
    """What came in in these months and no batch holds yet, less what was taken back of earlier batches."""
    of_these_months = Q(paid_on__range=(first, last_day(last)))
    taken_back = Q(kind=PaymentKind.REVERSAL, reverses__remitted__isnull=False)
    rows = Payment.objects.filter(of_these_months | taken_back, organization=branch, remitted__isnull=True)
    return rows.order_by("paid_on", "key")


def year_figures(path: str, year: int) -> YearFigures:
    """The year of an organization and everything below it. Four queries."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    below = subtree("organization__path", [path])
    charges = Charge.objects.filter(below).between(first, last)
    payments = Payment.objects.filter(below).paid_between(first, last)
    kinds = DuesUse.objects.filter(below, used_on__range=(first, last)).values_list("kind").annotate(Sum("amount_fen"))
    by_kind = dict(kinds.order_by("kind"))
    charged = charges.aggregate(fen=Sum("amount_fen"), waived=Sum("waived_fen"), members=Count("member", distinct=True))
    stands = Q(kind=PaymentKind.PAYMENT, reversal__isnull=True)
    paid = payments.aggregate(
        fen=Sum("amount_fen"), voluntary=Sum("voluntary_fen"), payers=Count("member", distinct=True, filter=stands)
    )
    remitted = Remittance.objects.filter(below, sent_on__range=(first, last)).aggregate(fen=Sum("amount_fen"))
    return YearFigures(
        charged_fen=charged["fen"] or 0,
        waived_fen=charged["waived"] or 0,
        members=charged["members"],
        paid_fen=paid["fen"] or 0,
        voluntary_fen=paid["voluntary"] or 0,
        payers=paid["payers"],
        remitted_fen=remitted["fen"] or 0,
        used_fen=sum(by_kind.values()),
        by_kind=by_kind,
    )


def branch_sums(path: str, first: date, last: date, *, on: date) -> list[BranchSums]:
    """The branches below a committee for the months `first` to `last`, those with most open first. Four queries."""
    below = subtree("organization__path", [path])
    branches = Organization.objects.below(path).branches().standing_on(on)
    charged = {
        place: (fen, waived)
        for place, fen, waived in Charge.objects.filter(below)
        .between(first, last)
        .order_by()
        .values_list("organization")
        .annotate(Sum("amount_fen"), Sum("waived_fen"))
    }
    settled = _settled(path, first, last)
    sent = Remittance.objects.filter(below, last_month__range=(first, last))
    remitted = dict(sent.order_by().values_list("organization").annotate(Sum("amount_fen")))
    lines = [
        BranchSums(
            branch,
            *charged.get(branch.pk, (0, 0)),
            settled_fen=settled.get(branch.pk, 0),
            remitted_fen=remitted.get(branch.pk, 0),
        )
        for branch in branches
    ]
    return sorted(lines, key=lambda line: (-line.open_fen, line.branch.path))


def _settled(path: str, first: date, last: date) -> dict[int, int]:
    """Branch → fen that its members' months were given, whichever branch received the money."""
    with connection.cursor() as cursor:
        cursor.execute(SETTLED, [first, last, path, path + "Z" * STEP])
        return dict(cursor.fetchall())


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
