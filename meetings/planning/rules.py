"""Workdays, the day that is proposed for a meeting, and the year in days."""

import calendar
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import chinese_calendar
from chinese_calendar import Holiday, constants
from django.utils.translation import gettext as _

from meetings.choices import DayKind, MeetingKind
from meetings.planning.duty_rules import IN_THE_WINDOW, Window, periods, window
from rulebook.local import LocalRule
from rulebook.values import Duty, DutyState, Text

FIXED = ((1, 1), (5, 1), (10, 1))
"""Holidays that are the same days every year: where all of them are recorded, the year's list is taken for complete."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """Which days are worked. `recorded`: day → whether it is worked; it goes before the calendar of the program."""

    recorded: Mapping[date, bool] = field(default_factory=dict)

    def is_workday(self, day: date) -> bool:
        """As recorded, else by the calendar of the program. In a year that neither holds, Monday to Friday."""
        if day in self.recorded:
            return self.recorded[day]
        return bool(chinese_calendar.is_workday(day)) if comes_with_the_program(day.year) else day.weekday() < 5

    def is_known(self, year: int) -> bool:
        """Whether that year's holidays are known; if not, whoever plans has to look out for them."""
        off = (self.recorded.get(date(year, *day)) is False for day in FIXED)
        return comes_with_the_program(year) or all(off)

    def workday_near(self, day: date, *, first: date, last: date) -> date:
        """The day itself if it is worked, else the next one up to `last`, else the one before; the day if none is."""
        later = (day + timedelta(days=step) for step in range((last - day).days + 1))
        earlier = (day - timedelta(days=step) for step in range(1, (day - first).days + 1))
        return next((one for one in (*later, *earlier) if self.is_workday(one)), day)


@dataclass(frozen=True, slots=True)
class NamedDay:
    """A day that isn't what its weekday says."""

    day: date
    is_worked: bool
    name: Text


LAST_OF_THE_PROGRAM = max(constants.holidays).year
"""The last year whose calendar comes with the program."""


