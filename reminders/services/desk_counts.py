"""The counts of all desks, made anew."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from members.models import Organization
from members.paths import STEP
from reminders.models import DeskCount
from reminders.queries.desk_counts import FIGURES, counts_at

AT_ONCE = 400
"""Branches that are counted together: some thirty queries, and the duties of so many in memory."""


def count_desks(*, on: date) -> int:
    """Count the duties of every standing branch; how many branches. Each part is stored when it is counted, so that
    a round that is cut off loses only its part; branches that stand no longer lose their row."""
    begun, branches = timezone.now(), 0
    paths = list(Organization.objects.branches().standing_on(on).in_tree_order().values_list("path", flat=True))
    for part in parts(paths):
        branches += _count(part, on)
    DeskCount.objects.filter(counted_at__lt=begun).delete()
    return branches


def parts(paths: Sequence[str], length: int = STEP) -> Iterator[str]:
    """The highest places that have at most AT_ONCE of the branches below them. `paths` in order."""
    for place, inside in groupby(paths, key=lambda path: path[:length]):
        below = list(inside)
        if len(below) <= AT_ONCE or below[0] == place:
            yield place
        else:
            yield from parts(below, length + STEP)


@transaction.atomic
def _count(path: str, on: date) -> int:
    rows = counts_at(path, on=on)
    facts = ["counted_on", "counted_at", "overdue_kinds", *FIGURES]
    DeskCount.objects.bulk_create(
        rows, batch_size=200, update_conflicts=True, unique_fields=["organization"], update_fields=facts
    )
    return len(rows)
