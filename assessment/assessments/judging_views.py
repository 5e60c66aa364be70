"""Pages on which people add: values, objections, views, satisfaction; and a scheme tried on one branch."""

from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _, ngettext
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
from assessment.assessments.views import ASSESS, RECORD, VIEW, above, assessment_of
from assessment.choices import ScoreState
from assessment.schemes.models import Clause, Indicator, Scheme
from assessment.schemes.queries import branches_of
from assessment.templatetags.points import points
from meetings.files import send_file
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.models.organization import OrganizationQuerySet
from members.pages.listing import Listing, Nothing, linked, text
from members.pages.requests import FORM_METHODS, PageRequest, address
from members.pages.steps import Crumb, Step, form_page
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
    form, act = NothingForm(request.POST or None), partial(enter_nothing_found, assessment=one, by=request.user)
    clauses = [clause for clause in clauses_without_value(one) if clause.kind != "manual" and not clause.tiers]
    words = ngettext(
        "This is entered for %(counter)s clause:", "This is entered for %(counter)s clauses:", len(clauses)
    )
    return form_page(
        request,
        form,
        lambda typed: act(**typed),
        Step(_("Nothing found"), _("Enter for all"), ENTERED),
        _values(one)[1],
        crumbs=above(one),
        lead=words % {"counter": len(clauses)},
        notes=[f"{clause.indicator.code} {clause.text}" for clause in clauses],
    )


ENTERED = _("It is entered. A second person confirms it.")


def _values(one: Assessment) -> Crumb:
    return _("Values that people enter"), address("assessment:value-list", one.pk)


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
    one, title = value.assessment, _("Not confirmed")
    act = partial(refuse_value, value=value, by=request.user)
    step = Step(title, title, _("It doesn't count. The reason is on record."))
    return form_page(
        request,
        RefuseForm(request.POST or None),
        lambda typed: act(reason=typed["reason"]),
        step,
        _values(one)[1],
        crumbs=above(one),
        lead=f"{value.clause.text if value.clause else value.indicator}: {points(value.value)}",
        facts=[(_("Basis"), value.basis)],
    )


@requires(VIEW)
@require_safe
def value_file(request: PageRequest, key: UUID) -> HttpResponseBase:
    """The evidence, as what its content says it is."""
    value = _value(request, key)
    if not value.file:
        raise Http404
    return send_file(value.file, str(_("Evidence")))


def _value(request: PageRequest, key: UUID) -> ManualValue:
    rows = ManualValue.objects.select_related("assessment__organization", "assessment__scheme", "clause", "indicator")
    return get_in_scope(request, rows, pk=key)


def _entered(request: PageRequest, one: Assessment, about: Clause | Indicator) -> HttpResponse:
    form = ValueForm(request.POST or None, request.FILES or None, about=about)
    act = partial(enter_value, assessment=one, about=about, by=request.user)
    clause, indicator = (about, about.indicator) if isinstance(about, Clause) else (None, about)
    most = f"{indicator} · {_('Full points')} {points(indicator.max_points)}"
    return form_page(
        request,
        form,
        lambda _typed: act(**form.facts()),
        Step(_("Enter what was found"), _("Enter it"), ENTERED),
        _values(one)[1],
        crumbs=[above(one)[1], _values(one)],
        lead=clause.text if clause else indicator.title,
        notes=[f"{most} · {clause.get_kind_display()}" if clause else most, indicator.basis],
    )


OBJECTIONS = Objection.objects.select_related("assessment__organization", "assessment__scheme", "indicator")


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def objection_new(request: PageRequest, key: UUID, indicator: UUID) -> HttpResponse:
    """Say what isn't right about an indicator."""
    one = assessment_of(request, key)
    about = get_object_or_404(Indicator.objects.filter(scheme=one.scheme_id), pk=indicator)
    act = partial(raise_objection, assessment=one, indicator=about, on=request.today, by=request.user)
    step = Step(_("Object to this"), _("Send the objection"), _("The level above reads it and answers here."))
    once = _("The committee reads this and answers; both stay beside the points. An indicator can be objected to once.")
    form, lead = ObjectionForm(request.POST or None), _scored(one, about)
    return form_page(request, form, lambda typed: act(**typed), step, one, crumbs=above(one), lead=lead, notes=[once])


def _scored(one: Assessment, indicator: Indicator) -> str:
    score = one.scores.filter(indicator=indicator).first()
    return f"{indicator}: {points(score.points if score else None) or '—'} / {points(indicator.max_points)}"


