"""Who acts in the demo's assessments."""

from datetime import date

from dues.demo.home import account_of
from members.choices import OfficeKind
from members.demo.county import COUNTY
from members.models import Office, Organization, User
from rulebook.dates import add_months

CLOSED_AFTER = 3
"""In the first months of a year the year before is still being assessed."""


def year_assessed(on: date) -> int:
    """The year that is being assessed on that day; the one before it is closed."""
    return add_months(on, -CLOSED_AFTER).year


def county() -> Organization:
    return Organization.objects.get(code=COUNTY)


def two_of_the_county() -> tuple[User, User]:
    """Who enters a value, and who confirms it."""
    return User.objects.get(username=OfficeKind.COMMITTEE_STAFF), User.objects.get(
        username=OfficeKind.COMMITTEE_SECRETARY
    )


def secretaries(on: date) -> dict[str, User]:
    """Code of a branch → who leads it and can log in."""
    held = Office.objects.holding(on).filter(kind=OfficeKind.SECRETARY)
    rows = held.select_related("organization", "user", "member__user").order_by("organization__path", "pk")
    return {office.organization.code: user for office in rows if (user := account_of(office))}
