"""Branches assessed: the list with what is done to many, one assessment with its steps, and the workbook."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import tasks
from assessment.assessments.forms import AssessmentFilterForm, BeginForm, GradeForm, PublishForm, ShowForm
from assessment.assessments.judging_queries import (
    asks_people,
    hindrances,
    may_be_published_again,
    readiness,
    satisfaction_of,
    view_lines,
)
from assessment.assessments.lists import LISTING, OWN, sheets, state_badges
from assessment.assessments.models import Assessment, AssessmentQuerySet, IndicatorScore
from assessment.assessments.queries import (
    IndicatorLine,
    assessment_before,
    band_counts,
    branches_to_begin,
    committees_shown,
    in_order,
    incomplete,
    mark_changed,
    part_sums,
    schemes_shown,
    schemes_to_assess_by,
    tree_of,
    uncomputed,
    with_open_ends,
)
from assessment.assessments.rules import is_provisional
from assessment.assessments.services import (
    AT_ONCE as MOST_AT_ONCE,
    STEPS,
    Changed,
    Together,
    begin,
    compute_anew,
    compute_waiting,
    decide_grade,
    lock,
    objectable_until,
    publish,
    recompute,
    show_to_branch,
    take_together,
)
from assessment.choices import AssessmentState
from assessment.schemes.models import Indicator, Scheme
from members.access.policy import get_in_scope, requires
from members.choices import Capability
from members.exports.services import record_export
from members.pages.requests import FORM_METHODS, PageRequest, address, try_on_form, try_with_message, workbook
from members.pages.steps import Crumb, Step, Words, form_page

VIEW, ASSESS, RECORD = Capability.VIEW_ASSESSMENT, Capability.ASSESS, Capability.RECORD_ASSESSMENT
MOST_ROWS = 20_000
ASSESSMENTS = Assessment.objects.select_related(
    "organization", "scheme__organization", "band", "decided_band", "veto__indicator", "veto__band"
)


def assessment_of(request: PageRequest, key: UUID) -> Assessment:
    """404 where it isn't seen, 403 where the office doesn't cover what the page does."""
    return get_in_scope(request, ASSESSMENTS.all(), pk=key)


def scheme_asked_for(request: PageRequest) -> Scheme:
    """The scheme of the address or of the form, among those of the assessments that one sees. Raises Http404."""
    asked = request.POST.get("scheme") or request.GET.get("scheme") or ""
    found = next((one for one in schemes_shown(request.user) if str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def acted(request: PageRequest, assessment: Assessment, act: Callable[[], Any], done: Words) -> HttpResponse:
    """Carry out a step that has no form of its own, and say on the assessment's page what came of it."""
    try_with_message(request, act, done)
    return redirect(assessment)


def above(one: Assessment) -> list[Crumb]:
    """The pages between Home and a step of an assessment."""
    return [
        (_("Assessments"), _list_of(one.scheme)),
        (f"{one.organization.name} · {one.scheme.year}", one.get_absolute_url()),
    ]


AT_ONCE = 5
"""So few are computed while the page waits; more are handed to a worker."""
MOST_REFUSALS = 10


@requires(VIEW, ASSESS)
@require_safe
def assessment_list(request: PageRequest) -> HttpResponse:
    """In the order of the tree, never by points."""
    form, scheme, rows = _asked(request)
    assesses = request.user.access.may_any([ASSESS])
    listing = LISTING if assesses else OWN
    return listing.shown(request, form.narrow(with_open_ends(rows)), form=form).answer(
        title=_("Assessments"),
        lead=f"{scheme.title} · {scheme.year}" if scheme and not (assesses and len(form.schemes) > 1) else "",
        template="assessment/assessments/list.html",
        more={
            "scheme": scheme,
            "assesses": assesses,
            "may_give_views": request.user.access.may_any([RECORD]),
            **(_summary(rows, scheme, on=request.today) if assesses and scheme else {}),
        },
    )


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def assessment_begin(request: PageRequest) -> HttpResponse:
    """Choose a scheme, then the branches."""
    schemes = schemes_to_assess_by(request.user)
    scheme = next((one for one in schemes if str(one.pk) == request.GET.get("scheme")), None)
    if scheme is None and len(schemes) == 1:
        scheme = schemes[0]
    if scheme is None:
        return render(request, "assessment/assessments/begin.html", {"schemes": schemes})
    branches = branches_to_begin(scheme, request.user, on=request.today)
    form = BeginForm(request.POST or None, branches=branches)
    if form.is_valid() and try_on_form(form, lambda: _begin(request, scheme, form)):
        return redirect(_list_of(scheme))
    number = branches.count()
    context = {"form": form, "scheme": scheme, "schemes": schemes, "number": number}
    return render(request, "assessment/assessments/begin.html", context)


