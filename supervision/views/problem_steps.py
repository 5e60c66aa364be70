"""What happens to a problem: reported as done, accepted, sent back, moved, dropped, noted; evidence."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from meetings.files import send_file
from members.policy import fetch, requires, signed_in
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest
from supervision.forms.problems import AssignForm, StepForm
from supervision.queries.problems import parts_of, people_of
from supervision.rules.problems import STEPS
from supervision.services.problems import assign, take_step
from supervision.views.problem_pages import RECORD
from supervision.views.problems import PROBLEMS

WORDS = {
    "done": (gettext_lazy("Report as done"), gettext_lazy("Say what was done, and show it if you can.")),
    "note": (gettext_lazy("Add a note"), gettext_lazy("Say how far it has come.")),
    "accepted": (gettext_lazy("Accept"), gettext_lazy("Say what you looked at.")),
    "sent_back": (gettext_lazy("Send back"), gettext_lazy("Say what is still missing.")),
    "moved": (gettext_lazy("Give another day"), gettext_lazy("Say why it takes longer.")),
    "dropped": (gettext_lazy("Drop"), gettext_lazy("Say why nothing more is done about it.")),
}


@signed_in
@require_http_methods(FORM_METHODS)
def problem_step(request: PageRequest, key: UUID, kind: str) -> HttpResponse:
    """One step, with a form of its own. Who puts it right is told why they don't decide about it."""
    problem = fetch(request, PROBLEMS, pk=key)
    if not STEPS[kind][1] & parts_of(problem, request.user):
        raise PermissionDenied(_("Your office doesn't cover this. Findings are accepted by those who inspect."))
    form = StepForm(request.POST or None, request.FILES or None, kind=kind)
    given: dict[str, Any] = {"problem": problem, "kind": kind, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: take_step(**form.facts(), **given)):
        messages.success(request, _("It is on record."))
        return redirect(problem)
    heading, lead = WORDS[kind]
    context = {"form": form, "problem": problem, "heading": heading, "lead": lead, "kind": kind}
    return render(request, "supervision/problem_step.html", context)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def problem_assign(request: PageRequest, key: UUID) -> HttpResponse:
    """Measure, who, and who may read it: for findings the branch says so itself."""
    problem = fetch(request, PROBLEMS, pk=key)
    form = AssignForm(request.POST or None, problem=problem, people=people_of(problem.organization))
    if form.is_valid():
        given = {"values": form.facts(), "key": form.cleaned_data["key"], "on": request.today, "by": request.user}
        if carried_out(form, lambda: assign(problem=problem, **given)):
            messages.success(request, _("It is on record."))
            return redirect(problem)
    return render(request, "supervision/problem_assign.html", {"form": form, "problem": problem})


@signed_in
@require_safe
def problem_evidence(request: PageRequest, key: UUID, step: UUID) -> HttpResponseBase:
    """The file, as what its content says it is."""
    problem = fetch(request, PROBLEMS, pk=key)
    found = get_object_or_404(problem.steps.all(), pk=step)
    if not found.file:
        raise Http404
    return send_file(found.file, _("Evidence"))
