"""What members say of their branch's work. Nothing of an answer leaves the page by which it was given."""

from contextlib import suppress
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods, require_safe

from assessment.forms.views_given import SatisfactionForm
from assessment.models import Assessment
from assessment.queries.views_asked import satisfaction_asked
from assessment.services.satisfaction import AlreadyAnswered, give_answer
from members.policy import signed_in
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest


@signed_in
@never_cache
@require_safe
def satisfaction_mine(request: PageRequest) -> HttpResponse:
    """What is asked of me about my branch, and whether I have answered; never what."""
    asked = list(satisfaction_asked(request.user)) if request.user.standing.member_id else []
    return render(request, "assessment/satisfaction_mine.html", {"asked": asked})


@signed_in
@never_cache
@sensitive_post_parameters()
@sensitive_variables()
@require_http_methods(FORM_METHODS)
def satisfaction_answer(request: PageRequest, key: UUID) -> HttpResponse:
    """One question; it is answered once."""
    one = satisfaction_asked(request.user).filter(pk=key).first() if request.user.standing.member_id else None
    if one is None:
        raise Http404
    if one.has_answered:  # type: ignore[attr-defined]
        return redirect("assessment:satisfaction-mine")
    form = SatisfactionForm(request.POST or None)
    if form.is_valid() and carried_out(form, lambda: _give(request, one, form)):
        return redirect("assessment:satisfaction-mine")
    return render(request, "assessment/satisfaction_answer.html", {"form": form, "one": one})


@sensitive_variables()
def _give(request: PageRequest, one: Assessment, form: SatisfactionForm) -> None:
    member_id = request.user.standing.member_id
    with suppress(AlreadyAnswered):  # a double click: it was counted once, and the page says so
        if member_id:
            give_answer(assessment=one, member_id=member_id, answer=form.cleaned_data["answer"])
