"""What is due: a branch's duties with their articles, a committee's branches in counts, and the way to each."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from meetings.choices import MeetingState
from meetings.planning.duty_queries import (
    BranchLine,
    DutyLine,
    branch_lines,
    duty_lines,
    planned_for,
    unexplained,
    waiting_for_leave,
    without_minutes,
)
from meetings.planning.duty_rules import ABSENCES, ASKED, LEAVE, MINUTES
from meetings.planning.forms import STATES, DutyDoForm, DutyFilterForm, only_for_a_branch, only_for_committees
from meetings.planning.places import place_asked_for, places_offered
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.models import Organization
from members.pages.requests import PageRequest, workbook
from members.workbooks.writing import Sheet

ON_A_PAGE = 30


@requires(Capability.COUNT_MEETINGS)
@require_safe
def duty_list(request: PageRequest) -> HttpResponse:
    """What is due this month, quarter and year at one place: done, open, overdue."""
    place = place_asked_for(request)
    form = filter_form(request, place)
    on = _last_day(form, request.today)
    context = {"form": form, "place": place, "on": on, "query": request.GET.urlencode()}
    context["is_earlier"] = on.year < request.today.year
    if place.kind in ASKED:
        return render(request, "meetings/planning/duties.html", context | _of_branch(request, form, place, on))
    return render(request, "meetings/planning/duties_below.html", context | _below(request, form, place, on))


@requires(Capability.COUNT_MEETINGS)
@require_safe
def duty_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place = place_asked_for(request)
    form = filter_form(request, place)
    on = _last_day(form, request.today)
    if place.kind in ASKED:
        lines = duty_lines(place.path, on=request.today, through=on)
        sheet = Sheet(_("Meetings due"), _duty_headings(), _duty_cells(_narrowed(form, lines)))
    else:
        counts = branch_lines(place.path, on=request.today, through=on)
        sheet = Sheet(_("Meetings due"), _branch_headings(), _branch_cells(_named(form, counts)))
    name = _("Meetings due %(place)s %(year)s.xlsx") % {"place": place.name, "year": on.year}
    return workbook(name, sheet)


def filter_form(request: PageRequest, place: Organization) -> DutyFilterForm:
    form = DutyFilterForm(request.GET, places=places_offered(request), at=place, today=request.today)
    return only_for_a_branch(form) if place.kind in ASKED else only_for_committees(form)


def _last_day(form: DutyFilterForm, today: date) -> date:
    """The day up to which it is counted: today, or the end of an earlier year."""
    form.is_valid()
    year = form.cleaned_data.get("year") or today.year
    return today if year == today.year else date(year, 12, 31)


def _of_branch(request: PageRequest, form: DutyFilterForm, place: Organization, on: date) -> dict[str, Any]:
    lines = duty_lines(place.path, on=request.today, through=on)
    states = [line.duty.state for line in lines]
    return {
        "figures": [(value, label, states.count(value)) for value, label in STATES],
        "page": Paginator(_narrowed(form, lines), ON_A_PAGE).get_page(request.GET.get("page")),
        "may_read": request.user.access.may(Capability.VIEW_MEETINGS, place.path),
        "may_plan": on == request.today and request.user.access.may(Capability.RECORD_MEETINGS, place.path),
        "years": [year for year, _label in form.fields["year"].choices[1:6]],  # type: ignore[attr-defined]
    }


def _below(request: PageRequest, form: DutyFilterForm, place: Organization, on: date) -> dict[str, Any]:
    lines = branch_lines(place.path, on=request.today, through=on)
    return {
        "branches": len(lines),
        "may_add_kinds": Capability.MANAGE_LOCAL_RULES in request.user.access.capabilities,
        "behind": sum(line.overdue > 0 for line in lines),
        "done": sum(line.done for line in lines),
        "due": sum(line.due for line in lines),
        "page": Paginator(_named(form, lines), ON_A_PAGE).get_page(request.GET.get("page")),
    }


def _narrowed(form: DutyFilterForm, lines: Iterable[DutyLine]) -> list[DutyLine]:
    kind, state = form.cleaned_data.get("kind"), form.cleaned_data.get("state")
    return [line for line in lines if line.duty.kind == (kind or line.duty.kind) and state in ("", line.duty.state)]


def _named(form: DutyFilterForm, lines: Iterable[BranchLine]) -> list[BranchLine]:
    text = form.cleaned_data.get("q") or ""
    return [line for line in lines if text in line.branch.name]


def _duty_headings() -> list[str]:
    return [_("Meeting"), _("Branch or group"), _("Period"), _("Due by"), _("State"), _("By which article")]


def _duty_cells(lines: Iterable[DutyLine]) -> Iterator[list[object]]:
    words = {value: str(label) for value, label in STATES}
    for line in lines:
        duty = line.duty
        yield [line.name, line.place.name, duty.period, duty.due_on, words[duty.state], str(duty.citation)]


def _branch_headings() -> list[str]:
    return [_("Branch"), pgettext("meetings", "Due"), _("Done"), _("Still open"), _("Overdue")]


def _branch_cells(lines: Iterable[BranchLine]) -> Iterator[list[object]]:
    for line in lines:
        yield [line.branch.name, line.due, line.done, line.open, line.overdue]


@requires(Capability.RECORD_MEETINGS)
@require_safe
def duty_do(request: PageRequest, code: str) -> HttpResponse:
    """On to the meeting that a duty is about, or to planning it; where nothing is left to do, to what is due."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
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
