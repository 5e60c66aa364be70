"""What the database itself refuses about dues; gathered by `tests/test_constraints.py`."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from django.db import models

from dues.models import (
    Allocation,
    Arrangement,
    ArrearsReason,
    ArrearsReview,
    Basis,
    Bill,
    BillRow,
    Charge,
    ClosedMonth,
    Disclosure,
    DuesUse,
    LargeDues,
    LedgerImport,
    PassedMonth,
    Payment,
    PaymentProposal,
    Receipt,
    ReceiptLine,
    ReceiptSeries,
    Relief,
    Remittance,
    RemittedPayment,
)
from dues.upwards.models import LARGE_FROM_FEN

JANUARY, MARCH, DAY, LATE = date(2026, 1, 1), date(2026, 3, 1), date(2026, 6, 5), date(2026, 11, 5)
NOW = datetime(2026, 6, 5, 2, tzinfo=UTC)
BACKWARDS = {"valid_from": MARCH, "valid_until": JANUARY}
NO_MONTH = {"valid_from": DAY}
RULE = "dues.rate.wage@2008-04-01"
KEY = uuid.UUID(int=1)


def payment_of(cast: Any, key: uuid.UUID | None = None) -> Payment:
    known = {"organization": cast.branch, "member": cast.zhang, "amount_fen": 4000, "paid_on": DAY, "way": "cash"}
    facts = known | {"recorded_by": "officer", "recorded_at": NOW}
    return Payment.objects.get_or_create(key=key or uuid.UUID(int=9), defaults=facts)[0]


def receipt_of(cast: Any) -> Receipt:
    return Receipt.objects.get_or_create(payment=payment_of(cast), defaults=LAWFUL[Receipt](cast))[0]


def remittance_of(cast: Any) -> Remittance:
    return Remittance.objects.get_or_create(key=KEY, defaults=LAWFUL[Remittance](cast))[0]


def bill_of(cast: Any) -> Bill:
    return Bill.objects.get_or_create(key=KEY, defaults=LAWFUL[Bill](cast))[0]


LAWFUL: dict[type[models.Model], Any] = {
    Allocation: lambda cast: {
        "payment": payment_of(cast), "member": cast.zhang, "month": MARCH, "amount_fen": 100,
    },
    Arrangement: lambda cast: {
        "member": cast.zhang, "valid_from": MARCH, "agreed_on": DAY, "recorded_by": "officer",
    },
    ArrearsReason: lambda cast: {
        "member": cast.zhang, "valid_from": MARCH, "reason": "住院", "recorded_on": DAY, "recorded_by": "officer",
    },
    ArrearsReview: lambda cast: {"member": cast.zhang, "since": MARCH, "opened_on": DAY},
    Basis: lambda cast: {
        "member": cast.zhang, "year": 2026, "category": "employed", "amount_fen": 4000, "rules": RULE,
        "valid_from": JANUARY, "fixed_by": "officer",
    },
    Bill: lambda cast: {"organization": cast.branch, "source": "wechat", "file_name": "账单.csv"},
    BillRow: lambda cast: {
        "bill": bill_of(cast), "organization": cast.branch, "identity": "a", "came_at": NOW, "amount_fen": 4000,
        "state": "certain", "member": cast.zhang,
    },
    Charge: lambda cast: {
        "member": cast.zhang, "organization": cast.branch, "month": MARCH, "kind": "charge", "amount_fen": 4000,
        "waived_fen": 1000, "rules": RULE, "made_by": "system", "made_at": NOW,
    },
    ClosedMonth: lambda cast: {"organization": cast.branch, "month": MARCH, "closed_by": "officer"},
    Disclosure: lambda cast: {
        "organization": cast.branch, "year": 2025, "disclosed_on": DAY, "way": "meeting", "disclosed_by": "secretary",
    },
    DuesUse: lambda cast: {
        "organization": cast.branch, "kind": "training", "amount_fen": 5000, "used_on": LATE, "purpose": "购书",
        "decided_on": DAY, "decided_by": "支委会", "recorded_by": "officer",
    },
    LargeDues: lambda cast: {
        "organization": cast.branch, "member": cast.zhang, "amount_fen": LARGE_FROM_FEN, "given_on": DAY,
        "recorded_by": "officer",
    },
    LedgerImport: lambda cast: {"organization": cast.branch, "year": 2026, "file_name": "台账.xlsx"},
    Payment: lambda cast: {
        "organization": cast.branch, "member": cast.zhang, "amount_fen": 4000, "paid_on": DAY, "way": "cash",
        "recorded_by": "officer", "recorded_at": NOW,
    },
    PaymentProposal: lambda cast: {
        "organization": cast.branch, "member": cast.zhang, "amount_fen": 4000, "paid_on": DAY, "way": "cash",
        "proposed_by": "officer",
    },
    PassedMonth: lambda cast: {"member": cast.zhang, "month": JANUARY},
    Receipt: lambda cast: {
        "payment": payment_of(cast), "organization": cast.branch, "year": 2026, "number": 1, "token": "f" * 32,
        "issued_at": NOW, "branch_name": "一支部", "member_name": "张英", "received_by": "officer",
    },
    ReceiptLine: lambda cast: {"receipt": receipt_of(cast), "month": JANUARY, "amount_fen": 4000},
    ReceiptSeries: lambda cast: {"organization": cast.branch, "year": 2026},
    Relief: lambda cast: {
        "member": cast.zhang, "kind": "waiver", "ground": "大病", "valid_from": MARCH, "decided_on": DAY,
        "needs_superior": True, "rule": RULE, "asked_by": "officer",
    },
    Remittance: lambda cast: {
        "organization": cast.branch, "receiver": cast.district, "first_month": JANUARY, "last_month": MARCH,
        "collected_fen": 9000, "ratio": "0.2", "amount_fen": 1800, "rule": RULE, "sent_on": DAY, "sent_by": "officer",
    },
    RemittedPayment: lambda cast: {"remittance": remittance_of(cast), "payment": payment_of(cast)},
}  # fmt: skip

REVERSAL = {"kind": "reversal", "amount_fen": -4000, "waived_fen": -1000, "turn": 1, "reason": "基数有误"}
REFUSED: list[tuple[type[models.Model], str, dict[str, Any]]] = [
    (Allocation, "allocation_moves_something", {"amount_fen": 0}),
    (Allocation, "allocation_month", {"month": DAY}),
    (Arrangement, "arrangement_ends_after_beginning", BACKWARDS),
    (Arrangement, "arrangement_months", NO_MONTH),
    (ArrearsReason, "arrears_reason_ends_after_beginning", BACKWARDS),
    (ArrearsReason, "arrears_reason_months", NO_MONTH),
    (ArrearsReview, "arrears_review_month", {"since": DAY}),
    (ArrearsReview, "arrears_review_closed_after_opening", {"closed_on": MARCH, "outcome": "补交"}),
    (ArrearsReview, "arrears_review_closed_with_outcome", {"closed_on": LATE}),
    (ArrearsReview, "arrears_review_closed_with_outcome", {"outcome": "补交"}),
    (Basis, "basis_ends_after_beginning", BACKWARDS),
    (Basis, "basis_months", NO_MONTH),
    (Basis, "basis_months", {"valid_until": DAY}),
    (Basis, "basis_category_known", {"category": "rich"}),
    (Basis, "basis_has_rule", {"rules": ""}),
    (Bill, "bill_source_known", {"source": "coins"}),
    (BillRow, "bill_row_state_known", {"state": "lost"}),
    (BillRow, "bill_row_of_something", {"amount_fen": 0}),
    (BillRow, "bill_row_posted_has_payment", {"state": "posted"}),
    (BillRow, "bill_row_posted_has_payment", {"payment": payment_of}),
    (Charge, "charge_month", {"month": DAY}),
    (Charge, "charge_signs_and_reason", {"amount_fen": -1}),
    (Charge, "charge_signs_and_reason", {"waived_fen": 4001}),
    (Charge, "charge_signs_and_reason", {"waived_fen": -1}),
    (Charge, "charge_signs_and_reason", REVERSAL | {"reason": ""}),
    (Charge, "charge_signs_and_reason", REVERSAL | {"amount_fen": 4000}),
    (Charge, "charge_signs_and_reason", REVERSAL | {"waived_fen": -4001}),
    (Charge, "charge_signs_and_reason", {"kind": "gift"}),
    (ClosedMonth, "closed_month", {"month": DAY}),
    (Disclosure, "disclosure_way_known", {"way": "rumour"}),
    (DuesUse, "dues_use_kind_permitted", {"kind": "banquet"}),
    (DuesUse, "dues_use_of_something", {"amount_fen": 0}),
    (DuesUse, "dues_use_decided_together", {"decided_by": ""}),
    (DuesUse, "dues_use_decided_before", {"used_on": MARCH}),
    (LargeDues, "large_dues_large_enough", {"amount_fen": LARGE_FROM_FEN - 1}),
    (LargeDues, "large_dues_sent_first", {"received_on": LATE}),
    (LargeDues, "large_dues_receipt_first", {"handed_over_on": LATE}),
    (LedgerImport, "ledger_import_state_known", {"state": "lost"}),
    (LedgerImport, "ledger_import_undone_after_applied", {"undone_at": NOW}),
    (Payment, "payment_signs_and_reason", {"amount_fen": 0}),
    (Payment, "payment_signs_and_reason", {"amount_fen": -4000}),
    (Payment, "payment_signs_and_reason", {"voluntary_fen": 4001}),
    (Payment, "payment_signs_and_reason", {"kind": "reversal", "amount_fen": -4000, "reason": "退"}),
    (Payment, "payment_signs_and_reason", {"kind": "reversal", "amount_fen": -4000, "reverses": payment_of}),
    (Payment, "payment_signs_and_reason", {"kind": "gift"}),
    (Payment, "payment_way_allowed", {"way": "wages"}),
    (Payment, "payment_way_allowed", {"way": "branch"}),
    (Payment, "payment_payer_known", {"payer_kind": "unit"}),
    (Payment, "payment_by_two_persons", {"confirmed_by": "officer"}),
    (PaymentProposal, "proposal_of_something", {"amount_fen": 0}),
    (PaymentProposal, "proposal_way_allowed", {"way": "wages"}),
    (PaymentProposal, "proposal_by_two_persons", {"state": "confirmed", "decided_by": "officer"}),
    (PaymentProposal, "proposal_by_two_persons", {"state": "confirmed"}),
    (PaymentProposal, "proposal_by_two_persons", {"decided_by": "secretary"}),
    (Charge, "charge_carried_over_has_no_basis", {"carried_over": True, "waived_fen": 1}),
    (PassedMonth, "passed_month", {"month": DAY}),
    (Receipt, "receipt_numbered_from_one", {"number": 0}),
    (ReceiptLine, "receipt_line_of_something", {"amount_fen": 0}),
    (ReceiptLine, "receipt_line_month", {"month": DAY}),
    (Relief, "relief_ends_after_beginning", BACKWARDS),
    (Relief, "relief_months", NO_MONTH),
    (Relief, "relief_waiver_pays_nothing", {"pays_fen": 100}),
    (Relief, "relief_waiver_pays_nothing", {"kind": "reduction"}),
    (Relief, "relief_approval_names_who", {"approved_on": LATE}),
    (Relief, "relief_decided_once", {"approved_on": LATE, "approved_by": "staff", "declined_on": LATE}),
    (Remittance, "remittance_months", {"first_month": DAY, "last_month": LATE}),
    (Remittance, "remittance_ends_after_beginning", {"first_month": MARCH, "last_month": JANUARY}),
    (Remittance, "remittance_ratio_is_a_share", {"ratio": "1.2"}),
    (Remittance, "remittance_received_by_another", {"received_on": LATE}),
    (Remittance, "remittance_received_by_another", {"received_on": LATE, "received_by": "officer"}),
]
TWICE: list[tuple[type[models.Model], str, dict[str, Any], dict[str, Any]]] = [
    (Arrangement, "arrangement_one_open_per_member", {}, {"valid_from": JANUARY}),
    (ArrearsReview, "arrears_review_one_open_per_member", {}, {"since": JANUARY}),
    (Basis, "basis_one_open_per_member", {}, {"valid_from": MARCH}),
    (Basis, "basis_one_per_month", {"valid_until": MARCH}, {"valid_until": date(2026, 2, 1)}),
    (BillRow, "bill_row_once", {}, {"amount_fen": 1}),
    (BillRow, "payment", {"state": "posted", "payment": payment_of}, {"identity": "b"}),
    (Charge, "charge_one_per_turn", {}, {"amount_fen": 5000}),
    (ClosedMonth, "month_closed_once", {}, {}),
    (Disclosure, "disclosure_once_a_day", {}, {"way": "board"}),
    (Payment, "reverses", {"kind": "reversal", "amount_fen": -4000, "reason": "退", "reverses": payment_of}, {}),
    (Receipt, "receipt_number_once", {}, {"payment": lambda cast: payment_of(cast, KEY), "token": "e" * 32}),
    (PassedMonth, "passed_month_once", {}, {}),
    (ReceiptLine, "receipt_line_once", {}, {"amount_fen": 1}),
    (Receipt, "token", {}, {"payment": lambda cast: payment_of(cast, KEY), "number": 2}),
    (ReceiptSeries, "receipt_series_once", {}, {"last": 3}),
    (RemittedPayment, "payment", {}, {}),
]
SAID_ELSEWHERE = {(RemittedPayment, "remitted_payment_once")}
"""Follows from each payment being handed up once."""
