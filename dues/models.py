from dues.bills.models import Bill, BillRow
from dues.ledger.models import (
    Arrangement,
    ArrearsReason,
    ArrearsReview,
    Basis,
    Charge,
    ClosedMonth,
    LedgerImport,
    Relief,
)
from dues.ledger.payment_models import (
    Allocation,
    PassedMonth,
    Payment,
    PaymentProposal,
    Receipt,
    ReceiptLine,
    ReceiptSeries,
)
from dues.upwards.models import Disclosure, DuesUse, LargeDues, Remittance, RemittedPayment

__all__ = [
    "Allocation",
    "Arrangement",
    "ArrearsReason",
    "ArrearsReview",
    "Basis",
    "Bill",
    "BillRow",
    "Charge",
    "ClosedMonth",
    "Disclosure",
    "DuesUse",
    "LargeDues",
    "LedgerImport",
    "PassedMonth",
    "Payment",
    "PaymentProposal",
    "Receipt",
    "ReceiptLine",
    "ReceiptSeries",
    "Relief",
    "Remittance",
    "RemittedPayment",
]
