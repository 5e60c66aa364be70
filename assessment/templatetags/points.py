"""Points as people write them."""

from decimal import Decimal

from django import template

from assessment.schemes.rules import plain

register = template.Library()


@register.filter
def points(value: Decimal | int | None) -> str:
    """Without zeros that say nothing: 4.50 is 4.5, 100.00 is 100; nothing where there is no number."""
    return "" if value is None else plain(Decimal(value))


@register.filter
def points_or_dash(value: Decimal | None) -> str:
    return points(value) or "—"


@register.filter
def signed(value: Decimal | None) -> str:
    """What a clause gave or took: +2, −0.5, 0."""
    if value is None:
        return ""
    return f"+{points(value)}" if value > 0 else f"−{points(-value)}" if value < 0 else "0"
