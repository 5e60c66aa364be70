"""The roster as a table: what stands in its cells, in ready words. Sixty rows for every page, so it is lean."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import get_language

from members.choices import DuesCategory, ReachBy, Sex, SituationKind
from members.filters import COLUMNS
from members.queries.roster import RosterRow
from members.templatetags.look import badge

MARKS = {
    SituationKind.RETIRED: "quiet",
    SituationKind.RELOCATED: "info",
    SituationKind.MOBILE: "info",
    SituationKind.FRAIL: "warn",
    SituationKind.BEDRIDDEN: "warn",
    SituationKind.ABROAD_PRIVATE: "info",
    SituationKind.ABROAD_SENT: "info",
    SituationKind.SECONDED: "quiet",
    SituationKind.HARDSHIP: "warn",
    SituationKind.LOST_CONTACT: "bad",
    SituationKind.IN_TRANSFER: "info",
    SituationKind.SUSPENDED: "bad",
    SituationKind.PROBATION_WITHIN_PARTY: "bad",
}
"""The kind of badge: what asks for care, what asks for a decision, and what is only good to know."""
SORTED_BY = {"age": "age", "joined": "joined", "branch": "roster"}
NOBODY = UUID(int=0)


@dataclass(frozen=True)
class Heading:
    label: str
    sort: str = ""
    """The order that a click on the heading asks for; empty: none."""


@dataclass(frozen=True)
class Line:
    name: str
    url: str
    cells: list[tuple[str, str]]
    """Label and content of each cell, in the order of the columns."""


@dataclass(frozen=True)
class Table:
    headings: list[Heading]
    lines: list[Line]


@lru_cache(maxsize=256)
def _label(choices: type, value: str, language: str | None) -> str:
    """The word for a value in a language; empty for the empty value."""
    return str(choices(value).label) if value else ""


@lru_cache(maxsize=512)
def _badges(situations: tuple[SituationKind, ...], language: str | None) -> str:
    return format_html_join(" ", "{}", ((badge(str(kind.label), MARKS[kind]),) for kind in situations))


CELLS: dict[str, Callable[[RosterRow], str]] = {
    "sex": lambda row: _label(Sex, row.member.sex, get_language()),
    "age": lambda row: row.age,
    "branch": lambda row: row.branch,
    "membership": lambda row: _label(type(row.membership), row.membership, get_language()),
    "category": lambda row: _label(DuesCategory, row.member.dues_category, get_language()),
    "situations": lambda row: _badges(tuple(row.situations), get_language()) if row.situations else "",
    "joined": lambda row: str(row.member.joined or ""),
    "reach": lambda row: _label(ReachBy, row.member.reach_by, get_language()),
}


def table_of(rows: Iterable[RosterRow], columns: list[str]) -> Table:
    """The table with these columns (codes of COLUMNS) beside the name."""
    labels = [str(COLUMNS[column]) for column in columns]
    writers = list(zip(labels, (CELLS[column] for column in columns), strict=True))
    address = reverse("members:member-detail", args=[NOBODY])
    return Table(
        headings=[Heading(label, SORTED_BY.get(column, "")) for column, label in zip(columns, labels, strict=True)],
        lines=[
            Line(
                row.member.name,
                address.replace(str(NOBODY), str(row.member.key)),
                [(label, write(row)) for label, write in writers],
            )
            for row in rows
        ],
    )
