"""Which organizations the pages of duties are about."""

from django.db.models import QuerySet

from members.choices import Capability, OrganizationKind
from members.models import Organization
from members.paths import outermost
from members.policy import fetch
from members.requests import PageRequest
from reminders.queries.desk import MOST_BRANCHES, branches_settled

ABOVE = (OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH)


def places_asked_for(request: PageRequest) -> tuple[Organization | None, list[str]]:
    """The organization of the address and its path, else none and the paths of all of one's offices."""
    if code := request.GET.get("org"):
        place = fetch(request, Organization.objects.all(), code=code)
        return place, [place.path]
    return None, request.user.standing.paths(Capability.VIEW_DUTIES)


def places_offered(request: PageRequest) -> QuerySet[Organization]:
    """The committees and general branches within one's own, in tree order."""
    mine = Organization.objects.visible_to(request.user, Capability.VIEW_DUTIES).standing_on(request.today)
    return mine.filter(kind__in=ABOVE).in_tree_order()


def desk_paths(request: PageRequest) -> list[str]:
    """Where the user's duties are shown one by one; nowhere when there are too many branches for a page."""
    if branches_settled(request.user, on=request.today) > MOST_BRANCHES:
        return []
    return request.user.standing.paths(Capability.SETTLE_DUTIES)


def counted_paths(request: PageRequest, shown: list[str]) -> list[str]:
    """Where the user sees counts: wherever they see duties and don't have them on the desk."""
    held = [office.path for office in request.user.standing.held if Capability.VIEW_DUTIES in office.capabilities]
    return outermost(path for path in held if not path.startswith(tuple(shown)))
