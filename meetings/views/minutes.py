"""Minutes of a meeting: composed, edited, signed, corrected, printed, as Word."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms.minutes import CorrectionForm, MinutesForm, SignForm
from meetings.models import Meeting, Minutes
from meetings.queries.corrections import correction_sentences
from meetings.services.minutes import correct_minutes, draft_minutes, edit_minutes, sign_minutes
from meetings.word import minutes_as_word
from members.choices import Capability
from members.policy import fetch, requires
from members.refusals import carried_out, told
from members.requests import PageRequest

MEETINGS = Meeting.objects.select_related("organization", "chair", "recorder", "minutes")
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@requires(Capability.VIEW_MEETINGS)
@require_safe
def minutes_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The minutes as they stand, for reading, signing and printing."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    minutes = _minutes_or_none(meeting)
    context = {
        "meeting": meeting,
        "minutes": minutes,
        "corrections": minutes.corrections.all() if minutes else [],
        "attendance_corrections": correction_sentences(meeting),
        "may_record": request.user.standing.may(Capability.RECORD_MEETINGS, meeting.scope_path),
        "sign_form": SignForm(initial={"seen": minutes.text}) if minutes else None,
        "correction_form": CorrectionForm(),
    }
    return render(request, "meetings/minutes.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def minutes_draft(request: PageRequest, key: UUID) -> HttpResponse:
    """Compose the minutes from what was recorded."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    told(request, lambda: draft_minutes(meeting=meeting, by=request.user))
    return redirect("meetings:minutes", key=meeting.pk)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def minutes_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Edit the text until it is locked."""
    minutes = _minutes(request, key)
    form = MinutesForm(request.POST or None, initial={"text": minutes.text, "before": minutes.text})
    given: dict[str, Any] = {"minutes": minutes, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: edit_minutes(**given, **form.cleaned_data)):
        return redirect("meetings:minutes", key=key)
    return render(request, "meetings/minutes_edit.html", {"form": form, "meeting": minutes.meeting, "minutes": minutes})


@requires(Capability.RECORD_MEETINGS)
@require_POST
def minutes_sign(request: PageRequest, key: UUID) -> HttpResponse:
    """Sign what was read, as chair or as recorder."""
    minutes = _minutes(request, key)
    form = SignForm(request.POST)
    if form.is_valid():
        told(request, lambda: sign_minutes(minutes=minutes, by=request.user, **form.cleaned_data), _("Signed."))
    return redirect("meetings:minutes", key=key)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def minutes_correct(request: PageRequest, key: UUID) -> HttpResponse:
    """Add a correction with its reason to locked minutes."""
    minutes = _minutes(request, key)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write what is put right, and why."))
    else:
        done = _("The correction is on record.")
        told(request, lambda: correct_minutes(minutes=minutes, by=request.user, **form.cleaned_data), done)
    return redirect("meetings:minutes", key=key)


@requires(Capability.VIEW_MEETINGS)
@require_safe
def minutes_word(request: PageRequest, key: UUID) -> HttpResponse:
    """The minutes as a Word document."""
    minutes = _minutes(request, key)
    answer = HttpResponse(minutes_as_word(minutes), content_type=WORD)
    answer["Content-Disposition"] = f'attachment; filename="minutes-{minutes.meeting.day.isoformat()}.docx"'
    return answer


def _minutes(request: PageRequest, key: UUID) -> Minutes:
    minutes = _minutes_or_none(fetch(request, MEETINGS.all(), pk=key))
    if minutes is None:
        raise Http404
    return minutes


def _minutes_or_none(meeting: Meeting) -> Minutes | None:
    return getattr(meeting, "minutes", None)
