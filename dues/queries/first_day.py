"""The first month that was charged, for the first day of a branch (`settings.FIRST_DAYS`)."""

from typing import Any

from django.db.models import OuterRef

from dues.models import Charge


def earlier_charges(organization: OuterRef, before: OuterRef) -> Any:
    return Charge.objects.filter(organization=organization, month__lt=before).order_by("month").values("month")[:1]
