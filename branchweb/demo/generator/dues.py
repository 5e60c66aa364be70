"""The dues' part of `manage.py generate`: a basis for everybody, a charge a month, and payments as people make them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from random import Random
from uuid import UUID

from django.db import transaction

from audit.services import record
from dues.charging.queries import LEDGER
from dues.ledger.models import Basis, Charge
from dues.ledger.payment_models import Allocation, Payment
from dues.units import FEN_PER_YUAN, month_of, months_between
from members import bulk
from members.choices import DuesCategory, OrganizationKind
from members.fields import Sealed, sealed
from members.models import Affiliation, LocalRule, Organization
from members.paths import STEP, subtree
from members.regulations.queries import in_force_at
from rulebook.dates import add_months
from rulebook.rule import LocalChoiceRequired
from rulebook.rules.dues import RATE_KEYS, monthly_dues

MEMBERS_AT_ONCE = 2_000
OFFICER = "generated"
PAID_AT = time(6, tzinfo=UTC)
"""Two in the afternoon in Shanghai."""
BASES: dict[str, tuple[int, int]] = {DuesCategory.EMPLOYED: (3_800, 12_000), DuesCategory.RETIRED: (2_600, 6_800)}
"""Yuan a month, from and to: guesses, in steps of a hundred."""
FARMERS_FEN = 50
WAYS = ["cash"] * 45 + ["wechat"] * 45 + ["transfer"] * 10
PAYERS = ["self"] * 85 + ["relative"] * 15
QUARTERLY, BEHIND, LATE = 0.10, 0.03, 0.12
"""Shares of members who pay by the quarter, stopped some months ago, and haven't paid this month yet."""
MOST_MONTHS_BEHIND = 9
BASIS_COLUMNS = (
    "key", "member_id", "year", "category", "base", "parts", "amount_fen", "rate", "capped", "rules", "valid_from",
    "valid_until", "decided_on", "reason", "fixed_by", "fixed_at", "imported_from_id",
)  # fmt: skip
CHARGE_COLUMNS = (
    "member_id", "organization_id", "month", "turn", "kind", "amount_fen", "waived_fen", "rate", "rules", "basis_id",
    "relief_id", "reason", "made_by", "made_at", "imported_from_id",
)  # fmt: skip
PAYMENT_COLUMNS = (
    "key", "organization_id", "member_id", "kind", "amount_fen", "voluntary_fen", "paid_on", "paid_precision", "way",
    "payer_kind", "payer_name", "payer_id", "reverses_id", "reason", "recorded_by", "confirmed_by", "recorded_at",
    "imported_from_id",
)  # fmt: skip
ALLOCATION_COLUMNS = ("payment_id", "member_id", "month", "amount_fen")
Row = tuple[object, ...]


@dataclass(frozen=True)
class Generated:
    charges: int
    payments: int


@dataclass(frozen=True, slots=True)
class Amount:
    """What a category and base come to."""

    base: Sealed
    fen: int
    rate: Decimal | None
    capped: bool
    rules: str


@dataclass(frozen=True, slots=True)
class Payer:
    """A member with the basis of the first month and the months that he is charged for."""

    member_id: int
    branch_id: int
    basis: UUID
    category: str
    amount: Amount
    months: list[date]


@transaction.atomic
def generate_dues(
    *, root: Organization, months: int, seed: int, on: date, leave_out: Collection[str] = (), by: str = "system"
) -> Generated:
    """Add bases, charges and payments of the last so many months to every branch at and below `root`.

    Branches whose code is in `leave_out` get nothing. The same county and arguments give the same rows.
    """
    if not months:
        return Generated(0, 0)
    random = Random(f"{seed} dues {root.code}")  # noqa: S311 - invented people, no secret
    amounts = Amounts(in_force_at(root.path, on=on), on)
    charges = payments = 0
    people = _payers(root, add_months(month_of(on), 1 - months), month_of(on), amounts, random, leave_out)
    while part := list(islice(people, MEMBERS_AT_ONCE)):
        bulk.insert(Basis, BASIS_COLUMNS, (_basis_row(one) for one in part))
        charges += bulk.insert(Charge, CHARGE_COLUMNS, (row for one in part for row in _charge_rows(one)))
        paid = [(one, spans) for one in part for spans in _spans(one, random, on)]
        rows = [_payment_row(one, span, random, on) for one, span in paid]
        payments += bulk.insert(Payment, PAYMENT_COLUMNS, rows)
        bulk.insert(Allocation, ALLOCATION_COLUMNS, _allocation_rows(paid, rows))
    bulk.refresh_statistics(Basis, Charge, Payment, Allocation)
    details = {"months": months, "charged": charges, "payments": payments}
    record(action="generate_dues", by=by, subject=root, organization_code=root.code, details=details)
    return Generated(charges, payments)


