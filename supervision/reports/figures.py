"""The figures of a report, from the apps that own the facts, and where the branches' reports stand."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from dues.ledger.models import Charge
from dues.ledger.payment_models import Payment, PaymentQuerySet
from dues.upwards.models import Disclosure
from meetings.attendance.models import Attendance
from meetings.choices import AttendanceState, MeetingKind
from meetings.pages.queries import lectures_held
from meetings.planning.duty_queries import meeting_duties, meeting_states
from meetings.planning.duty_rules import Period
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import STEP, common, contains, subtree
from members.regulations.queries import PlacesBelow, binding_below
from rulebook.local import LocalRule
from rulebook.values import Duty, DutyState
from supervision.appraisals.queries import appraisal_figures
from supervision.matters.queries import matter_figures
from supervision.problems.queries import problem_figures
from supervision.reports.models import Report
from supervision.reports.rules import (
    DAYS_KEY,
    DUE,
    HELD,
    MEETING_KINDS,
    MISSED,
    MONEY,
    SECTIONS,
    Section,
    due_on,
    is_asked,
    is_late,
    is_told,
    keys,
    labels,
    period_named,
    reportable,
    section_titles,
)
from supervision.suggestions.queries import suggestion_figures
from supervision.talks.queries import talk_figures


def first_records(places: Iterable[Organization], *, on: date) -> dict[str, date]:
    """Path → the day of the first meeting held or month charged there or below it. One query."""
    paths = [place.path for place in places]
    if not paths:
        return {}
    earliest = [Subquery(import_string(name)(OuterRef("pk"), Value(on))) for name in settings.FIRST_DAYS]
    rows = Organization.objects.below(common(paths)).order_by().values_list("path", *earliest)
    found: dict[str, date] = {}
    for path, *days in rows:
        for day in filter(None, days):
            for end in range(STEP, len(path) + 1, STEP):
                found[path[:end]] = min(day, found.get(path[:end], day))
    return found


def offered_periods(organization: Organization, *, on: date) -> list[Period]:
    """What a report can be begun for: periods of which something is on record, and those that fall due this year."""
    recorded = first_records([organization], on=on).get(organization.path)
    periods = reportable(on, organization.known_first_day())
    return [one for one in periods if is_told(recorded, one) or due_on(one).year == on.year]


class Stands(StrEnum):
    """A branch's report of a period, as its committee sees it."""

    SUBMITTED = "submitted"
    LATE = "late"
    OPEN = "open"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class BranchState:
    code: str
    name: str
    stands: Stands
    submitted_on: str = ""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def branch_states(path: str, period: Period, *, on: date) -> list[BranchState]:
    """Every branch at the path and below that was there in the period, in tree order; without those of which nothing is
    on record by its end and no report is there. Four queries."""
    rows = Organization.objects.below(path).branches().standing_on(period.last).with_first_day().in_tree_order()
    branches = [branch for branch in rows if is_asked(branch.first_day, period)]
    found = Report.objects.submitted().filter(subtree("organization__path", [path]), period=period.name)
    submitted = dict(found.values_list("organization", "submitted_on"))
    rules, recorded = binding_below(path, [DAYS_KEY]), first_records(branches, on=on)
    return [
        _state(branch, period, submitted.get(branch.pk), on, _binding(rules, branch))
        for branch in branches
        if branch.pk in submitted or is_told(recorded.get(branch.path), period)
    ]


def _binding(rules: list[tuple[str, LocalRule]], branch: Organization) -> list[LocalRule]:
    return [rule for above, rule in rules if contains(above, branch.path)]


def _state(
    branch: Organization, period: Period, submitted_on: date | None, on: date, local: Iterable[LocalRule]
) -> BranchState:
    late = is_late(period, submitted_on, on=on, local=local)
    if submitted_on:
        stands = Stands.LATE if late else Stands.SUBMITTED
        return BranchState(branch.code, branch.name, stands, submitted_on.isoformat())
    return BranchState(branch.code, branch.name, Stands.MISSING if late else Stands.OPEN)


STATES = {DUE: None, HELD: DutyState.DONE, MISSED: DutyState.OVERDUE}
"""Column → the state of the duties in it; None: all of them."""
LECTURES_HELD = f"{MeetingKind.PARTY_LECTURE}_{HELD}"
REASON, NO_REASON = "absent_with_reason", "absent_without"
ATTENDANCE = {
    **{state.value: Q(state=state) for state in AttendanceState if state != AttendanceState.ABSENT},
    REASON: Q(state=AttendanceState.ABSENT) & ~Q(reason=""),
    NO_REASON: Q(state=AttendanceState.ABSENT, reason=""),
}


