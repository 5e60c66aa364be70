"""The first month that was charged, for the first day of a branch (`settings.FIRST_DAYS`), and what begins with it."""

from datetime import date
from typing import Any

from django.db.models import OuterRef

from dues.models import Charge
from dues.queries.places import branch_of
from dues.rules.months import first_month, month_of, months_between
from members.models import Member, Organization


def earlier_charges(organization: OuterRef, before: OuterRef) -> Any:
    return Charge.objects.filter(organization=organization, month__lt=before).order_by("month").values("month")[:1]


def offered_months(branch: Organization, year: int, *, on: date) -> list[date]:
    """The months of the year that have begun, from that of the branch's first day on. What it kept on paper until then
    comes in with its ledger. One query."""
    first = first_month(year, branch.known_first_day())
    return list(months_between(first, min(date(year, 12, 1), month_of(on))))


def base_from(member: Member, year: int) -> date:
    """The month of the year from which a base is proposed: the first that the member's branch may ask for."""
    branch = branch_of(member)
    first = first_month(year, branch.known_first_day() if branch else None)
    return first if first.year == year else date(year, 1, 1)
