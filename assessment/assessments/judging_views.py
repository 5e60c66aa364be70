"""Pages on which people add: values, objections, views, satisfaction; and a scheme tried on one branch."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.assessments.computing_queries import Computed, computed
from assessment.assessments.forms import (
    AnswerForm,
    ConfirmForm,
    NothingForm,
    ObjectionForm,
    PreviewForm,
    RefuseForm,
    SatisfactionForm,
    ValueForm,
    ViewForm,
)
from assessment.assessments.judging_queries import (
    AskedView,
    clauses_without_value,
    satisfaction_asked,
    upheld_without_value,
    values_of,
    views_asked,
)
from assessment.assessments.judging_services import (
    AlreadyAnswered,
    answer_objection,
    confirm_values,
    enter_nothing_found,
    enter_value,
    give_answer,
    give_view,
    raise_objection,
    refuse_value,
)
from assessment.assessments.models import Assessment, ManualValue, Objection
from assessment.assessments.views import ASSESS, RECORD, VIEW, assessment_of
from assessment.choices import ScoreState
from assessment.schemes.models import Clause, Indicator, Scheme
from assessment.schemes.queries import branches_of
from meetings.files import send_file
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models.organization import OrganizationQuerySet
from members.pages.requests import FORM_METHODS, PageRequest, try_on_form
from members.refused import Refused


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
    return render(request, "assessment/assessments/value_list.html", context)


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
    if form.is_valid() and try_on_form(form, lambda: enter_nothing_found(**form.cleaned_data, **given)):
        messages.success(request, _("It is entered. A second person confirms it."))
        return redirect("assessment:value-list", one.pk)
    clauses = [clause for clause in clauses_without_value(one) if clause.kind != "manual" and not clause.tiers]
    return render(request, "assessment/assessments/value_nothing.html", {"form": form, "one": one, "clauses": clauses})


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
    if form.is_valid() and try_on_form(form, lambda: refuse_value(reason=form.cleaned_data["reason"], **given)):
        messages.success(request, _("It doesn't count. The reason is on record."))
        return redirect("assessment:value-list", value.assessment_id)
    return render(
        request, "assessment/assessments/value_refuse.html", {"form": form, "value": value, "one": value.assessment}
    )


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
    return get_in_scope(request, rows, pk=key)


def _entered(request: PageRequest, one: Assessment, about: Clause | Indicator) -> HttpResponse:
    form = ValueForm(request.POST or None, request.FILES or None, about=about)
    given: dict[str, Any] = {"assessment": one, "about": about, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: enter_value(**form.facts(), **given)):
        messages.success(request, _("It is entered. A second person confirms it."))
        return redirect("assessment:value-list", one.pk)
    is_clause = isinstance(about, Clause)
    context = {
        "form": form,
        "one": one,
        "clause": about if is_clause else None,
        "indicator": about.indicator if isinstance(about, Clause) else about,
    }
    return render(request, "assessment/assessments/value_new.html", context)


OBJECTIONS = Objection.objects.select_related("assessment__organization", "assessment__scheme", "indicator")


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def objection_new(request: PageRequest, key: UUID, indicator: UUID) -> HttpResponse:
    """Say what isn't right about an indicator."""
    one = assessment_of(request, key)
    about = get_object_or_404(Indicator.objects.filter(scheme=one.scheme_id), pk=indicator)
    form = ObjectionForm(request.POST or None)
    given: dict[str, Any] = {"assessment": one, "indicator": about, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: raise_objection(**form.cleaned_data, **given)):
        messages.success(request, _("The level above reads it and answers here."))
        return redirect(one)
    score = one.scores.filter(indicator=about).first()
    context = {"form": form, "one": one, "indicator": about, "score": score}
    return render(request, "assessment/assessments/objection_new.html", context)


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def objection_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Right, explained, or first the record."""
    objection = get_in_scope(request, OBJECTIONS, pk=key)
    one = objection.assessment
    form = AnswerForm(request.POST or None, objection=objection)
    given: dict[str, Any] = {"objection": objection, "on": request.today, "by": request.user}
    if form.is_valid() and try_on_form(form, lambda: answer_objection(**form.cleaned_data, **given)):
        messages.success(request, _("The answer is on record; the branch reads it."))
        return redirect(one)
    score = one.scores.filter(indicator=objection.indicator_id).first()
    context = {"form": form, "one": one, "objection": objection, "score": score}
    return render(request, "assessment/assessments/objection_answer.html", context)


@requires(RECORD)
@require_safe
def view_list(request: PageRequest) -> HttpResponse:
    """What the branch is asked, and what it has said."""
    return render(request, "assessment/assessments/view_list.html", {"asked": views_asked(request.user)})


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def view_give(request: PageRequest, key: UUID, code: str) -> HttpResponse:
    """Points of the whole and words; said anew as often as one likes until the assessment is shown."""
    asked = _asked(request, key, code)
    form = ViewForm(request.POST or None, asked=asked)
    given: dict[str, Any] = {"assessment": asked.assessment, "organization": asked.viewer, "on": request.today}
    if form.is_valid() and try_on_form(form, lambda: give_view(**form.cleaned_data, **given, by=request.user)):
        messages.success(request, _("It is on record. Until the assessment is shown you can still change it."))
        return redirect("assessment:view-list")
    return render(request, "assessment/assessments/view_give.html", {"form": form, "asked": asked})


def _asked(request: PageRequest, key: UUID, code: str) -> AskedView:
    """`code`: the branch whose view it is. Raises Http404."""
    found = [one for one in views_asked(request.user) if one.assessment.pk == key and one.viewer.code == code]
    if not found:
        raise Http404
    return found[0]


@signed_in
@never_cache
@require_safe
def satisfaction_mine(request: PageRequest) -> HttpResponse:
    """What is asked of me about my branch, and whether I have answered; never what."""
    asked = list(satisfaction_asked(request.user)) if request.user.access.member_id else []
    return render(request, "assessment/assessments/satisfaction_mine.html", {"asked": asked})


@signed_in
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(FORM_METHODS)
def satisfaction_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """One question; it is answered once."""
    one = satisfaction_asked(request.user).filter(pk=key).first() if request.user.access.member_id else None
    if one is None:
        raise Http404
    if one.has_answered:  # type: ignore[attr-defined]
        return redirect("assessment:satisfaction-mine")
    form = SatisfactionForm(request.POST or None)
    if form.is_valid() and try_on_form(form, lambda: _give(request, one, form)):
        return redirect("assessment:satisfaction-mine")
    return render(request, "assessment/assessments/satisfaction_answer.html", {"form": form, "one": one})


@sensitive_variables()
def _give(request: PageRequest, one: Assessment, form: SatisfactionForm) -> None:
    member_id = request.user.access.member_id
    with suppress(AlreadyAnswered):  # a double click: it was counted once, and the page says so
        if member_id:
            give_answer(assessment=one, member_id=member_id, answer=form.cleaned_data["answer"])


@requires(Capability.MANAGE_SCHEMES)
@never_cache
@require_safe
def scheme_preview(request: PageRequest, key: UUID) -> HttpResponse:
    """Each line with what the record gives today; what nobody recorded and what waits for a person stand apart."""
    scheme = get_in_scope(request, Scheme.objects.select_related("organization"), pk=key)
    form = PreviewForm(request.GET or None, places=_offered(request, scheme))
    place = form.place() if form.is_valid() else None
    found = computed(scheme, place, on=request.today) if place else None
    context = {"scheme": scheme, "form": form, "place": place, "found": found, "open": _open(found)}
    return render(request, "assessment/assessments/scheme_preview.html", context)


def _offered(request: PageRequest, scheme: Scheme) -> OrganizationQuerySet:
    """The branches that would be assessed by it."""
    return branches_of(scheme).standing_on(request.today).in_tree_order()


def _open(found: Computed | None) -> dict[str, int]:
    """How many of the lowest lines aren't scored, by why."""
    states = [line.state for line in found.leaves] if found else []
    return {"unknown": states.count(ScoreState.UNKNOWN), "waiting": states.count(ScoreState.WAITING)}
