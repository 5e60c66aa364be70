"""Inspections: planned, findings written and handed over, followed to the end, closed."""

from functools import partial
from typing import Any, cast
from uuid import UUID

from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.access.policy import get_in_scope, require_at, requires
from members.exports.services import record_export
from members.models import Organization
from members.pages.listing import Listing, Nothing, badges, day, excel, linked, text
from members.pages.requests import FORM_METHODS, PageRequest, address
from members.pages.steps import Button, Crumb, Step, form_page
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
    take_out_finding,
    write_findings,
)
from supervision.problems.views import INSPECT, MOST_ROWS, ON_PAPER, VIEW, places_read, state_badges

INSPECTIONS = Inspection.objects.select_related("organization", "inspected_by")


BRANCH, VISIT_ON = text("branch", _("Branch"), "organization.name"), day("visit_on", _("Visit on"))
TEAM = text("team", _("Who comes"))
LISTING = Listing(
    columns=[
        linked("subject", _("What is looked at")),
        BRANCH,
        VISIT_ON,
        TEAM,
        badges("state", _("State"), lambda one, _on: [(one.get_state_display(), "info")]),
    ],
    phone=["subject", "state", "branch", "visit_on"],
    workbook=[
        BRANCH,
        text("inspected_by", _("Inspected by"), "inspected_by.name"),
        VISIT_ON,
        TEAM,
        text("subject", _("What is looked at")),
        text("state", _("State"), "get_state_display"),
        text("summary", _("What was found, in general")),
        day("issued_on", _("Handed over on")),
        day("closed_on", _("Closed on")),
        text("closing_words", _("With what it is closed")),
    ],
    orders={"latest": (_("Newest first"), ("-visit_on", "key"))},
    counted=ngettext_lazy("%(counter)s inspection", "%(counter)s inspections", "counter"),
    nothing=Nothing(
        _("Nobody has announced an inspection. When the level above plans one, it stands here with what is looked at."),
        "search",
    ),
    no_match=_("No inspection fits. Take away a filter."),
    paper=ON_PAPER,
)


@requires(VIEW, INSPECT)
@never_cache
@require_safe
def inspection_list(request: PageRequest) -> HttpResponse:
    """The latest first: of those who inspect all, of a branch what it was told."""
    form, rows = _asked(request)
    plan = request.user.access.may_any([INSPECT]) and reverse("supervision:inspection-new")
    sentence = _("No inspection yet. Plan a visit; the branch reads what is looked at.")
    nothing = Nothing(sentence, "search", _("Plan an inspection"), plan) if plan else None
    return LISTING.shown(request, rows, form=form, nothing=nothing).answer(
        title=_("Inspections"),
        buttons=[
            plan and Button(_("Plan an inspection"), plan, "plus-lg", primary=True),
            Button(_("Findings"), address("supervision:problem-list", source="inspection"), "list-check"),
            excel(request, reverse("supervision:inspection-export")),
        ],
    )


@requires(VIEW, INSPECT)
@require_safe
def inspection_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    _form, rows = _asked(request)
    found = list(rows[:MOST_ROWS])
    record_export(action="export_inspections", rows=len(found), by=request.user)
    name = _("Inspections %(day)s.xlsx") % {"day": request.today.isoformat()}
    return LISTING.exported(request, found, file=name, sheet=_("Inspections"))


