"""One member's dues, for the member and the officers of the branch."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet, Value
from django.utils.translation import get_language

from dues.arrears.rules import Explanation, Fixed, MonthFacts, explain, month_state
from dues.choices import MonthState, PayerKind, PaymentKind, PaymentWay
from dues.ledger.models import Arrangement, ArrearsReason, ArrearsReview, Basis, Charge, Relief
from dues.ledger.payment_models import PassedMonth, Payment
from dues.ledger.queries import Beyond, beyond_of, completed
from dues.ledger.rules import Arrears, OpenMonth, Span, arrears
from dues.units import month_of, months_between
from members.choices import Capability, DatePrecision, MergeState, OfficeKind, OrganizationKind
from members.fields import holding, opened, unended_on
from members.models import Member, Merge, Organization, User
from members.models.member import MemberQuerySet
from members.paths import STEP, contains
from rulebook.dates import add_months

Row = TypeVar("Row", Basis, Relief)
TAKES_DUES = (OfficeKind.ORGANIZATION_OFFICER, OfficeKind.SECRETARY, OfficeKind.DEPUTY_SECRETARY)
"""Who is asked about dues, the first of them that the branch has."""
CHARGE_FIELDS = (
    "month",
    "amount_fen",
    "waived_fen",
    "organization__name",
    "organization__path",
    "basis",
    "carried_over",
)
PAYMENT_FIELDS = (
    "key", "paid_on", "paid_precision", "amount_fen", "voluntary_fen", "way", "payer_kind", "payer_name",
    "payer__name", "recorded_by", "receipt__year", "receipt__number", "receipt__token", "reversal__key",
    "organization__path", "given__month", "given__amount_fen",
)  # fmt: skip


def charges_of(member: Member, first: date) -> QuerySet[Charge, Any]:
    rows = Charge.objects.filter(member=member, month__gte=first).order_by("month", "turn")
    return rows.values_list(*CHARGE_FIELDS)


def payments_of(member: Member, first: date) -> QuerySet[Payment, Any]:
    given = FilteredRelation("allocations", condition=Q(allocations__month__gte=first))
    rows = Payment.objects.filter(member=member, kind=PaymentKind.PAYMENT).annotate(given=given)
    wanted = rows.filter(Q(paid_on__gte=first) | Q(given__isnull=False)).values_list(*PAYMENT_FIELDS)
    return wanted.order_by("-paid_on", "key", "given__month")


def _agreed_with(member: Member) -> QuerySet[Any, Any]:
    wanted = ("kind", "key", "valid_from", "valid_until", "text", "said_on")
    reasons = ArrearsReason.objects.filter(member=member).annotate(text=F("reason"), said_on=F("recorded_on"))
    quarters = Arrangement.objects.filter(member=member).annotate(text=F("because"), said_on=F("agreed_on"))
    return (
        _kind(reasons, "reason").values_list(*wanted).union(_kind(quarters, "quarter").values_list(*wanted), all=True)
    )


def _taking_dues(path: str, above: str, on: date) -> QuerySet[Any, Any]:
    held = FilteredRelation("offices", condition=Q(offices__kind__in=TAKES_DUES) & holding(on, "offices__"))
    places = Organization.objects.filter(path__in=[path, above], kind=OrganizationKind.BRANCH).annotate(held=held)
    return places.values_list(
        "name", "code", "held__kind", "held__member__name", "held__user__member__name", "held__user__display_name",
        "held__user__username",
    )  # fmt: skip


def _of_member(model: type[Row], member: Member, first: date) -> list[Row]:
    return list(model.objects.filter(_not_over_by(first), member=member).order_by("-valid_from"))


def _reviews(member: Member) -> list[ArrearsReview]:
    return list(ArrearsReview.objects.filter(member=member).order_by("-opened_on"))


def _not_over_by(first: date) -> Q:
    return unended_on(first)


def _kind(rows: QuerySet[Any], kind: str) -> QuerySet[Any]:
    return rows.annotate(kind=Value(kind))


def readable(user: User, key: UUID) -> tuple[Member | None, bool]:
    """A member about whose dues the user may read something, and whether the user's branch charged them. One query."""
    if not user.access.paths(Capability.VIEW_DUES):
        return None, False
    here = {
        "charged_here": Exists(Charge.objects.visible_to(user).filter(member=OuterRef("pk"))),
        "stands_here": Exists(Member.objects.visible_to(user, Capability.VIEW_DUES).filter(pk=OuterRef("pk"))),
    }
    found: Any = _knowing().filter(key=key).annotate(**here).first()
    return (found, found.charged_here) if found and (found.charged_here or found.stands_here) else (None, False)


