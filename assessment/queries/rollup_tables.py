"""What a computation of roll-ups works on: tables that only its connection sees, and that are gone afterwards."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL
from psycopg2.extras import execute_values

from assessment.models.rollup import FIGURES
from assessment.rules.months import last_day
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import STEP, subtree
from rulebook.dates import add_months

ENDS_SOON = 6
"""Months before its end from which a term counts as ending."""
PATHS_AT_ONCE = 200
TABLES = {
    "rollup_span": "month date PRIMARY KEY, last date, as_of date, soon date",
    "rollup_branch": "branch bigint PRIMARY KEY",
    "rollup_place": "place bigint PRIMARY KEY, branch bigint, path varchar(255), is_group integer, founded_on date, "
    "dissolved_on date, bound integer",
    "rollup_first": "place bigint PRIMARY KEY, first_day date",
    "rollup_called": "place bigint, branch bigint, first_day date, class integer",
    "rollup_asked": "class integer, kind varchar(30), first date, carried integer, times integer, month date",
    "rollup_interval": "bound integer, kind varchar(30), month date, months integer",
    "rollup_fresh": "organization_id bigint, month date, unit_kind varchar(20), "
    + ", ".join(f"{name} bigint" for name in FIGURES),
}
"""`span`: the months, each with its last day, the day as of which it is computed, and half a year after that. `branch`:
those computed. `place`: they and their groups, each with the branch that it counts for and `bound`, which local rules
bind it. `first`: since when something is due there, where that is known
(`OrganizationQuerySet.with_first_day`). `called` and `asked`: the meetings (`rollup_meetings`). `interval`: how often
somebody has to be in touch (`rollup_reach`). `fresh`: rows as they should be stored."""
PLACES = """
INSERT INTO rollup_place (place, branch, path, is_group, founded_on, dissolved_on, bound)
SELECT branch.id, branch.id, branch.path, 0, branch.founded_on, branch.dissolved_on, 0
FROM rollup_branch JOIN members_organization branch ON branch.id = rollup_branch.branch
UNION ALL
SELECT member.id, branch.id, member.path, 1, member.founded_on, member.dissolved_on, 0
FROM rollup_branch JOIN members_organization branch ON branch.id = rollup_branch.branch
JOIN members_organization member ON member.path > branch.path AND member.path <= branch.path || 'ZZZZ'
WHERE member.kind = 'group'
"""
EVERY_BRANCH = "INSERT INTO rollup_branch (branch) SELECT id FROM members_organization WHERE kind = 'branch'"
EVERY_PLACE = f"""
INSERT INTO rollup_place (place, branch, path, is_group, founded_on, dissolved_on, bound)
SELECT place.id, branch.id, place.path, CASE WHEN place.kind = 'group' THEN 1 ELSE 0 END, place.founded_on,
    place.dissolved_on, 0
FROM members_organization place
JOIN members_organization branch ON branch.kind = 'branch' AND branch.path =
    CASE WHEN place.kind = 'group' THEN substr(place.path, 1, length(place.path) - {STEP}) ELSE place.path END
WHERE place.kind IN ('branch', 'group')
"""  # noqa: S608 - a number of ours
NEIGHBOURS = """
INSERT INTO rollup_branch (branch)
SELECT DISTINCT branch.id
FROM rollup_place place
CROSS JOIN members_affiliation here
CROSS JOIN members_affiliation elsewhere
CROSS JOIN members_organization other
CROSS JOIN members_organization branch
WHERE here.organization_id = place.place AND elsewhere.member_id = here.member_id
    AND elsewhere.organization_id <> here.organization_id AND other.id = elsewhere.organization_id
    AND branch.kind = 'branch' AND branch.path =
        CASE WHEN other.kind = 'group' THEN substr(other.path, 1, length(other.path) - 4) ELSE other.path END
    AND NOT EXISTS (SELECT 1 FROM rollup_branch known WHERE known.branch = branch.id)
"""
CHARGED_ELSEWHERE = """
INSERT INTO rollup_branch (branch)
SELECT DISTINCT charge.organization_id
FROM rollup_place place
CROSS JOIN members_affiliation here
CROSS JOIN dues_charge charge
WHERE here.organization_id = place.place AND charge.member_id = here.member_id AND charge.month >= %(first)s
    AND NOT EXISTS (SELECT 1 FROM rollup_branch known WHERE known.branch = charge.organization_id)
"""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows are computed: the branches at and below `paths` (None: all), for `months`, which follow each other.

    `with_neighbours`: also the branches to which somebody of theirs ever belonged or by which he was charged, as what
    happens to a member here may change the figures there."""

    on: date
    months: Sequence[date]
    paths: Collection[str] | None = None
    with_neighbours: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What the statements are given."""
        first = self.months[0]
        days = {"on": self.on, "first": first, "last": last_day(self.months[-1]), "earliest": first.replace(month=1)}
        return {name: adapted(day) for name, day in days.items()} | {"earliest_year": first.year - 1}


@contextlib.contextmanager
def tables(scope: Scope) -> Iterator[None]:
    """The tables, with `span`, `branch` and `place` filled. In a transaction of the caller's."""
    _drop()
    with connection.cursor() as cursor:
        for name, columns in TABLES.items():
            cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
    try:
        fill("rollup_span", [_span(month, scope.on) for month in scope.months])
        _choose(scope)
        yield
    finally:
        if not connection.needs_rollback:
            _drop()


