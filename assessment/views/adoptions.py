"""Taking over a practice of another branch: beginning, saying how it goes, giving it up."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from assessment.forms.practices import AdoptForm, WordsForm
from assessment.models import Adoption, Practice
from assessment.queries.practices import adopting, writing_for
from assessment.services.practices import adopt_practice, say_how_it_goes, stop_adopting
from members.choices import Capability
from members.models import Organization
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest

RECORD = Capability.RECORD_ASSESSMENT
PUBLISHED = Practice.objects.published().select_related("organization")
ADOPTIONS = Adoption.objects.filter(practice__in=PUBLISHED).select_related("practice", "organization")
"""What was withdrawn is out of everybody's sight, with what others said of it."""


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def practice_adopt(request: PageRequest, key: UUID) -> HttpResponse:
    """Another branch's practice is taken over by one's own."""
    branches = writing_for(request.user, request.today)
    practice = fetch(request, PUBLISHED, lambda _row: _first(branches).path, pk=key)
    free = adopting(practice, request.user, request.today) if request.method != "POST" else branches
    form = AdoptForm(request.POST or None, branches=free)
    if form.is_valid():
        given: dict[str, Any] = {**form.cleaned_data, "practice": practice, "on": request.today, "by": request.user}
        if carried_out(form, lambda: adopt_practice(**given)):
            messages.success(request, _("Your branch does it too now. Say after a while how it goes."))
            return redirect(practice)
    return render(request, "assessment/practice_adopt.html", {"form": form, "practice": practice})


@requires(RECORD)
@never_cache
@require_http_methods(FORM_METHODS)
def adoption_edit(request: PageRequest, key: UUID) -> HttpResponse:
    """How it goes by now."""
    adoption = fetch(request, ADOPTIONS.all(), pk=key)
    form = WordsForm(request.POST or None, initial={"words": adoption.words})
    if form.is_valid():
        words = form.cleaned_data["words"]
        if carried_out(form, lambda: say_how_it_goes(adoption=adoption, words=words, by=request.user)):
            messages.success(request, _("Thank you. The next branch reads it."))
            return redirect(adoption.practice)
    return render(request, "assessment/adoption_edit.html", {"form": form, "adoption": adoption})


@requires(RECORD)
@require_POST
def adoption_stop(request: PageRequest, key: UUID) -> HttpResponse:
    """The branch doesn't do it any more."""
    adoption = fetch(request, ADOPTIONS.all(), pk=key)
    stop_adopting(adoption=adoption, by=request.user)
    messages.success(request, _("Your branch is taken off the list."))
    return redirect("assessment:practice-list")


def _first(branches: QuerySet[Organization]) -> Organization:
    """Whoever writes for no branch has none that could do it."""
    if (first := branches.first()) is None:
        raise Http404
    return first
