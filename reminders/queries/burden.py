"""What is asked of the branches below a place, for the dashboard: the branch in the middle, as its page says."""

from datetime import date

from django.core.cache import cache

from assessment.queries.burden import Burden
from reminders.queries.effort import asked_below

KEPT_SECONDS = 600


def burden(path: str, *, on: date) -> Burden | None:
    """Five queries, and none for ten minutes after them."""
    kept: tuple[Burden | None] | None = cache.get(key := f"burden:{path}:{on}")
    if kept is None:
        cache.set(key, kept := (_counted(path, on),), KEPT_SECONDS)
    return kept[0]


def _counted(path: str, on: date) -> Burden | None:
    found = asked_below([path], on=on, live=False)
    middle = found.median
    if not found.rows:
        return None
    return Burden(len(found.rows), middle.duties, middle.questions, middle.forms, middle.fields)
