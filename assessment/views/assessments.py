"""Assessments as a list: of a scheme's branches for who assesses, of all years for the branch itself."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment import tasks
from assessment.forms.assessments import AssessmentFilterForm, BeginForm, PublishForm, ShowForm
from assessment.models import Assessment, Scheme
from assessment.models.assessment import AssessmentQuerySet
from assessment.queries.assessment_list import (
    band_counts,
    committees_shown,
    incomplete,
    schemes_shown,
    uncomputed,
    with_open_ends,
)
from assessment.queries.beginning import branches_to_begin, schemes_to_assess_by
from assessment.queries.publishing import readiness
from assessment.services.assessing import begin, compute_anew, compute_waiting
from assessment.services.publishing import objectable_until
from assessment.services.steps_together import AT_ONCE as MOST_AT_ONCE
from assessment.services.steps_together import STEPS, Together, take_together
from assessment.views.assessment_pages import ASSESS, ON_A_PAGE, RECORD, VIEW, scheme_asked_for
from members.policy import requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest

AT_ONCE = 5
"""So few are computed while the page waits; more are handed to a worker."""
MOST_REFUSALS = 10


@requires(VIEW, ASSESS)
@require_safe
def assessment_list(request: PageRequest) -> HttpResponse:
    """In the order of the tree, never by points."""
    form, scheme, rows = _asked(request)
    assesses = request.user.standing.may_any([ASSESS])
    context: dict[str, Any] = {
        "form": form,
        "scheme": scheme,
        "page": Paginator(form.narrow(with_open_ends(rows)), ON_A_PAGE).get_page(request.GET.get("page")),
        "assesses": assesses,
        "may_give_views": request.user.standing.may_any([RECORD]),
        "today": request.today,
    }
    if assesses and scheme:
        context |= _summary(rows, scheme, on=request.today)
    return render(request, "assessment/assessment_list.html", context)


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def assessment_begin(request: PageRequest) -> HttpResponse:
    """Choose a scheme, then the branches."""
    schemes = schemes_to_assess_by(request.user)
    scheme = next((one for one in schemes if str(one.pk) == request.GET.get("scheme")), None)
    if scheme is None and len(schemes) == 1:
        scheme = schemes[0]
    if scheme is None:
        return render(request, "assessment/assessment_begin.html", {"schemes": schemes})
    branches = branches_to_begin(scheme, request.user, on=request.today)
    form = BeginForm(request.POST or None, branches=branches)
    if form.is_valid() and carried_out(form, lambda: _begin(request, scheme, form)):
        return redirect(_list_of(scheme))
    number = branches.count()
    context = {"form": form, "scheme": scheme, "schemes": schemes, "number": number}
    return render(request, "assessment/assessment_begin.html", context)


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
    return render(request, "assessment/assessment_together.html", context)


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
    return render(request, "assessment/assessment_progress.html", _progress(rows, scheme))


def _asked(request: PageRequest) -> tuple[AssessmentFilterForm, Scheme | None, AssessmentQuerySet]:
    user = request.user
    form = AssessmentFilterForm(request.GET, schemes=schemes_shown(user), places=committees_shown(user))
    scheme = form.scheme_chosen(is_assessor=user.standing.may_any([ASSESS]))
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
    return f"{reverse('assessment:assessment-list')}?scheme={scheme.pk}"
