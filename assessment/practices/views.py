"""Practices worth sharing: where they come from, the library, and who adopts them."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _, ngettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.choices import PracticeKind
from assessment.practices.forms import (
    AdoptForm,
    PracticeEditForm,
    PracticeFilterForm,
    PracticeForm,
    PublishForm,
    WordsForm,
)
from assessment.practices.models import Adoption, Practice
from assessment.practices.queries import (
    adopting,
    adoptions_of,
    library,
    solved_problems,
    solved_suggestions,
    sources_of,
    unit_kind_of,
    unpublished,
    writing_for,
)
from assessment.practices.services import (
    adopt_practice,
    edit_practice,
    publish_practice,
    remove_practice,
    say_how_it_goes,
    stop_adopting,
    withdraw_practice,
    write_practice,
)
from members.access.policy import get_in_scope, requires, signed_in
from members.choices import Capability
from members.fields import opened
from members.models import Organization
from members.pages.listing import Listing, Nothing, day, linked, text
from members.pages.requests import FORM_METHODS, PageRequest, branch_asked_for, try_with_message
from members.pages.steps import Button, Crumb, Step, Words, form_page
from supervision.problems.models import Problem
from supervision.suggestions.models import Suggestion


@dataclass(frozen=True, slots=True)
class Origin:
    """`row` is read by its own branch alone: the page shows it beside the form, and nothing leads back to it."""

    row: Problem | Suggestion
    title: str
    organization: Organization
    initial: dict[str, Any]


def origin(request: PageRequest) -> Origin | None:
    """None: begun from nothing. 404 for what one doesn't see or isn't solved, 403 where one doesn't write."""
    if key := request.GET.get("problem"):
        problem = get_in_scope(request, solved_problems(), pk=_key(key))
        facts = {"problem": problem.text, "solution": problem.measure, "kind": PracticeKind.SUPERVISION}
        return _origin(problem, facts)
    if key := request.GET.get("suggestion"):
        return _origin(get_in_scope(request, solved_suggestions(), pk=_key(key)), {"kind": PracticeKind.SUPERVISION})
    return None


def _origin(row: Problem | Suggestion, facts: dict[str, Any]) -> Origin:
    """Neither words of a member nor the branch's answer to that member are copied."""
    return Origin(row, opened(row.text), row.organization, {"organization": row.organization.code, **facts})