@requires(VIEW, INSPECT)
@never_cache
@require_safe
def inspection_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The visit with its findings."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    findings = Problem.objects.visible_to(request.user).filter(problem_list__inspection=inspection)
    findings = findings.select_related("responsible").order_by("due_on", "key")
    context = {
        "inspection": inspection,
        "findings": [(one, state_badges(one, request.today)) for one in findings],
        "may_act": request.user.access.may(INSPECT, inspection.organization.path),
    }
    return render(request, "supervision/problems/inspection_detail.html", context)


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_new(request: PageRequest) -> HttpResponse:
    """Plan a visit; the branch reads what is looked at."""
    branches = Organization.objects.visible_to(request.user, INSPECT).branches().standing_on(request.today)
    form = PlanForm(request.POST or None, branches=branches.in_tree_order(), initial={"visit_on": request.today})

    def act(typed: dict[str, Any]) -> Inspection:
        place = typed["organization"]
        require_at(request, place.path)
        new = Inspection(inspected_by=inspecting(request.user, place), **typed)
        return plan_inspection(inspection=new, by=request.user)

    done = _("Planned. The branch finds it among its inspections.")
    step = Step(_("Plan an inspection"), _("Plan it"), done)
    return form_page(request, form, act, step, lambda planned: planned, crumbs=[_all()])


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_findings(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down what was found; the branch reads it when it is handed over."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    rows = rows_form(request.POST or None, None)  # the branch says who puts it right: inspectors read no roster
    act = partial(write_findings, inspection=inspection, on=request.today, by=request.user)
    return form_page(
        request,
        FindingsForm(request.POST or None, inspection=inspection),
        lambda typed: act(rows=rows_of(rows), **typed),
        Step(_("Write findings"), _("Keep it"), _("Kept. The branch doesn't read it yet.")),
        inspection,
        crumbs=_crumbs(inspection),
        lead=inspection.organization.name,
        also=[rows],
        within="supervision/problems/rows.html",
        more={"rows": rows},
    )


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def finding_take_out(request: PageRequest, key: UUID) -> HttpResponse:
    """Before the findings are handed over; asked once more."""
    findings = Problem.objects.select_related("organization", "problem_list__inspection__organization")
    problem = get_in_scope(request, findings, pk=key, problem_list__inspection__isnull=False)
    inspection = cast(Inspection, problem.problem_list.inspection)
    form = HandOverForm(request.POST if request.method == "POST" else None)
    step = Step(_("Take this finding out"), _("Take this finding out"), _("Taken out."), danger=True)
    act = partial(take_out_finding, problem=problem, by=request.user)
    return form_page(request, form, lambda _typed: act(), step, inspection, notes=[problem.text], **_about(inspection))


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_hand_over(request: PageRequest, key: UUID) -> HttpResponse:
    """Asked once more: findings that were handed over can't be taken back."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    form = HandOverForm(request.POST if request.method == "POST" else None)
    heading, done = _("Hand over the findings"), _("Handed over. The branch puts the findings right by their days.")
    act = partial(hand_over, inspection=inspection, on=request.today, by=request.user)
    step = Step(heading, heading, done)
    return form_page(request, form, lambda _typed: act(), step, inspection, **_about(inspection))


@requires(INSPECT)
@require_http_methods(FORM_METHODS)
def inspection_close(request: PageRequest, key: UUID) -> HttpResponse:
    """When every finding is settled."""
    inspection = get_in_scope(request, INSPECTIONS, pk=key)
    act = partial(close_inspection, inspection=inspection, on=request.today, by=request.user)
    step = Step(_("Close the inspection"), _("Close the inspection"), _("Closed."))
    form = CloseForm(request.POST or None)
    return form_page(request, form, lambda typed: act(**typed), step, inspection, **_about(inspection))


def _all() -> Crumb:
    return _("Inspections"), reverse("supervision:inspection-list")


def _crumbs(inspection: Inspection) -> list[Crumb]:
    return [_all(), (inspection.subject, inspection.get_absolute_url())]


def _about(inspection: Inspection) -> dict[str, Any]:
    """What stands on the steps of an inspection."""
    return {"crumbs": _crumbs(inspection), "lead": f"{inspection.organization.name} · {inspection.subject}"}


def _asked(request: PageRequest) -> tuple[InspectionFilterForm, InspectionQuerySet]:
    form = InspectionFilterForm(request.GET, places=places_read(request))
    rows = Inspection.objects.visible_to(request.user).select_related("organization", "inspected_by")
    return form, LISTING.ordered(request, form.narrow(rows))