def meeting_figures(path: str, first: date, last: date, *, on: date) -> dict[str, int]:
    """`theme_day_due`, `theme_day_held`, `theme_day_missed` and so for each kind that the rules ask for. Lectures count
    when they are held: only a local rule asks for any, and then for the whole year."""
    found: Counter[str] = Counter()
    for _place, called in meeting_states(PlacesBelow(path, on), through=last):
        for one, state in called:
            if first <= one.due_on <= last:
                found.update(f"{one.kind}_{column}" for column, of in STATES.items() if of in (None, state))
    found[LECTURES_HELD] = lectures_held(path, first, last).count()
    return {f"{kind}_{column}": found[f"{kind}_{column}"] for kind in MEETING_KINDS for column in STATES}


def meetings_due(path: str, first: date, last: date, *, on: date, kind: str, column: str) -> list[Duty]:
    """The duties behind one of these figures."""
    return [
        duty
        for duty in meeting_duties(PlacesBelow(path, on), through=last)
        if duty.kind == kind and first <= duty.due_on <= last and STATES[column] in (None, duty.state)
    ]


def attendances(path: str, first: date, last: date) -> QuerySet[Attendance]:
    """Who should attend the meetings of the period that were held."""
    held = Attendance.objects.of_held_meetings().should_attend().between(first, last)
    return held.filter(subtree("meeting__organization__path", [path]))


def attendance_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Unknown stays unknown: it is neither an absence nor a presence. One query."""
    counts = {name: Count("pk", filter=condition) for name, condition in ATTENDANCE.items()}
    return attendances(path, first, last).aggregate(expected=Count("pk"), **counts)


def charges(path: str, first: date, last: date) -> QuerySet[Charge]:
    """Without balances that a ledger carried over, as in the overview of dues."""
    return Charge.objects.ordinary().below(path).between(first, last)


def payments(path: str, first: date, last: date) -> PaymentQuerySet:
    return Payment.objects.below(path).paid_between(first, last)


def disclosures(path: str, first: date, last: date) -> QuerySet[Disclosure]:
    return Disclosure.objects.filter(subtree("organization__path", [path]), disclosed_on__range=(first, last))


def dues_figures(path: str, first: date, last: date) -> dict[str, int]:
    """Sums in fen, never an amount of anybody. Three queries."""
    net = charges(path, first, last).aggregate(fen=Sum(F("amount_fen") - F("waived_fen")))["fen"]
    paid = payments(path, first, last).aggregate(fen=Sum("amount_fen"))["fen"]
    return {"charged": net or 0, "paid": paid or 0, "disclosures": disclosures(path, first, last).count()}


ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)
Plain = dict[str, Any]
Values = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as it is shown. `now` is what it has become since it was kept; None where nothing changed."""

    key: str
    value: int
    url: str
    is_money: bool
    column: str = ""
    now: int | None = None


@dataclass(frozen=True, slots=True)
class FigureRow:
    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A section of the report as it is shown."""

    title: str
    columns: list[str]
    rows: list[FigureRow]

    @property
    def parts(self) -> list[list[FigureRow]]:
        """What says something, and several rows of nothing but zeros."""
        zeros = [row for row in self.rows if not any(one.value or one.now for one in row.figures)]
        is_folded = len(zeros) > 1 or len(zeros) == len(self.rows)
        return [[row for row in self.rows if row not in zeros], zeros] if is_folded else [self.rows, []]


@dataclass(frozen=True, slots=True)
class Composed:
    """All that the program tells in a report. `branches` only in a committee's summary; `kept_on` None while live."""

    blocks: list[Block]
    branches: list[Plain] = field(default_factory=list)
    kept_on: date | None = None

    @property
    def changed(self) -> int:
        """How many figures have become others since."""
        return sum(figure.now is not None for block in self.blocks for row in block.rows for figure in row.figures)


