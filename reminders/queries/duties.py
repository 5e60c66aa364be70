"""What every app says is due, in one list."""

from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string

from rulebook.values import Duty


def duties_below(path: str, *, on: date) -> list[Duty]:
    """Every duty of the year of `on` whose period has begun, at the organization with that path and below it."""
    return [duty for name in settings.DUTIES for duty in import_string(name)(path, on=on)]