def comes_with_the_program(year: int) -> bool:
    """Whether the calendar that comes with the program holds that year."""
    try:
        chinese_calendar.is_workday(date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


def of_the_program(year: int) -> Iterator[NamedDay]:
    """The holidays and the working weekends of the program's calendar, in order."""
    days = [(day, False, name) for day, name in constants.holidays.items()]
    days += [(day, True, name) for day, name in constants.workdays.items()]
    for day, is_worked, name in sorted(days):
        if day.year == year:
            yield NamedDay(day, is_worked, Text(zh=Holiday(name).chinese, en=name))


THEME_DAY = 20
USUAL = {
    "committee_meeting": (1, 8),
    "group_meeting": (1, 12),
    "general_meeting": (2, THEME_DAY),
    "theme_day": (1, THEME_DAY),
}
"""Kind → which month of its period, which day: only habit."""
IN_DECEMBER = (12, 10)
"""The habitual day of the organizational-life meeting, with the appraisal joined to it."""
ON_THE_THEME_DAY = ("theme_day", "general_meeting")


@dataclass(frozen=True, slots=True)
class Habits:
    """What planning at a place keeps to: its fixed day of the month, the workdays, the local rules that bind it."""

    theme_day: int | None = None
    workdays: Workdays = Workdays()
    local: Sequence[LocalRule] = ()


NO_HABITS = Habits()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A meeting to plan: for whom, which kind, for which period (the `number`-th of it), and on which day."""

    organization: str
    kind: str
    period: str
    number: int
    day: date
    last: date
    """The last day on which it still counts for its period."""


def proposals(open_duties: Iterable[Duty], *, today: date, habits: Habits = NO_HABITS) -> list[Proposal]:
    """A day for every duty that isn't done and whose time isn't over, in order of the days."""
    waiting = [duty for duty in open_duties if duty.state != DutyState.DONE and duty.due_on >= today]
    share = Counter(map(_slot, waiting))
    numbers: dict[tuple[str, str, str], int] = defaultdict(int)
    found = []
    for duty in waiting:
        numbers[_slot(duty)] += 1
        number, of = numbers[_slot(duty)], share[_slot(duty)]
        day = proposed_day(duty.kind, duty.period, number=number, of=of, today=today, habits=habits)
        found.append(Proposal(duty.organization, duty.kind, duty.period, number, day, duty.due_on))
    return sorted(found, key=lambda one: (one.day, one.organization, one.kind))


def proposed_day(
    kind: str, period: str, *, number: int = 1, of: int = 1, today: date, habits: Habits = NO_HABITS
) -> date:
    """A workday on which the meeting is in time for its period, not before today."""
    span = _span(kind, period, of, habits.local)
    if of > 1 or kind not in (*USUAL, *IN_THE_WINDOW):
        wished = _spread(span, number, of)
    else:
        wished = _usual(kind, span.first, habits.theme_day) if kind in USUAL else _in_december(span)
    earliest = max(span.first, today)
    return habits.workdays.workday_near(min(max(wished, earliest), span.last), first=earliest, last=span.last)


def _span(kind: str, period: str, of: int, local: Sequence[LocalRule]) -> Window:
    """The days of the period; of a year's organizational life its window, unless there are several in the year."""
    first, last = bounds(period)
    if kind not in IN_THE_WINDOW:
        return Window(first, last)
    found = window(first.year, local)
    return found if of == 1 else Window(first, found.last)


def bounds(period: str) -> tuple[date, date]:
    """First and last day of 2026, 2026-Q3 or 2026-07."""
    year, _dash, part = period.partition("-")
    every = "year" if not part else "quarter" if part.startswith("Q") else "month"
    found = next(one for one in periods(int(year), every) if one.name == period)
    return found.first, found.last


def _usual(kind: str, first: date, theme_day: int | None) -> date:
    month, day = USUAL[kind]
    if kind in ON_THE_THEME_DAY and theme_day:
        day = theme_day
    number = first.month + month - 1
    return date(first.year, number, min(day, calendar.monthrange(first.year, number)[1]))


def _in_december(span: Window) -> date:
    """Where December is too early, the twentieth day of the window."""
    wished = date(span.first.year, *IN_DECEMBER)
    return wished if span.first <= wished <= span.last else span.first + timedelta(days=19)


def _spread(span: Window, number: int, of: int) -> date:
    """The middle of the `number`-th of `of` equal parts."""
    return span.first + timedelta(days=((span.last - span.first).days * (2 * number - 1)) // (2 * of))


def _slot(duty: Duty) -> tuple[str, str, str]:
    return duty.organization, duty.kind, duty.period


def latest_day(kind: str, period: str) -> date:
    """The last day on which a meeting can count for its period: a year's organizational life may move into March."""
    last = bounds(period)[1]
    return date(last.year + 1, 3, 31) if kind in IN_THE_WINDOW else last


def fits(kind: str, period: str, day: date) -> bool:
    """Whether a meeting of that day closes the duty of the period."""
    return bounds(period)[0] <= day <= latest_day(kind, period)


def shift_span(kind: str, day: date, counts_for_year: int, *, today: date) -> Window:
    """Where the planner lets a planned meeting be moved: up to the end of its year, organizational life into March."""
    last = latest_day(kind, str(counts_for_year if kind in IN_THE_WINDOW else day.year))
    return Window(today, max(last, today))


def may_be_planned(year: int, *, today: date) -> bool:
    """Only this year and the next are planned."""
    return year in (today.year, today.year + 1)


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
class DayCell:
    """A day; the last cells of a short month have none."""

    day: date | None
    is_off: bool = False
    is_over: bool = False
    is_today: bool = False
    chips: tuple[Chip, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthRow:
    first: date
    cells: tuple[DayCell, ...]


def year_grid(year: int, chips: Iterable[Chip], *, workdays: Workdays, today: date) -> list[MonthRow]:
    """The twelve months, and those of the next year into which a meeting may be moved."""
    standing: dict[date, list[Chip]] = defaultdict(list)
    for chip in chips:
        standing[chip.day].append(chip)
    reach = [chip.last or chip.day for found in standing.values() for chip in found]
    further = max(((day.year - year) * 12 + day.month for day in reach), default=12)
    months = (divmod(number, 12) for number in range(max(further, 12)))
    return [
        MonthRow(
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
) -> DayCell:
    if number > calendar.monthrange(year, month)[1]:
        return DayCell(None)
    day = date(year, month, number)
    return DayCell(day, not workdays.is_workday(day), day < today, day == today, tuple(standing.get(day, ())))


LONGEST = 31
"""Days of one span: no holiday is longer."""
BRACKETS = re.compile(r"\([^()]*\)")
HEAD = re.compile(r"\s*(?:[一二三四五六七八九十\d]+\s*[、.])?\s*(?P<name>[^\d:]{1,40}?)\s*:(?P<rest>.*)")
"""“一、元旦：1月1日…”: a name before the days."""
DAY = r"(?:(?P<y{0}>20\d\d)\s*[-/.年]\s*)?(?P<m{0}>\d{{1,2}})\s*[-/.月]\s*(?P<d{0}>\d{{1,2}})日?"
LAST = r"(?:(?:(?P<y2>20\d\d)\s*[-/.年]\s*)?(?P<m2>\d{1,2})\s*[-/.月]\s*)?(?P<d2>\d{1,2})日?"
SPAN = re.compile(rf"{DAY.format(1)}(?:\s*(?:至|到|~|—+|–|-)\s*{LAST})?")
WORKED = re.compile(r"上班|补班|工作日|班|work", re.IGNORECASE)
OFF = re.compile(r"放假|休|假|off|holiday", re.IGNORECASE)
SAYS_WHICH = r"(?:调休|放假|休息|上班|补班|工作日|休|班|days?\s*off|off|workdays?|共?\d+天)+"
AROUND_A_NAME = re.compile(rf"^{SAYS_WHICH}|{SAYS_WHICH}$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ListedDay:
    day: date
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Defaults:
    """What a line that doesn't say it means: its year, the kind of its days, their name."""

    year: int
    kind: str = DayKind.OFF
    name: str = ""


class UnreadableLine(ValueError):
    """What is wrong with a line, as a sentence."""


def read_days(text: str, defaults: Defaults) -> tuple[list[ListedDay], list[str]]:
    """The days in order, and a sentence for every line that can't be read."""
    found: dict[date, ListedDay] = {}
    faults = []
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            for listed in _read_line(line, defaults):
                if found.setdefault(listed.day, listed).kind != listed.kind:
                    raise UnreadableLine(_("%(day)s is already in the list as the opposite.") % {"day": listed.day})
        except UnreadableLine as fault:
            faults.append(_("Line %(number)s: %(fault)s") % {"number": number, "fault": fault})
    return sorted(found.values(), key=lambda listed: listed.day), faults


def _read_line(line: str, defaults: Defaults) -> Iterator[ListedDay]:
    plain = BRACKETS.sub("", unicodedata.normalize("NFKC", line)).strip()
    head = HEAD.fullmatch(plain)
    sentences = re.split("[。;]", head["rest"] if head else plain)
    if plain and not any(map(SPAN.search, sentences)):
        raise UnreadableLine(_("No day is found in it. Write it like 2027-01-01, or take the line out."))
    for sentence in sentences:
        name = (head["name"] if head else _name_in(sentence)) or defaults.name
        for days in SPAN.finditer(sentence):
            if not name:
                raise UnreadableLine(_("The holiday has no name. Write it behind the day or into the field below."))
            kind = _kind_in(sentence) or defaults.kind
            yield from (ListedDay(day, kind, name[:40]) for day in _days(days, defaults.year))


def _kind_in(sentence: str) -> str:
    if WORKED.search(sentence):
        return DayKind.WORKED
    return DayKind.OFF if OFF.search(sentence) else ""


def _name_in(sentence: str) -> str:
    """What is left of a sentence without its days and without the words for off and worked."""
    words = re.split(r"[\s,、:]+", SPAN.sub(" ", sentence))
    return " ".join(filter(None, (AROUND_A_NAME.sub("", word).strip("-") for word in words)))


def _days(found: re.Match[str], year: int) -> Iterator[date]:
    """Every day from the first to the last, both included."""
    first = _day(found["y1"] or year, found["m1"], found["d1"])
    last = _day(found["y2"] or first.year, found["m2"] or first.month, found["d2"]) if found["d2"] else first
    length = (last - first).days + 1
    if not 1 <= length <= LONGEST:
        raise UnreadableLine(_("From %(first)s to %(last)s is no holiday.") % {"first": first, "last": last})
    yield from (first + timedelta(days=step) for step in range(length))


def _day(year: int | str, month: int | str, day: int | str) -> date:
    try:
        return date(int(year), int(month), int(day))
    except ValueError as error:
        written = {"year": year, "month": month, "day": day}
        raise UnreadableLine(_("There is no day %(year)s-%(month)s-%(day)s.") % written) from error
