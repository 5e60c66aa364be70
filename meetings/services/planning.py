"""Planning a whole year in one go, and the branch's fixed theme day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from uuid import UUID, uuid5

from django.db import transaction

from audit.services import record
from meetings.models import Meeting, ThemeDay
from meetings.services.meeting import plan_meeting
from members.models import Organization, User


@dataclass(frozen=True, slots=True)
class Line:
    """A meeting as the planner's form gave it back."""

    organization: Organization
    kind: str
    period: str
    number: int
    day: date
    starts_at: time | None = None
    place: str = ""

    def key(self, form: UUID) -> UUID:
        """The same line of the same form always becomes the same meeting."""
        return uuid5(form, f"{self.organization.code}/{self.kind}/{self.period}/{self.number}")


@transaction.atomic
def plan_year(*, form: UUID, lines: Iterable[Line], by: User | str) -> list[Meeting]:
    """Plan every line, or none. The same form sent twice plans once."""
    return [plan_meeting(meeting=_meeting(form, line), by=by) for line in lines]


@transaction.atomic
def keep_theme_day(
    *, organization: Organization, day_of_month: int, starts_at: time | None, place: str, by: User | str
) -> ThemeDay:
    """Set the day of the month that a branch keeps."""
    before = ThemeDay.objects.select_for_update().filter(organization=organization).first()
    facts = {"day_of_month": day_of_month, "starts_at": starts_at, "place": place}
    kept, _made = ThemeDay.objects.update_or_create(organization=organization, defaults=facts)
    changes = [(name, getattr(before, name, None), value) for name, value in facts.items()]
    if any(old != new for _name, old, new in changes):
        code = organization.code
        record(action="keep_theme_day", by=by, subject=organization, organization_code=code, changes=changes)
    return kept


def _meeting(form: UUID, line: Line) -> Meeting:
    """A yearly meeting counts for the year it is due in, even when it is held early in the next one."""
    return Meeting(
        pk=line.key(form), organization=line.organization, kind=line.kind, day=line.day, starts_at=line.starts_at,
        place=line.place, counts_for_year=int(line.period[:4]),
    )  # fmt: skip
