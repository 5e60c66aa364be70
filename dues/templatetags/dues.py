"""Money, months and moments on pages."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, pgettext

from dues.units import runs, yuan as in_yuan
from members.choices import DatePrecision

register = template.Library()


@register.filter
@lru_cache(maxsize=4096)
def yuan(fen: int | None) -> str:
    """Fen as `1,234.50`, the same in every language; nothing for None."""
    return "" if fen is None else f"{in_yuan(fen):,}"


@register.filter
def month(day: date | None) -> str:
    """`2026年3月`, or as the language writes a month; nothing for None."""
    return _month(day, get_language()) if day else ""


@register.simple_tag
def month_span(first: date, until: date | None) -> str:
    """From which month, and before which one it ends, if it does."""
    if until is None:
        return gettext("from %(first)s") % {"first": month(first)}
    return gettext("%(first)s until before %(until)s") % {"first": month(first), "until": month(until)}


@register.filter
def month_named(row: Any) -> str:
    """The month of a row, or the years of which it carries a balance over."""
    if row.carried_over:
        return gettext("Carried over from %(year)s and before") % {"year": row.month.year}
    return month(row.month)


@register.filter
def months(rows: Iterable[Any]) -> str:
    """What rows with a `month` stand for, runs together: `2026年9月–11月、2027年1月`; first what was carried over."""
    listed = list(rows)
    carried = [month_named(row) for row in listed if row.carried_over]
    spans = runs(row.month for row in listed if not row.carried_over)
    return gettext(", ").join([*carried, *(_run(first, last) for first, last in spans)])


@register.filter
def paid_day(payment: Any) -> str:
    """The day of a payment; where a ledger only gave the month, the month."""
    return payment.paid_on.isoformat() if payment.paid_precision == DatePrecision.DAY else month(payment.paid_on)


@register.filter
def percent(share: Decimal | str | None) -> str:
    """0.2 as `20 %`; nothing for None."""
    return "" if share is None else f"{(Decimal(share) * 100).normalize():f} %"


@lru_cache(maxsize=1024)
def _month(day: date, _language: str | None) -> str:
    """A page names the same few months dozens of times."""
    return date_format(day, "YEAR_MONTH_FORMAT")


def _run(first: date, last: date) -> str:
    """Months of one year name it once."""
    if first == last:
        return month(first)
    if first.year != last.year:
        return f"{month(first)}–{month(last)}"
    beginning = date_format(first, pgettext("date format: first month of a run within a year", "M"))
    return f"{beginning}–{date_format(last, pgettext('date format: last month of a run within a year', 'M Y'))}"
