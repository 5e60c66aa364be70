"""How one branch would score by a scheme today: nothing of it is kept."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from assessment.choices import ScoreState
from assessment.forms.schemes import PreviewForm
from assessment.models import Scheme
from assessment.queries.computing import Computed, computed
from assessment.queries.schemes import branches_of
from members.choices import Capability
from members.models.organization import OrganizationQuerySet
from members.policy import fetch, requires
from members.requests import PageRequest


@requires(Capability.MANAGE_SCHEMES)
@never_cache
@require_safe
def scheme_preview(request: PageRequest, key: UUID) -> HttpResponse:
    """Each line with what the record gives today; what nobody recorded and what waits for a person stand apart."""
    scheme = fetch(request, Scheme.objects.select_related("organization"), pk=key)
    form = PreviewForm(request.GET or None, places=_offered(request, scheme))
    place = form.place() if form.is_valid() else None
    found = computed(scheme, place, on=request.today) if place else None
    context = {"scheme": scheme, "form": form, "place": place, "found": found, "open": _open(found)}
    return render(request, "assessment/scheme_preview.html", context)


def _offered(request: PageRequest, scheme: Scheme) -> OrganizationQuerySet:
    """The branches that would be assessed by it."""
    return branches_of(scheme).standing_on(request.today).in_tree_order()


def _open(found: Computed | None) -> dict[str, int]:
    """How many of the lowest lines aren't scored, by why."""
    states = [line.state for line in found.leaves] if found else []
    return {"unknown": states.count(ScoreState.UNKNOWN), "waiting": states.count(ScoreState.WAITING)}
