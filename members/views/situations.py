"""Situations of a member: begin, correct, end, remove."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.choices import Capability, SituationKind
from members.forms.member import ReasonForm
from members.forms.situation import SituationCorrectForm, SituationEndForm, SituationForm
from members.models import Member, Situation
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from members.services.situations import add_situation, correct_situation, end_situation, remove_situation

SITUATIONS = Situation.objects.select_related("member")


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def situation_add(request: PageRequest, key: UUID) -> HttpResponse:
    """Something begins to hold for a member."""
    member = fetch(request, Member.objects.all(), key=key)
    form = SituationForm(request.POST or None, initial={"kind": request.GET.get("kind"), "valid_from": request.today})
    if form.is_valid():
        kind, given = SituationKind(form.cleaned_data["kind"]), form.cleaned_data["key"]
        facts = form.facts()
        if carried_out(form, lambda: add_situation(key=given, member=member, kind=kind, values=facts, by=request.user)):
            messages.success(request, _("“%(situation)s” is on record.") % {"situation": kind.label})
            return redirect(member)
    return render(request, "members/situation_add.html", {"form": form, "member": member})


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def situation_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Correct what is on record about a situation."""
    situation = fetch(request, SITUATIONS.all(), pk=key)
    form = SituationCorrectForm(request.POST or None, situation=situation)
    if form.is_valid():
        facts = form.facts()
        if carried_out(form, lambda: correct_situation(situation=situation, values=facts, by=request.user)):
            messages.success(request, _("The changes are stored."))
            return redirect(situation.member)
    context = {"form": form, "member": situation.member, "situation": situation}
    return render(request, "members/situation_edit.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def situation_end(request: PageRequest, key: UUID) -> HttpResponse:
    """It no longer holds, from a day on."""
    situation = fetch(request, SITUATIONS.all(), pk=key)
    form = SituationEndForm(request.POST or None, today=request.today)
    if form.is_valid():
        on = form.cleaned_data["on"]
        if carried_out(form, lambda: end_situation(situation=situation, on=on, by=request.user)):
            messages.success(request, _("“%(situation)s” has ended.") % {"situation": situation})
            return redirect(situation.member)
    context = {"form": form, "member": situation.member, "situation": situation}
    return render(request, "members/situation_end.html", context)


@requires(Capability.EDIT_ROSTER)
@require_http_methods(["GET", "HEAD", "POST"])
def situation_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """What was never true goes, with a word why."""
    situation = fetch(request, SITUATIONS.all(), pk=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        remove_situation(situation=situation, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("“%(situation)s” is removed.") % {"situation": situation})
        return redirect(situation.member)
    context = {"form": form, "member": situation.member, "what": str(situation)}
    return render(request, "members/member_remove.html", context)
