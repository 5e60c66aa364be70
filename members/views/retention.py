"""What is kept how long."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from members.policy import requires
from members.queries.retention import READERS, kept_how_long, sees_all
from members.requests import PageRequest
from members.retention import for_good


@requires(*READERS)
@require_safe
def retention_list(request: PageRequest) -> HttpResponse:
    """Each kind with its period, its ground and its numbers, and what stays for good."""
    lines = kept_how_long(request.user, on=request.today)
    context = {"lines": lines, "for_good": for_good(), "sees_all": sees_all(request.user)}
    return render(request, "members/retention.html", context)
