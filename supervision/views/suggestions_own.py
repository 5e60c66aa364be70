"""A member's side: one's own suggestions and requests for help, and what came of those that are shared."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.queries.places import branch_of
from members.choices import Capability
from members.models import Member, Organization
from members.policy import fetch, signed_in
from members.queries.local_rules import in_force_at
from members.refusals import carried_out, told
from members.requests import FORM_METHODS, PageRequest
from members.rules.reach import answer_due as help_due
from members.services.contacts import ask_for_help
from supervision.forms.suggestions import OwnHelpForm, SettledForm, SharedFilterForm, SuggestionForm
from supervision.models import Suggestion
from supervision.queries.suggestions import (
    PEOPLE,
    in_words,
    own_help,
    own_suggestions,
    shared_suggestions,
    year_of,
)
from supervision.rules.suggestions import answer_due, standing
from supervision.services.suggestions import is_own_words, make_suggestion, say_settled, withdraw_suggestion

SHOWN_OF_OWN = 50
ON_A_PAGE = 20
SUGGESTIONS = Suggestion.objects.select_related(*PEOPLE)


@signed_in
@never_cache
@require_safe
def suggestion_mine(request: PageRequest) -> HttpResponse:
    """What I asked and what came of it, and what the branch was asked in the open."""
    member = _member(request)
    branch = branch_of(member)
    form = SharedFilterForm(request.GET)
    shared = form.narrow(shared_suggestions(request.user), on=request.today)
    page = Paginator(shared, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "branch": branch,
        "own": [(one, _standing(one, request)) for one in own_suggestions(request.user)[:SHOWN_OF_OWN]],
        "help": own_help(request.user)[:SHOWN_OF_OWN],
        "form": form,
        "page": page,
        "lines": [(one, _standing(one, request)) for one in page],
        "year": in_words(year_of(branch.path, on=request.today)) if branch else "",
        "today": request.today,
    }
    return render(request, "supervision/suggestion_mine.html", context)


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_new(request: PageRequest) -> HttpResponse:
    """Suggest something to the own branch."""
    member, branch = _member_of_branch(request)
    form = SuggestionForm(request.POST or None)
    if form.is_valid():
        given = {"key": form.cleaned_data["key"], "member": member, "values": form.facts()}
        day = request.today
        if carried_out(form, lambda: make_suggestion(asked_on=day, on=day, by=request.user, **given)):
            messages.success(request, _("Thank you. Your branch answers by the day you see here."))
            return redirect("supervision:suggestion-detail", given["key"])
    due_on = answer_due(request.today, local=in_force_at(branch.path, on=request.today))
    context = {"form": form, "branch": branch, "due_on": due_on}
    return render(request, "supervision/suggestion_new.html", context)


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_help(request: PageRequest) -> HttpResponse:
    """Say what one needs: a request for help like those that come up in contacts."""
    member, branch = _member_of_branch(request)
    due_on = help_due(request.today, local=in_force_at(branch.path, on=request.today))
    form = OwnHelpForm(request.POST or None)
    if form.is_valid():
        values = {"request": form.cleaned_data["request"], "asked_on": request.today, "due_on": due_on}
        given: dict[str, Any] = {"key": form.cleaned_data["key"], "member": member, "values": values}
        if carried_out(form, lambda: ask_for_help(on=request.today, by=request.user, **given)):
            messages.success(request, _("Your request is with the officers of your branch."))
            return redirect("supervision:suggestion-mine")
    return render(request, "supervision/suggestion_help.html", {"form": form, "branch": branch, "due_on": due_on})


@signed_in
@never_cache
@require_safe
def suggestion_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One suggestion with its answer; other members read the name only where the member shows it."""
    suggestion = fetch(request, SUGGESTIONS.all(), pk=key)
    may, path = request.user.standing.may, suggestion.organization.path
    is_mine = suggestion.member_id == request.user.standing.member_id
    reads = may(Capability.VIEW_SUPERVISION, path)
    may_record = may(Capability.RECORD_SUPERVISION, path)
    context = {
        "suggestion": suggestion,
        "state": _standing(suggestion, request),
        "is_mine": is_mine,
        "reads": reads,
        "names": is_mine or reads or suggestion.shows_name,
        "may_record": may_record,
        "may_remove": may_record and not is_own_words(suggestion),
        "may_audit": may(Capability.VIEW_AUDIT, path),
    }
    return render(request, "supervision/suggestion_detail.html", context)


@signed_in
@require_POST
def suggestion_settle(request: PageRequest, key: UUID) -> HttpResponse:
    """The member's word on the answer."""
    suggestion = _own(request, key)
    form = SettledForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say whether it is settled."))
        return redirect(suggestion)
    given: dict[str, Any] = {"is_settled": form.cleaned_data["settled"] == "yes", "by": request.user}
    told(request, lambda: say_settled(suggestion=suggestion, **given), _("Thank you, that is on record."))
    return redirect(suggestion)


@signed_in
@require_POST
def suggestion_withdraw(request: PageRequest, key: UUID) -> HttpResponse:
    """Take one's own back while nobody has answered."""
    suggestion = _own(request, key)
    done = _("Your suggestion is taken back.")
    if told(request, lambda: withdraw_suggestion(suggestion=suggestion, by=request.user), done):
        return redirect("supervision:suggestion-mine")
    return redirect(suggestion)


def _own(request: PageRequest, key: UUID) -> Suggestion:
    """Raises Http404 for everybody else's, seen or not."""
    return get_object_or_404(SUGGESTIONS.filter(pk__in=Suggestion.objects.own_of(request.user).values("pk")), pk=key)


def _member(request: PageRequest) -> Member:
    if request.user.standing.member_id is None:
        raise Http404
    return get_object_or_404(Member, pk=request.user.standing.member_id)


def _member_of_branch(request: PageRequest) -> tuple[Member, Organization]:
    """Who stands on no roster has no branch that could answer."""
    member = _member(request)
    branch = branch_of(member)
    if branch is None:
        raise Http404
    return member, branch


def _standing(one: Suggestion, request: PageRequest) -> str:
    return standing(due_on=one.due_on, answered_on=one.answered_on, on=request.today)
