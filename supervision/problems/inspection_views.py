"""Inspections: planned, findings written and handed over, followed to the end, closed."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, require_at, requires
from members.models import Organization
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form, workbook
from members.workbooks.writing import Sheet
from supervision.problems.forms import (
    CloseForm,
    FindingsForm,
    HandOverForm,
    InspectionFilterForm,
    PlanForm,
    rows_form,
    rows_of,
)
from supervision.problems.models import Inspection, InspectionQuerySet, Problem
from supervision.problems.queries import inspecting
from supervision.problems.services import (
    close_inspection,
    hand_over,
    plan_inspection,
    put_inspections_export_on_record,
    take_out_finding,
    write_findings,
)
from supervision.problems.views import INSPECT, MOST_ROWS, ON_PAPER, VIEW, page_size, places_read

INSPECTIONS = Inspection.objects.select_related("organization", "inspected_by")


@requires(VIEW, INSPECT)
@never_cache
@require_safe
def inspection_list(request: PageRequest) -> HttpResponse:
    """The latest first: of those who inspect all, of a branch what it was told."""
    form, rows = _asked(request)
    size = page_size(request)
    context = {
        "form": form,
        "page": Paginator(rows, size).get_page(request.GET.get("page")),
        "on_paper": size == ON_PAPER,
        "query": request.GET.urlencode(),
        "may_plan": request.user.access.may_any([INSPECT]),
    }
    return render(request, "supervision/problems/inspection_list.html", context)


@requires(VIEW, INSPECT)
@require_safe
def inspection_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    _form, rows = _asked(request)
    found = list(rows[:MOST_ROWS])
    put_inspections_export_on_record(rows=len(found), by=request.user)
    name = _("Inspections %(day)s.xlsx") % {"day": request.today.isoformat()}
    return workbook(name, Sheet(_("Inspections"), _headings(), _cells(found)))


@requires(VIEW, INSPECT)
@never_cache
@require_safe
def inspection_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The visit with its findings."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    findings = Problem.objects.visible_to(request.user).filter(problem_list__inspection=inspection)
    context = {
        "inspection": inspection,
        "findings": findings.select_related("responsible").order_by("due_on", "key"),
        "may_act": request.user.access.may(INSPECT, inspection.organization.path),
        "today": request.today,
    }
    return render(request, "supervision/problems/inspection_detail.html", context)


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_new(request: PageRequest) -> HttpResponse:
    """Plan a visit; the branch reads what is looked at."""
    branches = Organization.objects.visible_to(request.user, INSPECT).branches().standing_on(request.today)
    form = PlanForm(request.POST or None, branches=branches.in_tree_order(), initial={"visit_on": request.today})
    if form.is_valid():
        place = form.cleaned_data["organization"]
        require_at(request, place.path)
        new = Inspection(inspected_by=inspecting(request.user, place), **form.cleaned_data)
        if try_on_form(form, lambda: plan_inspection(inspection=new, by=request.user)):
            messages.success(request, _("Planned. The branch finds it among its inspections."))
            return redirect(new)
    return render(request, "supervision/problems/inspection_new.html", {"form": form})


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_findings(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down what was found; the branch reads it when it is handed over."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    form = FindingsForm(request.POST or None, inspection=inspection)
    rows = rows_form(request.POST or None, None)  # the branch says who puts it right: inspectors read no roster
    if form.is_valid() and rows.is_valid():
        given = {"rows": rows_of(rows), "on": request.today, "by": request.user, **form.cleaned_data}
        if try_on_form(form, lambda: write_findings(inspection=inspection, **given)):
            messages.success(request, _("Kept. The branch doesn't read it yet."))
            return redirect(inspection)
    return render(
        request, "supervision/problems/inspection_findings.html", {"form": form, "rows": rows, "inspection": inspection}
    )


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def finding_take_out(request: PageRequest, key: UUID) -> HttpResponse:
    """Before the findings are handed over; asked once more."""
    findings = Problem.objects.select_related("organization", "problem_list__inspection__organization")
    problem = get_in_scope(request, findings, pk=key, problem_list__inspection__isnull=False)
    inspection = problem.problem_list.inspection
    form = HandOverForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and try_on_form(form, lambda: take_out_finding(problem=problem, by=request.user)):
        messages.success(request, _("Taken out."))
        return redirect("supervision:inspection-detail", problem.problem_list.inspection_id)
    context = {"form": form, "inspection": inspection, "heading": _("Take this finding out"), "finding": problem}
    return render(request, "supervision/problems/inspection_act.html", context)


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_hand_over(request: PageRequest, key: UUID) -> HttpResponse:
    """Asked once more: findings that were handed over can't be taken back."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    form = HandOverForm(request.POST if request.method == "POST" else None)
    given: dict[str, Any] = {"inspection": inspection, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: hand_over(**given)):
        messages.success(request, _("Handed over. The branch puts the findings right by their days."))
        return redirect(inspection)
    context = {"form": form, "inspection": inspection, "heading": _("Hand over the findings")}
    return render(request, "supervision/problems/inspection_act.html", context)


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_close(request: PageRequest, key: UUID) -> HttpResponse:
    """When every finding is settled."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    form = CloseForm(request.POST or None)
    given: dict[str, Any] = {"inspection": inspection, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: close_inspection(**form.cleaned_data, **given)):
        messages.success(request, _("Closed."))
        return redirect(inspection)
    context = {"form": form, "inspection": inspection, "heading": _("Close the inspection")}
    return render(request, "supervision/problems/inspection_act.html", context)


def _asked(request: PageRequest) -> tuple[InspectionFilterForm, InspectionQuerySet]:
    form = InspectionFilterForm(request.GET, places=places_read(request))
    rows = Inspection.objects.visible_to(request.user).select_related("organization", "inspected_by")
    return form, form.narrow(rows)


def _headings() -> list[str]:
    return [
        _("Branch"), _("Inspected by"), _("Visit on"), _("Who comes"), _("What is looked at"), _("State"),
        _("What was found, in general"), _("Handed over on"), _("Closed on"), _("With what it is closed"),
    ]  # fmt: skip


def _cells(rows: Iterable[Inspection]) -> Iterator[list[object]]:
    for one in rows:
        yield [
            one.organization.name, one.inspected_by.name, one.visit_on, one.team, one.subject,
            one.get_state_display(), one.summary, one.issued_on, one.closed_on, one.closing_words,
        ]  # fmt: skip
