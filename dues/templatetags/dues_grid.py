"""The cells of the grid: many hundred on a page, so they are written here and not by a template."""

from collections.abc import Iterable
from functools import lru_cache

from django import template
from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from dues.choices import MonthState
from dues.queries.grid import Cell
from dues.templatetags.dues import yuan

register = template.Library()

SIGNS = {
    MonthState.SETTLED: "✓",
    MonthState.PART: "◐",
    MonthState.OPEN: "○",
    MonthState.WAIVED: "△",
    MonthState.AHEAD: "»",
    MonthState.NOT_CHARGED: "–",
    MonthState.UNKNOWN: "?",
    MonthState.ELSEWHERE: "↗",
    MonthState.TO_COME: "",
}
"""Beside the word of each state, so that neither colour nor sign stands alone."""
KINDS = {
    MonthState.SETTLED: "good",
    MonthState.PART: "warn",
    MonthState.OPEN: "bad",
    MonthState.WAIVED: "info",
    MonthState.AHEAD: "info",
    MonthState.UNKNOWN: "warn",
}
CELL = (
    '<td class="dues-cell{}" data-label="{}"><span class="dues-sign" aria-hidden="true">{}</span><span>{}</span>{}</td>'
)
NO_CELL = '<td class="dues-cell dues-to-come" data-label="{}"><span class="visually-hidden">{}</span></td>'


@register.simple_tag
def grid_cells(cells: Iterable[Cell]) -> SafeString:
    """A member's months as cells of a table row: sign, word, and what is open."""
    language = get_language()
    written = [_cell(cell.month.month, cell.state, cell.open_fen, language) for cell in cells]
    return mark_safe("".join(written))  # noqa: S308 - each cell is made by format_html


@register.simple_tag
def grid_months() -> list[str]:
    """The headings of a year, as short as the language writes months."""
    return [month_name(number) for number in range(1, 13)]


def month_mark(state: str) -> SafeString:
    """A state as a badge of sign and word, where it stands alone."""
    return _mark(state, get_language())


@lru_cache
def _mark(state: str, _language: str | None) -> SafeString:
    kind, word = KINDS.get(MonthState(state), "quiet"), MonthState(state).label
    return format_html(
        '<span class="tag tag-{}"><span aria-hidden="true">{}</span>{}</span>', kind, SIGNS[MonthState(state)], word
    )


def month_name(number: int) -> str:
    """`1月`, `Jan`."""
    return f"{number}月" if (get_language() or "zh").startswith("zh") else str(MONTHS_3[number]).capitalize()


@lru_cache(maxsize=4096)
def _cell(month: int, state: MonthState, open_fen: int, language: str | None) -> str:
    """The same for everybody whose month stands so, and so made once in each language."""
    heading, word, kind = month_name(month), state.label, KINDS.get(state)
    if state == MonthState.TO_COME:
        return format_html(NO_CELL, heading, word)
    amount = format_html(' <span class="dues-open">{}</span>', yuan(open_fen)) if open_fen else ""
    return format_html(CELL, f" dues-{kind}" if kind else "", heading, SIGNS[state], word, amount)
