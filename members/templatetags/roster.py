"""Markup that the roster repeats hundreds of times a page: written here, because the template would take most of the
page's time for it.
"""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from members.roster.filters import COLUMNS, FIELDS
from members.roster.table import Line, Table

register = template.Library()

WRAPPED = {"branch", "situations"}
NOWRAP = ' class="nowrap"'


@register.simple_tag
def roster_lines(table: Table) -> SafeString:
    """The rows of the table, each cell named for narrow screens."""
    starts = [
        f'<td data-label="{escape(heading.label)}"{"" if heading.column in WRAPPED else NOWRAP}>'
        for heading in table.headings
    ]
    return mark_safe("\n".join([_line(line, starts) for line in table.lines]))  # noqa: S308 - each text is escaped


def _line(line: Line, starts: list[str]) -> str:
    cells = [
        f"{start}{text if isinstance(text, SafeString) else escape(text)}</td>"
        for start, text in zip(starts, line.cells, strict=True)
    ]
    return f'<tr><th scope="row"><a href="{escape(line.url)}">{escape(line.name)}</a></th>{"".join(cells)}</tr>'


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
    options = [
        f'<option value="{escape(code)}"{" selected" if code == chosen else ""}>{escape(str(text))}</option>'
        for code, text in choices
    ]
    return format_html(
        '<div><label class="form-label" for="id_{0}">{1}</label>'
        '<select class="form-select" name="{0}" id="id_{0}">{2}</select></div>',
        name,
        label,
        mark_safe("".join(options)),  # noqa: S308 - each is escaped
    )


@register.simple_tag
def column_choices(columns: Iterable[str], shown: Iterable[str]) -> SafeString:
    """A box for each column that can be shown; the same for all who show the same, and so made once."""
    return _column_choices(tuple(columns), frozenset(shown), get_language())


@lru_cache(maxsize=128)
def _column_choices(columns: tuple[str, ...], shown: frozenset[str], language: str | None) -> SafeString:
    box = (
        '<label class="menu-choice"><input class="form-check-input" type="checkbox" name="columns" value="{}"{}> '
        "{}</label>"
    )
    boxes = ((column, mark_safe(" checked") if column in shown else "", COLUMNS[column]) for column in columns)
    return format_html_join("", box, boxes)
