"""Papers of an appraisal: printed, counted by two, begun anew. The online ballot is in `views.appraisals_own`."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.choices import Capability
from members.policy import fetch, requires
from members.refusals import carried_out, told
from members.requests import PageRequest
from supervision.choices import Mark
from supervision.forms.ballots import PaperForm
from supervision.models import AppraisalRound, Appraisee
from supervision.queries.appraisals import progress_of
from supervision.services.ballots import begin_on_paper, count_anew, type_count

RECORD = Capability.RECORD_SUPERVISION
ROUNDS = AppraisalRound.objects.select_related("organization")


@requires(RECORD)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def round_count(request: PageRequest, key: UUID) -> HttpResponse:
    """Type what was counted off the papers, without seeing what the other one typed."""
    held = fetch(request, ROUNDS.all(), pk=key)
    form = PaperForm(request.POST or None, people=_people(held))
    if form.is_valid() and carried_out(form, lambda: _type(request, held, form)):
        return redirect(held)
    context = {"form": form, "round": held, "marks": Mark.choices, "progress": progress_of(held)}
    return render(request, "supervision/appraisal_count.html", context)


@requires(RECORD)
@require_POST
def round_count_anew(request: PageRequest, key: UUID) -> HttpResponse:
    """Throw away what was typed so far."""
    held = fetch(request, ROUNDS.all(), pk=key)
    done = _("The counts are thrown away. Two people type them again.")
    return _acted(request, held, lambda: count_anew(round=held, by=request.user), done)


@requires(RECORD)
@require_POST
def round_on_paper(request: PageRequest, key: UUID) -> HttpResponse:
    """Begin the ballot anew, on paper."""
    held = fetch(request, ROUNDS.all(), pk=key)
    done = _("The ballot begins anew on paper. Print the ballot papers.")
    return _acted(request, held, lambda: begin_on_paper(round=held, by=request.user), done)


@requires(RECORD)
@require_safe
def round_ballot_paper(request: PageRequest, key: UUID) -> HttpResponse:
    """A ballot paper to print, the same for everybody."""
    held = fetch(request, ROUNDS.all(), pk=key)
    context = {"round": held, "people": _people(held), "marks": Mark.choices}
    return render(request, "supervision/appraisal_ballot_paper.html", context)


def _people(held: AppraisalRound) -> list[Appraisee]:
    rows = Appraisee.objects.filter(round=held, is_graded=True).select_related("member")
    return list(rows.order_by("member__name_key", "pk"))


def _type(request: PageRequest, held: AppraisalRound, form: PaperForm) -> None:
    ballots = form.cleaned_data["ballots"]
    if type_count(round=held, ballots=ballots, figures=form.figures(), by=request.user):
        messages.success(request, _("Both counts agree: the sums stand."))
    else:
        messages.success(request, _("Your count is kept. A second person types theirs."))


def _acted(request: PageRequest, held: AppraisalRound, act: Callable[[], Any], done: str) -> HttpResponse:
    told(request, act, done)
    return redirect(held)