@requires(ASSESS)
@require_POST
def assessment_anew(request: PageRequest) -> HttpResponse:
    """Compute all of a scheme that aren't published once more."""
    scheme = scheme_asked_for(request)
    rows = Assessment.objects.visible_to(request.user, ASSESS).filter(scheme=scheme)
    number = compute_anew(rows=rows, by=request.user)
    _compute(request, rows, number)
    return redirect(_list_of(scheme))


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def assessment_together(request: PageRequest, step: str) -> HttpResponse:
    """How many a step will handle, and why not the others; then show, publish or lock those."""
    if step not in STEPS:
        raise Http404
    scheme = scheme_asked_for(request)
    rows = Assessment.objects.visible_to(request.user, ASSESS).filter(scheme=scheme)
    form = _said(request, step, scheme)
    if request.method == "POST" and (form is None or form.is_valid()):
        said = form.facts() if form else {}
        _say(request, step, take_together(rows=rows, step=step, on=request.today, by=request.user, **said))
        return redirect(_list_of(scheme))
    asked = readiness(rows, step, on=request.today)
    context = {"scheme": scheme, "step": step, "asked": asked, "now": min(len(asked.ready), MOST_AT_ONCE), "form": form}
    return render(request, "assessment/assessments/together.html", context)


def _said(request: PageRequest, step: str, scheme: Scheme) -> ShowForm | PublishForm | None:
    """What a step asks for beside."""
    if step == "show":
        return ShowForm(request.POST or None, least=objectable_until(scheme, on=request.today))
    return PublishForm(request.POST or None, today=request.today) if step == "publish" else None


@requires(ASSESS)
@require_safe
def assessment_progress(request: PageRequest) -> HttpResponse:
    """How many have been computed, for the page to ask while it waits."""
    scheme = scheme_asked_for(request)
    rows = Assessment.objects.visible_to(request.user, ASSESS).filter(scheme=scheme)
    return render(request, "assessment/assessments/progress.html", _progress(rows, scheme))


def _asked(request: PageRequest) -> tuple[AssessmentFilterForm, Scheme | None, AssessmentQuerySet]:
    user = request.user
    form = AssessmentFilterForm(request.GET, schemes=schemes_shown(user), places=committees_shown(user))
    scheme = form.scheme_chosen(is_assessor=user.access.may_any([ASSESS]))
    rows = Assessment.objects.visible_to(user)
    return form, scheme, rows.filter(scheme=scheme) if scheme else rows


def _summary(rows: AssessmentQuerySet, scheme: Scheme, *, on: date) -> dict[str, Any]:
    """How many of each band, and how far the computing is."""
    steps = [one for step in STEPS if (one := readiness(rows, step, on=on)).waiting]
    return {
        "bands": band_counts(rows, scheme),
        "incomplete": incomplete(rows).count(),
        "steps": steps,
        "can_step": any(one.ready for one in steps),
        **_progress(rows, scheme),
    }


def _progress(rows: AssessmentQuerySet, scheme: Scheme) -> dict[str, Any]:
    total, waiting = rows.count(), uncomputed(rows).count()
    url = f"{reverse('assessment:assessment-progress')}?scheme={scheme.pk}"
    return {"total": total, "computed": total - waiting, "waiting": waiting, "progress_url": url}


def _begin(request: PageRequest, scheme: Scheme, form: BeginForm) -> None:
    number = begin(scheme=scheme, branches=form.chosen(), on=request.today, by=request.user)
    _compute(request, Assessment.objects.visible_to(request.user, ASSESS).filter(scheme=scheme), number)


def _compute(request: PageRequest, rows: AssessmentQuerySet, number: int) -> None:
    """A few at once; many by a worker, while the list says how far it is."""
    if number <= AT_ONCE:
        compute_waiting(on=request.today, among=rows)
    else:
        tasks.start_computing()
    words = ngettext("%(count)s branch is assessed.", "%(count)s branches are assessed.", number)
    messages.success(request, words % {"count": number})


def _say(request: PageRequest, step: str, found: Together) -> None:
    """What was done, and what was not; nothing done is no success."""
    if found.done:
        messages.success(request, _done_words(step, found.done) % {"count": found.done})
    else:
        messages.warning(request, _("Nothing was done."))
    if found.left:
        more = ngettext("%(count)s is left: press once more.", "%(count)s are left: press once more.", found.left)
        messages.info(request, more % {"count": found.left})
    for name, sentence in found.refused[:MOST_REFUSALS]:
        messages.warning(request, f"{name}: {sentence}")
    if (rest := len(found.refused) - MOST_REFUSALS) > 0:
        messages.warning(request, _("And %(count)s more for similar reasons.") % {"count": rest})


def _done_words(step: str, done: int) -> str:
    if step == "show":
        return ngettext("Shown to %(count)s branch.", "Shown to %(count)s branches.", done)
    if step == "publish":
        return ngettext("Published for %(count)s branch.", "Published for %(count)s branches.", done)
    return ngettext("Locked for %(count)s branch.", "Locked for %(count)s branches.", done)