@requires(ASSESS)
@require_http_methods(FORM_METHODS)
def objection_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Right, explained, or first the record."""
    objection = get_in_scope(request, OBJECTIONS, pk=key)
    one = objection.assessment
    form = AnswerForm(request.POST or None, objection=objection)
    act = partial(answer_objection, objection=objection, on=request.today, by=request.user)
    done = _("The answer is on record; the branch reads it.")
    return form_page(
        request,
        form,
        lambda typed: act(**typed),
        Step(_("Answer the objection"), _("Send the answer"), done),
        one,
        crumbs=above(one),
        lead=f"{one.organization.name} · {_scored(one, objection.indicator)}",
        facts=[(_("The branch objects"), objection.text)],
    )


def _scheme_words(asked: AskedView) -> str:
    return f"{asked.assessment.scheme.title} · {asked.assessment.scheme.year}"


def _whose(asked: AskedView) -> str:
    name = asked.assessment.organization.name
    return f"{_('Our own')} · {name}" if asked.is_own else name


def _given(asked: AskedView) -> str:
    given, most = asked.given, asked.assessment.scheme.total
    return f"{points(given.points)} / {points(most)}" if given else ""


VIEWS = Listing(
    columns=[
        linked(
            "whose", _("Whose work"), _whose,
            url=lambda asked: address("assessment:view-give", asked.assessment.pk, asked.viewer.code),
        ),
        text("scheme", _("The scheme"), _scheme_words),
        text(
            "points", _("Our points"), _given,
            badges=lambda asked, _on: [] if asked.given else [(_("Not given yet"), "warn")],
        ),
    ],
    phone=["whose", "points", "scheme"],
    nothing=Nothing(
        _("Nobody asks for the branch's view at the moment."), "eye", _("Assessments"),
        reverse_lazy("assessment:assessment-list"),
    ),
    size=500,
)  # fmt: skip
ABOUT_VIEWS = _(
    "Some schemes also weigh what a branch says of itself and what branches of the same committee say of each other. "
    "The points of the record aren't shown before; say it as you see it."
)
VIEW_LIST: Crumb = (_("Views asked of us"), reverse_lazy("assessment:view-list"))


@requires(RECORD)
@require_safe
def view_list(request: PageRequest) -> HttpResponse:
    """What the branch is asked, and what it has said."""
    asked = views_asked(request.user)
    above_it: Crumb = (_("Assessments"), reverse("assessment:assessment-list"))
    shown, lead = VIEWS.shown(request, asked), ABOUT_VIEWS if asked else ""
    return shown.answer(title=VIEW_LIST[0], crumbs=[above_it], lead=lead, prints=False)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def view_give(request: PageRequest, key: UUID, code: str) -> HttpResponse:
    """Points of the whole and words; said anew as often as one likes until the assessment is shown."""
    asked = _asked(request, key, code)
    form = ViewForm(request.POST or None, asked=asked)
    act = partial(give_view, assessment=asked.assessment, organization=asked.viewer, on=request.today, by=request.user)
    name = {"branch": asked.assessment.organization.name}
    title = _("How we see our work") if asked.is_own else _("How we see %(branch)s") % name
    done = _("It is on record. Until the assessment is shown you can still change it.")
    return form_page(
        request,
        form,
        lambda typed: act(**typed),
        Step(title, _("Give this view"), done),
        VIEW_LIST[1],
        crumbs=[VIEW_LIST],
        lead=_scheme_words(asked),
        ways=[(_("Read the indicators of the scheme"), asked.assessment.scheme.get_absolute_url())],
    )


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
    step = Step(_("How is my branch doing?"), _("Give this answer"))
    mine, note = (
        reverse("assessment:satisfaction-mine"),
        _("Your answer is added to a sum and kept nowhere else. It counts once and can't be changed."),
    )
    act, lead = partial(_give, request, one), f"{one.organization.name} · {one.scheme.year}"
    return form_page(request, form, act, step, mine, cancel=mine, lead=lead, notes=[note])


@sensitive_variables()
def _give(request: PageRequest, one: Assessment, typed: dict[str, Any]) -> None:
    member_id = request.user.access.member_id
    with suppress(AlreadyAnswered):  # a double click: it was counted once, and the page says so
        if member_id:
            give_answer(assessment=one, member_id=member_id, answer=typed["answer"])


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
