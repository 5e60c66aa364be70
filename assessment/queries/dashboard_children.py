"""What lies directly below a place, and all branches below it: who needs help, and how a measure spreads.

Raw statements: they are asked on every dashboard, of up to some thousand rows, and an ORM would cost more than they do.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from assessment.rules.measures import MEASURES, SNAPSHOTS, Measure
from assessment.rules.need import INCOMPLETE, REASONS, Reason, reasons
from assessment.rules.shares import NOT_RECORDED, UNCOMPARED, columns_sql, share_sql, step
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import STEP

MOST_ROWS = 1_500
"""Months of organizations that are added up for the spread; beyond, only the last month, or what is directly below."""
SHOWN = 12
BELOW = """
FROM members_organization o JOIN assessment_rollup r
  ON r.organization_id = o.id AND r.unit_kind = CASE o.kind WHEN 'branch' THEN '' ELSE %(unit)s END
  AND r.month BETWEEN %(since)s AND %(month)s
WHERE o.path BETWEEN %(first)s AND %(last)s AND (o.dissolved_on IS NULL OR o.dissolved_on > %(day)s)
  AND (%(unit)s = '' OR o.kind <> 'branch' OR o.unit_kind = %(unit)s)
"""
DIRECTLY = "AND o.depth = %(depth)s AND o.kind <> 'group'"
BRANCHES = "AND o.kind = 'branch'"
NEEDED = tuple(sorted({name for reason in (*REASONS, *INCOMPLETE) for name in reason.weights}))
"""Figures that reasons are about."""
HOW_MANY = " + ".join(f"CASE WHEN {reason.sql} THEN 1 ELSE 0 END" for reason in REASONS)
"""Reasons of a branch."""
ORDER = f"""
ORDER BY CASE o.kind WHEN 'branch' THEN 1 ELSE 0 END, CASE o.kind WHEN 'branch' THEN 0 ELSE r.in_need END DESC,
  CASE o.kind WHEN 'branch' THEN {HOW_MANY} ELSE 0 END DESC, o.path
"""
LINE = (
    f"SELECT o.code, o.name, o.kind, r.branches, r.in_need, r.incomplete, {', '.join(f'r.{name}' for name in NEEDED)}"
)
NEEDING = "AND r.in_need > 0 AND (o.kind <> 'branch' OR r.incomplete = 0)"
IN_NEED = f"{LINE} {BELOW} {DIRECTLY} {NEEDING} {ORDER} LIMIT {SHOWN + 1}"
APART = f"{LINE} {BELOW} {DIRECTLY} AND o.kind = 'branch' AND r.incomplete > 0 ORDER BY o.path LIMIT {SHOWN + 1}"


@dataclass(frozen=True, slots=True)
class Line:
    """An organization below: a branch with the reasons why it may need help, or how many of its branches have one."""

    code: str
    name: str
    kind: str
    branches: int
    in_need: int
    incomplete: int
    reasons: tuple[Reason, ...]

    @property
    def is_branch(self) -> bool:
        return self.kind == OrganizationKind.BRANCH


@dataclass(frozen=True, slots=True)
class Spread:
    """How many organizations stand on each step of a measure, and of which months."""

    of_branches: bool
    since: date
    counts: dict[int, int]


def values_at(place: Organization, unit: str, month: date, *, on: date) -> dict[str, Any]:
    """For the statements here. Days as text, which both databases compare as days."""
    return {
        "unit": unit, "since": str(month), "month": str(month), "first": place.path, "last": place.path + "Z" * STEP,
        "depth": place.depth + 1, "day": str(on),
    }  # fmt: skip


def in_need(place: Organization, unit: str, month: date, *, on: date) -> list[Line]:
    """The first twelve, and one more where there are more: committees with most branches in need, then branches with
    most reasons; incomplete branches aren't among them. One query."""
    return _lines(IN_NEED, values_at(place, unit, month, on=on))


def uncompared(place: Organization, unit: str, month: date, *, on: date) -> list[Line]:
    """The branches directly below that have not recorded enough, in the order of the tree. One query."""
    return _lines(APART, values_at(place, unit, month, on=on))


def spread(
    place: Organization, unit: str, measure: Measure, months: tuple[date, date], branches: int, *, on: date
) -> Spread:
    """Of all branches below where they are few, else of what is directly below. One query."""
    first, last = months
    since = last if set(measure.whole) & set(SNAPSHOTS) else first
    of_branches = branches <= MOST_ROWS
    if branches * ((last.year - since.year) * 12 + last.month - since.month + 1) > MOST_ROWS:
        since = last
    values = {**values_at(place, unit, last, on=on), "since": str(since)}
    with connection.cursor() as cursor:
        cursor.execute(SPREADS[measure.code, of_branches], values)
        rows = cursor.fetchall()
    counts: Counter[int] = Counter()
    for share, found in rows:
        counts[step(measure, share)] += found
    return Spread(of_branches, since, dict(counts))


def _spread_sql(measure: Measure, of_branches: bool) -> str:
    """How many organizations have each share, of those that recorded enough in the last month."""
    part, whole = (f"SUM({columns_sql(names)})" for names in (measure.part, measure.whole))
    incomplete = f"MAX(CASE WHEN r.month = %(month)s AND {UNCOMPARED} THEN 1 ELSE 0 END)"
    shares = f"CASE WHEN {incomplete} > 0 THEN {NOT_RECORDED} ELSE {share_sql(measure, part, whole)} END"
    inside = f"SELECT {shares} AS share {BELOW} {BRANCHES if of_branches else DIRECTLY} GROUP BY o.id"  # noqa: S608
    return f"SELECT share, COUNT(*) FROM ({inside}) found GROUP BY share"  # noqa: S608


SPREADS = {
    (measure.code, of_branches): _spread_sql(measure, of_branches)
    for measure in MEASURES
    for of_branches in (True, False)
}


def _lines(statement: str, values: dict[str, Any]) -> list[Line]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(lines_of(cursor.fetchall()))


def lines_of(rows: list[tuple[Any, ...]]) -> Iterator[Line]:
    """Rows of `LINE`."""
    for code, name, kind, branches, needing, incomplete, *figures in rows:
        found = dict(zip(NEEDED, figures, strict=True))
        why = tuple(reasons(found)) if kind == OrganizationKind.BRANCH else ()
        yield Line(code, name, kind, branches, needing, incomplete, why)
