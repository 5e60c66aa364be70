"""A measure of everything directly below a place, month by month."""

from collections import defaultdict
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q

from assessment.queries.dashboard_children import BELOW
from assessment.rules.dashboard_periods import KEPT, trend_months
from assessment.rules.measures import MEASURES, Measure
from assessment.rules.shares import NOT_RECORDED, UNCOMPARED, columns_sql, share_sql
from members.choices import OrganizationKind
from members.models import Organization
from members.models.organization import OrganizationQuerySet
from members.paths import STEP

Child = tuple[int, str, str, str]
"""Number, code, name and kind."""
Shares = dict[str, int]
"""`2026-07-01` → per mille, or one of the codes below zero of `rules.shares`. A month that isn't there: no row."""


def children_of(place: Organization, unit: str, *, on: date) -> OrganizationQuerySet:
    """What stands directly below, in the order of the tree; of a kind of unit the branches of it, and everything that
    may have some below."""
    found = Organization.objects.filter(depth=place.depth + 1).below(place.path).standing_on(on)
    found = found.exclude(kind=OrganizationKind.GROUP).in_tree_order()
    return found.filter(~Q(kind=OrganizationKind.BRANCH) | Q(unit_kind=unit)) if unit else found


def months_below(children: list[tuple[int, str]], unit: str, measure: Measure, *, on: date) -> dict[int, Shares]:
    """The shares of the last 24 months, by number of the organization; `children`: numbers and paths in tree order.
    One query."""
    if not children:
        return {}
    months = trend_months(on)
    values: dict[str, Any] = {
        "unit": unit, "since": str(months[0]), "month": str(months[-1]), "day": str(on),
        "first": children[0][1], "last": children[-1][1], "depth": len(children[0][1]) // STEP,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(HEATS[measure.code], values | {f"month{at}": str(month) for at, month in enumerate(months)})
        rows = cursor.fetchall()
    found: dict[int, Shares] = defaultdict(dict)
    for number, month, share in rows:
        found[number][month] = share
    return found


def _heat_sql(measure: Measure) -> str:
    """Months as text, because a driver turns days into objects one by one."""
    part, whole = (columns_sql(names) for names in (measure.part, measure.whole))
    share = f"CASE WHEN {UNCOMPARED} THEN {NOT_RECORDED} ELSE {share_sql(measure, part, whole)} END"
    return f"SELECT o.id, CAST(r.month AS text), {share} {IN_MONTHS} AND o.depth = %(depth)s"  # noqa: S608


EACH = ", ".join(f"%(month{at})s" for at in range(KEPT))
IN_MONTHS = BELOW.replace("r.month BETWEEN %(since)s AND %(month)s", f"r.month IN ({EACH})")
"""Month by month, which the index finds at once: between the first and the last lie the rows of all kinds of units."""
HEATS = {measure.code: _heat_sql(measure) for measure in MEASURES}
