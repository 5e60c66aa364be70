"""Short ways to a ledger that tests can read: `charge(zhang, "2026-03", 4000)`, `pay(zhang, 4000, "2026-03-15")`."""

import re
import uuid
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from dues.choices import PaymentWay
from dues.ledger.queries import months_of
from dues.ledger.services import level
from dues.models import Allocation, Basis, Charge, Payment
from dues.payments.services import NewPayment, record_payment
from members.choices import DuesCategory
from members.models import Member, Organization
from members.paths import STEP
from tests.cast import TODAY

MADE_AT = datetime(2026, 1, 5, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
WAGE_RULE = "dues.rate.wage@2008-04-01"


def month(text: str) -> date:
    """`2026-03` is the first of March."""
    return date.fromisoformat(f"{text}-01")


def branch_of(member: Member) -> Organization:
    place = Organization.objects.get(path=member.roster_path)
    return place if place.kind != "group" else Organization.objects.get(path=place.path[:-STEP])


def fix(member: Member, fen: int, since: str = "2026-01", base: int | None = None, **fields: Any) -> Basis:
    """A basis of so many fen a month, open ended."""
    first = month(since)
    facts = {"year": first.year, "category": DuesCategory.EMPLOYED, "rules": WAGE_RULE, "fixed_by": "officer"} | fields
    return Basis.objects.create(
        member=member, base=str(base) if base else "", amount_fen=fen, valid_from=first, **facts
    )


def charge(member: Member, month_text: str, fen: int, waived: int = 0, **fields: Any) -> Charge:
    """A first charge, straight into the ledger."""
    return Charge.objects.create(
        member=member,
        organization=fields.pop("organization", None) or branch_of(member),
        month=month(month_text),
        kind="charge",
        amount_fen=fen,
        waived_fen=waived,
        rules=WAGE_RULE,
        made_by="system",
        made_at=MADE_AT,
        **fields,
    )


def new_payment(member: Member, fen: int, day: str, **fields: Any) -> NewPayment:
    """Without an organization it belongs to the member's branch; of somebody who left, the test says which."""
    if "organization" not in fields:
        fields["organization"] = branch_of(member)
    facts: dict[str, Any] = {"key": uuid.uuid4(), "way": PaymentWay.CASH} | fields
    return NewPayment(member=member, amount_fen=fen, paid_on=date.fromisoformat(day), **facts)


def pay(
    member: Member, fen: int, day: str, by: Any = "officer", on: date = TODAY, confirmed_by: str = "", **fields: Any
) -> Payment:
    return record_payment(new_payment(member, fen, day, **fields), by=by, on=on, confirmed_by=confirmed_by)


def pay_by_ledger(member: Member, fen: int, day: str) -> Payment:
    """Money of an imported ledger: nobody holds a receipt of it."""
    payment = Payment.objects.create(
        member=member, organization=branch_of(member), amount_fen=fen, paid_on=date.fromisoformat(day),
        way=PaymentWay.LEDGER, recorded_by="officer", recorded_at=MADE_AT,
    )  # fmt: skip
    level([member.pk], on=TODAY)
    return payment


def settled(member: Member) -> dict[str, int]:
    """Month → fen that payments gave it, months without any left out."""
    return {f"{one.month:%Y-%m}": one.settled_fen for one in months_of(member.pk) if one.settled_fen}


def left_open(member: Member) -> dict[str, int]:
    return {f"{one.month:%Y-%m}": one.open_fen for one in months_of(member.pk) if one.open_fen}


def every_fen_is_somewhere() -> bool:
    """Of every live payment each fen settles a month or is voluntary; a reversed one settles nothing."""
    return all(given_by(payment) == payment.amount_fen - payment.voluntary_fen for payment in Payment.objects.live())


def given_by(payment: Payment) -> int:
    return sum(Allocation.objects.filter(payment=payment).values_list("amount_fen", flat=True))


def without_stamp(receipt: str) -> str:
    """A printed receipt without what is stamped on it when its payment is taken back."""
    return re.sub(r'<p class="receipt-stamp">.*?</p>', "", receipt.replace(" receipt-void", ""), flags=re.DOTALL)
