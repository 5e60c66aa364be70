"""Meetings: the list, planning, the meeting's page, and its way from open to closed."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.forms.meeting import CancelForm, MeetingFilterForm, MeetingForm, PlanForm
from meetings.links import meeting_links
from meetings.models import Meeting
from meetings.queries.meeting_page import meeting_page, member_page, usual
from meetings.queries.tally import tallies_of
from meetings.queries.votes import vote_section
from meetings.services.meeting import cancel_meeting, close_meeting, move_meeting, open_meeting, plan_meeting
from members.choices import Capability
from members.models import Organization
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out, told
from members.requests import PageRequest

MEETINGS = Meeting.objects.select_related("organization", "chair", "recorder")
ON_A_PAGE = 30


@requires(Capability.VIEW_MEETINGS)
@require_safe
def meeting_list(request: PageRequest) -> HttpResponse:
    """The meetings of one's branches, coming ones and past ones, with who was there."""
    places = Organization.objects.visible_to(request.user, Capability.VIEW_MEETINGS).in_tree_order()
    form = MeetingFilterForm(request.GET or None, places=places)
    found: QuerySet[Meeting] = MEETINGS.visible_to(request.user).in_order()
    if form.is_valid():
        found = _filtered(found, form.cleaned_data)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    tallies = tallies_of(page.object_list)
    rows = [{"meeting": meeting, "tally": tallies.get(meeting.pk)} for meeting in page]
    context = {"form": form, "page": page, "rows": rows, "places": _recording_places(request)}
    return render(request, "meetings/list.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_plan(request: PageRequest, code: str) -> HttpResponse:
    """Plan a meeting of a branch, a group or a committee."""
    organization = fetch(request, Organization.objects.all(), code=code)
    asked = {name: request.GET.get(name) for name in ("kind", "counts_for_year")}
    initial = {**usual(organization), **asked, "day": request.today}
    form = PlanForm(request.POST or None, organization=organization, on=request.today, initial=initial)
    if form.is_valid():
        meeting = plan_meeting(
            meeting=form.planned(), also=form.cleaned_data["also"], items=form.agenda(), by=request.user
        )
        messages.success(request, _("The meeting is planned."))
        return redirect(meeting)
    return render(request, "meetings/plan.html", {"form": form, "organization": organization})


@signed_in
@never_cache
@require_safe
def meeting_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One meeting: what an officer records, or what a member who is asked may read."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    if not request.user.standing.may(Capability.VIEW_MEETINGS, meeting.scope_path):
        return render(request, "meetings/meeting_mine.html", member_page(meeting, request.user, on=request.today))
    may_record = request.user.standing.may(Capability.RECORD_MEETINGS, meeting.scope_path)
    context = {**meeting_page(meeting, may_record=may_record), **vote_section(meeting, request.user)}
    context |= {"is_early": request.today < meeting.day, "links": meeting_links(meeting, request.user)}
    context["today"] = request.today
    return render(request, "meetings/meeting.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Change day, hours, place, chair or recorder."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    form = MeetingForm(request.POST or None, instance=meeting, organization=meeting.organization, on=meeting.day)
    if form.is_valid():
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        if carried_out(form, lambda: move_meeting(meeting=meeting, changes=changes, by=request.user)):
            messages.success(request, _("The changes are stored."))
            return redirect(meeting)
    return render(request, "meetings/edit.html", {"form": form, "meeting": meeting})


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request: PageRequest, key: UUID) -> HttpResponse:
    """Call a planned meeting off, with its reason."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    form = CancelForm(request.POST or None)
    if form.is_valid():
        because = form.cleaned_data["because"]
        if carried_out(form, lambda: cancel_meeting(meeting=meeting, because=because, by=request.user)):
            messages.success(request, _("The meeting is called off."))
            return redirect(meeting)
    return render(request, "meetings/cancel.html", {"form": form, "meeting": meeting})


@requires(Capability.RECORD_MEETINGS)
@require_POST
def meeting_open(request: PageRequest, key: UUID) -> HttpResponse:
    """Freeze who is expected, and go to the sign-in page."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    if told(request, lambda: open_meeting(meeting=meeting, on=request.today, by=request.user)):
        return redirect("meetings:attendance", key=meeting.pk)
    return redirect(meeting)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def meeting_close(request: PageRequest, key: UUID) -> HttpResponse:
    """Say that the meeting has taken place, and go on to its minutes."""
    meeting = fetch(request, MEETINGS.all(), pk=key)
    ended = _("The meeting has ended.")
    if told(request, lambda: close_meeting(meeting=meeting, by=request.user), ended):
        return redirect("meetings:minutes", key=meeting.pk)
    return redirect(meeting)


def _filtered(found: QuerySet[Meeting], given: dict[str, Any]) -> QuerySet[Meeting]:
    if given["q"]:
        words = given["q"]
        found = found.filter(
            Q(title__contains=words) | Q(place__contains=words) | Q(agenda__title__contains=words)
        ).distinct()
    wanted = {"day__year": given["year"], "state": given["state"], "organization": given["organization"]}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    return found.filter(Q(kind=given["kind"]) | Q(sessions__kind=given["kind"])).distinct() if given["kind"] else found


def _recording_places(request: PageRequest) -> QuerySet[Organization]:
    places = Organization.objects.visible_to(request.user, Capability.RECORD_MEETINGS)
    return places.standing_on(request.today).in_tree_order()
