"""How a desk speaks of what supervision asks for; see `members.duty_words`."""

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from members.choices import Capability
from members.duty_words import DutyWords, Place



def _report(place: Place) -> str:
    address = reverse("supervision:report-new", args=[place.organization.code])
    return f"{address}?{urlencode({'period': place.duty.period})}"


def _to_read(place: Place) -> str:
    return f"{reverse('supervision:report-list')}?{urlencode({'period': place.duty.period, 'state': 'submitted'})}"


def _suggestions(place: Place) -> str:
    """Those that wait, the longest waiting first."""
    wanted = urlencode({"org": place.organization.code, "state": "waiting"})
    return f"{reverse('supervision:suggestion-list')}?{wanted}"


WORDS: dict[str, DutyWords] = {
    "suggestion": DutyWords(
        _("Suggestions to answer"),
        _("Answer them"),
        _suggestions,
        "lightbulb",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "supervision_report": DutyWords(
        _("Supervision report"),
        _("Write it"),
        _report,
        "file-earmark-text",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "report_to_read": DutyWords(
        _("Supervision reports to read"),
        _("Read them"),
        _to_read,
        "eye",
        Capability.RECEIVE_REPORTS,
    ),
}
