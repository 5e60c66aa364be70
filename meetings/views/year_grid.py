"""What the planner shows of a year: the grid of its days, and what is on record with a field to shift it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from meetings.choices import MeetingState
from meetings.forms.planning import LineForm
from meetings.models import Meeting
from meetings.rules.org_life import Window
from meetings.rules.planning import bounds, latest_day, shift_span
from meetings.rules.workdays import Workdays
from meetings.rules.year_grid import Chip, kinds_in, year_grid


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A meeting of the year; `span` is None when it can't be shifted any more."""

    meeting: Meeting
    span: Window | None

    @property
    def field(self) -> str:
        """The id of the field that holds its day."""
        return f"day-{self.meeting.pk}"


def grid_context(
    lines: Iterable[LineForm], meetings: Iterable[Meeting], *, year: int, today: date, workdays: Workdays
) -> dict[str, Any]:
    """`grid`, its `legend` and the rows `on_record`, those that can be shifted first."""
    rows = [OnRecord(meeting, _span(meeting, today)) for meeting in meetings]
    on_record = sorted(rows, key=lambda row: row.span is None)
    chips = [*filter(None, (_proposed(line, today) for line in lines)), *map(_recorded, on_record)]
    grid = year_grid(year, chips, workdays=workdays, today=today)
    return {"grid": grid, "legend": kinds_in(chips), "on_record": on_record}


def _span(meeting: Meeting, today: date) -> Window | None:
    planned = meeting.state == MeetingState.PLANNED
    return shift_span(meeting.kind, meeting.day, meeting.counts_for_year, today=today) if planned else None


def _proposed(line: LineForm, today: date) -> Chip | None:
    """A line of the form; none while what it says can't be read."""
    facts = line.shown()
    if facts is None:
        return None
    kind, period, day = facts
    field = line["day"].id_for_label
    name = f"{line.name} {line.organization or ''}"
    first, last = max(bounds(period)[0], today), latest_day(kind, period)
    return Chip(kind, name, day, "proposed", f"#{field}", field, first, last)


def _recorded(row: OnRecord) -> Chip:
    meeting, span = row.meeting, row.span
    name = f"{meeting.name} {meeting.organization}"
    if span is None:
        return Chip(meeting.kind, name, meeting.day, "past", meeting.get_absolute_url())
    return Chip(
        meeting.kind, name, meeting.day, "planned", meeting.get_absolute_url(), row.field, span.first, span.last
    )
