"""Rows of the organizations above branches: what their branches did, added up."""

from assessment.models.rollup import FIGURES
from assessment.queries.rollup_tables import Scope, analyze, run
from members.paths import STEP

COLUMNS = ", ".join(FIGURES)
INTO = f"INSERT INTO rollup_fresh (organization_id, month, unit_kind, {COLUMNS})"
SUMS = ", ".join(f"CAST(SUM(below.{name}) AS bigint)" for name in FIGURES)
CHILDREN = f"""
FROM members_organization parent
CROSS JOIN members_organization child
CROSS JOIN assessment_rollup below
WHERE parent.depth = %(depth)s AND parent.kind IN ('committee', 'general_branch') {{inside}}
    AND child.depth = %(depth)s + 1 AND child.path BETWEEN parent.path AND parent.path || 'ZZZZ'
    AND substr(child.path, 1, length(child.path) - {STEP}) = parent.path
    AND child.kind <> 'group' AND below.organization_id = child.id AND below.month BETWEEN %(first)s AND %(last)s
"""
UNIT = "CASE WHEN child.kind = 'branch' THEN child.unit_kind ELSE below.unit_kind END"
ALL_KINDS = f"{INTO} SELECT parent.id, below.month, '', {SUMS} {CHILDREN} AND below.unit_kind = '' GROUP BY 1, 2"
EACH_KIND = f"""{INTO} SELECT parent.id, below.month, {UNIT}, {SUMS} {CHILDREN}
    AND (child.kind = 'branch' OR below.unit_kind <> '') AND {UNIT} <> '' GROUP BY 1, 2, 3"""
STRAIGHT = f"""
FROM rollup_fresh below
JOIN rollup_branch ON rollup_branch.branch = below.organization_id
JOIN members_organization child ON child.id = below.organization_id AND child.depth > %(depth)s
JOIN members_organization parent ON parent.path = substr(child.path, 1, {STEP} * %(depth)s)
    AND parent.kind IN ('committee', 'general_branch')
"""
"""From all branches below, whatever stands between: the second way, by which a recount checks the first."""
ALL_STRAIGHT = f"{INTO} SELECT parent.id, below.month, '', {SUMS} {STRAIGHT} GROUP BY 1, 2"
KINDS_STRAIGHT = f"""{INTO} SELECT parent.id, below.month, child.unit_kind, {SUMS} {STRAIGHT}
    WHERE child.unit_kind <> '' GROUP BY 1, 2, 3"""


def insert_level(scope: Scope, depth: int, inside: str) -> None:
    """Into `rollup_fresh`: the organizations of a level, from the rows stored one level below. `inside`: which."""
    for statement in (ALL_KINDS, EACH_KIND):
        run(statement.format(inside=inside), scope, depth=depth)
    analyze("rollup_fresh")


def insert_straight(scope: Scope, depths: range) -> None:
    for depth in depths:
        for statement in (ALL_STRAIGHT, KINDS_STRAIGHT):
            run(statement, scope, depth=depth)
