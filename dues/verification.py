"""What `manage.py verify` asks of dues: that the ledger adds up, line by line, as the database holds it."""

from collections.abc import Iterator

from django.db import connection

from audit.verification import SHOWN, Check
from audit.watched import EACH_ROW

WATCHED = {
    "dues.Arrangement": EACH_ROW,
    "dues.ArrearsReason": EACH_ROW,
    "dues.ArrearsReview": EACH_ROW,
    "dues.LedgerImport": EACH_ROW,
    "dues.Basis": ("member_id",),
    "dues.Relief": EACH_ROW,
    "dues.Payment": ("organization_id", "paid_on"),
    "dues.Allocation": ("member_id",),
    "dues.PaymentProposal": EACH_ROW,
    "dues.Bill": EACH_ROW,
    "dues.BillRow": ("bill_id",),
    "dues.Charge": ("organization_id", "month"),
    "dues.ClosedMonth": EACH_ROW,
    "dues.ReceiptSeries": EACH_ROW,
    "dues.Receipt": ("organization_id", "year"),
    "dues.ReceiptLine": ("receipt_id",),
    "dues.Remittance": EACH_ROW,
    "dues.RemittedPayment": ("remittance_id",),
    "dues.LargeDues": EACH_ROW,
    "dues.DuesUse": EACH_ROW,
    "dues.Disclosure": EACH_ROW,
}
UNWATCHED = {
    "dues.PassedMonth": "An index that follows from charges and allocations: `dues_passed_months` compares it",
}

