"""From a duty to the page on which it is done."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from members.choices import Capability
from members.models import Organization
from members.policy import fetch, requires
from members.requests import PageRequest
from supervision.forms.duty_do import DutyDoForm
from supervision.queries.duty_do import address_of

LISTS = {
    "suggestion": ("supervision:suggestion-list", {"state": "waiting"}),
    "rectification": ("supervision:problem-list", {"state": "open", "order": "due"}),
    "major_matter_opinion": ("supervision:matter-list", {"state": "opinion", "order": "oldest"}),
    "major_matter_review": ("supervision:matter-list", {"state": "review", "order": "oldest"}),
    "appraisal_follow_up": ("supervision:round-list", {}),
}
"""Where the rows of a kind stand."""


@requires(Capability.VIEW_SUPERVISION)
@require_safe
def duty_do(request: PageRequest, code: str) -> HttpResponse:
    """On to the row that waits; where none waits any more, to the list."""
    place = fetch(request, Organization.objects.all(), code=code)
    form = DutyDoForm(request.GET)
    if not form.is_valid():
        return redirect(_list("suggestion", code))
    asked: dict[str, Any] = form.cleaned_data
    found = address_of(asked["kind"], place, request.user, period=asked["period"], due=asked["due"])
    return redirect(found or _list(asked["kind"], code))


def _list(kind: str, code: str) -> str:
    name, wanted = LISTS[kind]
    return f"{reverse(name)}?{urlencode({'org': code, **wanted})}"
