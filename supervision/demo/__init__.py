"""Supervision's part of `manage.py demo`: what the county's branches were told, decided and put right."""

from datetime import date
from importlib import import_module
from importlib.util import find_spec

from django.db import transaction

PARTS = ("suggestions", "talks", "problems", "matters", "appraisals", "letters", "reports")
"""In this order: a report is composed from all the others."""


@transaction.atomic
def fill(*, on: date) -> None:
    """Add supervision as it stands on that day."""
    for part in PARTS:
        if find_spec(f"{__name__}.{part}"):
            import_module(f"{__name__}.{part}").fill(on=on)
