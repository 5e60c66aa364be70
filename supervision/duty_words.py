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


def _talks(place: Place) -> str:
    """The talks that are missing, each with a button to record it."""
    wanted = urlencode({"org": place.organization.code, "year": place.duty.period})
    return f"{reverse('supervision:talk-year')}?{wanted}"


def _what_waits(place: Place) -> str:
    """On to the row itself: one waits, or the one that waits longest."""
    duty = place.duty
    wanted = urlencode({"kind": duty.kind, "period": duty.period, "due": duty.due_on.isoformat()})
    return f"{reverse('supervision:duty-do', args=[place.organization.code])}?{wanted}"


WORDS: dict[str, DutyWords] = {
    "heart_talk": DutyWords(
        _("Talks of the year"),
        _("See who is missing"),
        _talks,
        "chat-dots",
        Capability.VIEW_SUPERVISION,
        Capability.VIEW_SUPERVISION,
    ),
    "suggestion": DutyWords(
        _("Suggestions to answer"),
        _("Answer them"),
        _what_waits,
        "lightbulb",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "appraisal_follow_up": DutyWords(
        _("Help after an appraisal"),
        _("See who needs it"),
        _what_waits,
        "patch-check",
        Capability.VIEW_SUPERVISION,
        Capability.VIEW_SUPERVISION,
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
    "rectification": DutyWords(
        _("Problems to put right"),
        _("See the problems"),
        _what_waits,
        "list-check",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "major_matter_opinion": DutyWords(
        _("Opinion on major matters"),
        _("Put it down"),
        _what_waits,
        "clipboard-check",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "major_matter_review": DutyWords(
        _("Looking back on major matters"),
        _("Look back"),
        _what_waits,
        "arrow-counterclockwise",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
}
