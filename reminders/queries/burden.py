"""What is asked of the branches below a place, for the dashboard: the branch in the middle, from stored counts."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from assessment.queries.burden import Burden
from members.choices import OrganizationKind
from members.paths import STEP
from reminders.choices import Addressee
from reminders.queries.desk_counts import FIGURES
from reminders.rules.effort import last_months, middle

AMONG = 200
"""Branches that are looked at. Keys are random, so that the first of them by key are picked from everywhere; the middle
of so many lies within a few places of the middle of all."""
KEPT_SECONDS = 600
ASKED = f"""
SELECT
  (SELECT {" + ".join(FIGURES)} FROM reminders_deskcount desk WHERE desk.organization_id = branch.id),
  (SELECT COUNT(*) FROM reminders_message message JOIN members_organization place ON place.id = message.organization_id
    WHERE place.path BETWEEN branch.path AND branch.path || %(end)s
      AND message.addressee = %(officer)s AND message.sent_at >= %(moment)s),
  (SELECT SUM(forms) FROM reminders_effort typed WHERE typed.organization_id = branch.id AND typed.month >= %(month)s),
  (SELECT SUM(fields) FROM reminders_effort typed WHERE typed.organization_id = branch.id AND typed.month >= %(month)s),
  (SELECT 1 FROM reminders_effort LIMIT 1)
FROM (
  SELECT id, path FROM members_organization
  WHERE kind = %(branch)s AND path BETWEEN %(path)s AND %(last)s AND (dissolved_on IS NULL OR dissolved_on > %(day)s)
  ORDER BY key LIMIT {AMONG}
) branch
"""  # noqa: S608 - names of columns, nothing typed


def burden(path: str, *, on: date) -> Burden | None:
    """One query, and none for ten minutes after it."""
    kept: tuple[Burden | None] | None = cache.get(key := f"burden:{path}:{on}")
    if kept is None:
        cache.set(key, kept := (_counted(path, on),), KEPT_SECONDS)
    return kept[0]


def _counted(path: str, on: date) -> Burden | None:
    with connection.cursor() as cursor:
        cursor.execute(ASKED, _values(path, on))
        rows = cursor.fetchall()
    if not rows:
        return None
    duties, questions, forms, fields, counted = zip(*rows, strict=True)
    typed = [_middle(row or 0 for row in column) if any(counted) else None for column in (forms, fields)]
    return Burden(len(rows), _middle(one for one in duties if one is not None), _middle(questions), *typed)


def _values(path: str, on: date) -> dict[str, Any]:
    since = last_months(on)[-1]
    begun = timezone.make_aware(datetime.combine(since, time.min))
    return {
        "end": "Z" * STEP, "officer": Addressee.OFFICER.value, "branch": OrganizationKind.BRANCH.value, "path": path,
        "last": path + "Z" * STEP, "month": str(since), "day": str(on),
        "moment": str(connection.ops.adapt_datetimefield_value(begun)),
    }  # fmt: skip


def _middle(numbers: Iterable[int]) -> int | None:
    """None of none: nobody has counted it."""
    found = list(numbers)
    return middle(found) if found else None
