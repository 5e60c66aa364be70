"""What stands on a receipt."""

from collections.abc import Sequence
from dataclasses import dataclass

from dues.models import Payment, Receipt
from dues.models.payment import ReceiptQuerySet
from dues.queries.payments import Settled, settled_by
from dues.rules.numerals import capital_numerals
from members.queries.names import names_of


@dataclass(frozen=True, slots=True)
class Sheet:
    """One receipt as it is printed; `code` is the drawing that leads to the page that verifies it."""

    receipt: Receipt
    settled: list[Settled]
    received_by: str
    code: str

    @property
    def payment(self) -> Payment:
        return self.receipt.payment

    @property
    def in_capitals(self) -> str:
        return capital_numerals(self.payment.amount_fen)

    @property
    def is_valid(self) -> bool:
        """Not taken back."""
        return not hasattr(self.payment, "reversal")


def with_payment(receipts: ReceiptQuerySet) -> ReceiptQuerySet:
    return receipts.select_related("organization", "payment__member", "payment__payer", "payment__reversal")


def sheets(receipts: Sequence[Receipt], codes: Sequence[str]) -> list[Sheet]:
    """The receipts with what they say; two queries for all of them."""
    settled = settled_by(receipt.payment_id for receipt in receipts)
    names = names_of({receipt.payment.recorded_by for receipt in receipts})
    return [
        Sheet(receipt, settled[receipt.payment_id], names.get(receipt.payment.recorded_by, ""), code)
        for receipt, code in zip(receipts, codes, strict=True)
    ]


def of_token(token: str) -> Receipt | None:
    """The receipt whose paper somebody holds."""
    return with_payment(Receipt.objects.all()).filter(token=token).first()
