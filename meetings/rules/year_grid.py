"""A year on one page: a row a month, a cell a day, and the meetings that stand there."""

import calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from meetings.choices import MeetingKind
from meetings.rules.workdays import Workdays

ICONS = {
    MeetingKind.GENERAL_MEETING: "people",
    MeetingKind.COMMITTEE_MEETING: "person-badge",
    MeetingKind.GROUP_MEETING: "diagram-3",
    MeetingKind.PARTY_LECTURE: "mortarboard",
    MeetingKind.THEME_DAY: "flag",
    MeetingKind.ORG_LIFE_MEETING: "chat-dots",
    MeetingKind.DEMOCRATIC_EVALUATION: "clipboard-check",
    MeetingKind.DEMOCRATIC_LIFE_MEETING: "columns-gap",
    MeetingKind.ADMISSION: "person-plus",
    MeetingKind.CONFIRMATION: "person-check",
    MeetingKind.ELECTION: "ui-checks",
    MeetingKind.LOCAL: "tag",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """A meeting in the grid. With `field`, the id of the field that holds its day, it can be dragged in its span."""

    kind: str
    name: str
    day: date
    look: str
    """proposed, planned, or past: what was held or called off."""
    url: str
    field: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def icon(self) -> str:
        return ICONS[MeetingKind(self.kind)]


@dataclass(frozen=True, slots=True)
class Cell:
    """A day; the last cells of a short month have none."""

    day: date | None
    is_off: bool = False
    is_over: bool = False
    is_today: bool = False
    chips: tuple[Chip, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    first: date
    cells: tuple[Cell, ...]


def year_grid(year: int, chips: Iterable[Chip], *, workdays: Workdays, today: date) -> list[Row]:
    """The twelve months, and those of the next year into which a meeting may be moved."""
    standing: dict[date, list[Chip]] = defaultdict(list)
    for chip in chips:
        standing[chip.day].append(chip)
    reach = [chip.last or chip.day for found in standing.values() for chip in found]
    further = max(((day.year - year) * 12 + day.month for day in reach), default=12)
    months = (divmod(number, 12) for number in range(max(further, 12)))
    return [
        Row(
            date(year + later, month + 1, 1),
            tuple(_cell(year + later, month + 1, day, standing, workdays, today) for day in range(1, 32)),
        )
        for later, month in months
    ]


def kinds_in(chips: Iterable[Chip]) -> list[tuple[str, str]]:
    """Icon and name of each kind that stands in the grid, for its legend."""
    there = {chip.kind for chip in chips}
    return [(ICONS[kind], str(kind.label)) for kind in MeetingKind if kind in there]


def _cell(
    year: int, month: int, number: int, standing: dict[date, list[Chip]], workdays: Workdays, today: date
) -> Cell:
    if number > calendar.monthrange(year, month)[1]:
        return Cell(None)
    day = date(year, month, number)
    return Cell(day, not workdays.is_workday(day), day < today, day == today, tuple(standing.get(day, ())))
