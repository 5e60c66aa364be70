"""Points as people write them."""

from decimal import Decimal

from django import template

from assessment.schemes.rules import plain

register = template.Library()


@register.filter
def points(value: Decimal | None) -> str:
    """10, 0.5; a dash where there is no number."""
    return "—" if value is None else plain(value)
