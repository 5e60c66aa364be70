"""What the pages about assessments share."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from assessment.models import Assessment, Scheme
from assessment.queries.assessment_list import schemes_shown
from members.choices import Capability
from members.policy import fetch
from members.refusals import told
from members.requests import PageRequest

VIEW, ASSESS, RECORD = Capability.VIEW_ASSESSMENT, Capability.ASSESS, Capability.RECORD_ASSESSMENT
ON_A_PAGE, MOST_ROWS = 30, 20_000
ASSESSMENTS = Assessment.objects.select_related(
    "organization", "scheme__organization", "band", "decided_band", "veto__indicator", "veto__band"
)


def assessment_of(request: PageRequest, key: UUID) -> Assessment:
    """404 where it isn't seen, 403 where the office doesn't cover what the page does."""
    return fetch(request, ASSESSMENTS.all(), pk=key)


def scheme_asked_for(request: PageRequest) -> Scheme:
    """The scheme of the address or of the form, among those of the assessments that one sees. Raises Http404."""
    asked = request.POST.get("scheme") or request.GET.get("scheme") or ""
    found = next((one for one in schemes_shown(request.user) if str(one.pk) == asked), None)
    if found is None:
        raise Http404
    return found


def acted(request: PageRequest, assessment: Assessment, act: Callable[[], Any], done: str) -> HttpResponse:
    """Carry out a step that has no form of its own, and say on the assessment's page what came of it."""
    told(request, act, done)
    return redirect(assessment)
