"""Numbered receipts, without gaps in a branch and year."""

import secrets

from django.db.models import F
from django.utils import timezone

from dues.models import Payment, Receipt, ReceiptSeries
from members.models import Organization


def issue_receipt(payment: Payment) -> Receipt:
    """The next number of the branch in the year of today. Call it in the payment's transaction: both or neither."""
    now = timezone.now()
    year = timezone.localdate(now).year
    return Receipt.objects.create(
        payment=payment,
        organization=payment.organization,
        year=year,
        number=_next_number(payment.organization, year),
        token=secrets.token_hex(16),
        issued_at=now,
    )


def _next_number(organization: Organization, year: int) -> int:
    """The series' row stays held until the transaction ends, so that the next one waits and none is skipped."""
    ReceiptSeries.objects.get_or_create(organization=organization, year=year)
    series = ReceiptSeries.objects.select_for_update().get(organization=organization, year=year)
    ReceiptSeries.objects.filter(pk=series.pk).update(last=F("last") + 1)
    return series.last + 1