def _list_of(scheme: Scheme) -> str:
    return address("assessment:assessment-list", scheme=str(scheme.pk))


@requires(VIEW)
@require_safe
def assessment_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """The tree with every clause, fact, value and objection; for the branch from the day it is shown."""
    one = assessment_of(request, key)
    access, path = request.user.access, one.organization.path
    last = assessment_before(one)
    lines = tree_of(one, with_links=access.may(Capability.VIEW_MEETINGS, path), last=last)
    context: dict[str, Any] = {
        "one": one,
        "badges": state_badges(one, request.today),
        "lines": lines,
        "changed": mark_changed(lines, one.stale_because),
        "parts": part_sums(lines),
        "last": last,
        "provisional": is_provisional(one.scheme.year, one.computed_on or request.today),
        "assesses": access.may(ASSESS, path),
        "may_object": _may_object(request, one),
        "today": request.today,
    }
    context |= _views(one, assesses=context["assesses"])
    if context["assesses"]:
        context |= _steps(request, one, lines)
    return render(request, "assessment/assessments/detail.html", context)


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
    act, label = partial(show_to_branch, assessment=one, on=request.today, by=request.user), _("Show to the branch")
    return form_page(
        request,
        form,
        lambda _typed: act(**form.facts()),
        Step(label, label, _("The branch sees it now and can object.")),
        one,
        notes=[
            _(
                "The branch sees every point and can object; its own view, other branches’ views and the members’ "
                "answers end with it."
            ),
            _(
                "Each branch finds on its start page that its points are there to look at, and until which day it may "
                "object. Until then nothing is published."
            ),
        ],
        **_about(one),
    )


def _about(one: Assessment) -> dict[str, Any]:
    """What stands on the steps of an assessment."""
    return {"crumbs": above(one), "lead": f"{one.organization.name} · {one.scheme.title}"}


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def assessment_publish(request: PageRequest, key: UUID) -> HttpResponse:
    """For the first time, or again because the record has changed."""
    one = assessment_of(request, key)
    form = PublishForm(request.POST or None, today=request.today)

    def act(_typed: dict[str, Any]) -> None:
        _say_changes(request, publish(assessment=one, on=request.today, by=request.user, **form.facts()))

    if may_be_published_again(one, on=request.today):
        label, note = _("Publish again"), _("It is published again by what the record says now.")
    else:
        label = _("Publish the assessment")
        note = _("From then on it changes only when the record changes and it is published again.")
    return form_page(request, form, act, Step(label, label, _("It is published.")), one, notes=[note], **_about(one))


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
    act = partial(decide_grade, assessment=one, on=request.today, by=request.user)
    step = Step(_("Record the grade"), _("Put the grade on record"), _("The grade is on record."))
    none = _("There is no band by the points yet. The grade is what a meeting decides.")
    other = _("By the points it is “%(band)s”. The grade is what a meeting decides; it can be another one.")
    note = other % {"band": one.band.name} if one.band else none
    return form_page(request, form, lambda typed: act(**typed), step, one, notes=[note], **_about(one))


def _views(one: Assessment, *, assesses: bool) -> dict[str, Any]:
    return {"views": view_lines(one, with_words=assesses), "satisfaction": satisfaction_of(one)}


def _steps(request: PageRequest, one: Assessment, lines: list[IndicatorLine]) -> dict[str, Any]:
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
    return is_open and request.user.access.may(RECORD, one.organization.path)


def _say_changes(request: PageRequest, changed: list[Changed]) -> None:
    if changed:
        names = "；".join(f"{one.code} {one.title}: {_points(one.before)} → {_points(one.after)}" for one in changed)
        messages.info(request, _("Changed since it was last computed: %(names)s.") % {"names": names})


def _points(points: Any) -> str:
    return str(_("open")) if points is None else f"{points.normalize():f}"


@requires(ASSESS)
@require_safe
def assessment_export(request: PageRequest) -> FileResponse:
    """In the order of the tree; that it was taken is on record."""
    scheme = scheme_asked_for(request)
    seen = Assessment.objects.visible_to(request.user, ASSESS).filter(scheme=scheme)
    rows = list(in_order(with_open_ends(seen))[:MOST_ROWS])
    inner = Indicator.objects.filter(scheme=scheme, parent__isnull=False).values("parent")
    leaves = list(Indicator.objects.filter(scheme=scheme).exclude(pk__in=inner).order_by("position"))
    found = IndicatorScore.objects.filter(assessment__in=seen.values("pk"))
    scores = {(one, of): points for one, of, points in found.values_list("assessment", "indicator", "points")}
    place = scheme.organization
    record_export(action="export_assessments", place=place, subject=scheme, rows=len(rows), by=request.user)
    name = _("Assessments %(scheme)s %(day)s.xlsx") % {"scheme": scheme.code, "day": request.today.isoformat()}
    return workbook(name, *sheets(rows, leaves, scores, on=request.today))