def figures_of(path: str, period: Period, *, on: date) -> dict[str, int]:
    """Every figure of the report by its key. A fixed number of queries, whatever the subtree."""
    first, last = period.first, period.last
    found = {
        **_named("meetings", meeting_figures(path, first, last, on=on)),
        **_named("attendance", attendance_figures(path, first, last)),
        **_named("talks", talk_figures(path, first, last)),
        **_named("appraisals", appraisal_figures(path, first, last)),
        **_problems(problem_figures(path, first, last)),
        **_named("matters", matter_figures(path, first, last)),
        **_suggestions(suggestion_figures(path, first, last)),
        **_named("dues", dues_figures(path, first, last)),
    }
    return {key: found[key] for key in keys()}


def kept(organization: Organization, period: Period, *, on: date) -> Plain:
    """What is stored on the day of adoption, with the labels of the installation's language."""
    with translation.override(settings.LANGUAGE_CODE):
        sections = _plain(organization, period, figures_of(organization.path, period, on=on))
        branches = _branches(organization, period, on)
    return {"on": on.isoformat(), "sections": sections, "branches": branches}


def composed(report: Report, *, on: date) -> Composed:
    """A draft's figures as they are, an adopted report's as they were with what they have become."""
    organization, period = report.organization, period_of(report)
    values = figures_of(organization.path, period, on=on)
    if report.figures is None:
        return Composed(_blocks(_plain(organization, period, values), {}), _branches(organization, period, on))
    blocks = _blocks(report.figures["sections"], values)
    return Composed(blocks, report.figures["branches"], date.fromisoformat(report.figures["on"]))


def period_of(report: Report) -> Period:
    period = period_named(report.period)
    assert period is not None  # noqa: S101 - the services store no other
    return period


def _branches(organization: Organization, period: Period, on: date) -> list[Plain]:
    if organization.kind not in ABOVE:
        return []
    return [one.as_dict() for one in branch_states(organization.path, period, on=on)]


def _plain(organization: Organization, period: Period, values: Values) -> list[Plain]:
    """The sections as plain data: keys, labels, values and addresses."""
    asked = {"org": organization.code, "first": period.first.isoformat(), "last": period.last.isoformat()}
    return [_plain_section(section, values, urlencode(asked)) for section in SECTIONS]


def _plain_section(section: Section, values: Values, query: str) -> Plain:
    def figure(key: str) -> Plain:
        url = f"{reverse('supervision:report-records', args=[key])}?{query}"
        return {"key": key, "value": values[key], "url": url}

    lines = [{"label": str(line.label), "figures": [figure(key) for key in line.keys]} for line in section.lines]
    columns = [str(column) for column in section.columns]
    return {"key": section.key, "title": str(section.title), "columns": columns, "lines": lines}


def _blocks(sections: list[Plain], now: Values) -> list[Block]:
    """In the language of who looks, where the words are still known; else in those that were kept."""
    titles, known = section_titles(), {section.key: section.columns for section in SECTIONS}
    blocks = []
    for section in sections:
        columns = [str(column) for column in known.get(section["key"]) or section["columns"]]
        rows = [_row(line, columns, now) for line in section["lines"]]
        blocks.append(Block(str(titles.get(section["key"], section["title"])), columns, rows))
    return blocks


def _row(line: Plain, columns: list[str], now: Values) -> FigureRow:
    label = str(labels().get(line["figures"][0]["key"], line["label"]))
    named = columns or [""] * len(line["figures"])
    return FigureRow(
        label, tuple(_figure(one, column, now) for one, column in zip(line["figures"], named, strict=False))
    )


def _figure(one: Plain, column: str, now: Values) -> Figure:
    return Figure(one["key"], one["value"], one["url"], one["key"] in MONEY, column, _changed(one, now))


def _changed(one: Plain, now: Values) -> int | None:
    value = now.get(one["key"], one["value"])
    return value if value != one["value"] else None


def _named(section: str, figures: Values) -> dict[str, int]:
    return {f"{section}.{name}": value for name, value in figures.items()}


def _suggestions(figures: Values) -> dict[str, int]:
    """Requests for help are a section of their own."""
    return {
        (f"help.{name.removeprefix('help_')}" if name.startswith("help_") else f"suggestions.{name}"): value
        for name, value in figures.items()
    }


def _problems(figures: Values) -> dict[str, int]:
    """Inspections are a section of their own."""
    return {
        ("inspections.inspections" if name == "inspections" else f"problems.{name}"): value
        for name, value in figures.items()
    }


STANDS_WORDS = {
    Stands.SUBMITTED: _("Submitted on time"),
    Stands.LATE: _("Submitted late"),
    Stands.OPEN: _("Still has time"),
    Stands.MISSING: _("Missing"),
}
