"""From a duty to the one row and the page on which it is done: what waits longest comes first."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.models import Organization, User
from members.pages.links import DutyDisplay, DutyLink
from members.pages.requests import PageRequest
from supervision.appraisals.models import Appraisee
from supervision.choices import LOWER_GRADES, ProblemState, RoundState
from supervision.matters.models import Matter, MatterQuerySet
from supervision.matters.rules import MatterState
from supervision.problems.models import Problem
from supervision.suggestions.models import Suggestion


def _report(place: DutyLink) -> str:
    address = reverse("supervision:report-new", args=[place.organization.code])
    return f"{address}?{urlencode({'period': place.duty.period})}"


def _to_read(place: DutyLink) -> str:
    return f"{reverse('supervision:report-list')}?{urlencode({'period': place.duty.period, 'state': 'submitted'})}"


def _talks(place: DutyLink) -> str:
    """The talks that are missing, each with a button to record it."""
    wanted = urlencode({"org": place.organization.code, "year": place.duty.period})
    return f"{reverse('supervision:talk-year')}?{wanted}"


def _what_waits(place: DutyLink) -> str:
    """On to the row itself: one waits, or the one that waits longest."""
    duty = place.duty
    wanted = urlencode({"kind": duty.kind, "period": duty.period, "due": duty.due_on.isoformat()})
    return f"{reverse('supervision:duty-do', args=[place.organization.code])}?{wanted}"


DISPLAY: dict[str, DutyDisplay] = {
    "heart_talk": DutyDisplay(
        _("Talks of the year"),
        _("See who is missing"),
        _talks,
        "chat-dots",
        Capability.VIEW_SUPERVISION,
        Capability.VIEW_SUPERVISION,
    ),
    "suggestion": DutyDisplay(
        _("Suggestions to answer"),
        _("Answer them"),
        _what_waits,
        "lightbulb",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "appraisal_follow_up": DutyDisplay(
        _("Help after an appraisal"),
        _("See who needs it"),
        _what_waits,
        "patch-check",
        Capability.VIEW_SUPERVISION,
        Capability.VIEW_SUPERVISION,
    ),
    "supervision_report": DutyDisplay(
        _("Supervision report"),
        _("Write it"),
        _report,
        "file-earmark-text",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "report_to_read": DutyDisplay(
        _("Supervision reports to read"),
        _("Read them"),
        _to_read,
        "eye",
        Capability.RECEIVE_REPORTS,
    ),
    "rectification": DutyDisplay(
        _("Problems to put right"),
        _("See the problems"),
        _what_waits,
        "list-check",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "major_matter_opinion": DutyDisplay(
        _("Opinion on major matters"),
        _("Put it down"),
        _what_waits,
        "clipboard-check",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
    "major_matter_review": DutyDisplay(
        _("Looking back on major matters"),
        _("Look back"),
        _what_waits,
        "arrow-counterclockwise",
        Capability.VIEW_SUPERVISION,
        Capability.RECORD_SUPERVISION,
    ),
}


Find = Callable[[Organization, User, str, date], str]


def address_of(kind: str, place: Organization, user: User, *, period: str, due: date) -> str:
    """Empty where nothing waits any more. One query."""
    return KINDS[kind](place, user, period, due)


def _suggestion(place: Organization, user: User, period: str, due: date) -> str:
    rows = Suggestion.objects.visible_to(user).filter(organization=place).unanswered()
    found = rows.filter(due_on__gte=due).order_by("due_on", "pk").first()
    return reverse("supervision:suggestion-answer", args=[found.pk]) if found else ""


def _problem(place: Organization, user: User, period: str, due: date) -> str:
    rows = Problem.objects.visible_to(user).filter(organization=place, state=ProblemState.OPEN)
    found = rows.filter(due_on__gte=due).order_by("due_on", "pk").first()
    return found.get_absolute_url() if found else ""


def _opinion(place: Organization, user: User, period: str, due: date) -> str:
    """The period of an opinion is the month of the proposal."""
    rows = _matters(place, user, MatterState.OPINION).filter(proposed_on__gte=f"{period[:7]}-01")
    found = rows.order_by("proposed_on", "key").first()
    return reverse("supervision:matter-opinion", args=[found.pk]) if found else ""


def _review(place: Organization, user: User, period: str, due: date) -> str:
    found = _matters(place, user, MatterState.REVIEW).order_by("executed_on", "key").first()
    return reverse("supervision:matter-review", args=[found.pk]) if found else ""


def _matters(place: Organization, user: User, state: MatterState) -> MatterQuerySet:
    return Matter.objects.visible_to(user).filter(organization=place).waiting_for(state)


def _help(place: Organization, user: User, period: str, due: date) -> str:
    """Who was graded lower, and whose help isn't on record as done."""
    rows = Appraisee.objects.visible_to(user).filter(round__organization=place, round__year=int(period[:4]))
    waiting = rows.filter(grade__in=LOWER_GRADES, followed_up_on__isnull=True, round__state=RoundState.CLOSED)
    found = waiting.order_by("follow_up_due_on", "pk").first()
    return reverse("supervision:appraisee-detail", args=[found.pk]) if found else ""


KINDS: Mapping[str, Find] = {
    "suggestion": _suggestion,
    "rectification": _problem,
    "major_matter_opinion": _opinion,
    "major_matter_review": _review,
    "appraisal_follow_up": _help,
}


class DutyDoForm(forms.Form):
    """As the address of a duty says it: the kind, the period and the day it falls due."""

    kind = forms.ChoiceField(choices=[(kind, kind) for kind in KINDS])
    period = forms.RegexField(r"^(19|20)\d\d(-(0[1-9]|1[0-2]))?$")
    due = forms.DateField()


LISTS = {
    "suggestion": ("supervision:suggestion-list", {"state": "waiting"}),
    "rectification": ("supervision:problem-list", {"state": "open", "order": "due"}),
    "major_matter_opinion": ("supervision:matter-list", {"state": "opinion", "order": "oldest"}),
    "major_matter_review": ("supervision:matter-list", {"state": "review", "order": "oldest"}),
    "appraisal_follow_up": ("supervision:round-list", {}),
}
"""Where the rows of a kind stand."""


@requires(Capability.VIEW_SUPERVISION)
@require_safe
def duty_do(request: PageRequest, code: str) -> HttpResponse:
    """On to the row that waits; where none waits any more, to the list."""
    place = get_in_scope(request, Organization.objects.all(), code=code)
    form = DutyDoForm(request.GET)
    if not form.is_valid():
        return redirect(_list("suggestion", code))
    asked: dict[str, Any] = form.cleaned_data
    found = address_of(asked["kind"], place, request.user, period=asked["period"], due=asked["due"])
    return redirect(found or _list(asked["kind"], code))


def _list(kind: str, code: str) -> str:
    name, wanted = LISTS[kind]
    return f"{reverse(name)}?{urlencode({'org': code, **wanted})}"
