"""One branch's assessment: what each point comes from, and the steps to its lock."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.choices import AssessmentState
from assessment.forms.assessments import GradeForm, PublishForm, ShowForm
from assessment.models import Assessment
from assessment.queries.assessment_page import (
    Line,
    assessment_before,
    mark_changed,
    part_sums,
    tree_of,
)
from assessment.queries.publishing import hindrances, may_be_published_again
from assessment.queries.values import asks_people
from assessment.queries.views_of_branch import satisfaction_of, view_lines
from assessment.rules.periods import is_provisional
from assessment.services.assessing import recompute
from assessment.services.publishing import Changed, decide_grade, lock, objectable_until, publish, show_to_branch
from assessment.views.assessment_pages import ASSESS, RECORD, VIEW, acted, assessment_of
from members.choices import Capability
from members.policy import requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest


@requires(VIEW)
@require_safe
def assessment_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The tree with every clause, fact, value and objection; for the branch from the day it is shown."""
    one = assessment_of(request, key)
    standing, path = request.user.standing, one.organization.path
    last = assessment_before(one)
    lines = tree_of(one, with_links=standing.may(Capability.VIEW_MEETINGS, path), last=last)
    context: dict[str, Any] = {
        "one": one,
        "lines": lines,
        "changed": mark_changed(lines, one.stale_because),
        "parts": part_sums(lines),
        "last": last,
        "provisional": is_provisional(one.scheme.year, one.computed_on or request.today),
        "assesses": standing.may(ASSESS, path),
        "may_object": _may_object(request, one),
        "today": request.today,
    }
    context |= _views(one, assesses=context["assesses"])
    if context["assesses"]:
        context |= _steps(request, one, lines)
    return render(request, "assessment/assessment_detail.html", context)


@requires(ASSESS)
@require_POST
def assessment_compute(request: PageRequest, key: UUID) -> HttpResponse:
    """By what the record and the confirmed values say now."""
    one = assessment_of(request, key)
    done = _("Computed by what the record says now.")
    return acted(request, one, lambda: recompute(assessment=one, on=request.today, by=request.user), done)


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def assessment_show(request: PageRequest, key: UUID) -> HttpResponse:
    """The branch sees it and may object, until a day that is said."""
    one = assessment_of(request, key)
    form = ShowForm(request.POST or None, least=objectable_until(one.scheme, on=request.today))
    given: dict[str, Any] = {"on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: show_to_branch(assessment=one, **given, **form.facts())):
        messages.success(request, _("The branch sees it now and can object."))
        return redirect(one)
    return render(request, "assessment/assessment_show.html", {"form": form, "one": one})


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def assessment_publish(request: PageRequest, key: UUID) -> HttpResponse:
    """For the first time, or again because the record has changed."""
    one = assessment_of(request, key)
    form = PublishForm(request.POST or None, today=request.today)

    def act() -> None:
        _say_changes(request, publish(assessment=one, on=request.today, by=request.user, **form.facts()))

    if form.is_valid() and carried_out(form, act):
        messages.success(request, _("It is published."))
        return redirect(one)
    again = may_be_published_again(one, on=request.today)
    return render(request, "assessment/assessment_publish.html", {"form": form, "one": one, "again": again})


@requires(ASSESS)
@require_POST
def assessment_lock(request: PageRequest, key: UUID) -> HttpResponse:
    """Nothing changes any more."""
    one = assessment_of(request, key)
    return acted(request, one, lambda: lock(assessment=one, on=request.today, by=request.user), _("It is locked."))


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def assessment_grade(request: PageRequest, key: UUID) -> HttpResponse:
    """What a meeting decided."""
    one = assessment_of(request, key)
    form = GradeForm(request.POST or None, assessment=one)
    if form.is_valid():
        given: dict[str, Any] = {**form.cleaned_data, "on": request.today, "by": request.user}
        if carried_out(form, lambda: decide_grade(assessment=one, **given)):
            messages.success(request, _("The grade is on record."))
            return redirect(one)
    return render(request, "assessment/assessment_grade.html", {"form": form, "one": one})


def _views(one: Assessment, *, assesses: bool) -> dict[str, Any]:
    return {"views": view_lines(one, with_words=assesses), "satisfaction": satisfaction_of(one)}


def _steps(request: PageRequest, one: Assessment, lines: list[Line]) -> dict[str, Any]:
    """What may be done next, and what stands in its way."""
    again = may_be_published_again(one, on=request.today)
    in_way = hindrances(one, on=request.today) if one.state == AssessmentState.SHOWN or again else []
    is_over = not is_provisional(one.scheme.year, request.today)
    return {
        "in_way": in_way,
        "again": again,
        "can_publish": (one.state == AssessmentState.SHOWN or again) and not in_way,
        "can_lock": one.state == AssessmentState.PUBLISHED and is_over and not again,
        "is_open": one.state in (AssessmentState.COLLECTING, AssessmentState.SHOWN),
        "can_decide": one.state in (AssessmentState.SHOWN, AssessmentState.PUBLISHED),
        "asks_people": asks_people(one),
        "waiting": sum(clause.waiting is not None for line in lines for clause in line.clauses),
    }


def _may_object(request: PageRequest, one: Assessment) -> bool:
    until = one.objections_until
    is_open = one.state == AssessmentState.SHOWN and until is not None and request.today <= until
    return is_open and request.user.standing.may(RECORD, one.organization.path)


def _say_changes(request: PageRequest, changed: list[Changed]) -> None:
    if changed:
        names = "；".join(f"{one.code} {one.title}: {_points(one.before)} → {_points(one.after)}" for one in changed)
        messages.info(request, _("Changed since it was last computed: %(names)s.") % {"names": names})


def _points(points: Any) -> str:
    return _("open") if points is None else f"{points.normalize():f}"
