"""Stored rows beside those in `rollup_fresh`: what differs is written, and counted where only a check is made."""

from django.db import connection

from assessment.models.rollup import FIGURES
from assessment.queries.rollup_tables import Scope, rows, run

COLUMNS = ", ".join(FIGURES)
STORED, FRESH = (", ".join(f"{table}.{name}" for name in FIGURES) for table in ("stored", "fresh"))
SAME_ROW = """fresh.organization_id = stored.organization_id AND fresh.month = stored.month
    AND fresh.unit_kind = stored.unit_kind"""
OF_BRANCHES = "stored.organization_id IN (SELECT branch FROM rollup_branch)"
OF_LEVEL = """stored.organization_id IN (SELECT parent.id FROM members_organization parent
    WHERE parent.depth = {depth} AND parent.kind IN ('committee', 'general_branch') {inside})"""
ABOVE_BRANCHES = """AND parent.path IN (SELECT substr(branch.path, 1, 4 * %(depth)s)
    FROM rollup_branch JOIN members_organization branch ON branch.id = rollup_branch.branch)"""
WRONG = f"""
FROM assessment_rollup stored
LEFT JOIN rollup_fresh fresh ON {SAME_ROW}
WHERE stored.month BETWEEN %(first)s AND %(last)s {{whose}}
    AND (fresh.organization_id IS NULL OR ({FRESH}) <> ({STORED}))
"""
TAKE_OUT = f"DELETE FROM assessment_rollup WHERE id IN (SELECT stored.id {WRONG})"  # noqa: S608 - columns of ours
MISSING = f"""
FROM rollup_fresh fresh LEFT JOIN assessment_rollup stored ON {SAME_ROW}
WHERE stored.id IS NULL
"""
PUT_IN = f"""
INSERT INTO assessment_rollup (organization_id, month, unit_kind, {COLUMNS})
SELECT fresh.organization_id, fresh.month, fresh.unit_kind, {FRESH} {MISSING}
"""  # noqa: S608 - columns of ours
OUTSIDE = "DELETE FROM assessment_rollup WHERE month < %(first)s OR month > %(last)s"


def store_branches(scope: Scope) -> int:
    """Write what differs from `rollup_fresh` among the rows of the branches computed, and empty it; how many."""
    return _store(scope, f"AND {OF_BRANCHES}" if scope.paths is not None else f"AND {BRANCH}")


BRANCH = "stored.organization_id IN (SELECT id FROM members_organization WHERE kind = 'branch')"


def store_level(scope: Scope, depth: int, inside: str) -> int:
    return _store(scope, "AND " + OF_LEVEL.format(depth="%(depth)s", inside=inside), depth=depth)


def forget_outside(scope: Scope) -> None:
    """Months that are no longer kept, or not yet begun (the clock went back)."""
    run(OUTSIDE, scope)


def count_wrong(scope: Scope) -> int:
    """Rows that differ from `rollup_fresh`, are missing, or shouldn't be there."""
    statement = f"SELECT (SELECT COUNT(*) {WRONG.format(whose='')}) + (SELECT COUNT(*) {MISSING})"  # noqa: S608
    [(count,)] = rows(statement, scope)
    return int(count)


def _store(scope: Scope, whose: str, **given: int) -> int:
    taken_out = run(TAKE_OUT.format(whose=whose), scope, **given)
    put_in = run(PUT_IN, scope, **given)
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE rollup_fresh" if connection.vendor == "postgresql" else "DELETE FROM rollup_fresh")
    return max(taken_out, put_in)
