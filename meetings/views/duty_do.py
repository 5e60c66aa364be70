"""From a duty to the page on which it is done."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from meetings.choices import MeetingState
from meetings.forms.duty_do import DutyDoForm
from meetings.queries.duty_do import planned_for, unexplained, waiting_for_leave, without_minutes
from meetings.rules.record_duties import ABSENCES, LEAVE, MINUTES
from members.choices import Capability
from members.models import Organization
from members.policy import fetch, requires
from members.requests import PageRequest


@requires(Capability.RECORD_MEETINGS)
@require_safe
def duty_do(request: PageRequest, code: str) -> HttpResponse:
    """On to the meeting that a duty is about, or to planning it; where nothing is left to do, to what is due."""
    organization = fetch(request, Organization.objects.all(), code=code)
    form = DutyDoForm(request.GET)
    address = _address(organization, form.cleaned_data) if form.is_valid() else ""
    return redirect(address or f"{reverse('meetings:duty-list')}?{urlencode({'org': code})}")


def _address(place: Organization, asked: dict[str, Any]) -> str:
    kind, period = asked["kind"], asked["period"]
    if kind == MINUTES:
        return _minutes(place, period)
    if kind == ABSENCES:
        missed = unexplained(place, period)
        return reverse("meetings:attendance-person", args=[missed.meeting_id, missed.member_id]) if missed else ""
    if kind == LEAVE:
        waiting = waiting_for_leave(place, asked["member"] or 0)
        return f"{waiting.meeting.get_absolute_url()}#leave" if waiting else ""
    planned = planned_for(place, kind, period)
    return planned.get_absolute_url() if planned else _plan(place, kind, period)


def _minutes(place: Organization, period: str) -> str:
    """A meeting that was never closed has to be closed before it has minutes."""
    meeting = without_minutes(place, period)
    if meeting is None:
        return ""
    held = meeting.state == MeetingState.HELD
    return reverse("meetings:minutes", args=[meeting.pk]) if held else meeting.get_absolute_url()


def _plan(place: Organization, kind: str, period: str) -> str:
    """The form with the kind filled in, and of what is due once a year the year it counts for."""
    given = {"kind": kind} | ({"counts_for_year": period} if period.isdecimal() else {})
    return f"{reverse('meetings:meeting-plan', args=[place.code])}?{urlencode(given)}"
