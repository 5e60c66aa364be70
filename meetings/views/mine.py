"""A member's own side: what comes next, the own attendance, leave, and making up."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.choices import RequestState
from meetings.forms.attendance import LeaveForm, MakeUpForm, NoteLeaveForm
from meetings.models import Expected, LeaveRequest, Meeting
from meetings.queries.meeting_page import member_page
from meetings.queries.mine import my_meetings
from meetings.queries.tasks import own_tasks
from meetings.services.leave import ask_leave, decide_leave, make_up, note_leave
from meetings.services.meeting import NotNow
from members.choices import Capability
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out, told
from members.requests import PageRequest

MEETINGS = Meeting.objects.select_related("organization", "chair", "recorder")
REQUESTS = LeaveRequest.objects.select_related("meeting__organization")


@signed_in
@require_safe
def mine(request: PageRequest) -> HttpResponse:
    """What comes next, and how one attended this year."""
    context = {"year": request.today.year, **my_meetings(request.user, on=request.today)}
    context |= {"tasks": own_tasks(request.user), "today": request.today}
    return render(request, "meetings/mine.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def leave_ask(request: PageRequest, key: UUID) -> HttpResponse:
    """Ask not to come to a meeting."""
    meeting = _asked_meeting(request, key)
    form = LeaveForm(request.POST or None)
    given: dict[str, Any] = {"meeting": meeting, "member_id": request.user.member_id or 0, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: ask_leave(**given, **form.cleaned_data)):
        messages.success(request, _("Your request is with the officers of your branch."))
        return redirect(meeting)
    words = {"heading": _("Ask for leave"), "label": _("Ask for it"), "lead": str(meeting)}
    return render(request, "meetings/form.html", {"form": form, "meeting": meeting, "is_mine": True, **words})


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def leave_note(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down the leave of somebody who said it by telephone or in person."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    form = NoteLeaveForm(request.POST or None, meeting=meeting)
    given: dict[str, Any] = {"meeting": meeting, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: note_leave(**given, **form.cleaned_data)):
        messages.success(request, _("The leave is recorded and granted."))
        return redirect(meeting)
    words = {"heading": _("Record leave"), "label": _("Record and grant"), "lead": str(meeting)}
    return render(request, "meetings/form.html", {"form": form, "meeting": meeting, **words})


@requires(Capability.RECORD_MEETINGS)
@require_POST
def leave_decide(request: PageRequest, key: UUID) -> HttpResponse:
    """Grant or refuse; granting marks the leave."""
    asked = fetch(request, REQUESTS.all(), pk=key)
    answer = request.POST.get("answer")
    if answer not in (RequestState.GRANTED, RequestState.REFUSED):
        messages.error(request, _("Say whether the leave is granted."))
        return redirect(asked.meeting)
    given: dict[str, Any] = {"granted": answer == RequestState.GRANTED, "by": request.user}
    told(request, lambda: decide_leave(request=asked, **given), _("The answer is recorded."))
    return redirect(asked.meeting)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_make_up(request: PageRequest, key: UUID) -> HttpResponse:
    """The material of a meeting that one missed, and a line on it."""
    meeting = _asked_meeting(request, key)
    page = member_page(meeting, request.user, on=request.today)
    form = MakeUpForm(request.POST or None, meeting=meeting, on=request.today, initial=_material_of(page))
    if form.is_valid() and _made_up(request, meeting, form):
        messages.success(request, _("Thank you: it is recorded as made up."))
        return redirect(meeting)
    return render(request, "meetings/make_up.html", {**page, "form": form})


def _asked_meeting(request: PageRequest, key: UUID) -> Meeting:
    """A meeting to which the viewer, as a member, is asked. Raises Http404."""
    member_id = request.user.standing.member_id
    if member_id is None:
        raise Http404
    asked = MEETINGS.filter(pk__in=Meeting.objects.asking(request.user).values("pk"))
    meeting = asked.filter(pk=key).first()
    if meeting is None:
        raise Http404
    return meeting


def _material_of(page: dict[str, object]) -> dict[str, object]:
    materials = page["materials"]
    return {"made_up_with": "、".join(one.title for one in materials)[:200]} if isinstance(materials, list) else {}


def _made_up(request: PageRequest, meeting: Meeting, form: MakeUpForm) -> bool:
    given = {"meeting": meeting, "member_id": request.user.member_id or 0, "key": form.cleaned_data["key"]}
    try:
        make_up(study=form.study(), by=request.user, **given)
    except (NotNow, Expected.DoesNotExist) as refusal:
        form.add_error(
            None, str(refusal) if isinstance(refusal, NotNow) else _("You weren't expected at this meeting.")
        )
        return False
    return True