class Amounts:
    """Amounts by category and base; each base is sealed once. Farmers pay what is set locally, else half a yuan."""

    def __init__(self, local: tuple[object, ...], on: date) -> None:
        self.of = lru_cache(maxsize=None)(lambda category, yuan: _amount(category, yuan, local, on))


def _amount(category: str, yuan: int | None, local: tuple[object, ...], on: date) -> Amount:
    base = sealed(str(yuan * FEN_PER_YUAN)) if yuan else Sealed("")
    try:
        dues = monthly_dues(category, Decimal(yuan) if yuan else None, on, local)  # type: ignore[arg-type]
    except LocalChoiceRequired:
        return Amount(base, FARMERS_FEN, None, False, LEDGER)
    return Amount(base, dues.amount_fen, dues.rate, dues.capped, " ".join(dues.versions))


def _payers(
    root: Organization, first: date, last: date, amounts: Amounts, random: Random, leave_out: Collection[str]
) -> Iterator[Payer]:
    branches = Organization.objects.below(root.path).branches().exclude(code__in=leave_out)
    ids = dict(branches.values_list("path", "pk"))
    rows = (
        Affiliation.objects.formal()
        .open()
        .filter(subtree("organization__path", [root.path]))
        .exclude(member__dues_category="")
        .order_by("organization__path", "member_id")
        .values_list(
            "organization__path", "organization__kind", "member_id", "valid_from", "member__dues_category",
            "member__joined_on",
        )
        .iterator(MEMBERS_AT_ONCE)
    )  # fmt: skip
    for path, kind, member_id, since, category, joined in rows:
        branch_id = ids.get(path[:-STEP] if kind == OrganizationKind.GROUP else path)
        begun = max(month_of(day) for day in (since, joined, first) if day)
        months = list(months_between(begun, last))
        if branch_id and months:
            yuan = random.randrange(*BASES[category], 100) if category in RATE_KEYS else None
            key = UUID(int=random.getrandbits(128), version=4)
            yield Payer(member_id, branch_id, key, category, amounts.of(category, yuan), months)


# --- Rows -----------------------------------------------------------------------------------------------------------
def _basis_row(one: Payer) -> Row:
    first, amount = one.months[0], one.amount
    return (
        one.basis, one.member_id, first.year, one.category, str.__str__(amount.base), "", amount.fen, amount.rate,
        amount.capped, amount.rules, first, None, first, "", OFFICER, datetime.combine(first, PAID_AT), None,
    )  # fmt: skip


def _charge_rows(one: Payer) -> Iterator[Row]:
    amount = one.amount
    for month in one.months:
        yield (
            one.member_id, one.branch_id, month, 0, "charge", amount.fen, 0, amount.rate, amount.rules, one.basis, None,
            "", OFFICER, datetime.combine(month, PAID_AT), None,
        )  # fmt: skip


def _spans(one: Payer, random: Random, on: date) -> Iterator[list[date]]:
    """The months that each payment of a member settles: one by one, by the quarter, and some not at all."""
    draw = random.random()
    settled = one.months
    if draw < BEHIND:
        settled = one.months[: -random.randint(1, MOST_MONTHS_BEHIND)]
    elif draw < BEHIND + LATE:
        settled = one.months[:-1]
    step = 3 if draw > 1 - QUARTERLY else 1
    for start in range(0, len(settled), step):
        yield settled[start : start + step]


def _payment_row(one: Payer, span: list[date], random: Random, on: date) -> Row:
    day = min(span[-1] + timedelta(days=random.randrange(28)), on)
    return (
        UUID(int=random.getrandbits(128), version=4), one.branch_id, one.member_id, "payment",
        one.amount.fen * len(span), 0, day, "day", WAYS[int(random.random() * 100)], PAYERS[int(random.random() * 100)],
        "", None, None, "", OFFICER, "", datetime.combine(day, PAID_AT), None,
    )  # fmt: skip


def _allocation_rows(paid: list[tuple[Payer, list[date]]], rows: list[Row]) -> Iterator[Row]:
    for (one, span), payment in zip(paid, rows, strict=True):
        for month in span:
            yield payment[0], one.member_id, month, one.amount.fen


def adopt_farmers_amount(root: Organization, *, on: date, yuan: str = "0.5") -> None:
    """The committee's amount for farmers, which article 6 leaves to it: without one nobody knows what they pay."""
    LocalRule.objects.get_or_create(
        organization=root,
        rule_key="dues.flat.farmer",
        valid_until=None,
        defaults={
            "value": yuan,
            "document": "关于农民党员党费标准的通知",
            "number": f"组〔{on.year - 1}〕8号",
            "approved_by": root.name,
            "approved_on": date(on.year - 1, 12, 20),
            "valid_from": date(on.year - 5, 1, 1),
        },
    )
