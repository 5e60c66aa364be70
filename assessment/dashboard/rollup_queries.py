"""SQL by which months are added up the tree: tables of the scope, rows, committees from what is below them."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL
from psycopg2.extras import execute_values

from assessment.dashboard.models import FIGURES
from assessment.dashboard.rules import last_day
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import ROOT, STEP, contains, subtree
from members.regulations.queries import binding_below
from rulebook.book import rule_if_held
from rulebook.dates import add_months
from rulebook.local import LocalRule
from rulebook.rules.mobility import CONTACT_KEYS

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


BOUND = "UPDATE rollup_place SET bound = %(bound)s WHERE path BETWEEN %(path)s AND %(beyond)s"


def fill_intervals(scope: Scope) -> None:
    """Into `rollup_place.bound` which places the same local rules bind, into `rollup_interval` what they ask for.

    Each set of rules is written over that of the committee above it, so that in the end the nearest one's stands."""
    rules = binding_below(ROOT, set(CONTACT_KEYS.values()))
    found: list[tuple[object, ...]] = list(_intervals(scope, 0, []))
    for number, (above, local) in enumerate(_sets(rules).items(), start=1):
        run(BOUND, scope, bound=number, path=above, beyond=above + "ZZZZ")
        found.extend(_intervals(scope, number, local))
    fill("rollup_interval", found)
    analyze("rollup_interval", *(["rollup_place"] if rules else []))


def _sets(rules: list[tuple[str, LocalRule]]) -> dict[str, list[LocalRule]]:
    """Path of who set a rule → all rules that bind there, outermost first; those above come before those below."""
    return {
        above: [rule for other, rule in rules if contains(other, above)] for above in sorted({one for one, _ in rules})
    }


def _intervals(scope: Scope, bound: int, local: list[LocalRule]) -> Iterator[tuple[object, ...]]:
    for month in scope.months:
        as_of = min(last_day(month), scope.on)
        for kind, key in CONTACT_KEYS.items():
            rule = rule_if_held(key, as_of, local)
            if rule and rule.value is not None:
                yield bound, kind, month, rule.whole
