"""What is due: a branch's duties with their articles, a committee's branches in counts, and the way to each."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, pgettext_lazy
from django.views.decorators.http import require_safe

from meetings.choices import MeetingState
from meetings.planning.duty_queries import (
    BranchProgress,
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
from meetings.planning.places import places_offered
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.models import Organization
from members.pages.listing import Act, Badge, Listing, Nothing, Shown, acts, day, excel, linked, number, text
from members.pages.requests import PageRequest, address, place_asked_for
from members.pages.steps import Button
from rulebook.values import DutyState

WORDS = dict(STATES)
KINDS = {DutyState.DONE: "good", DutyState.OVERDUE: "bad", DutyState.OPEN: "info"}


def _state(line: DutyLine, _on: date) -> Iterator[Badge]:
    yield WORDS[line.duty.state], KINDS[line.duty.state]


def _planned(line: DutyLine) -> object:
    return _("planned for %(day)s") % {"day": line.planned.day} if line.planned else ""


def _duty_acts(line: DutyLine) -> Iterator[Act]:
    if line.planned:
        yield _("Show the meeting"), line.planned.get_absolute_url(), str(line.planned)
    elif line.duty.state != DutyState.DONE:
        yield _("Plan it"), _plan(line.place, line.duty.kind, line.duty.period), f"{line.name} {line.duty.period}"


DUTIES = Listing(
    columns=[
        text("meeting", _("Meeting"), "name"),
        text("place", _("Branch or group"), "place.name"),
        text("period", _("Period"), "duty.period", style="nowrap desk-only"),
        day("due_on", _("Due by"), "duty.due_on"),
        text("state", _("State"), lambda line: "", badges=_state, below=_planned),
        text("citation", _("By which article"), lambda line: str(line.duty.citation), style="quiet desk-only"),
        acts(_duty_acts),
    ],
    phone=["meeting", "state", "place", "due_on"],
    nothing=Nothing(_("No meeting is due here. Take away a filter, or choose another year."), "calendar-check"),
)
BRANCH = linked(
    "branch", _("Branch"), "branch.name",
    url=lambda line: address("meetings:duty-list", org=line.branch.code, year=line.year),
)  # fmt: skip
STILL_OPEN, OVERDUE = number("open", _("Still open")), number("overdue", _("Overdue"))
BRANCHES = Listing(
    columns=[
        BRANCH,
        text("done", _("Done of due"), lambda line: f"{line.done} / {line.due}", style="number"),
        STILL_OPEN,
        OVERDUE,
    ],
    phone=["branch", "overdue", "done", "open"],
    workbook=[
        BRANCH, number("due", pgettext_lazy("meetings", "Due")), number("done", _("Done")), STILL_OPEN, OVERDUE,
    ],
    nothing=Nothing(_("No branch fits. Take away a filter."), "diagram-3"),
)  # fmt: skip
NOBODY_KNOWS = _(
    "Counted from the month of a branch's first meeting on record: whether anything was held before, nobody can know "
    "from here."
)


@requires(Capability.COUNT_MEETINGS)
@require_safe
def duty_list(request: PageRequest) -> HttpResponse:
    """What is due this month, quarter and year at one place: done, open, overdue."""
    place = place_asked_for(request, Capability.COUNT_MEETINGS)
    form = filter_form(request, place)
    on = _last_day(form, request.today)
    answer = _of_branch if place.kind in ASKED else _below
    return answer(request, form, place, on)


@requires(Capability.COUNT_MEETINGS)
@require_safe
def duty_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place = place_asked_for(request, Capability.COUNT_MEETINGS)
    form = filter_form(request, place)
    on = _last_day(form, request.today)
    name = _("Meetings due %(place)s %(year)s.xlsx") % {"place": place.name, "year": on.year}
    if place.kind in ASKED:
        lines = _narrowed(form, duty_lines(place.path, on=request.today, through=on))
        return DUTIES.exported(request, lines, file=name, sheet=_("Meetings due"))
    counts = _named(form, branch_lines(place.path, on=request.today, through=on))
    return BRANCHES.exported(request, counts, file=name, sheet=_("Meetings due"))


def filter_form(request: PageRequest, place: Organization) -> DutyFilterForm:
    form = DutyFilterForm(request.GET, places=places_offered(request), at=place, today=request.today)
    return only_for_a_branch(form) if place.kind in ASKED else only_for_committees(form)


def _last_day(form: DutyFilterForm, today: date) -> date:
    """The day up to which it is counted: today, or the end of an earlier year."""
    form.is_valid()
    year = form.cleaned_data.get("year") or today.year
    return today if year == today.year else date(year, 12, 31)


def _of_branch(request: PageRequest, form: DutyFilterForm, place: Organization, on: date) -> HttpResponse:
    lines = duty_lines(place.path, on=request.today, through=on)
    states = [line.duty.state for line in lines]
    at: dict[str, str | int] = {"org": place.code, "year": on.year}
    may_plan = on == request.today and request.user.access.may(Capability.RECORD_MEETINGS, place.path)
    plan = Button(_("Plan the year"), address("meetings:year-plan", place.code, on.year), "calendar-check", True)
    more = {
        "figures": [
            (states.count(state), label, address("meetings:duty-list", **at, state=state)) for state, label in STATES
        ],
        "years": [year for year, _label in form.fields["year"].choices[1:6]],  # type: ignore[attr-defined]
        "may_read": request.user.access.may(Capability.VIEW_MEETINGS, place.path),
    }
    without = set() if may_plan else {"acts"}
    shown = DUTIES.shown(request, _narrowed(form, lines), form=form, without=without)
    return _answer(request, shown, place, on, first=may_plan and plan, more=more)


def _below(request: PageRequest, form: DutyFilterForm, place: Organization, on: date) -> HttpResponse:
    lines = branch_lines(place.path, on=request.today, through=on)
    may_add_kinds = Capability.MANAGE_LOCAL_RULES in request.user.access.capabilities
    kinds = Button(_("Local kinds"), reverse("meetings:local-kind-list"), "tags")
    done, due = sum(line.done for line in lines), sum(line.due for line in lines)
    figures = [
        (len(lines), _("Branches"), ""),
        (sum(line.overdue > 0 for line in lines), _("With something overdue"), ""),
        (f"{done} / {due}", _("Done of due"), ""),
    ]
    shown = BRANCHES.shown(request, _named(form, lines), form=form)
    lead = f" · {_('The branches with most that is overdue come first.')}"
    more = {"figures": figures, "may_read": True}
    return _answer(request, shown, place, on, first=may_add_kinds and kinds, lead=lead, more=more)


def _answer(
    request: PageRequest, shown: Shown, place: Organization, on: date, *, first: object, more: Any, lead: str = ""
) -> HttpResponse:
    attendance = Button(_("Attendance"), address("meetings:figure-list", org=place.code), "bar-chart")
    return shown.answer(
        title=_("Meetings due"),
        lead=f"{place.name} · {_('Year %(year)s') % {'year': on.year}}{lead}",
        notes=[NOBODY_KNOWS if on.year < request.today.year else ""],
        buttons=[first, attendance, excel(request, reverse("meetings:duty-export"))],
        template="meetings/planning/duties.html",
        more={"place": place, "on": on, **more},
    )


def _narrowed(form: DutyFilterForm, lines: Iterable[DutyLine]) -> list[DutyLine]:
    kind, state = form.cleaned_data.get("kind"), form.cleaned_data.get("state")
    return [line for line in lines if line.duty.kind == (kind or line.duty.kind) and state in ("", line.duty.state)]


def _named(form: DutyFilterForm, lines: Iterable[BranchProgress]) -> list[BranchProgress]:
    text = form.cleaned_data.get("q") or ""
    return [line for line in lines if text in line.branch.name]


@requires(Capability.RECORD_MEETINGS)
@require_safe
def duty_do(request: PageRequest, code: str) -> HttpResponse:
    """On to the meeting that a duty is about, or to planning it; where nothing is left to do, to what is due."""
    organization = get_in_scope(request, Organization.objects.all(), code=code)
    form = DutyDoForm(request.GET)
    found = _address(organization, form.cleaned_data) if form.is_valid() else ""
    return redirect(found or address("meetings:duty-list", org=code))


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
    return address("meetings:meeting-plan", place.code, **given)
