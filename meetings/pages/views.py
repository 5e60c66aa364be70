"""The pages of a meeting, and a member's own side."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from meetings.attendance.models import Attendance, LeaveRequest
from meetings.attendance.queries import tallies_of
from meetings.attendance.services import ask_leave, decide_leave, make_up, note_leave, say_why, take_back_leave
from meetings.choices import RequestState
from meetings.meeting.crumbs import list_crumb, trail
from meetings.meeting.models import Meeting
from meetings.meeting.queries import meeting_links, own_tasks
from meetings.meeting.services import WrongState, plan_meeting
from meetings.pages import lists
from meetings.pages.forms import (
    KINDS_OF,
    ArrangeForm,
    CancelForm,
    LeaveForm,
    MakeUpForm,
    MeetingFilterForm,
    NoteLeaveForm,
    PlanForm,
    ShiftForm,
    WhyForm,
)
from meetings.pages.queries import meeting_page, member_page, my_meetings, usual, usual_day
from meetings.pages.record_views import end
from meetings.pages.services import cancel_meeting, move_meeting, open_meeting
from meetings.planning.duty_rules import ASKED
from meetings.planning.rules import may_be_planned, shift_span
from meetings.votes.queries import vote_section
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.pages.requests import PageRequest, try_with_message
from members.pages.steps import Button, Step, form_page
from members.paths import contains

MEETINGS = Meeting.objects.select_related("organization", "chair", "recorder")


@requires(Capability.VIEW_MEETINGS)
@require_safe
def meeting_list(request: PageRequest) -> HttpResponse:
    """The meetings of one's branches, coming ones and past ones, with who was there."""
    places = Organization.objects.visible_to(request.user, Capability.VIEW_MEETINGS).in_tree_order()
    form = MeetingFilterForm(request.GET or None, places=places)
    found: QuerySet[Meeting] = MEETINGS.visible_to(request.user).in_order()
    if form.is_valid():
        found = _filtered(found, form.cleaned_data)
    return lists.MEETINGS.shown(request, found, form=form, lines=_with_tallies).answer(
        title=_("Meetings"),
        buttons=[Button(_("Tasks of decisions"), reverse("meetings:task-list"), "list-check")],
        prints=False,
        template="meetings/pages/list.html",
        more={"places": _recording_places(request)},
    )


def _with_tallies(meetings: Sequence[Meeting]) -> list[dict[str, Any]]:
    tallies = tallies_of(meetings)
    return [{"meeting": meeting, "tally": tallies.get(meeting.pk)} for meeting in meetings]


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_plan(request: PageRequest, code: str) -> HttpResponse:
    """Plan a meeting of a branch, a group or a committee."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    kind = request.GET.get("kind") or KINDS_OF[OrganizationKind(organization.kind)][0].value
    initial = {"kind": kind, "counts_for_year": request.GET.get("counts_for_year"), **usual(organization, kind)}
    initial["day"] = usual_day(organization, kind, today=request.today)
    form = PlanForm(request.POST or None, organization=organization, on=request.today, initial=initial)
    step = Step(_("Plan a meeting"), _("Store the plan"), _("The meeting is planned."))
    return form_page(
        request, form,
        lambda typed: plan_meeting(
            meeting=form.planned(), also=typed.get("also", ()), items=form.agenda(), by=request.user
        ),
        step, partial(_after_planning, request), crumbs=[list_crumb(request)], lead=organization.name,
        more={"then_label": _("Store and open the meeting")},
    )  # fmt: skip


def _after_planning(request: PageRequest, meeting: Meeting) -> str:
    """The meeting; of one that begins right now who is there."""
    return _opened(request, meeting) if "then" in request.POST else meeting.get_absolute_url()


def _opened(request: PageRequest, meeting: Meeting) -> str:
    """The sign-in page; back to the meeting where it can't be opened."""
    if try_with_message(request, lambda: open_meeting(meeting=meeting, on=request.today, by=request.user)):
        return reverse("meetings:attendance", args=[meeting.pk])
    return meeting.get_absolute_url()


