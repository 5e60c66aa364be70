"""Suggestions: where they are answered, members' own, and counts of the branches below."""

from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dues.ledger.queries import branch_of
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability, OrganizationKind
from members.contacts.rules import answer_due as help_due
from members.contacts.services import ask_for_help
from members.exports.services import record_export
from members.models import Member, Organization
from members.pages.forms import ReasonForm
from members.pages.listing import Nothing, excel
from members.pages.requests import (
    FORM_METHODS,
    PageRequest,
    address,
    branch_asked_for,
    place_asked_for,
    try_with_message,
)
from members.pages.steps import Button, Crumb, Step, form_page
from members.regulations.queries import in_force_at
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
from supervision.suggestions.lists import BRANCHES, LISTING, OWN, OWN_HELP, SHOWN_OF_OWN, state_badges
from supervision.suggestions.models import Suggestion, SuggestionQuerySet
from supervision.suggestions.queries import (
    PEOPLE,
    BranchSuggestions,
    branch_lines,
    in_words,
    own_help,
    own_suggestions,
    people_of,
    shared_suggestions,
    suggestions_at,
    year_of,
)
from supervision.suggestions.rules import answer_due, share
from supervision.suggestions.services import (
    answer_suggestion,
    is_own_words,
    make_suggestion,
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
    is_branch = place.kind == "branch"
    record = (
        is_branch
        and request.user.access.may(RECORD, place.path)
        and address("supervision:suggestion-record", org=place.code)
    )
    sentence = _("Nobody has suggested anything yet. Ask at the next meeting, and write down what is said.")
    nothing = Nothing(sentence, "lightbulb", _("Write one down"), record) if record else None
    return LISTING.shown(request, rows, form=form, nothing=nothing, without={"branch"} if is_branch else ()).answer(
        title=_("Suggestions"),
        lead=place.name,
        notes=[f"{_('This year:')} {in_words(year_of(place.path, on=request.today))}"],
        buttons=[
            record and Button(_("Write one down for a member"), record, "pencil-square", primary=True),
            Button(_("Requests for help"), reverse("members:help-list"), "life-preserver"),
            excel(request, reverse("supervision:suggestion-export")),
        ],
    )


@requires(VIEW)
@require_safe
def suggestion_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; that it was taken is on record."""
    place = place_asked_for(request, VIEW)
    _form, rows = _asked(request, place)
    found = list(rows[:MOST_ROWS])
    record_export(action="export_suggestions", place=place, rows=len(found), by=request.user)
    name = _("Suggestions %(place)s %(day)s.xlsx") % {"place": place.name, "day": request.today.isoformat()}
    return LISTING.exported(request, found, file=name, sheet=_("Suggestions"))


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_record(request: PageRequest) -> HttpResponse:
    """Write down what a member without an account suggests."""
    branch = branch_asked_for(request, RECORD)
    form = RecordForm(request.POST or None, people=people_of(branch), today=request.today)
    step = Step(
        _("Write down a member's suggestion"),
        _("Record the suggestion"),
        _("The suggestion is on record. The clock runs."),
    )
    words = _("For members who can't write it themselves. Ask whether the others may read it, and with which name.")

    def act(typed: dict[str, Any]) -> Suggestion:
        facts = {name: typed[name] for name in ("key", "member", "asked_on")}
        return make_suggestion(values=form.facts(), on=request.today, by=request.user, **facts)

    lead = f"{branch.name} · {words}"
    return form_page(request, form, act, step, lambda stored: stored, crumbs=[_all_of(branch)], lead=lead)


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """Answer it, or correct the answer."""
    suggestion = get_in_scope(request, SUGGESTIONS.all(), pk=key)
    form = AnswerForm(request.POST or None, suggestion=suggestion, today=request.today)
    title, label = (
        (_("Correct the answer"), _("Correct it"))
        if suggestion.answered_on
        else (_("Answer a suggestion"), _("Answer"))
    )
    act = partial(answer_suggestion, suggestion=suggestion, on=request.today, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(values=typed),
        Step(title, label, _("The answer is on record. The member finds it on their page.")),
        suggestion,
        crumbs=[_all_of(suggestion.organization), (_("Suggestion"), suggestion.get_absolute_url())],
        template="supervision/suggestions/answer.html",
        more={"suggestion": suggestion, "badges": state_badges(suggestion, request.today)},
    )


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def suggestion_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Take out what an officer wrote down by mistake."""
    suggestion = get_in_scope(request, SUGGESTIONS.all(), pk=key)
    question = _("Remove this suggestion? Its text is deleted; the reason stays on record.")
    title = _("Remove a suggestion recorded by mistake")
    words = _("Only what was never said. An uncomfortable suggestion is answered.")
    return form_page(
        request,
        ReasonForm(request.POST or None),
        lambda typed: remove_suggestion(suggestion=suggestion, reason=typed["reason"], by=request.user),
        Step(title, _("Remove it"), _("The entry is removed."), question, danger=True),
        address("supervision:suggestion-list", org=suggestion.organization.code),
        crumbs=[(_("Suggestion"), suggestion.get_absolute_url())],
        lead=f"{suggestion.member.name} · {suggestion.asked_on} · {words}",
    )


def _asked(request: PageRequest, place: Organization) -> tuple[SuggestionFilterForm, SuggestionQuerySet]:
    form = SuggestionFilterForm(request.GET, places=_places(request), today=request.today)
    return form, form.narrow(suggestions_at(place, request.user), on=request.today)


def _places(request: PageRequest) -> QuerySet[Organization]:
    """The branches whose suggestions one reads."""
    return Organization.objects.visible_to(request.user, VIEW).branches().standing_on(request.today)


def _all_of(place: Organization) -> Crumb:
    return _("Suggestions"), address("supervision:suggestion-list", org=place.code)


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
        "own": OWN.shown(request, list(own_suggestions(request.user)[:SHOWN_OF_OWN])),
        "help": OWN_HELP.shown(request, list(own_help(request.user)[:SHOWN_OF_OWN])),
        "form": form,
        "page": page,
        "lines": [(one, state_badges(one, request.today)) for one in page],
        "year": in_words(year_of(branch.path, on=request.today)) if branch else "",
    }
    return render(request, "supervision/suggestions/mine.html", context)


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_new(request: PageRequest) -> HttpResponse:
    """Suggest something to the own branch."""
    member, branch = _member_of_branch(request)
    form, today = SuggestionForm(request.POST or None), request.today
    due_on = answer_due(today, local=in_force_at(branch.path, on=today))
    done = _("Thank you. Your branch answers by the day you see here.")
    act = partial(make_suggestion, member=member, asked_on=today, on=today, by=request.user)
    return form_page(
        request,
        form,
        lambda typed: act(key=typed["key"], values=form.facts()),
        Step(_("Suggest something"), _("Send it"), done),
        lambda stored: stored,
        crumbs=[_mine()],
        lead=_("%(branch)s answers by %(day)s.") % {"branch": branch.name, "day": due_on},
        notice=_(
            "The officers of your branch read this and see who wrote it. What is about one of them doesn't belong "
            "here: write a sealed letter, which they can't read."
        ),
    )


