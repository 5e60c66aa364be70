"""Practices worth sharing: the library, one of them, writing, publishing, withdrawing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessment.forms.practices import PracticeEditForm, PracticeFilterForm, PracticeForm, PublishForm
from assessment.models import Practice
from assessment.queries.practices import (
    adopting,
    adoptions_of,
    library,
    sources_of,
    unit_kind_of,
    unpublished,
    writing_for,
)
from assessment.services.practices import (
    edit_practice,
    publish_practice,
    remove_practice,
    withdraw_practice,
    write_practice,
)
from assessment.views.practice_origin import origin
from members.choices import Capability
from members.places import branch_asked_for
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out, told
from members.requests import FORM_METHODS, PageRequest

RECORD = Capability.RECORD_ASSESSMENT
ON_A_PAGE = 20
PRACTICES = Practice.objects.select_related("organization")


@requires(Capability.VIEW_ORGANIZATIONS)
@never_cache
@require_safe
def practice_list(request: PageRequest) -> HttpResponse:
    """The library for everybody with an office, newest first; whoever writes finds their drafts above it."""
    form = PracticeFilterForm(request.GET)
    page = Paginator(form.narrow(library(request.user)), ON_A_PAGE).get_page(request.GET.get("page"))
    may_write = request.user.standing.may_any([RECORD])
    context = {
        "form": form,
        "page": page,
        "may_write": may_write,
        "drafts": unpublished(request.user) if may_write else [],
        "my_kind": unit_kind_of(request.user, request.today) if may_write else "",
    }
    return render(request, "assessment/practice_list.html", context)


@signed_in
@never_cache
@require_safe
def practice_detail(request: PageRequest, key: UUID) -> HttpResponse:
    """One practice, and how it goes where it was taken over."""
    practice = fetch(request, PRACTICES.all(), pk=key)
    standing = request.user.standing
    page = Paginator(adoptions_of(practice), ON_A_PAGE).get_page(request.GET.get("page"))
    is_public = practice.state == "published"
    context = {
        "practice": practice,
        "page": page,
        "mine": [one for one in page if standing.may(RECORD, one.organization.path)],
        "may_write": standing.may(RECORD, practice.organization.path),
        "may_adopt": is_public and adopting(practice, request.user, request.today).exists(),
    }
    return render(request, "assessment/practice_detail.html", context)


@requires(RECORD)
@never_cache
@require_safe
def practice_start(request: PageRequest) -> HttpResponse:
    """What the branch solved, to write about; titles that only the branch reads."""
    branch = branch_asked_for(request, RECORD)
    context = {"branch": branch, "sources": sources_of(branch, request.user)}
    return render(request, "assessment/practice_start.html", context)


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
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("key", "organization")}
        if carried_out(form, lambda: write_practice(values=form.facts(), by=request.user, **given)):
            messages.success(request, _("The draft is kept. Only your branch sees it until you publish it."))
            return redirect("assessment:practice-detail", given["key"])
    return render(request, "assessment/practice_new.html", {"form": form, "origin": begun})


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def practice_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """Change what isn't published."""
    practice = fetch(request, PRACTICES.all(), pk=key)
    form = PracticeEditForm(request.POST or None, practice=practice)
    given: dict[str, Any] = {"practice": practice, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: edit_practice(values=form.facts(), **given)):
        messages.success(request, _("Changed."))
        return redirect(practice)
    return render(request, "assessment/practice_edit.html", {"form": form, "practice": practice})


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def practice_publish(request: PageRequest, key: UUID) -> HttpResponse:
    """Let everybody with an office read it, after a look at what mustn't stand in it."""
    practice = fetch(request, PRACTICES.all(), pk=key)
    form = PublishForm(request.POST or None)
    given: dict[str, Any] = {"practice": practice, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: publish_practice(**given)):
        messages.success(request, _("Published. Other branches can take it over now."))
        return redirect(practice)
    return render(request, "assessment/practice_publish.html", {"form": form, "practice": practice})


@requires(RECORD)
@require_POST
def practice_withdraw(request: PageRequest, key: UUID) -> HttpResponse:
    """Take it out of the library; the branch can change it and publish it again."""
    practice = fetch(request, PRACTICES.all(), pk=key)
    done = _("Withdrawn. Only your branch sees it.")
    told(request, lambda: withdraw_practice(practice=practice, by=request.user), done)
    return redirect(practice)


@requires(RECORD)
@require_POST
def practice_remove(request: PageRequest, key: UUID) -> HttpResponse:
    """Throw a draft away."""
    practice = fetch(request, PRACTICES.all(), pk=key)
    if told(request, lambda: remove_practice(practice=practice, by=request.user), _("The draft is thrown away.")):
        return redirect("assessment:practice-list")
    return redirect(practice)