@signed_in
@never_cache
@require_safe
def meeting_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One meeting: what an officer records, or what a member who is asked may read."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    if not request.user.access.may(Capability.VIEW_MEETINGS, meeting.scope_path):
        return render(request, "meetings/pages/meeting_mine.html", member_page(meeting, request.user, on=request.today))
    may_record = request.user.access.may(Capability.RECORD_MEETINGS, meeting.scope_path)
    context = {**meeting_page(meeting, may_record=may_record), **vote_section(meeting, request.user)}
    context |= {"is_early": request.today < meeting.day, "links": meeting_links(meeting, request.user)}
    context["today"] = request.today
    return render(request, "meetings/pages/meeting.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Change day, hours, place, chair or recorder; of a planned meeting also the agenda, while it has none."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = ArrangeForm(request.POST or None, instance=meeting, organization=meeting.organization, on=meeting.day)
    step = Step(_("Change the meeting"), _("Store"), _("The changes are stored."))
    act = partial(move_meeting, meeting=meeting, by=request.user)
    return form_page(
        request, form, lambda _typed: act(changes=form.changes(), items=form.agenda()), step, meeting,
        crumbs=trail(request, meeting),
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_cancel(request: PageRequest, key: UUID) -> HttpResponse:
    """Call a planned meeting off, with its reason."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = CancelForm(request.POST or None)
    step = Step(_("Call the meeting off"), _("Call it off"), _("The meeting is called off."))
    lead = _("It stays on the list with the reason, and nobody is counted as absent.")
    told = _("The program tells nobody: whoever was invited hears it from you.")
    act = partial(cancel_meeting, meeting=meeting, by=request.user)
    return form_page(
        request, form, lambda typed: act(**typed), step, meeting, crumbs=trail(request, meeting), lead=f"{lead} {told}"
    )


@requires(Capability.RECORD_MEETINGS)
@require_POST
def meeting_open(request: PageRequest, key: UUID) -> HttpResponse:
    """Freeze who is expected, and go to the sign-in page."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    return redirect(_opened(request, meeting))


@requires(Capability.RECORD_MEETINGS)
@require_POST
def meeting_close(request: PageRequest, key: UUID) -> HttpResponse:
    """Say that the meeting has taken place, and go on to its minutes."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    return end(request, meeting)


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


REQUESTS = LeaveRequest.objects.select_related("meeting__organization")


@signed_in
@require_safe
def mine(request: PageRequest) -> HttpResponse:
    """What comes next, and how one attended this year."""
    context = {"year": request.today.year, **my_meetings(request.user, on=request.today)}
    context |= {"tasks": own_tasks(request.user), "today": request.today}
    context["listing"] = lists.OWN.shown(request, context["attended"], without={"organization"})
    return render(request, "meetings/pages/mine.html", context)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def leave_ask(request: PageRequest, key: UUID) -> HttpResponse:
    """Ask not to come to a meeting."""
    meeting = _asked_meeting(request, key)
    form = LeaveForm(request.POST or None)
    act = partial(ask_leave, meeting=meeting, member_id=request.user.member_id or 0, by=request.user)
    step = Step(_("Ask for leave"), _("Ask for it"), _("Your request is with the officers of your branch."))
    return form_page(request, form, lambda typed: act(**typed), step, meeting, **_about(request, meeting))


@signed_in
@require_POST
def leave_take_back(request: PageRequest, key: UUID) -> HttpResponse:
    """Come after all."""
    meeting = _asked_meeting(request, key)
    act = partial(take_back_leave, meeting=meeting, member_id=request.user.member_id or 0, by=request.user)
    try_with_message(request, act, _("Your request is taken back: you are expected."))
    return redirect(meeting)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def absence_why(request: PageRequest, key: UUID) -> HttpResponse:
    """Say why one wasn't there: one tap on a usual reason elsewhere, or here in one's own words."""
    meeting = _asked_meeting(request, key)
    act = partial(say_why, meeting=meeting, member_id=request.user.member_id or 0, by=request.user)
    step = Step(_("Say why you were not there"), _("Send"), _("Thank you: your reason is on record."))
    return form_page(
        request, WhyForm(request.POST or None), lambda typed: _if_expected(lambda: act(**typed)), step, meeting,
        crumbs=[(_("My meetings"), reverse("meetings:mine"))], lead=str(meeting),
    )  # fmt: skip


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def leave_note(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down the leave of somebody who said it by telephone or in person."""
    meeting = get_in_scope(request, MEETINGS.all(), pk=key)
    form = NoteLeaveForm(request.POST or None, meeting=meeting)
    act = partial(note_leave, meeting=meeting, by=request.user)
    step = Step(_("Record leave"), _("Record and grant"), _("The leave is recorded and granted."))
    return form_page(request, form, lambda typed: act(**typed), step, meeting, **_about(request, meeting))


def _about(request: PageRequest, meeting: Meeting) -> dict[str, Any]:
    return {"crumbs": trail(request, meeting), "lead": str(meeting)}


@requires(Capability.RECORD_MEETINGS)
@require_POST
def leave_decide(request: PageRequest, key: UUID) -> HttpResponse:
    """Grant or refuse; granting marks the leave."""
    asked = get_in_scope(request, REQUESTS.all(), pk=key)
    answer = request.POST.get("answer")
    if answer not in (RequestState.GRANTED, RequestState.REFUSED):
        messages.error(request, _("Say whether the leave is granted."))
        return redirect(asked.meeting)
    given: dict[str, Any] = {"granted": answer == RequestState.GRANTED, "by": request.user}
    try_with_message(request, lambda: decide_leave(request=asked, **given), _("The answer is recorded."))
    return redirect(asked.meeting)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_make_up(request: PageRequest, key: UUID) -> HttpResponse:
    """The material of a meeting that one missed, and a line on it."""
    meeting = _asked_meeting(request, key)
    page = member_page(meeting, request.user, on=request.today)
    material = "、".join(one.title for one in page["materials"] or page["agenda"])[:200]
    initial = {"made_up_with": material, "made_up_on": request.today}
    form = MakeUpForm(request.POST or None, meeting=meeting, on=request.today, initial=initial)
    step = Step(_("Make up for the meeting"), _("Send my line"), _("Thank you: it is recorded as made up."))
    return form_page(
        request, form, partial(_made_up, request, meeting, form), step, meeting,
        crumbs=[(_("My meetings"), reverse("meetings:mine")), (str(meeting), meeting.get_absolute_url())],
        template="meetings/pages/make_up.html", more=page,
    )  # fmt: skip


def _asked_meeting(request: PageRequest, key: UUID) -> Meeting:
    """A meeting to which the viewer, as a member, is asked. Raises Http404."""
    member_id = request.user.access.member_id
    if member_id is None:
        raise Http404
    asked = MEETINGS.filter(pk__in=Meeting.objects.asking(request.user).values("pk"))
    meeting = asked.filter(pk=key).first()
    if meeting is None:
        raise Http404
    return meeting


def _made_up(request: PageRequest, meeting: Meeting, form: MakeUpForm, typed: dict[str, Any]) -> Attendance:
    given = {"meeting": meeting, "member_id": request.user.member_id or 0, "key": typed["key"]}
    return _if_expected(lambda: make_up(study=form.study(), by=request.user, **given))


def _if_expected(act: Callable[[], Attendance]) -> Attendance:
    try:
        return act()
    except Attendance.DoesNotExist as nobody:
        raise WrongState(gettext("You weren't expected at this meeting.")) from nobody


@requires(Capability.RECORD_MEETINGS)
@require_POST
def meeting_shift(request: PageRequest, code: str, year: int, key: UUID) -> HttpResponse:
    """Move a planned meeting to another day, and show the planner again."""
    meeting = get_in_scope(request, Meeting.objects.select_related("organization"), pk=key)
    place = get_object_or_404(Organization.objects.filter(kind__in=list(ASKED)), code=code)
    if not contains(place.path, meeting.organization.path) or not may_be_planned(year, today=request.today):
        raise Http404
    span = shift_span(meeting.kind, meeting.day, meeting.counts_for_year, today=request.today)
    form = ShiftForm(request.POST, span=span)
    if form.is_valid():
        _shift(request, meeting, form.cleaned_data["day"])
    else:
        messages.error(request, str(form.errors["day"].as_data()[0].messages[0]))
    return redirect("meetings:year-plan", code=code, year=year)


def _shift(request: PageRequest, meeting: Meeting, day: date) -> None:
    if day == meeting.day:
        return
    done = _("%(meeting)s is moved to %(day)s.") % {"meeting": meeting.name, "day": day}
    try_with_message(request, lambda: move_meeting(meeting=meeting, changes={"day": day}, by=request.user), done)
