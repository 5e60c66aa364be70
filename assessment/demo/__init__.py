"""Assessment's part of `manage.py demo`: schemes, assessed branches, goals, cadres, practices, and the roll-ups."""

from datetime import date

from django.db import transaction

from assessment.dashboard.services import rebuild, rebuild_medians
from assessment.demo import assessments, records
from dues.ledger.models import Charge
from dues.ledger.payment_models import Allocation, Payment
from meetings.meeting.models import Session
from members.bulk import refresh_statistics
from supervision.problems.models import Problem
from supervision.suggestions.models import Suggestion
from supervision.talks.models import Talk

PARTS = (
    records.fill_goals,
    assessments.fill,
    assessments.fill_communities,
    records.fill_cadres,
    records.fill_practices,
)


@transaction.atomic
def fill(*, on: date) -> None:
    """Add assessment as it stands on that day; at the end the months of every organization, of which it is the last."""
    refresh_statistics(Session, Charge, Payment, Allocation, Talk, Problem, Suggestion)
    for fill_part in PARTS:
        fill_part(on=on)
    rebuild(on=on)
    rebuild_medians(on=on)
