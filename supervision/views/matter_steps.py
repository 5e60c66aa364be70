"""The steps of a major matter: opinion, decision, execution, looking back. Each its own small form."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import PageRequest
from supervision.forms.matters import STEP_FORMS
from supervision.queries.matters import show
from supervision.services.matters import take_step
from supervision.views.matters import MATTERS, RECORD

WORDS = {
    "opinion": gettext_lazy("Opinion of the party organization"),
    "decision": gettext_lazy("What was decided"),
    "execution": gettext_lazy("Carrying out"),
    "review": gettext_lazy("Looking back"),
}


@requires(RECORD)
@require_http_methods(["GET", "HEAD", "POST"])
def matter_step(request: PageRequest, key: UUID, step: str) -> HttpResponse:
    """Put the step down; one that stands is corrected with a reason."""
    matter = fetch(request, MATTERS, pk=key)
    form = STEP_FORMS[step](request.POST or None, matter=matter, on=request.today)
    if form.is_valid():
        given = {"step": step, "values": form.values(), "reason": form.cleaned_data.get("reason", "")}
        if carried_out(form, lambda: take_step(matter=matter, by=request.user, on=request.today, **given)):
            messages.success(request, _("Recorded."))
            return redirect(matter)
    context = {"form": form, "matter": matter, "one": show(matter, on=request.today), "heading": WORDS[step]}
    return render(request, "supervision/matter_step.html", context | {"step": step})
