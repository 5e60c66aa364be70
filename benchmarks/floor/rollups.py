"""python -m benchmarks.floor.rollups WAY: all roll-ups made anew; prints seconds and work as JSON.

`bare`: one statement for the branches and two for each level above, with the sums of what a generated county has
(rosters, attendance, meetings held of those asked, charges, payments, who is hard to reach) and nothing else: no local
rules, no committees, no corrections, no comparison with what is stored. `ours`: what `manage.py generate` calls, then
once more, then for one branch, then the medians.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from assessment.dashboard.models import FIGURES  # noqa: E402
from assessment.dashboard.rules import (  # noqa: E402
    kept_months,
    last_day,
)
from assessment.dashboard.services import (  # noqa: E402
    rebuild,
    rebuild_medians,
    refresh,
)
from assessment.models import RollUp  # noqa: E402
from members.choices import HARD_TO_REACH_KINDS  # noqa: E402
from members.models import Organization  # noqa: E402

TODAY = timezone.localdate()
MONTHS = kept_months(TODAY)
POSTGRES = connection.vendor == "postgresql"
HARD = ", ".join(f"'{kind.value}'" for kind in HARD_TO_REACH_KINDS)
COLUMNS = ", ".join(FIGURES)
BRANCH = """JOIN members_organization branch ON branch.path =
    CASE WHEN place.kind = 'group' THEN substr(place.path, 1, length(place.path) - 4) ELSE place.path END"""
LEAVES = """
INSERT INTO assessment_rollup (organization_id, month, unit_kind, {columns})
WITH span AS MATERIALIZED ({span}), place AS MATERIALIZED (
    SELECT place.id, branch.id AS branch FROM members_organization place {branch}
    WHERE place.kind IN ('branch', 'group')
), held AS MATERIALIZED (
    SELECT place.branch, {month} AS month, COUNT(*) AS meetings
    FROM place JOIN meetings_meeting meeting ON meeting.organization_id = place.id
    WHERE meeting.day BETWEEN {first} AND {last} AND meeting.state IN ('held', 'locked')
    GROUP BY place.branch, {month}
), attended AS MATERIALIZED (
    SELECT place.branch, {month} AS month, COUNT(*) AS expected,
        COUNT(CASE WHEN one.state = 'on_site' THEN 1 END) AS on_site,
        COUNT(CASE WHEN one.state = 'online' THEN 1 END) AS online,
        COUNT(CASE WHEN one.state = 'visited' THEN 1 END) AS visited,
        COUNT(CASE WHEN one.state = 'made_up' THEN 1 END) AS made_up,
        COUNT(CASE WHEN one.state = 'leave' THEN 1 END) AS on_leave,
        COUNT(CASE WHEN one.state = 'absent' AND one.reason <> '' THEN 1 END) AS explained,
        COUNT(CASE WHEN one.state = 'absent' AND one.reason = '' THEN 1 END) AS unexplained,
        COUNT(CASE WHEN one.state = 'unknown' THEN 1 END) AS unrecorded
    FROM place JOIN meetings_meeting meeting ON meeting.organization_id = place.id
    JOIN meetings_expected one ON one.meeting_id = meeting.key
    WHERE meeting.day BETWEEN {first} AND {last} AND meeting.state IN ('held', 'locked')
    GROUP BY place.branch, {month}
), charged AS MATERIALIZED (
    SELECT organization_id AS branch, month, SUM(amount_fen - waived_fen) AS fen FROM dues_charge
    WHERE month BETWEEN {first} AND {last} GROUP BY organization_id, month
), paid AS MATERIALIZED (
    SELECT charge.organization_id AS branch, charge.month, SUM(given.amount_fen) AS fen
    FROM dues_charge charge
    JOIN dues_allocation given ON given.member_id = charge.member_id AND given.month = charge.month
    WHERE charge.month BETWEEN {first} AND {last} AND charge.turn = 0 GROUP BY charge.organization_id, charge.month
), roster AS MATERIALIZED (
    SELECT place.branch, span.month, COUNT(*) AS members
    FROM place JOIN members_affiliation one ON one.organization_id = place.id AND one.kind = 'formal'
    JOIN span ON (one.valid_from IS NULL OR one.valid_from <= span.last)
        AND (one.valid_until IS NULL OR one.valid_until > span.last)
    GROUP BY place.branch, span.month
), hard AS MATERIALIZED (
    SELECT place.branch, span.month, COUNT(DISTINCT one.member_id) AS members
    FROM place JOIN members_affiliation one ON one.organization_id = place.id AND one.kind = 'formal'
    JOIN members_situation situation ON situation.member_id = one.member_id AND situation.kind IN ({hard})
    JOIN span ON (one.valid_from IS NULL OR one.valid_from <= span.last)
        AND (one.valid_until IS NULL OR one.valid_until > span.last)
        AND (situation.valid_from IS NULL OR situation.valid_from <= span.last)
        AND (situation.valid_until IS NULL OR situation.valid_until > span.last)
    GROUP BY place.branch, span.month
)
SELECT branch.id, span.month, '', 1, COALESCE(roster.members, 0), 3, COALESCE(held.meetings, 0),
    COALESCE(attended.expected, 0), COALESCE(on_site, 0), COALESCE(online, 0), COALESCE(visited, 0),
    COALESCE(made_up, 0), COALESCE(on_leave, 0), COALESCE(explained, 0), COALESCE(unexplained, 0),
    COALESCE(unrecorded, 0), COALESCE(charged.fen, 0), COALESCE(paid.fen, 0), COALESCE(hard.members, 0),
    COALESCE(hard.members, 0), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
