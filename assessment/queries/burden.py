"""What a committee asks of its branches. Who counts it stands above this app; `settings.DASHBOARD_BURDEN` names it."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Burden:
    """The branch in the middle: half of the others are asked for more, half for less. None: nobody has counted it.

    `branches`: among how many. Duties of this year; the others in the last twelve months.
    """

    branches: int
    duties: int | None
    questions: int | None
    """Messages of the program to officers."""
    forms: int | None
    fields: int | None


def burden_below(path: str, *, on: date) -> Burden | None:
    """Of the branches at the path and below it; None where there are none, or nobody counts. One query."""
    if not settings.DASHBOARD_BURDEN:
        return None
    found: Burden | None = import_string(settings.DASHBOARD_BURDEN)(path, on=on)
    return found
