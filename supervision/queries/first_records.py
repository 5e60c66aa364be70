"""Since when anything is on record of an organization: from then on a report can tell of it."""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db.models import OuterRef, Subquery, Value
from django.utils.module_loading import import_string

from meetings.rules.duties import Period
from members.models import Organization
from members.paths import STEP, common
from supervision.rules.report_periods import due_on, is_told, reportable


def first_records(places: Iterable[Organization], *, on: date) -> dict[str, date]:
    """Path → the day of the first meeting held or month charged there or below it. One query."""
    paths = [place.path for place in places]
    if not paths:
        return {}
    earliest = [Subquery(import_string(name)(OuterRef("pk"), Value(on))) for name in settings.FIRST_DAYS]
    rows = Organization.objects.below(common(paths)).order_by().values_list("path", *earliest)
    found: dict[str, date] = {}
    for path, *days in rows:
        for day in filter(None, days):
            for end in range(STEP, len(path) + 1, STEP):
                found[path[:end]] = min(day, found.get(path[:end], day))
    return found


def offered_periods(organization: Organization, *, on: date) -> list[Period]:
    """What a report can be begun for: periods of which something is on record, and those that fall due this year."""
    recorded = first_records([organization], on=on).get(organization.path)
    periods = reportable(on, organization.known_first_day())
    return [one for one in periods if is_told(recorded, one) or due_on(one).year == on.year]
