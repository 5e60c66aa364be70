"""What stands on a receipt: what it said when it was issued, whatever was recorded since."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from dues.models import Payment, Receipt, ReceiptLine
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


def of_token(token: str) -> Receipt | None:
    """The receipt whose paper somebody holds."""
    return with_payment(Receipt.objects.all()).filter(token=token).first()
