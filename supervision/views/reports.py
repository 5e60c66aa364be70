"""Supervision reports: the list with the missing ones, a report's page, its words, and its way."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from meetings.choices import kind_words
from members.choices import Capability
from members.models import Organization
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.reports import AdoptForm, JudgementForm, NewReportForm, ReportFilterForm, StepForm
from supervision.models import Report
from supervision.queries.first_records import offered_periods
from supervision.queries.report_access import may_write, side_of
from supervision.queries.report_list import FEW, ReportLine, places_of, report_lines, to_begin
from supervision.queries.report_meetings import adopting_kind, meetings_for
from supervision.queries.report_page import report_page
from supervision.rules.report_periods import latest, period_named, reportable
from supervision.rules.report_steps import Act, side_that
from supervision.services.reports import adopt_report, begin_report, move_report, take_back_step, write_judgement
from supervision.views.report_words import ACT_WORDS

ON_A_PAGE = 30
READERS = (Capability.VIEW_SUPERVISION, Capability.RECEIVE_REPORTS)
WRITERS = (Capability.RECORD_SUPERVISION, Capability.RECEIVE_REPORTS)
NOT_HERE = gettext_lazy("Your office doesn't cover this here. Ask the branch secretary or the committee.")
REPORTS = Report.objects.select_related("organization", "meeting")


@requires(*READERS)
@require_safe
def report_list(request: PageRequest) -> HttpResponse:
    """Those that are there and those that are missing, by period and organization."""
    form, lines, total = listed(request)
    context = {
        "form": form,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "total": total,
        "query": request.GET.urlencode(),
        "begin": to_begin(lines),
    }
    return render(request, "supervision/report_list.html", context)


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_new(request: PageRequest, code: str) -> HttpResponse:
    """Begin the report of an organization for a period that is over; one that is asked for and begun is opened."""
    organization = fetch(request, Organization.objects.all(), code=code)
    _demand_writer(request, organization)
    period = request.GET.get("period", "")
    if period and (known := REPORTS.filter(organization=organization, period=period).first()):
        return redirect(known)
    periods = offered_periods(organization, on=request.today)
    form = NewReportForm(request.POST or None, periods=periods, initial={"period": period})
    if form.is_valid():
        begun: list[Report] = []
        facts = form.cleaned_data | {"organization": organization, "on": request.today, "by": request.user}
        if carried_out(form, lambda: begun.append(begin_report(**facts))):
            return redirect(begun[0])
    context = {"form": form, "organization": organization, "periods": periods}
    return render(request, "supervision/report_new.html", context)


@requires(*READERS)
@require_safe
def report_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The report with its figures, its words, what happened to it, and what may be done now."""
    report = fetch(request, REPORTS.all(), pk=key)
    context = report_page(report, request.user, on=request.today)
    page = Paginator(context.pop("branches"), ON_A_PAGE).get_page(request.GET.get("page"))
    acts = [(act, ACT_WORDS[act]) for act in context.pop("acts")]
    return render(request, "supervision/report_detail.html", {**context, "page": page, "acts": acts})


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_judgement(request: PageRequest, key: UUID) -> HttpResponse:
    """The organization's own words."""
    report = _own(request, key)
    form = JudgementForm(posted(request), initial={"judgement": report.judgement})
    if form.is_valid() and carried_out(
        form, lambda: write_judgement(report=report, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("Stored."))
        return redirect(report)
    return render(request, "supervision/report_judgement.html", {"form": form, "report": report})


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_adopt(request: PageRequest, key: UUID) -> HttpResponse:
    """Choose the meeting that adopted it; the figures are kept from now on."""
    report = _own(request, key)
    meetings = meetings_for(report, on=request.today)
    form = AdoptForm(request.POST or None, meetings=meetings)
    if form.is_valid():
        facts = form.cleaned_data | {"on": request.today, "by": request.user}
        if carried_out(form, lambda: adopt_report(report=report, **facts)):
            messages.success(request, _("Adopted. The figures stay as they are today."))
            return redirect(report)
    kind = adopting_kind(report.organization, on=request.today)
    context = {
        "form": form,
        "report": report,
        "kind": kind_words(kind, report.organization.kind),
        "some": meetings.exists(),
        "kind_code": kind.value,
    }
    context["may_plan"] = request.user.standing.may(Capability.RECORD_MEETINGS, report.organization.path)
    return render(request, "supervision/report_adopt.html", context)


@requires(*WRITERS)
@require_http_methods(["GET", "HEAD", "POST"])
def report_step(request: PageRequest, key: UUID, act: str) -> HttpResponse:
    """Submit, answer, read, return, close, or take a step back."""
    report = _of_side(request, key, act)
    words = ACT_WORDS[Act(act)]
    form = StepForm(posted(request), label=words.asks, needed=words.needed)
    if form.is_valid() and carried_out(form, lambda: _step(request, report, Act(act), form)):
        messages.success(request, str(words.done))
        return redirect(report)
    return render(request, "supervision/report_step.html", {"form": form, "report": report, "words": words})


def posted(request: PageRequest) -> QueryDict | None:
    """What was sent, also when it is empty: these forms may be."""
    return request.POST if request.method == "POST" else None


def _of_side(request: PageRequest, key: UUID, act: str) -> Report:
    """The report, for who is on the side that takes this step."""
    report = fetch(request, REPORTS.all(), pk=key)
    if act not in ACT_WORDS or act == Act.ADOPT:
        raise Http404
    if side_of(request.user, report.organization) != side_that(Act(act)):
        raise PermissionDenied(NOT_HERE)
    return report


def _step(request: PageRequest, report: Report, act: Act, form: StepForm) -> None:
    facts: dict[str, Any] = {"text": form.cleaned_data["text"], "on": request.today, "by": request.user}
    if act == Act.TAKE_BACK:
        take_back_step(report=report, **facts)
    else:
        move_report(report=report, act=act, **facts)


def listed(request: PageRequest) -> tuple[ReportFilterForm, list[ReportLine], int]:
    """The filter, the lines that fit it, and how many organizations one may look for."""
    places = list(places_of(request.user, on=request.today))
    form = ReportFilterForm(request.GET, places=places, today=request.today)
    given = form.cleaned_data if form.is_valid() else {}
    offered = reportable(request.today) if len(places) <= FEW else [latest(request.today)]
    asked = period_named(given.get("period") or "")
    wanted = [one for one in places if _fits(one, given)]
    lines = report_lines(request.user, wanted, [asked] if asked else offered, on=request.today)
    state = given.get("state")
    return form, [line for line in lines if not state or line.state == state], len(places)


def _fits(place: Organization, given: dict[str, Any]) -> bool:
    return given.get("q", "") in place.name and given.get("org", "") in ("", place.code)


def _own(request: PageRequest, key: UUID) -> Report:
    report = fetch(request, REPORTS.all(), pk=key)
    _demand_writer(request, report.organization)
    return report


def _demand_writer(request: PageRequest, organization: Organization) -> None:
    if not may_write(request.user, organization):
        raise PermissionDenied(NOT_HERE)
