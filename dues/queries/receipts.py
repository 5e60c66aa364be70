"""What stands on a receipt: what it said when it was issued, whatever was recorded since."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from dues.models import Payment, Receipt, ReceiptLine
from dues.models.charge import ChargeQuerySet
from dues.models.receipt import ReceiptQuerySet
from dues.rules.numerals import capital_numerals


@dataclass(frozen=True, slots=True)
class Sheet:
    """One receipt as it is printed; `code` is the drawing that leads to the page that verifies it."""

    receipt: Receipt
    code: str

    @property
    def payment(self) -> Payment:
        return self.receipt.payment

    @property
    def lines(self) -> list[ReceiptLine]:
        """Fetched with the receipt, the oldest month first."""
        return list(self.receipt.lines.all())

    @property
    def in_capitals(self) -> str:
        return capital_numerals(self.payment.amount_fen)

    @property
    def is_valid(self) -> bool:
        """Not taken back."""
        return not hasattr(self.payment, "reversal")


def with_payment(receipts: ReceiptQuerySet) -> ReceiptQuerySet:
    lines = Prefetch("lines", ReceiptLine.objects.order_by("month"))
    return receipts.select_related("organization", "payment__reversal").prefetch_related(lines)


def sheets(receipts: Sequence[Receipt], codes: Sequence[str]) -> list[Sheet]:
    """The receipts, of `with_payment`, as they are printed."""
    return [Sheet(receipt, code) for receipt, code in zip(receipts, codes, strict=True)]


@dataclass(frozen=True, slots=True)
class Resting:
    """A receipt that stands, whose it is, and what of it lies on charges that are about to be taken back, in fen."""

    receipt: Receipt
    name: str
    fen: int

    def __str__(self) -> str:
        return str(self.receipt)


def resting_on(charges: ChargeQuerySet) -> list[Resting]:
    """Receipts of payments that stand, with months of these charges. Two queries."""
    places = set(charges.order_by().values_list("member", "month"))
    live = Payment.objects.live().filter(member__in={member for member, _month in places})
    rows = ReceiptLine.objects.filter(receipt__payment__in=live, month__in={month for _member, month in places})
    found: dict[Receipt, int] = {}
    for one in rows.select_related("receipt__payment").order_by("receipt__year", "receipt__number", "month"):
        if (one.receipt.payment.member_id, one.month) in places:
            found[one.receipt] = found.get(one.receipt, 0) + one.amount_fen
    return [Resting(receipt, receipt.member_name, fen) for receipt, fen in found.items()]


def of_token(token: str) -> Receipt | None:
    """The receipt whose paper somebody holds."""
    return with_payment(Receipt.objects.all()).filter(token=token).first()
