"""Marks in words."""

from collections.abc import Iterator, Mapping

from django import template

from supervision.choices import Mark

register = template.Library()


@register.filter
def by_mark(result: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Label and count, in the order of the ballot."""
    return ((str(mark.label), result[mark]) for mark in Mark)


@register.filter
def kept(counts: Mapping[str, int | None], name: str) -> int | None:
    """The count under a name; None: it isn't shown."""
    return counts.get(name)