FROM members_organization branch CROSS JOIN span
LEFT JOIN roster ON roster.branch = branch.id AND roster.month = span.month
LEFT JOIN attended ON attended.branch = branch.id AND attended.month = span.month
LEFT JOIN held ON held.branch = branch.id AND held.month = span.month
LEFT JOIN charged ON charged.branch = branch.id AND charged.month = span.month
LEFT JOIN paid ON paid.branch = branch.id AND paid.month = span.month
LEFT JOIN hard ON hard.branch = branch.id AND hard.month = span.month
WHERE branch.kind = 'branch'
"""
SUMS = ", ".join(f"SUM(line.{name})" for name in FIGURES)
LEVEL = f"""
INSERT INTO assessment_rollup (organization_id, month, unit_kind, {COLUMNS})
SELECT parent.id, line.month, {{unit}}, {SUMS}
FROM members_organization child
JOIN members_organization parent ON parent.path = substr(child.path, 1, length(child.path) - 4)
JOIN assessment_rollup line ON line.organization_id = child.id
WHERE child.depth = %s AND child.kind <> 'group' AND {{which}} GROUP BY 1, 2, 3
"""
UNIT = "CASE WHEN child.kind = 'branch' THEN child.unit_kind ELSE line.unit_kind END"


def main() -> None:
    print(json.dumps([timed(way) for way in WAYS[sys.argv[1]]]))


@transaction.atomic
def bare() -> int:
    written = execute(LEAVES.format(columns=COLUMNS, span=span(), branch=BRANCH, hard=HARD, **days()))
    deepest = Organization.objects.branches().order_by("-depth").values_list("depth", flat=True)[0]
    for depth in range(deepest, 1, -1):
        written += execute(LEVEL.format(unit="''", which="line.unit_kind = ''"), depth)
        written += execute(LEVEL.format(unit=UNIT, which=f"{UNIT} <> ''"), depth)
    return written


def ours() -> int:
    rebuild(on=TODAY)
    return RollUp.objects.count()


def one_branch() -> int:
    branch = Organization.objects.branches().order_by("path")[7]
    return refresh([branch.path], on=TODAY)


WAYS: dict[str, list[Callable[[], int]]] = {
    "bare": [bare],
    "ours": [ours, lambda: rebuild(on=TODAY), one_branch, lambda: rebuild_medians(on=TODAY)],
}


def span() -> str:
    return " UNION ALL ".join(
        f"SELECT {written(month)} AS month, {written(min(last_day(month), TODAY))} AS last" for month in MONTHS
    )


def days() -> dict[str, str]:
    month = "CAST(date_trunc('month', CAST(meeting.day AS timestamp)) AS date)"
    return {
        "first": written(MONTHS[0]),
        "last": written(last_day(MONTHS[-1])),
        "month": month if POSTGRES else "(substr(meeting.day, 1, 7) || '-01')",
    }


def written(day: object) -> str:
    return f"CAST('{day}' AS date)" if POSTGRES else f"'{day}'"


def execute(statement: str, *given: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, list(given) or None)  # type: ignore[arg-type]
        return int(cursor.rowcount)


def timed(way: Callable[[], int]) -> dict[str, float]:
    """Seconds by the clock and of processor time, that of the database's process included."""
    started, worked = time.perf_counter(), work()
    rows = way()
    return {"rows": rows, "seconds": time.perf_counter() - started, "work": work() - worked}


def work() -> float:
    return time.process_time() + (_backend() if POSTGRES else 0)


def _backend() -> float:
    """Processor seconds of the PostgreSQL process that serves us, if it runs on this machine."""
    connection.ensure_connection()
    stat = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    fields = stat.read_text().rsplit(")", 1)[1].split() if stat.exists() else ["0"] * 13
    return (int(fields[11]) + int(fields[12])) / 100


main()
