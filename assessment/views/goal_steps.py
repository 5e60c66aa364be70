"""What happens to a joint goal: something done, looked at in the middle of the year, its result."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from assessment.forms.goals import CheckForm, ResultForm, StepForm
from assessment.models import Goal
from assessment.services.goals import add_goal_step, check_goal, end_goal
from assessment.views.goals import GOALS, RECORD
from members.policy import fetch, requires
from members.refusals import carried_out
from members.requests import FORM_METHODS, PageRequest

HEADINGS = {
    "step": gettext_lazy("What was done for the goal"),
    "check": gettext_lazy("Look at it in the middle of the year"),
    "result": gettext_lazy("What came of the goal"),
}


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_step(request: PageRequest, key: UUID) -> HttpResponse:
    """Something was done, in a sentence."""
    goal = fetch(request, GOALS, pk=key)
    return _act(request, goal, "step", StepForm(request.POST or None, today=request.today), add_goal_step)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_check(request: PageRequest, key: UUID) -> HttpResponse:
    """On the way or behind, with words."""
    goal = fetch(request, GOALS, pk=key)
    return _act(request, goal, "check", CheckForm(request.POST or None, goal=goal, today=request.today), check_goal)


@requires(RECORD)
@require_http_methods(FORM_METHODS)
def goal_result(request: PageRequest, key: UUID) -> HttpResponse:
    """Reached, partly, not, or dropped with the reason."""
    goal = fetch(request, GOALS, pk=key)
    return _act(request, goal, "result", ResultForm(request.POST or None, goal=goal, today=request.today), end_goal)


def _act(request: PageRequest, goal: Goal, step: str, form: Any, service: Callable[..., object]) -> HttpResponse:
    given = {"goal": goal, "on": request.today, "by": request.user}
    if form.is_valid() and carried_out(form, lambda: service(**form.facts(), **given)):
        messages.success(request, _("It is on record."))
        return redirect(goal)
    context = {"form": form, "goal": goal, "heading": HEADINGS[step]}
    return render(request, "assessment/goal_step.html", context)
