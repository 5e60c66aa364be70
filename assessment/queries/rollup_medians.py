"""The middle of each measure among all organizations of a kind: counted by value, so that nothing is sorted."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from django.db import connection

from assessment.models import LevelMedian
from assessment.queries.rollup_tables import adapted
from assessment.rules.measures import MEASURES, SNAPSHOTS, Measure
from assessment.rules.shares import UNCOMPARED, share_sql
from members.choices import OrganizationKind

USED = sorted({name for measure in MEASURES for name in (*measure.part, *measure.whole)} | {"branches", "incomplete"})
Group = tuple[str, str, str]
"""Kind, kind of unit (empty: of all) and measure."""


def _summed(name: str) -> str:
    if name in SNAPSHOTS:
        return f"SUM(CASE WHEN line.month = %(last)s THEN line.{name} ELSE 0 END) AS {name}"
    return f"SUM(line.{name}) AS {name}"


def _counted(measure: Measure) -> str:
    part, whole = (f"({' + '.join(names)})" for names in (measure.part, measure.whole))
    return f"""
SELECT kind, unit_kind, '{measure.code}' AS measure,
    {share_sql(measure, part, whole)} AS per_mille, COUNT(*)
FROM complete WHERE {whole} > 0 GROUP BY kind, unit_kind, 4"""  # noqa: S608 - names of ours


COUNTED = f"""
WITH complete AS MATERIALIZED (
    SELECT one.kind, CASE WHEN one.kind = 'branch' THEN one.unit_kind ELSE summed.unit_kind END AS unit_kind,
        {", ".join(f"CAST(summed.{name} AS bigint) AS {name}" for name in USED)}
    FROM (
        SELECT line.organization_id, line.unit_kind, {", ".join(map(_summed, USED))}
        FROM assessment_rollup line WHERE line.month BETWEEN %(first)s AND %(last)s
        GROUP BY line.organization_id, line.unit_kind
    ) summed JOIN members_organization one ON one.id = summed.organization_id
    WHERE NOT {UNCOMPARED.replace("r.", "summed.")}
)
{" UNION ALL ".join(_counted(measure) for measure in MEASURES if measure.whole)}
"""  # noqa: S608 - names of ours
"""Of organizations that are compared (`is_compared`)."""


def medians(period: str, months: Sequence[date]) -> Iterator[LevelMedian]:
    """Of one period, as rows that nobody has stored. Snapshots are those of its last month. One statement."""
    for (kind, unit_kind, measure), values in _values(months).items():
        yield LevelMedian(
            kind=kind, unit_kind=unit_kind, period=period, measure=measure,
            per_mille=middle(values), organizations=values.total(),
        )  # fmt: skip


def middle(values: Mapping[int, int]) -> int:
    """The median of values that occur so often; between two, their mean, half up."""
    found: list[int] = []
    total, passed = sum(values.values()), 0
    for value in sorted(values):
        passed += values[value]
        while len(found) < 2 and passed > (total - 1 + len(found)) // 2:
            found.append(value)
    return (found[0] + found[1] + 1) // 2


def _values(months: Sequence[date]) -> dict[Group, Counter[int]]:
    found: dict[Group, Counter[int]] = defaultdict(Counter)
    with connection.cursor() as cursor:
        cursor.execute(COUNTED, {"first": adapted(months[0]), "last": adapted(months[-1])})
        for kind, unit_kind, measure, per_mille, count in cursor.fetchall():
            found[kind, unit_kind, measure][per_mille] += count
            if kind == OrganizationKind.BRANCH and unit_kind:
                found[kind, "", measure][per_mille] += count
    return found
