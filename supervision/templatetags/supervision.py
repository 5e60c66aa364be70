"""Marks, and where a report stands, in words."""

from collections.abc import Iterator, Mapping

from django import template

from supervision.choices import Mark, ReportState
from supervision.reports.figures import STANDS_WORDS, Stands

register = template.Library()


@register.filter
def by_mark(result: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """Label and count, in the order of the ballot."""
    return ((str(mark.label), result[mark]) for mark in Mark)


@register.filter
def kept(counts: Mapping[str, int | None], name: str) -> int | None:
    """The count under a name; None: it isn't shown."""
    return counts.get(name)


STANDS_KINDS = {Stands.SUBMITTED: "good", Stands.LATE: "warn", Stands.OPEN: "quiet", Stands.MISSING: "bad"}
STATE_KINDS = {
    ReportState.DRAFT: "quiet",
    ReportState.ADOPTED: "info",
    ReportState.SUBMITTED: "info",
    ReportState.READ: "good",
    ReportState.RETURNED: "warn",
    ReportState.CLOSED: "good",
}


@register.filter
def stands_words(stands: str) -> str:
    return str(STANDS_WORDS[Stands(stands)])


@register.filter
def stands_kind(stands: str) -> str:
    return STANDS_KINDS[Stands(stands)]


@register.filter
def state_kind(state: str) -> str:
    return STATE_KINDS[ReportState(state)]
