from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from audit.actions import BREAKS
from audit.models import ChainCheck
from members.choices import Capability
from members.forms.audit import TrailFilter, TrailPlace
from members.policy import requires
from members.queries.trail import administers_the_root, trail_page, visible_entries
from members.requests import PageRequest


@requires(Capability.VIEW_AUDIT)
@never_cache
@require_safe
def audit_list(request: PageRequest) -> HttpResponse:
    """Who did what in the organizations below one's office, newest first."""
    form = TrailFilter(request.GET)
    entries = form.narrow(visible_entries(request.user))
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    check = ChainCheck.objects.first()
    context = {
        "form": form,
        "page": trail_page(entries, reader=request.user, **TrailPlace(request.GET).numbers()),
        "query": query.urlencode(),
        "check": check,
        "found": BREAKS.get(check.found, check.found) if check else "",
        "whole_installation": administers_the_root(request.user),
    }
    return render(request, "members/audit.html", context)
