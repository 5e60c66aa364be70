"""One member in an appraisal, for the branch's officers: texts, opinion, telling, help, and the sheet for the file."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.choices import Capability
from members.fields import opened
from members.models import User
from members.policy import fetch, requires
from members.queries.local_rules import in_force_at
from members.refusals import carried_out, told
from members.requests import FORM_METHODS, PageRequest
from supervision.forms.appraisals import FollowUpForm, OpinionForm, SaidForm, TextForm
from supervision.models import Appraisee, MutualAppraisal
from supervision.queries.appraisals import sums_of, writers_without_account
from supervision.rules.appraisal_duties import help_due
from supervision.rules.appraisals import shown_result
from supervision.services.appraisal_texts import (
    follow_up,
    give_opinion,
    has_account,
    tell_result,
    write_mutual_appraisal,
    write_self_appraisal,
)

VIEW, RECORD = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION
PEOPLE = Appraisee.objects.select_related("member", "round__organization", "round__opinion_meeting")


@requires(VIEW)
@never_cache
@require_safe
def appraisee_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """What the member wrote, what others said, the marks once they are counted, and the opinion."""
    one = fetch(request, PEOPLE.all(), pk=key)
    return render(request, "supervision/appraisal_person.html", _page_of(one, request.user))


@requires(VIEW)
@never_cache
@require_safe
def appraisee_sheet(request: PageRequest, key: UUID) -> HttpResponse:
    """The appraisal sheet for the file, to print and sign."""
    one = fetch(request, PEOPLE.all(), pk=key)
    return render(request, "supervision/appraisal_sheet.html", _page_of(one, request.user))


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def appraisee_text(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down the self-appraisal of a member without an account."""
    one = fetch(request, PEOPLE.all(), pk=key)
    form = TextForm(request.POST or None, initial={"text": opened(one.self_appraisal)})
    given: dict[str, Any] = {"appraisee": one, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: write_self_appraisal(text=form.cleaned_data["text"], **given)):
        return redirect("supervision:appraisee-detail", one.pk)
    return _form(request, one, form, heading=_("Self-appraisal"), label=_("Save it"))


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def appraisee_said(request: PageRequest, key: UUID) -> HttpResponse:
    """Write down what a member without an account says of this one."""
    one = fetch(request, PEOPLE.all(), pk=key)
    form = SaidForm(request.POST or None, people=writers_without_account(one))
    if form.is_valid() and carried_out(
        form, lambda: write_mutual_appraisal(about=one, by=request.user, **form.cleaned_data)
    ):
        return redirect("supervision:appraisee-detail", one.pk)
    return _form(request, one, form, heading=_("Mutual appraisal"), label=_("Save it"))


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def appraisee_opinion(request: PageRequest, key: UUID) -> HttpResponse:
    """The committee's grade and words, with what the ballot said beside them."""
    one = fetch(request, PEOPLE.all(), pk=key)
    form = OpinionForm(request.POST or None, appraisee=one)
    if form.is_valid() and carried_out(
        form, lambda: give_opinion(appraisee=one, by=request.user, **form.opinion_given())
    ):
        return redirect(one.round)
    return _form(request, one, form, heading=_("Opinion of the committee"), label=_("Save it"))


@requires(RECORD)
@require_POST
def appraisee_told(request: PageRequest, key: UUID) -> HttpResponse:
    """Somebody has told the member face to face."""
    one = fetch(request, PEOPLE.all(), pk=key)
    done = _("It is on record that the member was told.")
    told(request, lambda: tell_result(appraisee=one, on=request.today, by=request.user), done)
    return redirect("supervision:appraisee-detail", one.pk)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def appraisee_help(request: PageRequest, key: UUID) -> HttpResponse:
    """What is done to help after a lower grade, by when, and that it was done."""
    one = fetch(request, PEOPLE.all(), pk=key)
    closed_on = one.round.closed_on or request.today
    due_on = help_due(closed_on, local=in_force_at(one.scope_path, on=closed_on))
    form = FollowUpForm(request.POST or None, appraisee=one, due_on=due_on)
    if form.is_valid() and carried_out(
        form, lambda: follow_up(appraisee=one, values=form.cleaned_data, on=request.today, by=request.user)
    ):
        return redirect("supervision:appraisee-detail", one.pk)
    return _form(request, one, form, heading=_("Help after the appraisal"), label=_("Save it"))


def _page_of(one: Appraisee, user: User) -> dict[str, Any]:
    said = MutualAppraisal.objects.filter(about=one).select_related("author").order_by("author__name_key", "pk")
    return {
        "one": one,
        "round": one.round,
        "self_appraisal": opened(one.self_appraisal),
        "opinion": opened(one.opinion),
        "said": [(row.author, opened(row.text)) for row in said],
        "result": shown_result(sums_of(one.round).get(one.pk, {})),
        "has_account": has_account(one.member),
        "may_record": user.standing.may(RECORD, one.scope_path),
    }


def _form(request: PageRequest, one: Appraisee, form: Any, *, heading: str, label: str) -> HttpResponse:
    context = {"form": form, "heading": heading, "label": label, **_page_of(one, request.user)}
    return render(request, "supervision/appraisal_person_form.html", context)
