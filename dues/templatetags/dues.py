"""Money and months on pages."""

from datetime import date

from django import template
from django.utils.formats import date_format

from dues.rules.payment import yuan as in_yuan

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as `1,234.50`, the same in every language; nothing for None."""
    return "" if fen is None else f"{in_yuan(fen):,}"


@register.filter
def month(day: date | None) -> str:
    """`2026年3月`, or as the language writes a month; nothing for None."""
    return date_format(day, "YEAR_MONTH_FORMAT") if day else ""
