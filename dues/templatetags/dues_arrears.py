"""The rows of the list of arrears, written here because a template would take most of the page's time for them."""

from collections.abc import Iterable
from html import escape
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dues.queries.arrears_page import ArrearsLine, LastPaid
from dues.rules.arrears import Arrears
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
    rows = [_row(line, starts, address.replace(SOMEBODY, str(line.member.key))) for line in lines]
    return mark_safe("\n".join(rows))  # noqa: S308 - each text is escaped


def _row(line: ArrearsLine, starts: list[str], address: str) -> str:
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
