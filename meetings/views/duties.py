"""What is due: a branch's duties with their articles, a committee's branches in counts."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from meetings.forms.duties import STATES, DutyFilterForm, only_for_a_branch, only_for_committees
from meetings.queries.duty_page import BranchLine, DutyLine, branch_lines, duty_lines
from meetings.rules.duties import ASKED
from members.choices import Capability, OfficeKind, OrganizationKind
from members.downloads import workbook
from members.models import Organization
from members.policy import fetch, requires
from members.requests import PageRequest
from members.standing import HeldOffice
from members.workbooks.writing import Sheet

ON_A_PAGE = 30
ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


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
        return render(request, "meetings/duties.html", context | _of_branch(request, form, place, on))
    return render(request, "meetings/duties_below.html", context | _below(request, form, place, on))


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


def place_asked_for(request: PageRequest) -> Organization:
    """The organization of the address, else the first that one counts for. 404 outside one's own."""
    if code := request.GET.get("org"):
        return fetch(request, Organization.objects.all(), code=code)
    first = Organization.objects.filter(path__in=request.user.standing.paths(Capability.COUNT_MEETINGS)).first()
    if first is None:
        raise Http404
    return first


def places_offered(request: PageRequest) -> QuerySet[Organization]:
    """Committees for who works in one, branches and groups for everybody else."""
    places = Organization.objects.visible_to(request.user, Capability.COUNT_MEETINGS).standing_on(request.today)
    return places.filter(kind__in=ABOVE if any(map(_is_above, request.user.standing.held)) else list(ASKED))


def filter_form(request: PageRequest, place: Organization) -> DutyFilterForm:
    form = DutyFilterForm(request.GET, places=places_offered(request), at=place, today=request.today)
    return only_for_a_branch(form) if place.kind in ASKED else only_for_committees(form)


def _is_above(office: HeldOffice) -> bool:
    return office.kind in (OfficeKind.COMMITTEE_SECRETARY, OfficeKind.COMMITTEE_STAFF)


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
        "may_read": request.user.standing.may(Capability.VIEW_MEETINGS, place.path),
        "may_plan": on == request.today and request.user.standing.may(Capability.RECORD_MEETINGS, place.path),
        "years": [year for year, _label in form.fields["year"].choices[1:6]],  # type: ignore[attr-defined]
    }


def _below(request: PageRequest, form: DutyFilterForm, place: Organization, on: date) -> dict[str, Any]:
    lines = branch_lines(place.path, on=request.today, through=on)
    return {
        "branches": len(lines),
        "may_add_kinds": Capability.MANAGE_LOCAL_RULES in request.user.standing.capabilities,
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