def oneself(user: User) -> Member | None:
    """The member whom the user's account belongs to; None: it belongs to nobody on record. One query."""
    own = user.access.member_id
    return _knowing().filter(pk=own).first() if own else None


@cache
def _knowing() -> MemberQuerySet:
    """Members with what few have anything of: a page asks for it only where there is something."""
    of_member = {"member": OuterRef("pk")}
    agreed = Q(Exists(ArrearsReason.objects.filter(**of_member))) | Q(Exists(Arrangement.objects.filter(**of_member)))
    return Member.objects.annotate(
        has_agreed=agreed,
        has_merged=Exists(Merge.objects.filter(kept=OuterRef("pk"), state=MergeState.DONE)),
        has_passed=Exists(PassedMonth.objects.filter(**of_member)),
        has_reliefs=Exists(Relief.objects.filter(**of_member)),
        has_reviews=Exists(ArrearsReview.objects.filter(**of_member)),
    )


def has(member: Member, what: str) -> bool:
    """Whether there may be something of what `_knowing` asks for; of a member read elsewhere, yes."""
    return bool(getattr(member, f"has_{what}", True))


MONTHS = 24
"""That the page goes back."""


@dataclass(slots=True)
class Paid:
    """A payment and what it gave each month, in fen."""

    key: Any
    paid_on: date
    day_known: bool
    amount_fen: int
    voluntary_fen: int
    way: str
    payer: str
    """Who handed it over, where it wasn't the member."""
    recorded_by: str
    receipt: str
    """`2026-0012`; empty: none was written."""
    receipt_token: str
    taken_back: bool
    months: dict[date, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MonthLine:
    month: date
    state: MonthState
    charged_fen: int
    waived_fen: int
    settled_fen: int
    branch: str
    basis: Any
    """Key of the basis that was charged by; None: not charged, or taken over."""
    paid: tuple[Paid, ...]
    carried_over: bool = False
    """Not the month: what a ledger carried over of the years up to its."""

    @property
    def open_fen(self) -> int:
        return max(self.charged_fen - self.waived_fen - self.settled_fen, 0)


@dataclass(frozen=True, slots=True)
class Why:
    """A basis in words; only with the articles for who may not see the base, which the rate would tell."""

    basis: Basis
    explanation: Explanation


@dataclass(frozen=True, slots=True)
class Agreed:
    """A reason on record, or an agreed quarterly payment."""

    key: Any
    first: date
    until: date | None
    text: str
    recorded_on: date


@dataclass(frozen=True, slots=True)
class DuesPage:
    member: Member
    branch: str
    branch_code: str
    contacts: list[tuple[str, str]]
    """Names of who takes the dues, with their office."""
    lines: list[MonthLine]
    """The newest month first."""
    payments: list[Paid]
    whys: list[Why]
    reliefs: list[Relief]
    reasons: list[Agreed]
    arrangements: list[Agreed]
    reviews: list[ArrearsReview]
    arrears: Arrears
    beyond: Beyond
    sees_base: bool

    @property
    def under_review(self) -> bool:
        return any(one.closed_on is None for one in self.reviews)


def dues_page(member: Member, viewer: User, *, on: date, own: bool = False) -> DuesPage:
    """The last 24 months; at most eight queries, whatever the ledger holds. Amounts only where the viewer may see them.

    A branch that the member left reads its own lines: reasons, reliefs and reviews are where the member stands today.
    `own`: another entry of the viewer's (`queries.merging.entries_of`).
    """
    own = own or viewer.access.member_id == member.pk
    here = own or viewer.access.may(Capability.VIEW_DUES, member.roster_path)
    sees_base = own or viewer.access.may(Capability.FIX_BASES, member.roster_path)
    first = add_months(month_of(on), 1 - MONTHS)
    charges, payments = _charges(member, first), _payments(member, first)
    settled = _settled(payments)
    bases = _of_member(Basis, member, first)
    reasons, arrangements = _agreed(member) if here and has(member, "agreed") else ([], [])
    branch, code, contacts = _branch(member, on)
    ledger = _Ledger(charges, settled, bases, own, here, viewer.access.paths(Capability.VIEW_DUES))
    return DuesPage(
        member=member,
        branch=branch,
        branch_code=code,
        contacts=contacts,
        lines=_lines(member, ledger, payments, first, on),
        payments=[one for one, path in payments if ledger.sees(path)],
        whys=[Why(one, _explained(one, sees_base)) for one in bases if here or one.pk in ledger.charged_by],
        reliefs=_of_member(Relief, member, first) if here and has(member, "reliefs") else [],
        reasons=reasons,
        arrangements=arrangements,
        reviews=_reviews(member) if here and has(member, "reviews") else [],
        arrears=_arrears(member, ledger, reasons, arrangements, on),
        beyond=beyond_of([member.pk] if here else []).get(member.pk, Beyond()),
        sees_base=sees_base,
    )


def own_months(member: Member, *, on: date) -> dict[date, MonthState]:
    """One's own months of the year as on the page of one's dues. Three queries."""
    first = date(on.year, 1, 1)
    payments, bases = _payments(member, first), _of_member(Basis, member, first)
    ledger = _Ledger(_charges(member, first), _settled(payments), bases, own=True, here=True, places=[])
    return {line.month: line.state for line in _lines(member, ledger, payments, first, on)}


@dataclass(frozen=True, slots=True)
class _Charged:
    month: date
    charged_fen: int
    waived_fen: int
    branch: str
    path: str
    basis: Any
    carried_over: bool


@dataclass(frozen=True, slots=True)
class _Ledger:
    """The member's lines of the window, and who looks at them."""

    charges: dict[date, _Charged]
    settled: dict[date, int]
    bases: Sequence[Basis]
    own: bool
    here: bool
    """Whether the viewer is the member or of the branch where the member stands today."""
    places: list[str]
    """Paths of the subtrees in which the viewer takes dues."""

    def sees(self, path: str) -> bool:
        """Whether the viewer may see what the branch at the path charged or received."""
        return self.own or any(contains(mine, path) for mine in self.places)

    @property
    def charged_by(self) -> set[Any]:
        """Keys of the bases of what the viewer may see."""
        return {one.basis for one in self.charges.values() if self.sees(one.path)}


def _charges(member: Member, first: date) -> dict[date, _Charged]:
    """What each month asks for now; the branch and the basis of its last line."""
    found: dict[date, _Charged] = {}
    for month, amount_fen, waived_fen, *facts in charges_of(member, first):
        before = found.get(month)
        found[month] = _Charged(
            month,
            amount_fen + (before.charged_fen if before else 0),
            waived_fen + (before.waived_fen if before else 0),
            *facts,
        )
    return found


def _payments(member: Member, first: date) -> list[tuple[Paid, str]]:
    """The payments of the window or for its months with what they gave each month; the newest first, and where."""
    found: dict[Any, tuple[Paid, str]] = {}
    for values in payments_of(member, first):
        row = dict(zip(PAYMENT_FIELDS, values, strict=True))
        if row["key"] not in found:
            found[row["key"]] = _paid(row), row["organization__path"]
        given = found[row["key"]][0].months
        if month := row["given__month"]:
            given[month] = given.get(month, 0) + row["given__amount_fen"]
    return list(found.values())


def _paid(row: dict[str, Any]) -> Paid:
    number = row["receipt__number"]
    return Paid(
        key=row["key"],
        paid_on=row["paid_on"],
        day_known=row["paid_precision"] == DatePrecision.DAY,
        amount_fen=row["amount_fen"],
        voluntary_fen=row["voluntary_fen"],
        way=_way(row["way"], get_language()),
        payer=_payer(row),
        recorded_by=row["recorded_by"],
        receipt=f"{row['receipt__year']}-{number:04}" if number else "",
        receipt_token=row["receipt__token"] or "",
        taken_back=row["reversal__key"] is not None,
    )


@lru_cache
def _way(way: str, _language: str | None) -> str:
    return str(PaymentWay(way).label)


def _payer(row: dict[str, Any]) -> str:
    if row["payer_kind"] == PayerKind.SELF:
        return ""
    name = row["payer__name"] or row["payer_name"]
    kind = str(PayerKind(row["payer_kind"]).label)
    return f"{name} ({kind})" if name else kind


def _settled(payments: Iterable[tuple[Paid, str]]) -> dict[date, int]:
    found: dict[date, int] = defaultdict(int)
    for paid, _path in payments:
        for month, fen in paid.months.items():
            found[month] += fen
    return found


def _lines(member: Member, ledger: _Ledger, payments: list[tuple[Paid, str]], first: date, on: date) -> list[MonthLine]:
    """The months up to this one and those paid ahead, the newest first; none where nothing is known yet."""
    known = [*ledger.charges, *(month for month, fen in ledger.settled.items() if fen)]
    if not known:
        return []
    span = months_between(max(first, min(known)), max([month_of(on), *known]))
    paid: dict[date, list[Paid]] = defaultdict(list)
    for one, path in payments:
        for month, fen in one.months.items():
            if fen and ledger.sees(path):
                paid[month].append(one)
    return [_line(month, member, ledger, paid[month], on) for month in span][::-1]


def _line(month: date, member: Member, ledger: _Ledger, paid: list[Paid], on: date) -> MonthLine:
    charge = ledger.charges.get(month)
    hidden = charge is not None and not ledger.sees(charge.path)
    facts = MonthFacts(
        month,
        charge.charged_fen if charge and not hidden else 0,
        charge.waived_fen if charge and not hidden else 0,
        ledger.settled.get(month, 0) if not hidden else 0,
        charged_elsewhere=hidden,
        has_basis=any(Span(one.valid_from, one.valid_until).covers(month) for one in ledger.bases),
        belongs=not (member.joined_on and month < month_of(member.joined_on)),
    )
    return MonthLine(
        month=month,
        state=month_state(facts, current=month_of(on)),
        charged_fen=facts.charged_fen,
        waived_fen=facts.waived_fen,
        settled_fen=facts.settled_fen,
        branch=charge.branch if charge else "",
        basis=charge.basis if charge else None,
        paid=() if hidden else tuple(paid),
        carried_over=charge is not None and charge.carried_over,
    )


def _explained(basis: Basis, sees_base: bool) -> Explanation:
    base = opened(basis.base) if sees_base else ""
    versions, base_fen = tuple(basis.versions), int(base) if base else None
    said = explain(Fixed(basis.category, basis.amount_fen, basis.rate, versions, basis.valid_from, base_fen))
    return said if sees_base else Explanation((), said.citations)


def _agreed(member: Member) -> tuple[list[Agreed], list[Agreed]]:
    """Reasons on record and agreed quarterly payments, the newest first, in one query."""
    rows = sorted(_agreed_with(member), key=lambda row: row[2], reverse=True)
    found = [
        (kind, Agreed(key, first, until, opened(text), said_on)) for kind, key, first, until, text, said_on in rows
    ]
    return [one for kind, one in found if kind == "reason"], [one for kind, one in found if kind == "quarter"]


def _arrears(member: Member, ledger: _Ledger, reasons: list[Agreed], arrangements: list[Agreed], on: date) -> Arrears:
    left = [
        OpenMonth(month, one.charged_fen - one.waived_fen - ledger.settled.get(month, 0), one.carried_over)
        for month, one in sorted(ledger.charges.items())
        if month <= month_of(on) and (ledger.here or ledger.sees(one.path))
    ]
    open_months = [one for one in left if one.fen > 0]
    if ledger.here:
        passed = [member.pk] if has(member, "passed") else []
        open_months = completed({member.pk: open_months}, on=on, passed=passed, window=MONTHS - 1)[member.pk]
    return arrears(open_months, on=on, reasons=map(_span, reasons), quarterly=map(_span, arrangements))


def _span(one: Agreed) -> Span:
    return Span(one.first, one.until)


def _branch(member: Member, on: date) -> tuple[str, str, list[tuple[str, str]]]:
    """Name and code of the branch whose roster the member is on, and who takes its dues, in one query."""
    if not member.roster_path:
        return "", "", []
    rows = [*_taking_dues(member.roster_path, member.roster_path[:-STEP], on)]
    names = [(office, next(filter(None, called), "")) for _name, _code, office, *called in rows if office]
    taking = (sorted({(name, str(kind.label)) for office, name in names if office == kind}) for kind in TAKES_DUES)
    name, code, *_office = rows[0] if rows else ("", "")
    return name, code, next(filter(None, taking), [])


def entries_of(member: Member) -> list[Member]:
    """The entries that were merged into the member's, and those merged into them before. Their dues stay with them."""
    found: list[Member] = []
    asked = [member] if has(member, "merged") else []
    while asked:
        asked = list(Member.objects.filter(merged_by__kept__in=asked, merged_by__state=MergeState.DONE).order_by("pk"))
        found += asked
    return found


def readable_entries(member: Member, user: User) -> list[Member]:
    """Those of them of whose dues the user may read."""
    return [one for one in entries_of(member) if readable(user, one.key)[0]]
