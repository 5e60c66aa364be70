"""What each branch did in each month: the parts come from the `metrics` of the apps that own the facts, and are joined.

Each part is a common table expression with a row a branch and month, over the tables of `rollup_queries`; the columns
carry the names of the figures. tests/assessment/dashboard/test_rollups.py holds all of it to the slow and obvious way.

As of when: facts with a day are counted as the record has them today, for the month of that day. How it stood at the
end of a month follows from rows with days: belonging, situations, contacts, terms, publications. What a row was before
somebody corrected it nobody knows any more, so the past is the past as it is recorded now, and a recount agrees.
Whether a problem was accepted, or an assessment settled, is today's state. What falls due on a day counts from the
day after.

Which meetings were due, as `meetings.planning.duty_queries.meeting_duties` says it, for whole subtrees at once.

Of each year the duties as of `on`, of the organizations as they stood at its end or, in the current year, stand on that
day; those whose day lies in a month and is over are that month's. A meeting that was held late counts where it closes
the duty (one of a year by the year it counts for, others by their day). What was carried into a year and done before
the year began is no news there, and in no month.

What the rules ask is worked out once for all places that they treat alike (`called_for`): that is a class.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Q
from django.db.models.expressions import RawSQL

from assessment.dashboard.models import FIGURES
from assessment.dashboard.rollup_queries import Scope, adapted, analyze, fill, rows, run
from assessment.dashboard.rules import INCOMPLETE, REASONS, Reason, last_day
from dues.metrics import charges_by_month, payments_by_month
from meetings.metrics import attendance_by_month, due_meetings_by_month
from meetings.planning.duty_queries import RULE_KEYS, branches_with_committee
from meetings.planning.duty_rules import Called, OrganizationFacts, called_for
from members.choices import OrganizationKind
from members.metrics import (
    contacts_by_month,
    help_requests_due,
    members_by_month,
    month_start,
    months_of_branches,
    terms_by_month,
)
from members.paths import ROOT, contains
from members.regulations.queries import binding_below
from rulebook.local import LocalRule
from supervision.metrics import problems_by_month, suggestions_due


def helped() -> str:
    """Requests for help and suggestions that fell due in the month."""
    return f"""
wishes AS ({help_requests_due()} UNION ALL {suggestions_due()}
), helped AS MATERIALIZED (
    SELECT branch, {month_start("due_on")} AS month, COUNT(*) AS help_due,
        COUNT(CASE WHEN answered_on <= due_on THEN 1 END) AS help_on_time
    FROM wishes GROUP BY branch, {month_start("due_on")}
)"""  # noqa: S608 - columns of ours


def graded() -> str:
    """The rank of the assessment published last, of a branch that stands: of the grade decided, else of the band."""
    return """
published AS MATERIALIZED (
    SELECT one.organization_id AS branch, one.published_on, COALESCE(decided.rank, band.rank) AS rank,
        LEAD(one.published_on) OVER (PARTITION BY one.organization_id ORDER BY one.published_on, scheme.year, one.key)
            AS until
    FROM rollup_branch
    CROSS JOIN assessment_assessment one
    JOIN assessment_scheme scheme ON scheme.key = one.scheme_id
    LEFT JOIN assessment_band decided ON decided.key = one.decided_band_id
    LEFT JOIN assessment_band band ON band.key = one.band_id
    WHERE one.organization_id = rollup_branch.branch AND one.state IN ('published', 'locked')
        AND one.published_on IS NOT NULL
), graded AS MATERIALIZED (
    SELECT base.branch, base.month, MAX(published.rank) AS rank
    FROM base JOIN published ON published.branch = base.branch AND published.published_on <= base.as_of
        AND (published.until IS NULL OR published.until > base.as_of)
    WHERE base.stands = 1
    GROUP BY base.branch, base.month
)"""


COLUMNS = ", ".join(FIGURES)
ATTENDANCES = (
    "expected", "on_site", "online", "visited", "made_up", "on_leave", "explained", "unexplained", "unrecorded",
)  # fmt: skip


def insert_leaves(scope: Scope) -> None:
    """Into `rollup_fresh`: a row for every month on some day of which a branch stood."""
    run(f"INSERT INTO rollup_fresh (organization_id, month, unit_kind, {COLUMNS})\n{_statement(scope)}", scope)  # noqa: S608
    analyze("rollup_fresh")


def _statement(scope: Scope) -> str:
    settled = payments_by_month(everywhere=scope.paths is None)
    return f"""
