"""What a supervision report tells, section by section: the names of its figures and nothing of how they are counted."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from meetings.choices import MeetingKind
from meetings.rules.duties import ASKED
from supervision.choices import Grade, ProblemSource

Label = Promise | str
MEETING_KINDS = tuple(dict.fromkeys(asked.kind for of_kind in ASKED.values() for asked in of_kind))
DUE, HELD, MISSED = "due", "held", "missed"


@dataclass(frozen=True, slots=True)
class Line:
    """A label and the keys of the figures beside it: one, or one for each column of the section."""

    label: Label
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    title: Label
    lines: tuple[Line, ...]
    columns: tuple[Label, ...] = ()


def _section(key: str, title: Label, *lines: tuple[str, Label]) -> Section:
    return Section(key, title, tuple(Line(label, (f"{key}.{name}",)) for name, label in lines))


def _meetings() -> Section:
    lines = (
        Line(MeetingKind(kind).label, tuple(f"meetings.{kind}_{state}" for state in (DUE, HELD, MISSED)))
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
