"""Duties by hand, for tests of what officers are told: `given` stands in `reminders.desk.queries.DUTIES`."""

from datetime import date
from typing import Any

from members.models import Organization
from members.regulations.queries import PlacesBelow
from rulebook.values import Citation, Duty, duty_state

ARTICLE = Citation("支部工作条例", "", "16", "N", "V2")
GIVEN: list[tuple[str, str, date, Any]] = []


def given(places: PlacesBelow) -> list[Duty]:
    codes, on = set(Organization.objects.below(places.path).values_list("code", flat=True)), places.on
    return [
        Duty(kind, code, str(member.pk) if member else None, f"{day:%Y-%m}", day, _state(day, on), ARTICLE)
        for code, kind, day, member in GIVEN
        if code in codes
    ]


def give(code: str, kind: str, day: date, member: Any = None) -> None:
    """Something is due there."""
    GIVEN.append((code, kind, day, member))


def nothing() -> None:
    """Everything is done."""
    GIVEN.clear()


def _state(day: date, on: date) -> Any:
    return duty_state(due_on=day, done=False, on=on)
