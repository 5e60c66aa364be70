"""Markup that the roster repeats hundreds of times a page: written here, because the template would take most of the
page's time for it.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import escape
from itertools import groupby

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from members.roster.filters import COLUMNS, FIELDS
from members.roster.table import Table, TableRow

register = template.Library()

STYLES = {
    "branch": "phone-below",
    "situations": "phone-beside",
    "age": "nowrap phone-below",
    "joined": "nowrap phone-below",
    "reach": "one-line",
}
"""Column → its classes; the others stand on a phone below the name, without a label. How somebody is reached is read on
the member's page."""
PLAIN = "phone-below one-line"
FIELDS_TEMPLATE = "members/roster/fields.html"


@register.simple_tag
def roster_lines(table: Table) -> SafeString:
    """The rows of the table, each cell named for narrow screens, under a heading wherever another group begins."""
    starts = [
        f'<td data-label="{escape(heading.label)}" class="{STYLES.get(heading.column, PLAIN)}">'
        for heading in table.headings
    ]
    groups = groupby(table.lines, key=lambda line: line.group)
    return mark_safe(  # noqa: S308 - each text is escaped
        "\n".join([row for group, lines in groups for row in _group(group, lines, starts)])
    )


def _group(name: str, lines: Iterable[TableRow], starts: list[str]) -> Iterator[str]:
    if name:
        yield f'<tr class="row-group"><th colspan="{len(starts) + 1}" scope="rowgroup">{escape(name)}</th></tr>'
    for line in lines:
        yield _line(line, starts)


def _line(line: TableRow, starts: list[str]) -> str:
    cells = [
        f"{start}{text if isinstance(text, SafeString) else escape(text)}</td>"
        for start, text in zip(starts, line.cells, strict=True)
    ]
    name = f'<a href="{escape(line.url)}">{escape(line.name)}</a>'
    return f'<tr><th scope="row" class="phone-name">{name}</th>{"".join(cells)}</tr>'


@register.simple_tag
def filter_choice(name: str, chosen: str) -> SafeString:
    """A labelled select of the filter bar, the same for everybody and so made once for each choice."""
    return _filter_choice(name, chosen, get_language())


@lru_cache(maxsize=512)
def _filter_choice(name: str, chosen: str, language: str | None) -> SafeString:
    label, choices = FIELDS[name]
    return labelled_select(name, label, choices.items(), chosen)


@register.simple_tag
def labelled_select(name: str, label: object, choices: Iterable[tuple[str, object]], chosen: str) -> SafeString:
    known = {"name": name, "label": label, "choices": choices, "chosen": chosen}
    return render_to_string(f"{FIELDS_TEMPLATE}#select", known)


@register.simple_tag
def column_choices(columns: Iterable[str], shown: Iterable[str]) -> SafeString:
    """A box for each column that can be shown; the same for all who show the same, and so made once."""
    return _column_choices(tuple(columns), frozenset(shown), get_language())


@lru_cache(maxsize=128)
def _column_choices(columns: tuple[str, ...], shown: frozenset[str], language: str | None) -> SafeString:
    known = {"columns": [(column, COLUMNS[column]) for column in columns], "shown": shown}
    return render_to_string(f"{FIELDS_TEMPLATE}#boxes", known)
