"""All items of a meeting on one page: what was said and decided, and where everybody was in favour."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from meetings.choices import MeetingState
from meetings.meeting.crumbs import trail
from meetings.meeting.models import Meeting
from meetings.meeting.queries import agenda_is_open, speakers_of
from meetings.pages.forms import RecordForm, undo_asked_for
from meetings.pages.queries import agenda_of, hands_of
from meetings.pages.services import end_meeting, record_items
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.pages.requests import FORM_METHODS, PageRequest, address, try_with_message

MEETINGS = Meeting.objects.select_related("organization")


@requires(Capability.RECORD_MEETINGS)
@never_cache
@require_http_methods(FORM_METHODS)
def record(request: PageRequest, key: UUID) -> HttpResponse:
    """Store what is typed under the items; then stay, end the meeting, or go on to what one item needs."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    if not agenda_is_open(meeting):
        return redirect(meeting)
    hands = hands_of(meeting)
    data = request.POST if request.method == "POST" else None
    forms = [RecordForm(data, item=item) for item in agenda_of(meeting)]
    valid = [form.is_valid() for form in forms]
    if data is not None and all(valid) and _stored(request, meeting, forms):
        return _on(request, meeting)
    context: dict[str, Any] = {"meeting": meeting, "forms": forms, "hands": hands, "speakers": speakers_of(meeting)}
    context |= {"crumbs": trail(request, meeting), "rest": undo_asked_for(request)}
    return render(request, "meetings/pages/record.html", context)


def _stored(request: PageRequest, meeting: Meeting, forms: list[RecordForm]) -> bool:
    present = request.POST.get("present", "")
    typed = [form.recorded() for form in forms]
    seen = int(present) if present.isdecimal() and len(present) < 6 else -1
    given: dict[str, Any] = {"meeting": meeting, "recorded": typed, "present": seen}
    return try_with_message(request, lambda: record_items(**given, by=request.user))


def _on(request: PageRequest, meeting: Meeting) -> HttpResponse:
    """By the button that was pressed: `end`, `item-…` for speeches and tasks, `vote-…` for a vote with figures."""
    step, _dash, item = request.POST.get("then", "").partition("-")
    if step == "end":
        return end(request, meeting)
    if step in ("item", "vote") and item in {str(one.pk) for one in meeting.agenda.all()}:
        return redirect(address("meetings:item", item) if step == "item" else _vote(meeting, item))
    return redirect(f"{meeting.get_absolute_url()}#agenda")


def _vote(meeting: Meeting, item: str) -> str:
    return address("meetings:vote-add", meeting.pk, item=item)


def end(request: PageRequest, meeting: Meeting) -> HttpResponse:
    """Say that the meeting has taken place, and go on to its minutes; or back to where it says what is missing."""
    is_held = meeting.state == MeetingState.HELD
    ended = _("The meeting has ended.")
    if is_held or try_with_message(request, lambda: end_meeting(meeting=meeting, by=request.user), ended):
        return redirect("meetings:minutes", key=meeting.pk)
    return redirect(meeting)