UNSETTLED = """
SELECT payment.key FROM dues_payment payment
LEFT JOIN dues_payment reversal ON reversal.reverses_id = payment.key
LEFT JOIN (SELECT payment_id, SUM(amount_fen) AS fen FROM dues_allocation GROUP BY payment_id) given
    ON given.payment_id = payment.key
WHERE COALESCE(given.fen, 0) <> CASE
    WHEN payment.kind = 'reversal' OR reversal.key IS NOT NULL THEN 0
    ELSE payment.amount_fen - payment.voluntary_fen END
"""
"""Payments of which not every fen is somewhere, or that settle something although they were taken back."""
UNEVEN_REVERSALS = """
SELECT line.id FROM dues_charge line
LEFT JOIN dues_charge before ON before.member_id = line.member_id AND before.month = line.month
    AND before.turn = line.turn - 1
WHERE line.turn > 0 AND (before.id IS NULL OR line.kind = before.kind
    OR (line.kind = 'reversal' AND (line.amount_fen <> -before.amount_fen OR line.waived_fen <> -before.waived_fen)))
"""
"""Lines that don't follow the line before them: a reversal takes back exactly that one."""
UNEVEN_PAYMENTS = """
SELECT reversal.key FROM dues_payment reversal
JOIN dues_payment payment ON payment.key = reversal.reverses_id
WHERE reversal.amount_fen <> -payment.amount_fen OR reversal.voluntary_fen <> -payment.voluntary_fen
    OR reversal.member_id <> payment.member_id OR reversal.organization_id <> payment.organization_id
"""
NEWER_FIRST = """
WITH owed AS (
    SELECT member_id, month, SUM(amount_fen - waived_fen) AS fen FROM dues_charge GROUP BY member_id, month
    HAVING SUM(CASE WHEN carried_over THEN amount_fen ELSE 0 END) = 0
), given AS (
    SELECT member_id, month, SUM(amount_fen) AS fen FROM dues_allocation GROUP BY member_id, month
), first_open AS (
    SELECT owed.member_id, MIN(owed.month) AS month FROM owed
    LEFT JOIN given ON given.member_id = owed.member_id AND given.month = owed.month
    WHERE owed.fen > COALESCE(given.fen, 0) GROUP BY owed.member_id
)
SELECT DISTINCT free.member_id FROM (
    SELECT given.member_id, given.month, given.payment_id FROM dues_allocation given
    WHERE NOT EXISTS (SELECT 1 FROM dues_receipt receipt WHERE receipt.payment_id = given.payment_id)
    GROUP BY given.member_id, given.month, given.payment_id HAVING SUM(given.amount_fen) > 0
) free
JOIN first_open ON first_open.member_id = free.member_id AND free.month > first_open.month
JOIN dues_payment payment ON payment.key = free.payment_id
WHERE SUBSTR(CAST(payment.paid_on AS VARCHAR(10)), 1, 7) <> SUBSTR(CAST(free.month AS VARCHAR(10)), 1, 7)
"""
"""Members of whom money without a receipt settles a month while an earlier one is open: neither the month for which a
ledger says that it was paid, nor is the earlier one a balance carried over."""
MOVED = """
SELECT DISTINCT payment_id FROM (
    SELECT payment_id, month FROM (
        SELECT receipt_id AS payment_id, month, amount_fen FROM dues_receiptline
        UNION ALL
        SELECT given.payment_id, given.month, -given.amount_fen FROM dues_allocation given
        JOIN dues_receipt receipt ON receipt.payment_id = given.payment_id
    ) said GROUP BY payment_id, month HAVING SUM(amount_fen) <> 0
) moved WHERE NOT EXISTS (SELECT 1 FROM dues_payment reversal WHERE reversal.reverses_id = moved.payment_id)
"""
"""Receipts of payments that stand, of which the ledger says other months than the paper."""
PASSED = """
WITH owed AS (
    SELECT member_id, month, SUM(amount_fen - waived_fen) AS fen FROM dues_charge GROUP BY member_id, month
), given AS (
    SELECT member_id, month, SUM(amount_fen) AS fen FROM dues_allocation GROUP BY member_id, month
), last_given AS (
    SELECT member_id, MAX(month) AS month FROM given WHERE fen > 0 GROUP BY member_id
), passed AS (
    SELECT owed.member_id, owed.month FROM owed
    JOIN last_given ON last_given.member_id = owed.member_id AND last_given.month > owed.month
    LEFT JOIN given ON given.member_id = owed.member_id AND given.month = owed.month
    WHERE owed.fen > COALESCE(given.fen, 0)
)
SELECT member_id, month FROM (
    SELECT member_id, month FROM passed UNION ALL SELECT member_id, month FROM dues_passedmonth
) both_ways GROUP BY member_id, month HAVING COUNT(*) <> 2
"""
"""Months that were passed over and aren't in the index, or the other way round."""
GAPS = """
SELECT organization_id, year FROM (
    SELECT series.organization_id, series.year, series.last, COUNT(receipt.number) AS given, MAX(receipt.number) AS top
    FROM dues_receiptseries series
    LEFT JOIN dues_receipt receipt ON receipt.organization_id = series.organization_id AND receipt.year = series.year
    GROUP BY series.organization_id, series.year, series.last
) numbered WHERE last <> given OR COALESCE(top, 0) <> given
"""
OVERLAPS = """
SELECT basis.key FROM dues_basis basis
JOIN dues_basis other ON other.member_id = basis.member_id AND other.key <> basis.key
WHERE other.valid_from <= basis.valid_from AND (other.valid_until IS NULL OR other.valid_until > basis.valid_from)
    AND (basis.valid_until IS NULL OR basis.valid_until > basis.valid_from)
"""


def checks() -> Iterator[Check]:
    yield _none("dues_payments_settled", UNSETTLED, "payments whose fen are not all somewhere")
    yield _none("dues_charge_reversals", UNEVEN_REVERSALS, "lines that don't answer the line before them")
    yield _none("dues_payment_reversals", UNEVEN_PAYMENTS, "reversals that don't answer their payment")
    yield _none("dues_oldest_first", NEWER_FIRST, "members with a newer month settled before an older one")
    yield _none("dues_receipts_stand", MOVED, "receipts that say other months than the ledger")
    yield _none("dues_passed_months", PASSED, "months that the index of those passed over has wrong")
    yield _none("dues_receipt_numbers", GAPS, "branches and years with a gap in their receipts")
    yield _none("dues_bases", OVERLAPS, "bases that hold beside another")


def _none(name: str, query: str, what: str) -> Check:
    """A query that must find nothing; what it finds is named by its number, never by a person's name."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = cursor.fetchall()
    named = ", ".join("/".join(str(part) for part in row) for row in found[:SHOWN])
    return Check(name, not found, f"{len(found)} {what}: {named}" if found else "all add up")
