"""What the pages about problems and inspections share."""

from members.choices import Capability
from members.models import Organization
from members.requests import PageRequest

VIEW, RECORD, COUNT = Capability.VIEW_SUPERVISION, Capability.RECORD_SUPERVISION, Capability.COUNT_SUPERVISION
INSPECT = Capability.INSPECT
ON_A_PAGE, ON_PAPER, MOST_ROWS = 30, 500, 20_000


def places_read(request: PageRequest) -> list[Organization]:
    """The places whose problems one reads, in tree order; one's own branch is reached without a filter. One query."""
    rows = Organization.objects.visible_to(request.user, VIEW) | Organization.objects.visible_to(request.user, INSPECT)
    return list(rows.standing_on(request.today).in_tree_order())


def page_size(request: PageRequest) -> int:
    return ON_PAPER if request.GET.get("paper") else ON_A_PAGE
