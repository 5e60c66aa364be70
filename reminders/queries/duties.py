"""What every app says is due, in one list."""

from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from members.models import Organization
from reminders.rules.desk import since_first_days
from rulebook.values import Duty


def duties_below(path: str, *, on: date) -> list[Duty]:
    """Every duty of the year of `on` whose period has begun, at the organization with that path and below it; none of a
    period that began before the organization's first day, whatever its app says."""
    found = [duty for name in settings.DUTIES for duty in import_string(name)(path, on=on)]
    begun = Organization.objects.below(path).with_first_day().filter(first_day__gte=date(on.year - 1, 1, 1))
    return since_first_days(found, dict(begun.values_list("code", "first_day")), on=on)
