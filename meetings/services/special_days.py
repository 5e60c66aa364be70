"""Recording days off and workdays, and taking one off the record."""

from collections.abc import Iterable

from django.db import transaction

from audit.services import record
from meetings.models import SpecialDay
from meetings.rules.day_lists import ListedDay
from members.models import User


@transaction.atomic
def record_special_days(*, days: Iterable[ListedDay], by: User | str) -> tuple[int, int]:
    """Store the days, in place of what was recorded for them before; how many are new and how many changed.

    The same list twice changes nothing and leaves no second entry.
    """
    listed = {one.day: one for one in days}
    known = {row.day: (row.kind, row.name) for row in SpecialDay.objects.filter(day__in=listed)}
    fresh = [one for one in listed.values() if known.get(one.day) != (one.kind, one.name)]
    SpecialDay.objects.bulk_create(
        (SpecialDay(day=one.day, kind=one.kind, name=one.name) for one in fresh),
        update_conflicts=True,
        unique_fields=["day"],
        update_fields=["kind", "name"],
    )
    new = sum(one.day not in known for one in fresh)
    if fresh:
        record(
            action="record_special_days", by=by, subject=None,
            details={"first": min(listed).isoformat(), "last": max(listed).isoformat(), "new": new,
                     "changed": len(fresh) - new},
        )  # fmt: skip
    return new, len(fresh) - new


@transaction.atomic
def remove_special_day(*, day: SpecialDay, by: User | str) -> None:
    """Forget what was recorded for the day: it is again what the program's calendar or its weekday says."""
    removed, _rows = SpecialDay.objects.filter(pk=day.pk).delete()
    if removed:
        record(action="remove_special_day", by=by, subject=day)