def run(statement: str, scope: Scope, **more: Any) -> int:
    """One statement with the values of the scope; how many rows it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(statement, scope.values | more)
        return int(cursor.rowcount)


def rows(statement: str, scope: Scope, **more: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, scope.values | more)
        return list(cursor.fetchall())


def fill(table: str, found: Sequence[tuple[object, ...]]) -> None:
    """Rows with a value for every column of the table."""
    if not found:
        return
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            execute_values(cursor.cursor, f"INSERT INTO {table} VALUES %s", found, page_size=1_000)  # noqa: S608
        else:
            places = ", ".join(["%s"] * len(found[0]))
            ready: list[Any] = [tuple(map(_ready, row)) for row in found]
            cursor.executemany(f"INSERT INTO {table} VALUES ({places})", ready)  # noqa: S608


def _ready(value: object) -> Any:
    return adapted(value) if isinstance(value, date) else value


def analyze(*names: str) -> None:
    """PostgreSQL knows nothing of a temporary table until it is told to look."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {', '.join(names)}")


def adapted(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)


def month_start(column: str) -> str:
    """SQL: the first day of the month of a day."""
    if connection.vendor == "postgresql":
        return f"CAST(date_trunc('month', CAST({column} AS timestamp)) AS date)"
    return f"(substr({column}, 1, 7) || '-01')"


def quarter_start(column: str) -> str:
    if connection.vendor == "postgresql":
        return f"CAST(date_trunc('quarter', CAST({column} AS timestamp)) AS date)"
    month = f"CAST(substr({column}, 6, 2) AS integer)"
    return f"(substr({column}, 1, 5) || substr('01040710', ({month} - 1) / 3 * 2 + 1, 2) || '-01')"


def year_start(column: str) -> str:
    """Of a year as a number."""
    return f"make_date({column}, 1, 1)" if connection.vendor == "postgresql" else f"({column} || '-01-01')"


def months_later(column: str, months: str) -> str:
    """What `rulebook.dates.add_months` does: the same day, or the last one of a shorter month."""
    if connection.vendor == "postgresql":
        return f"CAST({column} + {months} * INTERVAL '1 month' AS date)"
    target = f"date({column}, 'start of month', ({months} + 1) || ' months', '-1 day')"
    return f"min(date({column}, {months} || ' months'), {target})"


def least(one: str, other: str) -> str:
    return f"{'LEAST' if connection.vendor == 'postgresql' else 'min'}({one}, {other})"


def _drop() -> None:
    with connection.cursor() as cursor:
        for name in TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS {name}")


def _span(month: date, on: date) -> tuple[date, date, date, date]:
    as_of = min(last_day(month), on)
    return month, last_day(month), as_of, add_months(as_of, ENDS_SOON)


def _choose(scope: Scope) -> None:
    if scope.paths is None:
        run(EVERY_BRANCH, scope)
        run(EVERY_PLACE, scope)
    else:
        fill("rollup_branch", [(pk,) for pk in sorted(_branches(scope.paths))])
        analyze("rollup_branch")
        run(PLACES, scope)
        if scope.with_neighbours:
            _add_neighbours(scope)
    _add_first_days(scope)
    analyze("rollup_span", "rollup_branch", "rollup_place", "rollup_first")


def _add_first_days(scope: Scope) -> None:
    """Of the places, and where only some are asked for of all that stand in the reach of their paths."""
    asked = Organization.objects.filter(kind__in=(OrganizationKind.BRANCH, OrganizationKind.GROUP))
    if scope.paths is not None:
        asked = asked.filter(pk__in=RawSQL("SELECT place FROM rollup_place", []))
    known = asked.with_first_day().exclude(first_day=None).order_by()
    statement, values = known.values_list("pk", "first_day").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO rollup_first (place, first_day) {statement}", values)  # noqa: S608 - the ORM's


def _add_neighbours(scope: Scope) -> None:
    analyze("rollup_branch", "rollup_place")
    if run(NEIGHBOURS, scope) + run(CHARGED_ELSEWHERE, scope):
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM rollup_place")
        run(PLACES, scope)


def _branches(paths: Collection[str]) -> set[int]:
    """Ids of the branches at and below those paths, and of those whose groups they are."""
    ordered = sorted(set(paths))
    found: set[int] = set()
    for start in range(0, len(ordered), PATHS_AT_ONCE):
        part = ordered[start : start + PATHS_AT_ONCE]
        branches = Organization.objects.filter(kind=OrganizationKind.BRANCH)
        above = branches.filter(path__in=[path[:-STEP] for path in part])
        found.update(branches.filter(subtree("path", part)).order_by().values_list("pk", flat=True))
        found.update(above.order_by().values_list("pk", flat=True))
    return found
