"""python -m benchmarks.figures: roll-ups of invented numbers for every organization, where there are none yet.

They look like a county's: most is done, some isn't, a few branches record nothing. The same numbers every time.
"""

import sys
from datetime import date

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from assessment.dashboard.models import FIGURES  # noqa: E402
from assessment.dashboard.rules import (  # noqa: E402
    INCOMPLETE,
    MEASURES,
    REASONS,
    first_kept,
    month_of,
    offered_periods,
)
from assessment.models import LevelMedian, RollUp, RollUpState  # noqa: E402
from rulebook.dates import add_months  # noqa: E402

COLUMNS = ("organization_id", "month", "unit_kind", *FIGURES)
NUMBERS = {
    "branches": "1",
    "members": "12 + o.id % 25",
    "meetings_due": "3",
    "meetings_held": "3 - CASE WHEN x.r < 12 THEN 1 WHEN x.r < 18 THEN 2 ELSE 0 END",
    "expected": "30 + 3 * (o.id % 25)",
    "online": "3 + o.id % 5",
    "visited": "1",
    "made_up": "x.r % 3",
    "on_leave": "2",
    "explained": "x.r % 2",
    "unexplained": "CASE WHEN x.r < 9 THEN 12 ELSE x.r % 4 END",
    "unrecorded": "CASE WHEN x.r >= 93 THEN 20 ELSE 0 END",
    "charged_fen": "CASE WHEN x.r >= 95 THEN 0 ELSE 900 * (12 + o.id % 25) END",
    "paid_fen": (
        "CASE WHEN x.r >= 95 THEN 0"
        " ELSE 900 * (12 + o.id % 25) * (100 - CASE WHEN x.r % 7 = 0 THEN x.r % 40 ELSE 0 END) / 100 END"
    ),
    "hard_to_reach": "2 + o.id % 4",
    "in_contact": "CASE WHEN x.r % 11 = 0 THEN 0 ELSE 2 + o.id % 4 END",
    "problems_due": "x.r % 3",
    "problems_on_time": "CASE WHEN x.r % 13 = 0 THEN 0 ELSE x.r % 3 END",
    "terms": "1",
    "terms_ending": "CASE WHEN o.id % 9 = 0 THEN 1 ELSE 0 END",
    "terms_over": "CASE WHEN o.id % 41 = 0 THEN 1 ELSE 0 END",
    "help_due": "x.r % 4",
    "help_on_time": "CASE WHEN x.r % 17 = 0 THEN 0 ELSE x.r % 4 END",
    "band_1": "CASE WHEN o.id % 5 = 0 THEN 1 ELSE 0 END",
    "band_2": "CASE WHEN o.id % 5 IN (1, 2) THEN 1 ELSE 0 END",
    "band_3": "CASE WHEN o.id % 5 = 3 THEN 1 ELSE 0 END",
}  # fmt: skip
"""What isn't named is the rest of `expected` (on site), or zero."""
BRANCHES = """
INSERT INTO assessment_rollup ({columns})
SELECT o.id, '{month}', '', {numbers}
FROM members_organization o
JOIN (SELECT id, (id * 37 + {turn} * 11 + id / 7 * {turn}) % 97 AS r FROM members_organization) x ON x.id = o.id
WHERE o.kind = 'branch'
"""
ABOVE = """
INSERT INTO assessment_rollup ({columns})
SELECT a.id, r.month, {unit}, {sums}
FROM members_organization b
JOIN members_organization a ON a.path = SUBSTR(b.path, 1, {length}) AND a.kind IN ('committee', 'general_branch')
JOIN assessment_rollup r ON r.organization_id = b.id AND r.month = '{month}' AND r.unit_kind = ''
WHERE b.kind = 'branch' {only} GROUP BY a.id, r.month{by_unit}
"""
NEED = """
UPDATE assessment_rollup SET in_need = CASE WHEN ({need}) AND NOT ({incomplete}) THEN 1 ELSE 0 END,
  incomplete = CASE WHEN {incomplete} THEN 1 ELSE 0 END
"""


def main() -> None:
    on = timezone.localdate()
    if not RollUp.objects.exists():
        print("Making roll-ups …", file=sys.stderr)
        with transaction.atomic(), connection.cursor() as cursor:
            fill(cursor, on)
            medians(on)
    now = timezone.now()
    RollUpState.objects.update_or_create(pk=1, defaults={"followed_at": now, "rebuilt_at": now})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")


def fill(cursor, on: date) -> None:
    on_site = "30 + 3 * (o.id % 25) - (" + " + ".join(
        NUMBERS[name] for name in ("online", "visited", "made_up", "on_leave", "explained", "unexplained", "unrecorded")
    ) + ")"  # fmt: skip
    numbers = ", ".join((NUMBERS | {"on_site": on_site}).get(name, "0") for name in FIGURES)
    sums = ", ".join(f"SUM(r.{name})" for name in FIGURES)
    columns = ", ".join(COLUMNS)
    months = [add_months(first_kept(on), ahead) for ahead in range(25)]
    for turn, month in enumerate(months):
        cursor.execute(BRANCHES.format(columns=columns, numbers=numbers, month=month, turn=turn))
    either = {
        name: " OR ".join(f"({one.sql})" for one in found)
        for name, found in (("need", REASONS), ("incomplete", INCOMPLETE))
    }
    cursor.execute(NEED.format(**either))
    for month in months:
        for unit, only, by_unit in (("''", "", ""), ("b.unit_kind", "AND b.unit_kind <> ''", ", b.unit_kind")):
            for length in (4, 8, 12):
                cursor.execute(
                    ABOVE.format(
                        columns=columns, sums=sums, month=month, unit=unit, only=only, length=length, by_unit=by_unit
                    )
                )


def medians(on: date) -> None:
    """One number each: how they are found isn't what is measured."""
    periods = [period.code for found in offered_periods(month_of(on)) for period in found]
    LevelMedian.objects.bulk_create(
        LevelMedian(
            kind=kind, unit_kind="", period=period, measure=one.code, organizations=40,
            per_mille=850 + 7 * (number + at) % 100,
        )
        for kind in ("branch", "committee", "general_branch")
        for number, one in enumerate(MEASURES)
        for at, period in enumerate(periods)
    )  # fmt: skip


main()
