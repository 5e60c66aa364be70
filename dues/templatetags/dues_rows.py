"""The rows of long lists, written here because a template would take most of a page's time for them."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.dates import MONTHS_3
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext as _, ngettext

from dues.arrears.grid import ArrearsLine, LastPaid, MonthCell
from dues.arrears.queries import MonthLine, Paid
from dues.choices import MONTH_COLOURS, MONTH_SIGNS, MonthState
from dues.ledger.rules import Arrears
from dues.templatetags.dues import month, month_named, yuan
from members.templatetags.look import badge

register = template.Library()
SOMEBODY = str(UUID(int=0))
"""In whose place each member's key goes: to make an address takes longer than to write the row."""


@register.simple_tag
def arrears_lines(lines: Iterable[ArrearsLine]) -> SafeString:
    """Who, where, how far, since when, how much, last payment and what to do; each cell named for narrow screens."""
    names = [
        _("Branch and group"),
        _("Months behind"),
        _("Behind since"),
        _("Due and unpaid, in yuan"),
        _("Last paid on"),
        _("What to do"),
    ]
    starts = [f'<td data-label="{escape(name)}">' for name in names]
    starts[3] = starts[3].replace(">", ' class="number">')
    address = reverse("dues:member-detail", args=[SOMEBODY])
    rows = [_arrears_row(line, starts, address.replace(SOMEBODY, str(line.member.key))) for line in lines]
    return mark_safe("\n".join(rows))  # noqa: S308 - each text is escaped


def _arrears_row(line: ArrearsLine, starts: list[str], address: str) -> str:
    cells = (
        escape(line.place),
        _rung(line.arrears),
        escape(month_named((*line.arrears.carried_over, *line.arrears.months)[0])),
        _owed(line.arrears),
        _last(line.last_paid),
        _what_to_do(line, address),
    )
    written = "".join([f"{start}{cell}</td>" for start, cell in zip(starts, cells, strict=True)])
    return f'<tr><th scope="row"><a href="{address}">{escape(line.member.name)}</a></th>{written}</tr>'


def _rung(found: Arrears) -> str:
    words = ngettext("%(counter)s month", "%(counter)s months", len(found.months)) % {"counter": len(found.months)}
    if not found.months:
        return badge(_("Carried over"), "warn")
    return badge(words, "bad" if found.to_review else "warn" if found.step else "quiet")


def _owed(found: Arrears) -> str:
    """All that is late, and what of it was carried over."""
    if not found.carried_fen:
        return yuan(found.fen)
    words = _("carried over: %(fen)s") % {"fen": yuan(found.carried_fen)}
    return f'{yuan(found.fen)} <span class="quiet nowrap">{escape(words)}</span>'


def _last(paid: LastPaid | None) -> str:
    if paid is None:
        return f'<span class="quiet">{escape(_("No payment on record"))}</span>'
    return f"{paid.on:%Y-%m-%d}" if paid.day_known else escape(month(paid.on))


def _what_to_do(line: ArrearsLine, address: str) -> str:
    if line.review:
        return f'<a href="{reverse("dues:review", args=[line.review])}">{escape(_("Review under way"))}</a>'
    if line.arrears.to_review:
        return f'<a href="{address}">{escape(_("Open a review"))}</a>'
    if not line.arrears.months:
        return escape(_("Collect what was carried over"))
    return escape(_("Talk and set a date") if line.arrears.step else _("A reason is on record"))


CELL = (
    '<td class="dues-cell{}" data-label="{}"><span class="dues-sign" aria-hidden="true">{}</span><span>{}</span>{}</td>'
)
NO_CELL = '<td class="dues-cell dues-to-come" data-label="{}"><span class="visually-hidden">{}</span></td>'


@register.simple_tag
def grid_cells(cells: Iterable[MonthCell]) -> SafeString:
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
    kind, word = MONTH_COLOURS.get(MonthState(state), "quiet"), MonthState(state).label
    return format_html(
        '<span class="tag tag-{}"><span aria-hidden="true">{}</span>{}</span>',
        kind,
        MONTH_SIGNS[MonthState(state)],
        word,
    )


def month_name(number: int) -> str:
    """`1月`, `Jan`."""
    return f"{number}月" if (get_language() or "zh").startswith("zh") else str(MONTHS_3[number]).capitalize()


@lru_cache(maxsize=4096)
def _cell(month: int, state: MonthState, open_fen: int, language: str | None) -> str:
    """The same for everybody whose month stands so, and so made once in each language."""
    heading, word, kind = month_name(month), state.label, MONTH_COLOURS.get(state)
    if state == MonthState.TO_COME:
        return format_html(NO_CELL, heading, word)
    amount = format_html(' <span class="dues-open">{}</span>', yuan(open_fen)) if open_fen else ""
    return format_html(CELL, f" dues-{kind}" if kind else "", heading, MONTH_SIGNS[state], word, amount)


@register.simple_tag
def month_lines(lines: Iterable[MonthLine]) -> SafeString:
    """Month, state, what was asked for, paid and is open, and by what; each cell named for narrow screens."""
    names = [_("State"), _("To be paid"), _("Paid so far"), _("Still owed"), _("When and by whom")]
    classes = ["", *[' class="number"'] * 3, ""]
    starts = [f'<td data-label="{escape(name)}"{kind}>' for name, kind in zip(names, classes, strict=True)]
    return mark_safe("\n".join([_month_row(line, starts) for line in lines]))  # noqa: S308 - each text is escaped


@register.filter
def paid_line(one: Paid) -> str:
    """`2026-03-09 cash · wife`: when a payment was made, how, and by whom where it wasn't the member."""
    day = f"{one.paid_on:%Y-%m-%d}" if one.day_known else month(one.paid_on)
    return f"{day} {one.way} · {one.payer}" if one.payer else f"{day} {one.way}"


def _month_row(line: MonthLine, starts: list[str]) -> str:
    cells = (
        month_mark(line.state),
        _asked_for(line),
        yuan(line.settled_fen) if line.settled_fen else "",
        yuan(line.open_fen) if line.open_fen else "",
        _payments(line.paid),
    )
    written = "".join([f"{start}{cell}</td>" for start, cell in zip(starts, cells, strict=True)])
    return f'<tr><th scope="row" class="nowrap">{escape(month_named(line))}</th>{written}</tr>'


def _asked_for(line: MonthLine) -> str:
    if not line.charged_fen:
        return ""
    words = _("waived %(fen)s") if line.waived_fen == line.charged_fen else _("reduced by %(fen)s")
    waived = escape(words % {"fen": yuan(line.waived_fen)}) if line.waived_fen else ""
    return f'{yuan(line.charged_fen)} <span class="quiet nowrap">{waived}</span>' if waived else yuan(line.charged_fen)


def _payments(paid: Iterable[Paid]) -> str:
    lines = "".join([f"<li>{escape(paid_line(one))}</li>" for one in paid])
    return f'<ul class="paid-lines">{lines}</ul>' if lines else ""
