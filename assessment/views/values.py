"""Values that people enter: one finds, another reads the basis, and only then it counts."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.forms.values import ConfirmForm, NothingForm, RefuseForm, ValueForm
from assessment.models import Assessment, Clause, Indicator, ManualValue
from assessment.queries.publishing import upheld_without_value
from assessment.queries.values import clauses_without_value, values_of
from assessment.services.values import confirm_values, enter_nothing_found, enter_value, refuse_value
from assessment.views.assessment_pages import ASSESS, VIEW, assessment_of
from meetings.files import send_file
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
from members.services.refused import Refused


@requires(ASSESS)
@require_safe
def value_list(request: PageRequest, key: UUID) -> HttpResponse:
    """What is still to be entered, what waits for a second person, and the history."""
    one = assessment_of(request, key)
    values = list(values_of(one))
    clauses = clauses_without_value(one)
    context = {
        "one": one,
        "clauses": clauses,
        "upheld": upheld_without_value(one),
        "countable": sum(clause.kind != "manual" and not clause.tiers for clause in clauses),
        "mine": [value for value in values if value.state == "waiting" and value.entered_by_id == request.user.pk],
        "others": [value for value in values if value.state == "waiting" and value.entered_by_id != request.user.pk],
        "decided": [value for value in values if value.state != "waiting"],
        "is_open": one.state in ("collecting", "shown"),
    }
    return render(request, "assessment/value_list.html", context)


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def value_new(request: PageRequest, key: UUID, clause: UUID) -> HttpResponse:
    """What was found for a clause."""
    one = assessment_of(request, key)
    rows = Clause.objects.select_related("indicator", "band").filter(indicator__scheme=one.scheme_id, metric="")
    return _entered(request, one, get_object_or_404(rows, pk=clause))


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def value_points(request: PageRequest, key: UUID, indicator: UUID) -> HttpResponse:
    """The points of a whole indicator, after an objection in which the branch was right."""
    one = assessment_of(request, key)
    return _entered(request, one, get_object_or_404(Indicator.objects.filter(scheme=one.scheme_id), pk=indicator))


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def value_nothing(request: PageRequest, key: UUID) -> HttpResponse:
    """Not once, for everything that is counted and still open."""
    one = assessment_of(request, key)
    form = NothingForm(request.POST or None)
    given: dict[str, Any] = {"assessment": one, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: enter_nothing_found(**form.cleaned_data, **given)):
        messages.success(request, _("It is entered. A second person confirms it."))
        return redirect("assessment:value-list", one.pk)
    clauses = [clause for clause in clauses_without_value(one) if clause.kind != "manual" and not clause.tiers]
    return render(request, "assessment/value_nothing.html", {"form": form, "one": one, "clauses": clauses})


@requires(ASSESS)
@require_POST
def value_confirm(request: PageRequest, key: UUID) -> HttpResponse:
    """Those that are ticked: their basis was read."""
    one = assessment_of(request, key)
    waiting = [value for value in values_of(one) if value.state == "waiting"]
    form = ConfirmForm(request.POST, waiting=waiting)
    if not form.is_valid():
        messages.error(request, _("Tick the values whose basis you have read."))
        return redirect("assessment:value-list", one.pk)
    keys = {value.pk for value in form.cleaned_data["values"]}
    try:
        number = confirm_values(assessment=one, keys=keys, on=request.today, by=request.user)
        words = ngettext("%(count)s value counts now.", "%(count)s values count now.", number)
        messages.success(request, words % {"count": number})
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("assessment:value-list", one.pk)


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def value_refuse(request: PageRequest, key: UUID) -> HttpResponse:
    """The basis doesn't carry the value: say why."""
    value = _value(request, key)
    form = RefuseForm(request.POST or None)
    given: dict[str, Any] = {"value": value, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: refuse_value(reason=form.cleaned_data["reason"], **given)):
        messages.success(request, _("It doesn't count. The reason is on record."))
        return redirect("assessment:value-list", value.assessment_id)
    return render(request, "assessment/value_refuse.html", {"form": form, "value": value, "one": value.assessment})


@requires(VIEW)
@require_safe
def value_file(request: PageRequest, key: UUID) -> HttpResponseBase:
    """The evidence, as what its content says it is."""
    value = _value(request, key)
    if not value.file:
        raise Http404
    return send_file(value.file, _("Evidence"))


def _value(request: PageRequest, key: UUID) -> ManualValue:
    rows = ManualValue.objects.select_related("assessment__organization", "assessment__scheme", "clause", "indicator")
    return fetch(request, rows, pk=key)


def _entered(request: PageRequest, one: Assessment, about: Clause | Indicator) -> HttpResponse:
    form = ValueForm(request.POST or None, request.FILES or None, about=about)
    given: dict[str, Any] = {"assessment": one, "about": about, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: enter_value(**form.facts(), **given)):
        messages.success(request, _("It is entered. A second person confirms it."))
        return redirect("assessment:value-list", one.pk)
    is_clause = isinstance(about, Clause)
    context = {
        "form": form,
        "one": one,
        "clause": about if is_clause else None,
        "indicator": about.indicator if isinstance(about, Clause) else about,
    }
    return render(request, "assessment/value_new.html", context)
