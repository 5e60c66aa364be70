from dues.models.arrears import Arrangement, ArrearsReason, ArrearsReview
from dues.models.basis import Basis, Relief
from dues.models.bill import Bill, BillRow
from dues.models.charge import Charge, ClosedMonth
from dues.models.ledger_import import LedgerImport
from dues.models.payment import Allocation, Payment, PaymentProposal, Receipt, ReceiptSeries
from dues.models.upwards import Disclosure, DuesUse, LargeDues, Remittance, RemittedPayment

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
    "Payment",
    "PaymentProposal",
    "Receipt",
    "ReceiptSeries",
    "Relief",
    "Remittance",
    "RemittedPayment",
]
