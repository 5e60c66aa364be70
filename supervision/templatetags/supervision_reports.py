"""How a committee sees where a branch's report stands, and how a report's state is shown."""

from django import template
from django.utils.translation import gettext_lazy as _

from supervision.choices import ReportState
from supervision.queries.report_states import Stands

register = template.Library()
STANDS_WORDS = {
    Stands.SUBMITTED: _("Submitted on time"),
    Stands.LATE: _("Submitted late"),
    Stands.OPEN: _("Still has time"),
    Stands.MISSING: _("Missing"),
}
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