WITH {months_of_branches()}, {members_by_month()}, {attendance_by_month()}, {charges_by_month()}, {settled},
    {due_meetings_by_month()}, {contacts_by_month()}, {problems_by_month()}, {terms_by_month()}, {helped()},
    {graded()}, whole AS (
SELECT base.branch AS branch, base.month AS month, base.stands AS branches, running.members AS members,
    COALESCE(called.meetings_due, 0) AS meetings_due, COALESCE(called.meetings_held, 0) AS meetings_held,
    {_or_zero("attended", *ATTENDANCES)},
    {_or_zero("charged", "charged_fen")}, {_or_zero("paid", "paid_fen")},
    {_or_zero("reached", "hard_to_reach", "in_contact")}, {_or_zero("problems", "problems_due", "problems_on_time")},
    {_or_zero("terms", "terms", "terms_ending", "terms_over")}, {_or_zero("helped", "help_due", "help_on_time")},
    {", ".join(f"CASE WHEN graded.rank = {rank} THEN 1 ELSE 0 END AS band_{rank}" for rank in range(1, 6))}
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


STANDING = """
SELECT place.place, place.branch, place.path, place.is_group, known.first_day
FROM rollup_place place LEFT JOIN rollup_first known ON known.place = place.place
WHERE dissolved_on IS NULL OR dissolved_on > %(stood)s
"""
Class = tuple[Any, ...]


def fill_meetings(scope: Scope) -> None:
    """Into `rollup_called` which places are of which class, into `rollup_asked` what each class was asked for."""
    rules = binding_below(ROOT, RULE_KEYS)
    numbers: dict[Class, int] = defaultdict(lambda: len(numbers))
    for year in range(scope.months[0].year, scope.on.year + 1):
        through = min(scope.on, date(year, 12, 31))
        if through >= scope.months[0] and date(year, 1, 1) <= last_day(scope.months[-1]):
            fill("rollup_called", list(_called(scope, through, rules, numbers)))
    fill("rollup_asked", [row for alike, number in numbers.items() for row in _asked(scope, alike, number, rules)])
    analyze("rollup_called", "rollup_asked")


def _called(
    scope: Scope, through: date, rules: list[tuple[str, LocalRule]], numbers: dict[Class, int]
) -> Iterator[tuple[object, ...]]:
    here = Q() if scope.paths is None else Q(organization__in=RawSQL("SELECT place FROM rollup_place", []))
    committees = branches_with_committee(here, on=through)
    for place, branch, path, is_group, first_day in rows(STANDING, scope, stood=adapted(through)):
        binding = tuple(number for number, (above, _rule) in enumerate(rules) if contains(above, path))
        alike = (through, bool(is_group), path in committees, binding)
        yield place, branch, first_day, numbers[alike]


def _asked(scope: Scope, alike: Class, number: int, rules: list[tuple[str, LocalRule]]) -> Iterator[tuple[object, ...]]:
    through, is_group, committee, binding = alike
    place = OrganizationFacts("", OrganizationKind.GROUP if is_group else OrganizationKind.BRANCH, committee)
    for one in called_for(place, on=scope.on, through=through, local=[rules[at][1] for at in binding]):
        if _falls(one, scope, through.year):
            carried = int(one.period.first.year < through.year)
            yield number, one.kind, one.period.first, carried, one.times, one.due_on.replace(day=1)


def _falls(one: Called, scope: Scope, year: int) -> bool:
    """Whether its day is over, and lies in the year whose duties these are and in the months that are computed."""
    in_time = scope.months[0] <= one.due_on <= last_day(scope.months[-1])
    return in_time and one.due_on < scope.on and one.due_on.year == year
