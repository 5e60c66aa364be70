"""Dues that were spent, by a collective decision, and the yearly publication."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from audit.services import record
from dues.models import Disclosure, DuesUse
from dues.queries.upwards import year_figures
from dues.rules.months import month_of
from members.models import Organization, User
from members.services.refused import Refused


@transaction.atomic
def record_use(use: DuesUse, *, by: User, on: date) -> DuesUse:
    """Store what dues were spent for. The same key twice stores it once. Raises Refused.

    Only the five kinds of article 19 exist; article 20 asks for a decision made together, before the money is spent.
    """
    if known := DuesUse.objects.filter(pk=use.pk).first():
        return known
    if use.used_on > on:
        raise Refused(_("The day lies in the future."), "used_on")
    if use.decided_on > use.used_on:
        raise Refused(_("The decision comes before the money is spent (article 20)."), "decided_on")
    use.recorded_by = str(by)
    use.save(force_insert=True)
    _record("record_dues_use", use, by)
    return use


@transaction.atomic
def remove_use(use: DuesUse, *, reason: str, by: User) -> None:
    """Take out what was recorded by mistake; the trail keeps that it was there. Twice is once. Raises Refused."""
    if not reason.strip():
        raise Refused(_("Say why it is taken out."), "reason")
    if DuesUse.objects.filter(pk=use.pk).delete()[0]:
        _record("remove_dues_use", use, by, reason.strip())


@transaction.atomic
def disclose(
    *, organization: Organization, year: int, way: str, place: str, disclosed_on: date, by: User, on: date
) -> Disclosure:
    """Publish the year's figures as they stand now, with how, where and when the members were told. The same day twice
    stores it once. Raises Refused."""
    organization = Organization.objects.select_for_update().get(pk=organization.pk)
    if disclosed_on > on:
        raise Refused(_("The day lies in the future."), "disclosed_on")
    if month_of(disclosed_on) < date(year, 1, 1):
        raise Refused(_("The year hadn't begun on that day."), "disclosed_on")
    if not place.strip():
        raise Refused(_("Say where it was published, or at which meeting."), "place")
    figures = year_figures(organization.path, year, on=on).as_dict()
    found, made = Disclosure.objects.get_or_create(
        organization=organization,
        year=year,
        disclosed_on=disclosed_on,
        defaults={
            "way": way,
            "place": place.strip(),
            "figures": figures,
            "disclosed_by": str(by),
        },
    )
    if made:
        record(
            action="disclose_dues",
            by=by,
            subject=found,
            organization_code=organization.code,
            details={"year": year, "way": way},
        )
    return found


def _record(action: str, use: DuesUse, by: User, reason: str = "") -> None:
    record(
        action=action,
        by=by,
        subject=use,
        organization_code=use.organization.code,
        reason=reason,
        details={"kind": use.kind, "fen": use.amount_fen},
    )
