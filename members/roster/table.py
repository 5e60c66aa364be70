"""The roster as a table: what stands in its cells, in ready words. Sixty rows for every page, so it is lean."""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from members.choices import DuesCategory, Membership, ReachBy, Sex, SituationKind
from members.roster.filters import COLUMNS
from members.roster.queries import RosterRow
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
SORTED_BY = {"age": "age", "joined": "joined"}
NOBODY = UUID(int=0)
FORMAL = Membership.FORMAL.value
"""What nearly everybody is: a phone leaves it out."""


class Heading(NamedTuple):
    column: str
    label: str
    sort: str = ""
    """The order that a click on the heading asks for; empty: none."""


class TableRow(NamedTuple):
    name: str
    url: str
    cells: list[str]
    """What stands in each cell, in the order of the columns; markup only where it is marked safe."""
    group: str = ""
    """The branch or group under whose heading the line stands; empty: the table has no such headings."""


class Table(NamedTuple):
    headings: list[Heading]
    lines: list[TableRow]


Writer = Callable[[RosterRow], str]


@lru_cache(maxsize=64)
def _labels(choices: type[TextChoices], language: str | None) -> dict[str, SafeString]:
    """Value → its word in the language that is being spoken, ready to be shown. The empty value says nothing."""
    return {"": SafeString(""), **{value: conditional_escape(label) for value, label in choices.choices}}


@lru_cache(maxsize=512)
def _badges(situations: tuple[SituationKind, ...], language: str | None) -> SafeString:
    marks = format_html_join(" ", "{}", ((badge(str(kind.label), MARKS[kind]),) for kind in situations))
    return format_html("<span>{}</span>", marks)


@lru_cache(maxsize=64)
def _writers(language: str | None) -> dict[str, Writer]:
    """Column → what it says of a row, in the language that is being spoken."""
    sexes, memberships = _labels(Sex, language), _labels(Membership, language)
    memberships = memberships | {FORMAL: format_html('<span class="usual">{}</span>', memberships[FORMAL])}
    categories, ways = _labels(DuesCategory, language), _labels(ReachBy, language)
    return {
        "sex": lambda row: sexes[row.member.sex],
        "age": lambda row: row.age,
        "branch": lambda row: row.branch,
        "membership": lambda row: memberships[row.membership.value],
        "category": lambda row: categories[row.member.dues_category],
        "situations": lambda row: _badges(row.situations, language) if row.situations else "",
        "joined": lambda row: row.joined,
        "reach": lambda row: ways[row.member.reach_by],
        "left": lambda row: row.left,
    }


def table_of(rows: Iterable[RosterRow], columns: list[str], *, grouped: bool = False) -> Table:
    """The table with these columns (codes of COLUMNS) beside the name. `grouped`: the rows come by branch and group,
    which are then headings and no column."""
    columns = [column for column in columns if not (grouped and column == "branch")]
    labels = [str(COLUMNS[column]) for column in columns]
    written = _writers(get_language())
    writers = [written[column] for column in columns]
    address = reverse("members:member-detail", args=[NOBODY])
    return Table(
        headings=[
            Heading(column, label, SORTED_BY.get(column, "")) for column, label in zip(columns, labels, strict=True)
        ],
        lines=[
            TableRow(
                row.member.name,
                address.replace(str(NOBODY), str(row.member.key)),
                [write(row) for write in writers],
                row.branch if grouped else "",
            )
            for row in rows
        ],
    )
