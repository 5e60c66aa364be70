"""A member's months and payments, written here because a template would take most of the page's time for them."""

from collections.abc import Iterable
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from dues.queries.own_page import MonthLine, Paid
from dues.templatetags.dues import month, month_named, yuan
from dues.templatetags.dues_grid import month_mark
from members.templatetags.look import badge, icon

register = template.Library()


@register.simple_tag
def month_lines(lines: Iterable[MonthLine]) -> SafeString:
    """Month, state, what was asked for, paid and is open, and by what; each cell named for narrow screens."""
    names = [_("State"), _("To be paid"), _("Paid so far"), _("Still owed"), _("When and by whom")]
    classes = ["", *[' class="number"'] * 3, ""]
    starts = [f'<td data-label="{escape(name)}"{kind}>' for name, kind in zip(names, classes, strict=True)]
    return mark_safe("\n".join([_row(line, starts) for line in lines]))  # noqa: S308 - each text is escaped


@register.simple_tag
def payment_lines(payments: Iterable[Paid]) -> SafeString:
    """How much, when and by whom, what of it was voluntary, whether it was taken back, and the receipt."""
    return mark_safe("\n".join([f"<li>{_payment(one)}</li>" for one in payments]))  # noqa: S308 - each text is escaped


def paid_line(one: Paid) -> str:
    """`2026-03-09 cash · wife`: when a payment was made, how, and by whom where it wasn't the member."""
    day = f"{one.paid_on:%Y-%m-%d}" if one.day_known else month(one.paid_on)
    return f"{day} {one.way} · {one.payer}" if one.payer else f"{day} {one.way}"


def _payment(one: Paid) -> str:
    parts = [f"<strong>{yuan(one.amount_fen)}</strong>", escape(paid_line(one))]
    if one.voluntary_fen:
        words = _("of this voluntary %(fen)s") % {"fen": yuan(one.voluntary_fen)}
        parts.append(f'<span class="quiet">{escape(words)}</span>')
    if one.taken_back:
        parts.append(badge(_("Taken back"), "quiet"))
    if one.receipt:
        words = escape(_("Receipt %(number)s") % {"number": one.receipt})
        url = reverse("dues:receipt-detail", args=[one.key])
        parts.append(f'<a href="{url}">{icon("receipt")}{words}</a>')
    return " ".join(parts)


def _row(line: MonthLine, starts: list[str]) -> str:
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
