"""The planner of a year, and the fixed theme day."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from meetings.forms.planning import LineFormSet, PlanYearForm, ThemeDayForm, initial_lines, kept_lines
from meetings.forms.shift import ShiftForm
from meetings.models import Meeting, ThemeDay
from meetings.queries.special_days import workdays_on_record
from meetings.queries.year_plan import meetings_of_year, proposed_meetings, theme_day_of
from meetings.rules.duties import ASKED
from meetings.rules.planning import may_be_planned, shift_span
from meetings.rules.workdays import Workdays
from meetings.services.meeting import move_meeting
from meetings.services.planning import Line, keep_theme_day, plan_year
from meetings.views.year_grid import grid_context
from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.paths import contains
from members.policy import fetch, requires
from members.refusals import told
from members.requests import PageRequest


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def year_plan(request: PageRequest, code: str, year: int) -> HttpResponse:
    """Propose a day for everything that is due and not planned; shift, leave out, confirm once."""
    place = fetch(request, Organization.objects.filter(kind__in=list(ASKED)), code=code)
    if not may_be_planned(year, today=request.today):
        raise Http404
    workdays = workdays_on_record()
    form, lines = PlanYearForm(request.POST or None), _lines(request, place, year, workdays)
    if form.is_valid() and lines.is_valid():
        return _planned(request, place, form.cleaned_data["key"], kept_lines(lines))
    meetings = meetings_of_year(place, year)
    context = {
        **grid_context(lines, meetings, year=year, today=request.today, workdays=workdays),
        **_about(request, place, year),
        "form": form,
        "lines": lines,
        "holidays_known": workdays.is_known(year),
    }
    return render(request, "meetings/year_plan.html", context)


@requires(Capability.RECORD_MEETINGS)
@require_POST
def meeting_shift(request: PageRequest, code: str, year: int, key: UUID) -> HttpResponse:
    """Move a planned meeting to another day, and show the planner again."""
    meeting = fetch(request, Meeting.objects.select_related("organization"), pk=key)
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


@requires(Capability.RECORD_MEETINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def theme_day(request: PageRequest, code: str) -> HttpResponse:
    """The day of the month that the branch keeps for its theme day."""
    branch = fetch(request, Organization.objects.branches(), code=code)
    known = ThemeDay.objects.filter(organization=branch).first()
    form = ThemeDayForm(request.POST or None, instance=known)
    plan = reverse("meetings:year-plan", args=[branch.code, request.today.year])
    if form.is_valid():
        keep_theme_day(organization=branch, by=request.user, **form.cleaned_data)
        messages.success(request, _("The fixed day is stored."))
        return redirect(plan)
    return render(request, "meetings/theme_day.html", {"form": form, "place": branch, "plan": plan})


def _about(request: PageRequest, place: Organization, year: int) -> dict[str, Any]:
    return {
        "place": place,
        "year": year,
        "years": (request.today.year, request.today.year + 1),
        "theme_day": theme_day_of(place),
        "may_keep_day": place.kind == OrganizationKind.BRANCH,
    }


def _shift(request: PageRequest, meeting: Meeting, day: date) -> None:
    if day == meeting.day:
        return
    done = _("%(meeting)s is moved to %(day)s.") % {"meeting": meeting.name, "day": day}
    told(request, lambda: move_meeting(meeting=meeting, changes={"day": day}, by=request.user), done)


def _lines(request: PageRequest, place: Organization, year: int, workdays: Workdays) -> Any:
    places = {one.code: one for one in Organization.objects.below(place.path).standing_on(request.today)}
    given = {"places": places, "today": request.today, "year": year}
    if request.method == "POST":
        return LineFormSet(request.POST, form_kwargs=given)
    found = proposed_meetings(place, year, today=request.today, workdays=workdays)
    return LineFormSet(initial=initial_lines(found, theme_day_of(place)), form_kwargs=given)


def _planned(request: PageRequest, place: Organization, key: UUID, lines: list[Line]) -> HttpResponse:
    count = len(plan_year(form=key, lines=lines, by=request.user))
    sentence = ngettext("%(count)s meeting is planned.", "%(count)s meetings are planned.", count)
    messages.success(request, sentence % {"count": count})
    return redirect(f"{reverse('meetings:duty-list')}?org={place.code}")
