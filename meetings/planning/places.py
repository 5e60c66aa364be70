"""The organization that a page of duties or figures is about."""

from django.db.models import QuerySet

from meetings.meeting.queries import ABOVE
from meetings.planning.duty_rules import ASKED
from members.choices import Capability, OfficeKind
from members.models import Organization
from members.offices import HeldOffice
from members.pages.requests import PageRequest


def places_offered(request: PageRequest) -> QuerySet[Organization]:
    """Committees for who works in one, branches and groups for everybody else."""
    places = Organization.objects.visible_to(request.user, Capability.COUNT_MEETINGS).standing_on(request.today)
    return places.filter(kind__in=ABOVE if any(map(_is_above, request.user.access.held)) else list(ASKED))


def _is_above(office: HeldOffice) -> bool:
    return office.kind in (OfficeKind.COMMITTEE_SECRETARY, OfficeKind.COMMITTEE_STAFF)
