"""The facts that the program counts: what each means, where it is recorded, and when nobody knows it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assessment.queries.metrics import metric_groups
from members.choices import Capability
from members.policy import requires
from members.requests import PageRequest


@requires(Capability.VIEW_ASSESSMENT, Capability.MANAGE_SCHEMES)
@require_safe
def metric_list(request: PageRequest) -> HttpResponse:
    """By the part of the record in which they stand. Reads nothing of any branch."""
    return render(request, "assessment/metric_list.html", {"groups": metric_groups(request.today)})
