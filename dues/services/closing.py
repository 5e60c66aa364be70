"""A month of a branch is closed: after that nothing is charged or reversed in it any more."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from dues.models import Charge, ClosedMonth
from dues.rules.months import month_of
from members.choices import OrganizationKind
from members.models import Organization, User
from members.services.refused import Refused


@transaction.atomic
def close_month(branch: Organization, month: date, *, confirmed: bool, by: User | str, on: date) -> ClosedMonth:
    """Close a month for good; a month that is closed stays as it is. Raises Refused: earlier months come first."""
    held = Organization.objects.select_for_update().get(pk=branch.pk)
    known = ClosedMonth.objects.filter(organization=held, month=month).first()
    if known:
        return known
    if held.kind != OrganizationKind.BRANCH:
        raise Refused(_("Months are closed branch by branch."))
    if month >= month_of(on):
        raise Refused(_("%(month)s isn't over yet.") % {"month": f"{month:%Y-%m}"}, "month")
    if not confirmed:
        raise Refused(_("This can't be taken back: tick that you want it."), "confirmed")
    _demand_earlier_closed(held, month)
    closed = ClosedMonth.objects.create(organization=held, month=month, closed_by=str(by))
    record(action="close_month", by=by, subject=held, organization_code=held.code, details={"month": f"{month:%Y-%m}"})
    return closed


def _demand_earlier_closed(branch: Organization, month: date) -> None:
    closed = ClosedMonth.objects.filter(organization=branch).values("month")
    earlier = Charge.objects.ordinary().filter(organization=branch, month__lt=month).exclude(month__in=closed)
    first = earlier.order_by("month").values_list("month", flat=True).first()
    if first:
        raise Refused(_("Close %(month)s first.") % {"month": f"{first:%Y-%m}"}, "month")
