"""The days off and workdays on record, beside those that come with the program."""

from dataclasses import dataclass
from datetime import date

from meetings.choices import DayKind
from meetings.models import SpecialDay
from meetings.rules.workdays import Workdays, of_the_program


@dataclass(frozen=True, slots=True)
class DayLine:
    """A day of the year's list. `row` is None when it comes with the program."""

    day: date
    kind: DayKind
    name: str
    row: SpecialDay | None = None


def workdays_on_record() -> Workdays:
    """What rules take: a few dozen days a year, read in one query."""
    rows = SpecialDay.objects.values_list("day", "kind")
    return Workdays({day: kind == DayKind.WORKED for day, kind in rows})


def days_of_year(year: int) -> list[DayLine]:
    """The year's list in order; what is recorded stands in place of what comes with the program."""
    shipped = {
        one.day: DayLine(one.day, DayKind.WORKED if one.is_worked else DayKind.OFF, str(one.name))
        for one in of_the_program(year)
    }
    rows = SpecialDay.objects.filter(day__year=year)
    recorded = {row.day: DayLine(row.day, DayKind(row.kind), row.name, row) for row in rows}
    return sorted((shipped | recorded).values(), key=lambda line: line.day)
