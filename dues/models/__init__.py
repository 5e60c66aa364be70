from dues.models.arrears import Arrangement, ArrearsReason, ArrearsReview
from dues.models.basis import Basis, Relief
from dues.models.bill import Bill, BillRow
from dues.models.charge import Charge, ClosedMonth
from dues.models.ledger_import import LedgerImport
from dues.models.payment import Allocation, PassedMonth, Payment, PaymentProposal
from dues.models.receipt import Receipt, ReceiptLine, ReceiptSeries
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
