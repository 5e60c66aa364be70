"""What each branch did in each month, in the words of SQL that both databases take.

Each part is a common table expression with a row a branch and month, over the tables of `rollup_tables`; the columns
carry the names of the figures. tests/assessment/test_rollups.py holds all of it to the slow and obvious way.

As of when: facts with a day are counted as the record has them today, for the month of that day. How it stood at the
end of a month follows from rows with days: belonging, situations, contacts, terms, publications. What a row was before
somebody corrected it nobody knows any more, so the past is the past as it is recorded now, and a recount agrees.
Whether a problem was accepted, or an assessment settled, is today's state. What falls due on a day counts from the
day after.
"""

from assessment.models.rollup import FIGURES
from assessment.queries.rollup_parts import (
    attended,
    charged,
    due_meetings,
    graded,
    helped,
    paid,
    problems,
    reached,
    terms,
)
from assessment.queries.rollup_tables import Scope, analyze, month_start, run
from assessment.rules.need import INCOMPLETE, REASONS, Reason

COLUMNS = ", ".join(FIGURES)
ATTENDANCES = (
    "expected", "on_site", "online", "visited", "made_up", "on_leave", "explained", "unexplained", "unrecorded",
)  # fmt: skip


def insert_leaves(scope: Scope) -> None:
    """Into `rollup_fresh`: a row for every month on some day of which a branch stood."""
    run(f"INSERT INTO rollup_fresh (organization_id, month, unit_kind, {COLUMNS})\n{_statement(scope)}", scope)  # noqa: S608
    analyze("rollup_fresh")


def _statement(scope: Scope) -> str:
    settled = paid(everywhere=scope.paths is None)
    return f"""
WITH {base()}, {running()}, {attended()}, {charged()}, {settled}, {due_meetings()}, {reached()}, {problems()},
    {terms()}, {helped()}, {graded()}, whole AS (
SELECT base.branch AS branch, base.month AS month, base.stands AS branches, running.members AS members,
    COALESCE(called.meetings_due, 0) AS meetings_due, COALESCE(called.meetings_held, 0) AS meetings_held,
    {_or_zero("attended", *ATTENDANCES)},
    {_or_zero("charged", "charged_fen")}, {_or_zero("paid", "paid_fen")},
    {_or_zero("reached", "hard_to_reach", "in_contact")}, {_or_zero("problems", "problems_due", "problems_on_time")},
    {_or_zero("terms", "terms", "terms_ending", "terms_over")}, {_or_zero("helped", "help_due", "help_on_time")},
    {", ".join(f"CASE WHEN graded.grade = {rank} THEN 1 ELSE 0 END AS band_{rank}" for rank in range(1, 6))}
FROM base
JOIN running ON running.branch = base.branch AND running.month = base.month
{_joined("called", "attended", "charged", "paid", "reached", "problems", "terms", "helped", "graded")}
WHERE base.is_kept = 1
)
SELECT branch, month, '', {", ".join(FIGURES[:-2])},
    CASE WHEN branches = 1 AND NOT ({_any(INCOMPLETE)}) AND ({_any(REASONS)}) THEN 1 ELSE 0 END,
    CASE WHEN branches = 1 AND ({_any(INCOMPLETE)}) THEN 1 ELSE 0 END
FROM whole
"""  # noqa: S608 - every part is a text of ours


def _or_zero(table: str, *columns: str) -> str:
    return ", ".join(f"COALESCE({table}.{column}, 0) AS {column}" for column in columns)


def _joined(*tables: str) -> str:
    return "\n".join(
        f"LEFT JOIN {table} ON {table}.branch = base.branch AND {table}.month = base.month" for table in tables
    )


def _any(reasons: tuple[Reason, ...]) -> str:
    return " OR ".join(f"({reason.sql})" for reason in reasons)


def base() -> str:
    """Every branch with every month, whether it stood at its end and had come to its first day, and whether it stood
    on some day of it."""
    return """
base AS MATERIALIZED (
    SELECT place.branch, span.month, span.as_of, span.soon,
        CASE WHEN (known.first_day IS NULL OR known.first_day <= span.as_of)
            AND (place.dissolved_on IS NULL OR place.dissolved_on > span.as_of) THEN 1 ELSE 0 END AS stands,
        CASE WHEN (place.founded_on IS NULL OR place.founded_on <= span.as_of)
            AND (place.dissolved_on IS NULL OR place.dissolved_on > span.month) THEN 1 ELSE 0 END AS is_kept
    FROM rollup_place place CROSS JOIN rollup_span span LEFT JOIN rollup_first known ON known.place = place.place
    WHERE place.is_group = 0
)"""


def running() -> str:
    """Formal relations that hold at the end of a month: those that began by then without those that ended."""
    begun, ended = (_not_before_first(f"relation.{name}") for name in ("valid_from", "valid_until"))
    return f"""
steps AS (
    SELECT place.branch, {begun} AS month, 1 AS step
    FROM rollup_place place CROSS JOIN members_affiliation relation
    WHERE relation.organization_id = place.place AND relation.kind = 'formal'
        AND (relation.valid_from IS NULL OR relation.valid_from <= %(on)s)
    UNION ALL
    SELECT place.branch, {ended}, -1
    FROM rollup_place place CROSS JOIN members_affiliation relation
    WHERE relation.organization_id = place.place AND relation.kind = 'formal' AND relation.valid_until <= %(on)s
), change AS MATERIALIZED (
    SELECT branch, month, SUM(step) AS step FROM steps GROUP BY branch, month
), running AS MATERIALIZED (
    SELECT base.branch, base.month,
        SUM(COALESCE(change.step, 0)) OVER (PARTITION BY base.branch ORDER BY base.month) AS members
    FROM base LEFT JOIN change ON change.branch = base.branch AND change.month = base.month
)"""  # noqa: S608 - columns of ours


def _not_before_first(column: str) -> str:
    first = "(SELECT MIN(month) FROM rollup_span)"
    return f"CASE WHEN {column} IS NULL OR {column} < {first} THEN {first} ELSE {month_start(column)} END"
