"""Periods, steps and figures of a report."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingKind
from meetings.planning.duty_rules import ASKED, Period, periods
from rulebook.book import rule
from rulebook.local import LocalRule
from rulebook.values import Duty, DutyState, duty_state
from supervision.choices import Grade, ProblemSource, ReportState

REPORTS_KEY, DAYS_KEY, READ_KEY = (
    "supervision.branch_reports",
    "supervision.report.days",
    "supervision.report.read.days",
)
QUARTER, YEAR = "quarter", "year"
NAMED = re.compile(r"(?P<year>(?:19|20)\d\d)(?:-Q[1-4])?")
QUARTERS_BACK, YEARS_BACK = 8, 3


@dataclass(frozen=True, slots=True)
class Reporting:
    """What has to be known of a branch to say which reports it owes: the periods for which it has submitted one."""

    code: str
    first_day: date | None = None
    submitted: frozenset[str] = frozenset()


def period_named(name: str) -> Period | None:
    """The quarter `2026-Q3` or the year `2026`; None for anything else."""
    found = NAMED.fullmatch(name)
    if found is None:
        return None
    return next(one for one in periods(int(found["year"]), every(name)) if one.name == name)


def every(name: str) -> str:
    """Whether the name is a quarter's or a year's."""
    return QUARTER if "-Q" in name else YEAR


def latest(on: date, of: str = QUARTER) -> Period:
    """The last period that is over on that day."""
    return next(_over(on, of))


def reportable(on: date, first_day: date | None = None) -> list[Period]:
    """What can be reported on: the last quarters that are over, then the last years, none of before the first day."""
    quarters, years = _over(on, QUARTER), _over(on, YEAR)
    found = [next(quarters) for _number in range(QUARTERS_BACK)] + [next(years) for _number in range(YEARS_BACK)]
    return [one for one in found if is_asked(first_day, one)]


def is_asked(first_day: date | None, period: Period) -> bool:
    """Nothing is due for the period in which the first day lies, nor for earlier ones."""
    return first_day is None or first_day <= period.first


def is_told(recorded: date | None, period: Period) -> bool:
    """A report is missing from the period on in which the first thing is on record: of before nobody knows anything."""
    return recorded is not None and recorded <= period.last


def due_on(period: Period, local: Iterable[LocalRule] = ()) -> date:
    """By when the report is submitted: so many days after the period's end."""
    return period.last + timedelta(days=rule(DAYS_KEY, period.last, local).whole)


def read_by(submitted_on: date, local: Iterable[LocalRule] = ()) -> date:
    """By when the level above has read it."""
    return submitted_on + timedelta(days=rule(READ_KEY, submitted_on, local).whole)


def is_late(period: Period, submitted_on: date | None, *, on: date, local: Iterable[LocalRule] = ()) -> bool:
    """Submitted after the day, or not yet although the day has passed."""
    return (submitted_on or on) > due_on(period, local)


def report_duties_of(branch: Reporting, *, on: date, local: Iterable[LocalRule] = ()) -> Iterator[Duty]:
    """The quarters that are over and whose report falls due in the year: last year's fourth, and this year's."""
    local = tuple(local)
    for period in (*list(periods(on.year - 1, QUARTER))[-1:], *periods(on.year, QUARTER)):
        day = due_on(period, local)
        if period.last < on and day.year == on.year and is_asked(branch.first_day, period):
            state = duty_state(due_on=day, done=period.name in branch.submitted, on=on)
            citation = rule(REPORTS_KEY, period.last).citation
            yield Duty("supervision_report", branch.code, None, period.name, day, state, citation)


def reading_duty(code: str, period: str, submitted_on: date, *, on: date, local: Iterable[LocalRule] = ()) -> Duty:
    """For the committee: reports of a period that wait to be read, the first since that day."""
    local = tuple(local)
    day = read_by(submitted_on, local)
    state = DutyState.OVERDUE if on > day else DutyState.OPEN
    citation = rule(READ_KEY, submitted_on, local).citations[-1]
    return Duty("report_to_read", code, None, period, day, state, citation)


def _over(on: date, of: str) -> Iterator[Period]:
    """Backwards from the last that ended before the day."""
    for year in range(on.year, 1920, -1):
        yield from (one for one in reversed(list(periods(year, of))) if one.last < on)


DRAFT, ADOPTED, SUBMITTED = ReportState.DRAFT, ReportState.ADOPTED, ReportState.SUBMITTED
READ, RETURNED, CLOSED = ReportState.READ, ReportState.RETURNED, ReportState.CLOSED


class Side(StrEnum):
    """Whose turn it is."""

    WRITER = "writer"
    READER = "reader"


class Act(StrEnum):
    """As addresses name it."""

    ADOPT = "adopt"
    SUBMIT = "submit"
    ANSWER = "answer"
    READ = "read"
    RETURN = "return"
    CLOSE = "close"
    TAKE_BACK = "take-back"


@dataclass(frozen=True, slots=True)
class Move:
    """From which states an act leads to which, who does it, and whether words are needed for it."""

    side: Side
    states: tuple[ReportState, ...]
    to: ReportState
    needs_words: bool = False


