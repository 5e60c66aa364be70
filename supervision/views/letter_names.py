"""Requests for writers' names, for the custodian who keeps them. The key is on paper and typed each time."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from members.policy import fetch, signed_in
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.letters import CustodyForm
from supervision.models import NameRequest
from supervision.services.letter_names import decide_name, reason_for_custodian

REQUESTS = NameRequest.objects.select_related("letter__organization", "custody_key")


@signed_in
@require_safe
def name_list(request: PageRequest) -> HttpResponse:
    """Those sealed to my key; for everybody else an empty page."""
    rows = REQUESTS.visible_to(request.user).order_by("decided_on", "asked_on", "key")
    return render(request, "supervision/name_list.html", {"rows": rows})


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def name_decide(request: PageRequest, key: UUID) -> HttpResponse:
    """First the reason, then yes or no."""
    row = fetch(request, REQUESTS, pk=key)
    form = CustodyForm(request.POST if request.method == "POST" else None)
    reason: list[str] = []
    if form.is_valid():
        private, act = form.cleaned_data["private"], form.cleaned_data["act"]
        if act == CustodyForm.READ:
            carried_out(form, lambda: reason.append(reason_for_custodian(request=row, private=private)))
        elif carried_out(form, lambda: _decide(request, row, private, act)):
            messages.success(request, _("It is decided. The writer sees it with the receipt."))
            return redirect("supervision:name-list")
    return render(request, "supervision/name_decide.html", {"row": row, "form": form, "reason": reason})


def _decide(request: PageRequest, row: NameRequest, private: bytes, act: str) -> None:
    is_released = act == CustodyForm.RELEASE
    decide_name(request=row, private=private, is_released=is_released, on=request.today, by=request.user)