def _key(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Http404 from error


RECORD = Capability.RECORD_ASSESSMENT
ON_A_PAGE = 20
PRACTICES = Practice.objects.select_related("organization")
ADOPTED_BY = ngettext_lazy("by %(counter)s branch", "by %(counter)s branches", "counter")


def adopted_words(number: int) -> Words:
    return ADOPTED_BY % {"counter": number} if number else _("nowhere yet")


LISTING = Listing(
    columns=[
        linked("title", _("Practice")),
        text("kind", _("Which kind of difficulty"), "get_kind_display"),
        text("branch", _("Branch"), "organization.name"),
        day("published_on", _("Published on")),
        text("adopted", _("Taken over"), lambda one: adopted_words(one.adopted_by)),
    ],
    phone=["title", "published_on", "branch", "adopted"],
    counted=ngettext_lazy("%(counter)s practice", "%(counter)s practices", "counter"),
    nothing=Nothing(
        _(
            "No branch has shared anything yet. Secretaries write practices down; ask a branch that solved something "
            "well."
        ),
        "bookmarks",
    ),
    no_match=_("No practice fits. Take away a filter or a word."),
    size=ON_A_PAGE,
)
NONE_BEGUN = _(
    "No branch has shared anything yet. What has yours solved this year? A problem that was put right is a good "
    "beginning."
)
ABOUT = _("What branches found that works, in their own words, for others to take over. Nobody gets points for it.")


@requires(Capability.VIEW_ORGANIZATIONS)
@never_cache
@require_safe
def practice_list(request: PageRequest) -> HttpResponse:
    """The library for everybody with an office, newest first; whoever writes finds their drafts above it."""
    form = PracticeFilterForm(request.GET)
    may_write = request.user.access.may_any([RECORD])
    write, start = _("Write down a practice"), reverse("assessment:practice-start")
    nothing = Nothing(NONE_BEGUN, "bookmarks", write, start) if may_write else None
    return LISTING.shown(request, form.narrow(library(request.user)), form=form, nothing=nothing).answer(
        title=_("Practices worth sharing"),
        lead=ABOUT,
        buttons=[may_write and Button(write, start, "pencil-square", primary=True)],
        template="assessment/practices/list.html",
        more={
            "drafts": unpublished(request.user) if may_write else [],
            "my_kind": unit_kind_of(request.user, request.today) if may_write else "",
        },
    )


@signed_in
@never_cache
@require_safe
def practice_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One practice, and how it goes where it was taken over."""
    practice = get_in_scope(request, PRACTICES.all(), pk=key)
    access = request.user.access
    page = Paginator(adoptions_of(practice), ON_A_PAGE).get_page(request.GET.get("page"))
    is_public = practice.state == "published"
    context = {
        "practice": practice,
        "page": page,
        "adopted": adopted_words(page.paginator.count),
        "mine": [one for one in page if access.may(RECORD, one.organization.path)],
        "may_write": access.may(RECORD, practice.organization.path),
        "may_adopt": is_public and adopting(practice, request.user, request.today).exists(),
    }
    return render(request, "assessment/practices/detail.html", context)


@requires(RECORD)
@never_cache
@require_safe
def practice_start(request: PageRequest) -> HttpResponse:
    """What the branch solved, to write about; titles that only the branch reads."""
    branch = branch_asked_for(request, RECORD)
    context = {"branch": branch, "sources": sources_of(branch, request.user)}
    return render(request, "assessment/practices/start.html", context)


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def practice_new(request: PageRequest) -> HttpResponse:
    """A draft: begun from nothing, or from something solved."""
    begun = origin(request)
    branches = writing_for(request.user, request.today)
    if not branches:
        raise Http404
    form = PracticeForm(request.POST or None, branches=branches, initial=begun.initial if begun else {})

    def act(typed: dict[str, Any]) -> Practice:
        return write_practice(
            key=typed["key"], organization=typed["organization"], values=form.facts(), by=request.user
        )

    done = _("The draft is kept. Only your branch sees it until you publish it.")
    step = Step(_("Write down a practice"), _("Keep as a draft"), done)
    template, more = "assessment/practices/write.html", {"origin": begun}
    return form_page(request, form, act, step, lambda new: new, crumbs=[_all()], template=template, more=more)


def _all() -> Crumb:
    return _("Practices worth sharing"), reverse("assessment:practice-list")


def _above(practice: Practice) -> list[Crumb]:
    return [_all(), (Truncator(practice.title).chars(30), practice.get_absolute_url())]


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def practice_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Change what isn't published."""
    practice = get_in_scope(request, PRACTICES.all(), pk=key)
    form = PracticeEditForm(request.POST or None, practice=practice)
    act = partial(edit_practice, practice=practice, by=request.user)
    step = Step(_("Change the practice"), _("Save"), _("Changed."))
    where, template = _above(practice), "assessment/practices/write.html"
    return form_page(
        request, form, lambda _typed: act(values=form.facts()), step, practice, crumbs=where, template=template
    )


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def practice_publish(request: PageRequest, key: UUID) -> HttpResponse:
    """Let everybody with an office read it, after a look at what mustn't stand in it."""
    practice = get_in_scope(request, PRACTICES.all(), pk=key)
    act = partial(publish_practice, practice=practice, on=request.today, by=request.user)
    step = Step(_("Publish the practice"), _("Publish"), _("Published. Other branches can take it over now."))
    where, template, more = _above(practice), "assessment/practices/write.html", {"practice": practice}
    form = PublishForm(request.POST or None)
    return form_page(request, form, lambda _typed: act(), step, practice, crumbs=where, template=template, more=more)


@requires(RECORD)
@require_POST
def practice_withdraw(request: PageRequest, key: UUID) -> HttpResponse:
    """Take it out of the library; the branch can change it and publish it again."""
    practice = get_in_scope(request, PRACTICES.all(), pk=key)
    done = _("Withdrawn. Only your branch sees it.")
    try_with_message(request, lambda: withdraw_practice(practice=practice, by=request.user), done)
    return redirect(practice)


@requires(RECORD)
@require_POST
def practice_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Throw a draft away."""
    practice = get_in_scope(request, PRACTICES.all(), pk=key)
    if try_with_message(
        request, lambda: remove_practice(practice=practice, by=request.user), _("The draft is thrown away.")
    ):
        return redirect("assessment:practice-list")
    return redirect(practice)


PUBLISHED = Practice.objects.published().select_related("organization")
ADOPTIONS = Adoption.objects.filter(practice__in=PUBLISHED).select_related("practice", "organization")
"""What was withdrawn is out of everybody's sight, with what others said of it."""


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def practice_adopt(request: PageRequest, key: UUID) -> HttpResponse:
    """Another branch's practice is taken over by one's own."""
    branches = writing_for(request.user, request.today)
    practice = get_in_scope(request, PUBLISHED, lambda _row: _first(branches).path, pk=key)
    free = adopting(practice, request.user, request.today) if request.method != "POST" else branches
    act = partial(adopt_practice, practice=practice, on=request.today, by=request.user)
    done = _("Your branch does it too now. Say after a while how it goes.")
    step = Step(_("Take the practice over"), _("We do this too"), done)
    lead = f"{practice.title} · {practice.organization.name}"
    form, where = AdoptForm(request.POST or None, branches=free), _above(practice)
    return form_page(request, form, lambda typed: act(**typed), step, practice, crumbs=where, lead=lead)


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def adoption_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """How it goes by now."""
    adoption = get_in_scope(request, ADOPTIONS.all(), pk=key)
    practice = adoption.practice
    act = partial(say_how_it_goes, adoption=adoption, by=request.user)
    step = Step(_("How does it go?"), _("Save"), _("Thank you. The next branch reads it."))
    lead = f"{practice.title} · {adoption.organization.name}"
    form, where = WordsForm(request.POST or None, initial={"words": adoption.words}), _above(practice)
    return form_page(request, form, lambda typed: act(words=typed["words"]), step, practice, crumbs=where, lead=lead)


@requires(RECORD)
@require_POST
def adoption_stop(request: PageRequest, key: UUID) -> HttpResponse:
    """The branch doesn't do it any more."""
    adoption = get_in_scope(request, ADOPTIONS.all(), pk=key)
    stop_adopting(adoption=adoption, by=request.user)
    messages.success(request, _("Your branch is taken off the list."))
    return redirect("assessment:practice-list")


def _first(branches: QuerySet[Organization]) -> Organization:
    """Whoever writes for no branch has none that could do it."""
    if (first := branches.first()) is None:
        raise Http404
    return first
