"""The branch objects to an indicator, the level above answers; both stay on the assessment's page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessment.forms.objections import AnswerForm, ObjectionForm
from assessment.models import Indicator, Objection
from assessment.services.objections import answer_objection, raise_objection
from assessment.views.assessment_pages import ASSESS, RECORD, assessment_of
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest

OBJECTIONS = Objection.objects.select_related("assessment__organization", "assessment__scheme", "indicator")


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def objection_new(request: PageRequest, key: UUID, indicator: UUID) -> HttpResponse:
    """Say what isn't right about an indicator."""
    one = assessment_of(request, key)
    about = get_object_or_404(Indicator.objects.filter(scheme=one.scheme_id), pk=indicator)
    form = ObjectionForm(request.POST or None)
    given: dict[str, Any] = {"assessment": one, "indicator": about, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: raise_objection(**form.cleaned_data, **given)):
        messages.success(request, _("The level above reads it and answers here."))
        return redirect(one)
    score = one.scores.filter(indicator=about).first()
    context = {"form": form, "one": one, "indicator": about, "score": score}
    return render(request, "assessment/objection_new.html", context)


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def objection_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Right, explained, or first the record."""
    objection = fetch(request, OBJECTIONS, pk=key)
    one = objection.assessment
    form = AnswerForm(request.POST or None, objection=objection)
    given: dict[str, Any] = {"objection": objection, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: answer_objection(**form.cleaned_data, **given)):
        messages.success(request, _("The answer is on record; the branch reads it."))
        return redirect(one)
    score = one.scores.filter(indicator=objection.indicator_id).first()
    context = {"form": form, "one": one, "objection": objection, "score": score}
    return render(request, "assessment/objection_answer.html", context)
