"""Suggestions: where they are answered, members' own, and counts of the branches below."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.ledger.queries import branch_of
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind
from members.contacts.rules import answer_due as help_due
from members.contacts.services import ask_for_help
from members.models import Member, Organization
from members.pages.forms import ReasonForm
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    branch_asked_for,
    place_asked_for,
    try_on_form,
    try_with_message,
    workbook,
)
from members.regulations.queries import in_force_at
from members.workbooks.writing import Sheet
from supervision.suggestions.forms import (
    AnswerForm,
    BelowFilterForm,
    OwnHelpForm,
    RecordForm,
    SettledForm,
    SharedFilterForm,
    SuggestionFilterForm,
    SuggestionForm,
)
from supervision.suggestions.models import Suggestion, SuggestionQuerySet
from supervision.suggestions.queries import (
    PEOPLE,
    BranchLine,
    branch_lines,
    in_words,
    own_help,
    own_suggestions,
    people_of,
    shared_suggestions,
    suggestions_at,
    year_of,
)
from supervision.suggestions.rules import answer_due, share, standing
from supervision.suggestions.services import (
    answer_suggestion,
    is_own_words,
    make_suggestion,
    put_export_on_record,
    remove_suggestion,
    say_settled,
    withdraw_suggestion,
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
    if not request.user.access.may(VIEW, place.path):
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
        "may_record": request.user.access.may(RECORD, place.path) and place.kind == "branch",
    }
    return render(request, "supervision/suggestions/list.html", context)


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
        if try_on_form(form, lambda: make_suggestion(values=form.facts(), on=request.today, by=request.user, **typed)):
            messages.success(request, _("The suggestion is on record. The clock runs."))
            return redirect("supervision:suggestion-detail", typed["key"])
    context = {"form": form, "place": branch, "due_on": answer_due(request.today)}
    return render(request, "supervision/suggestions/record.html", context)


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Answer it, or correct the answer."""
    suggestion = get_in_scope(request, SUGGESTIONS.all(), pk=key)
    form = AnswerForm(request.POST or None, suggestion=suggestion, today=request.today)
    if form.is_valid():
        given: dict[str, Any] = {"values": form.cleaned_data, "on": request.today, "by": request.user}
        if try_on_form(form, lambda: answer_suggestion(suggestion=suggestion, **given)):
            messages.success(request, _("The answer is on record. The member finds it on their page."))
            return redirect(suggestion)
    context = {"form": form, "suggestion": suggestion, "state": _standing(suggestion, request)}
    return render(request, "supervision/suggestions/answer.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def suggestion_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what an officer wrote down by mistake."""
    suggestion = get_in_scope(request, SUGGESTIONS.all(), pk=key)
    form = ReasonForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if try_on_form(form, lambda: remove_suggestion(suggestion=suggestion, reason=reason, by=request.user)):
            messages.success(request, _("The entry is removed."))
            return redirect(f"{reverse('supervision:suggestion-list')}?{_of(suggestion.organization)}")
    return render(request, "supervision/suggestions/remove.html", {"form": form, "suggestion": suggestion})


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


SHOWN_OF_OWN = 50
OWN_ON_A_PAGE = 20


@signed_in
@never_cache
@require_safe
def suggestion_mine(request: PageRequest) -> HttpResponse:
    """What I asked and what came of it, and what the branch was asked in the open."""
    member = _member(request)
    branch = branch_of(member)
    form = SharedFilterForm(request.GET)
    shared = form.narrow(shared_suggestions(request.user), on=request.today)
    page = Paginator(shared, OWN_ON_A_PAGE).get_page(request.GET.get("page"))
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
    return render(request, "supervision/suggestions/mine.html", context)


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
        if try_on_form(form, lambda: make_suggestion(asked_on=day, on=day, by=request.user, **given)):
            messages.success(request, _("Thank you. Your branch answers by the day you see here."))
            return redirect("supervision:suggestion-detail", given["key"])
    due_on = answer_due(request.today, local=in_force_at(branch.path, on=request.today))
    context = {"form": form, "branch": branch, "due_on": due_on}
    return render(request, "supervision/suggestions/new.html", context)


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
        if try_on_form(form, lambda: ask_for_help(on=request.today, by=request.user, **given)):
            messages.success(request, _("Your request is with the officers of your branch."))
            return redirect("supervision:suggestion-mine")
    return render(request, "supervision/suggestions/help.html", {"form": form, "branch": branch, "due_on": due_on})


@signed_in
@never_cache
@require_safe
def suggestion_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One suggestion with its answer; other members read the name only where the member shows it."""
    suggestion = get_in_scope(request, SUGGESTIONS.all(), pk=key)
    may, path = request.user.access.may, suggestion.organization.path
    is_mine = suggestion.member_id == request.user.access.member_id
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
    return render(request, "supervision/suggestions/detail.html", context)


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
    try_with_message(request, lambda: say_settled(suggestion=suggestion, **given), _("Thank you, that is on record."))
    return redirect(suggestion)


@signed_in
@require_POST
def suggestion_withdraw(request: PageRequest, key: UUID) -> HttpResponse:
    """Take one's own back while nobody has answered."""
    suggestion = _own(request, key)
    done = _("Your suggestion is taken back.")
    if try_with_message(request, lambda: withdraw_suggestion(suggestion=suggestion, by=request.user), done):
        return redirect("supervision:suggestion-mine")
    return redirect(suggestion)


def _own(request: PageRequest, key: UUID) -> Suggestion:
    """Raises Http404 for everybody else's, seen or not."""
    return get_object_or_404(SUGGESTIONS.filter(pk__in=Suggestion.objects.own_of(request.user).values("pk")), pk=key)


def _member(request: PageRequest) -> Member:
    if request.user.access.member_id is None:
        raise Http404
    return get_object_or_404(Member, pk=request.user.access.member_id)


def _member_of_branch(request: PageRequest) -> tuple[Member, Organization]:
    """Who stands on no roster has no branch that could answer."""
    member = _member(request)
    branch = branch_of(member)
    if branch is None:
        raise Http404
    return member, branch


COUNTING = Capability.COUNT_SUPERVISION
ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


@requires(COUNTING)
@require_safe
def suggestion_below(request: PageRequest) -> HttpResponse:
    """Asked, answered, in time, solved, overdue: by branch."""
    place, form = _asked_counts(request)
    first, last = form.period(request.today)
    lines = _lines(form, place, first, last)
    answered, solved = sum(line.answered for line in lines), sum(line.solved for line in lines)
    context = {
        "place": place,
        "form": form,
        "first": first,
        "last": last,
        "page": Paginator(lines, ON_A_PAGE).get_page(request.GET.get("page")),
        "asked": sum(line.asked for line in lines),
        "answered": answered,
        "solved": solved,
        "solved_share": share(solved, answered),
        "late": sum(line.overdue > 0 for line in lines),
        "query": request.GET.urlencode(),
    }
    return render(request, "supervision/suggestions/below.html", context)


@requires(COUNTING)
@require_safe
def suggestion_below_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place, form = _asked_counts(request)
    first, last = form.period(request.today)
    sheet = Sheet(_("Suggestions"), _headings_counts(), _cells_counts(_lines(form, place, first, last)))
    words = {"place": place.name, "first": first.isoformat(), "last": last.isoformat()}
    return workbook(_("Suggestions %(place)s %(first)s to %(last)s.xlsx") % words, sheet)


def _asked_counts(request: PageRequest) -> tuple[Organization, BelowFilterForm]:
    place = place_asked_for(request, COUNTING)
    above = Organization.objects.visible_to(request.user, COUNTING).standing_on(request.today).filter(kind__in=ABOVE)
    return place, BelowFilterForm(request.GET, places=above, today=request.today)


def _lines(form: BelowFilterForm, place: Organization, first: date, last: date) -> list[BranchLine]:
    text = form.cleaned_data.get("q") or ""
    return [line for line in branch_lines(place.path, first, last) if text in line.branch.name]


def _headings_counts() -> list[str]:
    return [
        _("Branch"), _("Asked"), _("Answered"), _("Answered in time"), _("Solved"),
        _("Solved, per cent of the answers"), _("Overdue"),
    ]  # fmt: skip


def _cells_counts(lines: Iterable[BranchLine]) -> Iterator[list[object]]:
    for line in lines:
        yield [
            line.branch.name, line.asked, line.answered, line.answered_on_time, line.solved, line.solved_share,
            line.overdue,
        ]  # fmt: skip