MOVES = {
    Act.ADOPT: Move(Side.WRITER, (DRAFT,), ADOPTED),
    Act.SUBMIT: Move(Side.WRITER, (ADOPTED,), SUBMITTED),
    Act.ANSWER: Move(Side.WRITER, (RETURNED,), SUBMITTED, needs_words=True),
    Act.READ: Move(Side.READER, (SUBMITTED,), READ),
    Act.RETURN: Move(Side.READER, (SUBMITTED, READ), RETURNED, needs_words=True),
    Act.CLOSE: Move(Side.READER, (READ,), CLOSED),
}
"""Taking back isn't among them: where it leads depends on what was before; see `taken_back`."""


def side_that(act: Act) -> Side:
    """Who takes that step."""
    return MOVES[act].side if act in MOVES else Side.WRITER


def acts(state: str, side: Side, *, returned_before: bool = False) -> list[Act]:
    """What that side may do now, in the order in which it is usually done."""
    found = [act for act, move in MOVES.items() if move.side == side and state in move.states]
    back = side == Side.WRITER and taken_back(state, returned_before=returned_before) is not None
    return [*found, Act.TAKE_BACK] if back else found


def taken_back(state: str, *, returned_before: bool) -> ReportState | None:
    """The state before the writer's last step, while nobody above has read it; None where nothing can be taken back."""
    if state == ADOPTED:
        return DRAFT
    if state == SUBMITTED:
        return RETURNED if returned_before else ADOPTED
    return None


Label = Promise | str
MEETING_KINDS = tuple(dict.fromkeys(asked.kind for of_kind in ASKED.values() for asked in of_kind))
DUE, HELD, MISSED = "due", "held", "missed"


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A label and the keys of the figures beside it: one, or one for each column of the section."""

    label: Label
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: Label
    lines: tuple[FigureLine, ...]
    columns: tuple[Label, ...] = ()


def _section(key: str, title: Label, *lines: tuple[str, Label]) -> Section:
    return Section(key, title, tuple(FigureLine(label, (f"{key}.{name}",)) for name, label in lines))


def _meetings() -> Section:
    lines = (
        FigureLine(MeetingKind(kind).label, tuple(f"meetings.{kind}_{state}" for state in (DUE, HELD, MISSED)))
        for kind in MEETING_KINDS
    )
    return Section(
        "meetings",
        _("Meetings that the rules ask for"),
        tuple(lines),
        (_("Were due"), _("Were held"), _("Were missed")),
    )


SECTIONS = (
    _meetings(),
    _section(
        "attendance",
        _("Attendance"),
        ("expected", _("Expected")),
        ("on_site", _("On site")),
        ("online", _("Online")),
        ("visited", _("Visited at home")),
        ("made_up", _("Made up later")),
        ("leave", _("On leave")),
        ("absent_with_reason", _("Absent, reason on record")),
        ("absent_without", _("Absent without a reason")),
        ("unknown", _("Not recorded")),
    ),
    _section(
        "talks",
        _("Heart-to-heart talks"),
        ("talks", _("Talks held")),
        ("pairs_due", _("Pairs that should talk this year")),
        ("pairs_done", _("Of these, pairs that have talked")),
    ),
    _section(
        "appraisals",
        _("Democratic appraisal of members"),
        ("rounds_closed", _("Appraisals closed")),
        *((grade.value, grade.label) for grade in Grade),
        ("ungraded", _("Took part without a grade")),
    ),
    _section(
        "problems",
        _("Problems and what became of them"),
        ("found", _("Problems found")),
        *((f"from_{source.value}", source.label) for source in ProblemSource),
        ("accepted", _("Put right and accepted")),
        ("dropped", _("Dropped, with the reason")),
        ("unsettled", _("Still being put right at the end")),
        ("overdue", _("Of these, past their day")),
    ),
    _section("inspections", _("Inspections from above"), ("inspections", _("Visits"))),
    _section(
        "matters",
        _("Major matters"),
        ("proposed", _("Matters proposed")),
        ("decided", _("Decided")),
        ("without_opinion", _("Decided without the organization's opinion before")),
        ("executed", _("Carried out")),
        ("reviewed", _("Looked back on")),
    ),
    _section(
        "suggestions",
        _("Suggestions from members"),
        ("asked", _("Suggestions made")),
        ("answered", _("Answered")),
        ("answered_on_time", _("Of these, answered on time")),
        ("solved", _("Solved")),
        ("overdue", _("Not answered and past their day")),
    ),
    _section(
        "help",
        _("Requests for help"),
        ("asked", _("Requests made")),
        ("answered", _("Answered")),
    ),
    _section(
        "dues",
        _("Dues"),
        ("disclosures", _("Disclosures to the members")),
        ("charged", _("Charged, less what was waived (yuan)")),
        ("paid", _("Paid (yuan)")),
    ),
)
MONEY = frozenset({"dues.charged", "dues.paid"})
"""In fen; everything else is a count."""


def keys() -> Iterator[str]:
    """Every figure, in the order of the report."""
    return (key for section in SECTIONS for line in section.lines for key in line.keys)


def section_titles() -> dict[str, Label]:
    return {section.key: section.title for section in SECTIONS}


def labels() -> dict[str, Label]:
    """First figure of a line → the line's label."""
    return {line.keys[0]: line.label for section in SECTIONS for line in section.lines}


def name_of(key: str) -> list[Label]:
    """What a figure is called on a page of its own: the section, the line and, where there are some, the column."""
    for section in SECTIONS:
        for line in section.lines:
            if key in line.keys:
                column = section.columns[line.keys.index(key)] if section.columns else ""
                return [part for part in (section.title, line.label, column) if part]
    raise KeyError(key)
