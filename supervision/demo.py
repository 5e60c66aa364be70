"""Supervision's part of `manage.py demo`: what the county's branches were told, decided and put right."""

from datetime import date

from django.db import transaction

from supervision.appraisals import demo as appraisals_demo
from supervision.letters import demo as letters_demo
from supervision.matters import demo as matters_demo
from supervision.problems import demo as problems_demo
from supervision.reports import demo as reports_demo
from supervision.suggestions import demo as suggestions_demo
from supervision.talks import demo as talks_demo


@transaction.atomic
def fill(*, on: date) -> list[letters_demo.Paper]:
    """Add supervision as it stands on that day; what lies on paper there."""
    suggestions_demo.fill(on=on)
    talks_demo.fill(on=on)
    problems_demo.fill(on=on)
    matters_demo.fill(on=on)
    appraisals_demo.fill(on=on)
    papers = letters_demo.fill(on=on)
    reports_demo.fill(on=on)  # composed from all the others
    return papers
