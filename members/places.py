"""Which branch a page is about: the one in the address, else the first that one's office covers."""

from django.db.models import QuerySet
from django.http import Http404

from members.choices import Capability
from members.models import Organization
from members.policy import fetch
from members.requests import PageRequest


def branches_offered(request: PageRequest, *capabilities: Capability) -> QuerySet[Organization]:
    """The standing branches in which one of the capabilities holds, in tree order."""
    paths = [path for capability in capabilities for path in request.user.standing.paths(capability)]
    inside = Organization.objects.none()
    for path in paths:
        inside |= Organization.objects.below(path)
    return inside.branches().standing_on(request.today).in_tree_order()


def branch_asked_for(request: PageRequest, *capabilities: Capability) -> Organization:
    """404 where the address names a place outside one's own, or where one has no branch at all."""
    if code := request.GET.get("org"):
        return fetch(request, Organization.objects.branches(), code=code)
    first = branches_offered(request, *capabilities).first()
    if first is None:
        raise Http404
    return first


def place_asked_for(
    request: PageRequest, *capabilities: Capability, among: QuerySet[Organization] | None = None
) -> Organization:
    """The same for pages that are also about committees: any organization, else the first of one's offices."""
    if code := request.GET.get("org"):
        return fetch(request, Organization.objects.all() if among is None else among, code=code)
    paths = [path for capability in capabilities for path in request.user.standing.paths(capability)]
    if (first := Organization.objects.filter(path__in=paths).first()) is None:
        raise Http404
    return first
