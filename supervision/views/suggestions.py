"""The branch's side of suggestions: the list and the workbook, writing one down for somebody, answering, removing."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.choices import Capability
from members.downloads import workbook
from members.forms.member import ReasonForm
from members.models import Organization
from members.places import branch_asked_for, place_asked_for
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
from members.workbooks.writing import Sheet
from supervision.forms.suggestions import AnswerForm, RecordForm, SuggestionFilterForm
from supervision.models import Suggestion
from supervision.models.suggestion import SuggestionQuerySet
from supervision.queries.suggestions import PEOPLE, in_words, people_of, suggestions_at, year_of
from supervision.rules.suggestions import answer_due, standing
from supervision.services.suggestions import (
    answer_suggestion,
    make_suggestion,
    put_export_on_record,
    remove_suggestion,
)

VIEW, COUNT, RECORD = Capability.VIEW_SUPERVISION, Capability.COUNT_SUPERVISION, Capability.RECORD_SUPERVISION
ON_A_PAGE = 30
MOST_ROWS = 10_000
"""Rows of one workbook: more than a branch hears in a century."""
SUGGESTIONS = Suggestion.objects.select_related(*PEOPLE)


@requires(COUNT)
@never_cache
@require_safe
def suggestion_list(request: PageRequest) -> HttpResponse:
    """What the branch was asked: what waits first. A committee goes on to the counts."""
    place = place_asked_for(request, COUNT)
    if not request.user.standing.may(VIEW, place.path):
        return redirect(f"{reverse('supervision:suggestion-below')}?{request.GET.urlencode()}")
    form, rows = _asked(request, place)
    page = Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "place": place,
        "form": form,
        "page": page,
        "lines": [(one, _standing(one, request)) for one in page],
        "year": in_words(year_of(place.path, on=request.today)),
        "query": request.GET.urlencode(),
        "may_record": request.user.standing.may(RECORD, place.path) and place.kind == "branch",
    }
    return render(request, "supervision/suggestion_list.html", context)


@requires(VIEW)
@require_safe
def suggestion_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place = place_asked_for(request, VIEW)
    _form, rows = _asked(request, place)
    found = list(rows[:MOST_ROWS])
    put_export_on_record(place=place, rows=len(found), by=request.user)
    name = _("Suggestions %(place)s %(day)s.xlsx") % {"place": place.name, "day": request.today.isoformat()}
    return workbook(name, Sheet(_("Suggestions"), _headings(), _cells(found)))


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_record(request: PageRequest) -> HttpResponse:
    """Write down what a member without an account suggests."""
    branch = branch_asked_for(request, RECORD)
    form = RecordForm(request.POST or None, people=people_of(branch), today=request.today)
    if form.is_valid():
        typed = {name: form.cleaned_data[name] for name in ("key", "member", "asked_on")}
        if carried_out(form, lambda: make_suggestion(values=form.facts(), on=request.today, by=request.user, **typed)):
            messages.success(request, _("The suggestion is on record. The clock runs."))
            return redirect("supervision:suggestion-detail", typed["key"])
    context = {"form": form, "place": branch, "due_on": answer_due(request.today)}
    return render(request, "supervision/suggestion_record.html", context)


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Answer it, or correct the answer."""
    suggestion = fetch(request, SUGGESTIONS.all(), pk=key)
    form = AnswerForm(request.POST or None, suggestion=suggestion, today=request.today)
    if form.is_valid():
        given: dict[str, Any] = {"values": form.cleaned_data, "on": request.today, "by": request.user}
        if carried_out(form, lambda: answer_suggestion(suggestion=suggestion, **given)):
            messages.success(request, _("The answer is on record. The member finds it on their page."))
            return redirect(suggestion)
    context = {"form": form, "suggestion": suggestion, "state": _standing(suggestion, request)}
    return render(request, "supervision/suggestion_answer.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def suggestion_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what an officer wrote down by mistake."""
    suggestion = fetch(request, SUGGESTIONS.all(), pk=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if carried_out(form, lambda: remove_suggestion(suggestion=suggestion, reason=reason, by=request.user)):
            messages.success(request, _("The entry is removed."))
            return redirect(f"{reverse('supervision:suggestion-list')}?{_of(suggestion.organization)}")
    return render(request, "supervision/suggestion_remove.html", {"form": form, "suggestion": suggestion})


def _asked(request: PageRequest, place: Organization) -> tuple[SuggestionFilterForm, SuggestionQuerySet]:
    form = SuggestionFilterForm(request.GET, places=_places(request), today=request.today)
    return form, form.narrow(suggestions_at(place, request.user), on=request.today)


def _places(request: PageRequest) -> QuerySet[Organization]:
    """The branches whose suggestions one reads."""
    return Organization.objects.visible_to(request.user, VIEW).branches().standing_on(request.today)


def _of(place: Organization) -> str:
    return urlencode({"org": place.code})


def _standing(one: Suggestion, request: PageRequest) -> str:
    return standing(due_on=one.due_on, answered_on=one.answered_on, on=request.today)


def _headings() -> list[str]:
    return [
        _("Asked on"), _("Branch"), _("Name"), _("It is about"), _("Suggestion"), _("Who may read it"), _("Answer by"),
        _("Answered on"), _("What became of it"), _("Answer"), _("Thanked"), _("Settled, says the member"),
    ]  # fmt: skip


def _cells(rows: Iterable[Suggestion]) -> Iterator[list[object]]:
    for one in rows:
        yield [
            one.asked_on, one.organization.name, one.member.name, one.get_kind_display(), one.text.open(),
            _("Members of the branch") if one.is_shared else _("Officers only"), one.due_on, one.answered_on,
            one.get_outcome_display(), one.answer.open(), _("Yes") if one.is_thanked else "",
            _settled(one),
        ]  # fmt: skip


def _settled(one: Suggestion) -> str:
    """Empty while the member hasn't said."""
    if one.is_settled is None:
        return ""
    return _("Yes") if one.is_settled else _("No")
