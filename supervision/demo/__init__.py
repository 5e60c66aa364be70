"""Supervision's part of `manage.py demo`: what the county's branches were told, decided and put right."""

from datetime import date

from django.db import transaction

from supervision.demo import appraisals, letters, matters, problems, reports, suggestions, talks

PARTS = (suggestions, talks, problems, matters, appraisals)


@transaction.atomic
def fill(*, on: date) -> list[letters.Paper]:
    """Add supervision as it stands on that day; what lies on paper there."""
    for part in PARTS:
        part.fill(on=on)
    papers = letters.fill(on=on)
    reports.fill(on=on)  # composed from all the others
    return papers
