"""Numbered receipts, without gaps in a branch and year."""

import secrets

from django.db.models import F
from django.utils import timezone

from dues.models import Payment, Receipt, ReceiptLine, ReceiptSeries
from dues.queries.payments import settled_by
from members.models import Organization
from members.queries.names import names_of


def issue_receipt(payment: Payment) -> Receipt:
    """The next number of the branch in the year of today, with the words and months that it keeps.

    Call it in the payment's transaction, once it settles its months: from then on they stay.
    """
    now = timezone.now()
    year = timezone.localdate(now).year
    receipt = Receipt.objects.create(
        payment=payment,
        organization=payment.organization,
        year=year,
        number=_next_number(payment.organization, year),
        token=secrets.token_hex(16),
        issued_at=now,
        branch_name=payment.organization.name,
        member_name=payment.member.name,
        payer_name=payment.payer.name if payment.payer else payment.payer_name,
        received_by=names_of([payment.recorded_by]).get(payment.recorded_by, payment.recorded_by),
    )
    settled = settled_by([payment.pk])[payment.pk]
    ReceiptLine.objects.bulk_create(
        ReceiptLine(receipt=receipt, month=one.month, amount_fen=one.fen, carried_over=one.carried_over)
        for one in settled
    )
    return receipt


def _next_number(organization: Organization, year: int) -> int:
    """The series' row stays held until the transaction ends, so that the next one waits and none is skipped."""
    ReceiptSeries.objects.get_or_create(organization=organization, year=year)
    series = ReceiptSeries.objects.select_for_update().get(organization=organization, year=year)
    ReceiptSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    return series.last + 1