@signed_in
@never_cache
@require_http_methods(FORM_METHODS)
def suggestion_help(request: PageRequest) -> HttpResponse:
    """Say what one needs: a request for help like those that come up in contacts."""
    member, branch = _member_of_branch(request)
    due_on = help_due(request.today, local=in_force_at(branch.path, on=request.today))
    lead = _("%(branch)s answers by %(day)s. If it can't wait, call the secretary.")
    act = partial(ask_for_help, member=member, on=request.today, by=request.user)
    facts = {"asked_on": request.today, "due_on": due_on}
    return form_page(
        request,
        OwnHelpForm(request.POST or None),
        lambda typed: act(key=typed["key"], values={"request": typed["request"], **facts}),
        Step(_("Ask for help"), _("Send the request"), _("Your request is with the officers of your branch.")),
        "supervision:suggestion-mine",
        crumbs=[_mine()],
        lead=lead % {"branch": branch.name, "day": due_on},
    )


def _mine() -> Crumb:
    return _("Suggestions and help"), reverse("supervision:suggestion-mine")


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
        "is_answered": suggestion.answered_on is not None,
        "badges": state_badges(suggestion, request.today),
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


ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


@requires(COUNT)
@require_safe
def suggestion_below(request: PageRequest) -> HttpResponse:
    """Asked, answered, in time, solved, overdue: by branch."""
    place, form, (first, last), lines = _counts_asked_for(request)
    answered, solved = sum(line.answered for line in lines), sum(line.solved for line in lines)
    figures = {
        "asked": sum(line.asked for line in lines),
        "answered": answered,
        "solved": solved,
        "solved_share": share(solved, answered),
        "late": sum(line.overdue > 0 for line in lines),
    }
    period = _("%(first)s to %(last)s") % {"first": first, "last": last}
    return BRANCHES.shown(request, lines, form=form).answer(
        title=_("Suggestions in the branches"),
        lead=f"{place.name} · {period}",
        buttons=[excel(request, reverse("supervision:suggestion-below-export"))],
        template="supervision/suggestions/below.html",
        more=figures,
    )


@requires(COUNT)
@require_safe
def suggestion_below_export(request: PageRequest) -> FileResponse:
    """The same as a workbook; it names no member."""
    place, _form, (first, last), lines = _counts_asked_for(request)
    words = {"place": place.name, "first": first, "last": last}
    file = _("Suggestions %(place)s %(first)s to %(last)s.xlsx") % words
    return BRANCHES.exported(request, lines, file=file, sheet=_("Suggestions"))


def _counts_asked_for(
    request: PageRequest,
) -> tuple[Organization, BelowFilterForm, tuple[date, date], list[BranchSuggestions]]:
    place = place_asked_for(request, COUNT)
    places = Organization.objects.visible_to(request.user, COUNT).standing_on(request.today)
    places = places.filter(Q(kind__in=ABOVE) | Q(pk=place.pk))
    form = BelowFilterForm(request.GET, places=places, today=request.today)
    days, name = form.period(request.today), form.cleaned_data.get("q") or ""
    return place, form, days, [line for line in branch_lines(place.path, *days) if name in line.branch.name]
