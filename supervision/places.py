"""Which branch, group or committee a page about talks is about."""

from django.db.models import Q, QuerySet
from django.http import Http404

from members.access.policy import get_in_scope
from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.pages.requests import PageRequest, code_asked_for
from members.paths import subtree

BELOW = (OrganizationKind.BRANCH, OrganizationKind.GROUP)
"""Whose rows somebody there may read by name. A group keeps no talks: its branch does, and the pages say so."""


def branches_offered(request: PageRequest, capability: Capability) -> QuerySet[Organization]:
    """The standing branches in which the capability holds, in tree order."""
    inside = Organization.objects.filter(subtree("path", request.user.access.paths(capability)))
    return inside.branches().standing_on(request.today).in_tree_order()


def branch_asked_for(request: PageRequest, capability: Capability) -> Organization:
    """The one in the address, else the first of one's own. 404 outside one's own."""
    if code := code_asked_for(request):
        return get_in_scope(request, Organization.objects.filter(kind__in=BELOW), code=code)
    first = branches_offered(request, capability).first() or _first(request, capability, Q(kind__in=BELOW))
    if first is None:
        raise Http404
    return first


def place_asked_for(request: PageRequest, *capabilities: Capability) -> Organization:
    """The same for pages that are also about committees."""
    if code := code_asked_for(request):
        return get_in_scope(request, Organization.objects.all(), code=code)
    found = (_first(request, capability, Q()) for capability in capabilities)
    first = next((place for place in found if place), None)
    if first is None:
        raise Http404
    return first


def _first(request: PageRequest, capability: Capability, condition: Q) -> Organization | None:
    paths = request.user.access.paths(capability)
    return Organization.objects.filter(condition, path__in=paths).order_by("path").first()
