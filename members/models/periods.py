"""Rows that hold from one day until another. `valid_until` is the first day on which the row no longer holds."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


def holding(on: date, prefix: str = "") -> Q:
    """Condition: the row holds on that day. A beginning that isn't known counts as past."""
    begun = Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": on})
    unended = Q(**{f"{prefix}valid_until__isnull": True}) | Q(**{f"{prefix}valid_until__gt": on})
    return begun & unended


def period_constraint(name: str) -> models.CheckConstraint:
    """The database's refusal of a row that ends before it begins."""
    return models.CheckConstraint(
        condition=Q(valid_from__isnull=True) | Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
        name=name,
        violation_error_message=_("The end lies before the beginning."),
    )
