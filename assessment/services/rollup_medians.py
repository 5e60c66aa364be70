"""The middle of each measure at each level, kept beside the roll-ups."""

from datetime import date

from django.db import transaction

from assessment.models import LevelMedian
from assessment.queries.rollup_medians import medians
from assessment.rules.months import kept_months, names_of, periods


@transaction.atomic
def rebuild_medians(*, on: date) -> int:
    """Of every month, quarter and year that is kept; how many."""
    LevelMedian.objects.all().delete()
    return _store(periods(kept_months(on)))


@transaction.atomic
def refresh_medians(*, on: date) -> int:
    """Of the periods that the day lies in."""
    kept, now = periods(kept_months(on)), set(names_of(on))
    LevelMedian.objects.filter(period__in=now).delete()
    return _store({name: months for name, months in kept.items() if name in now})


def _store(found: dict[str, list[date]]) -> int:
    rows = [row for name, months in found.items() for row in medians(name, months)]
    LevelMedian.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)
