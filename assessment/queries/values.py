"""Values that people enter: which clauses still need one, and what waits for whom."""

from django.db.models import Exists, OuterRef

from assessment.choices import ValueState
from assessment.models import Assessment, Clause, ManualValue
from assessment.models.judging import ManualValueQuerySet

PEOPLE = ("entered_by__member", "decided_by__member", "clause__indicator", "indicator")


def clauses_without_value(assessment: Assessment) -> list[Clause]:
    """Those that a person enters, in the order of the sheet, for which nothing counts and nothing waits. One query."""
    there = ManualValue.objects.filter(assessment=assessment, clause=OuterRef("pk")).exclude(state=ValueState.REFUSED)
    rows = Clause.objects.filter(indicator__scheme=assessment.scheme_id, metric="").exclude(Exists(there))
    return list(rows.select_related("indicator", "band").order_by("indicator__position", "position"))


def values_of(assessment: Assessment) -> ManualValueQuerySet:
    """The history, the newest first."""
    rows = ManualValue.objects.filter(assessment=assessment).select_related(*PEOPLE)
    return rows.order_by("-entered_at", "key")


def asks_people(assessment: Assessment) -> bool:
    """Whether the scheme has clauses that people enter at all. One query."""
    return Clause.objects.filter(indicator__scheme=assessment.scheme_id, metric="").exists()
