"""A report's figures: live from the record, kept as they were on the day of adoption, and both side by side."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode

from meetings.rules.duties import Period
from members.choices import OrganizationKind
from members.models import Organization
from supervision.models import Report
from supervision.queries.appraisal_figures import appraisal_figures
from supervision.queries.matter_figures import matter_figures
from supervision.queries.problem_figures import problem_figures
from supervision.queries.record_figures import attendance_figures, dues_figures, meeting_figures
from supervision.queries.report_states import branch_states
from supervision.queries.suggestion_figures import suggestion_figures
from supervision.queries.talk_figures import talk_figures
from supervision.rules.report_figures import MONEY, SECTIONS, Section, keys, labels, section_titles
from supervision.rules.report_periods import period_named

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
class Row:
    label: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """A section of the report as it is shown."""

    title: str
    columns: list[str]
    rows: list[Row]


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


def _row(line: Plain, columns: list[str], now: Values) -> Row:
    label = str(labels().get(line["figures"][0]["key"], line["label"]))
    named = columns or [""] * len(line["figures"])
    return Row(label, tuple(_figure(one, column, now) for one, column in zip(line["figures"], named, strict=False)))


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
