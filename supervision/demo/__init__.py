"""Supervision's part of `manage.py demo`: what the county's branches were told, decided and put right."""

from datetime import date

from django.db import transaction

from supervision.demo import appraisals, letters, matters, problems, reports, suggestions, talks

PARTS = (suggestions, talks, problems, matters, appraisals, letters, reports)
"""In this order: a report is composed from all the others."""


@transaction.atomic
def fill(*, on: date) -> None:
    """Add supervision as it stands on that day."""
    for part in PARTS:
        part.fill(on=on)
