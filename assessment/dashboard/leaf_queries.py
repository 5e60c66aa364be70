"""The parts of a branch's month that are counted from rows with a day: see `rollup_leaves`, which joins them.

What each branch did in each month, in the words of SQL that both databases take.

Each part is a common table expression with a row a branch and month, over the tables of `rollup_tables`; the columns
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

from assessment.dashboard.models import FIGURES
from assessment.dashboard.rollup_queries import (
    Scope,
    adapted,
    analyze,
    fill,
    least,
    month_start,
    months_later,
    quarter_start,
    rows,
    run,
    year_start,
)
from assessment.dashboard.rules import INCOMPLETE, REASONS, Reason, last_day
from meetings.choices import NOT_EXPECTED
from meetings.planning.duty_queries import COMMITTEE_SEATS, RULE_KEYS
from meetings.planning.duty_rules import EVERY, Called, Place, called_for, has_committee
from members.choices import HARD_TO_REACH_KINDS, OrganizationKind
from members.paths import ROOT, contains
from members.regulations.queries import binding_below
from rulebook.local import LocalRule

HARD = ", ".join(f"'{kind.value}'" for kind in HARD_TO_REACH_KINDS)
MONTHLY, QUARTERLY, YEARLY = (
    ", ".join(f"'{kind}'" for kind, every in EVERY.items() if every == length)
    for length in ("month", "quarter", "year")
)


def attended() -> str:
    """Attendances of the meetings of a month that were held, of whoever should attend: neither left out nor a guest."""
    left_aside = ", ".join(f"'{reason.value}'" for reason in NOT_EXPECTED)
    states = {"on_site": "on_site", "online": "online", "visited": "visited", "made_up": "made_up", "on_leave": "leave"}
    counts = ", ".join(f"COUNT(CASE WHEN one.state = '{state}' THEN 1 END) AS {name}" for name, state in states.items())
    return f"""
held AS MATERIALIZED (
    SELECT place.branch, {month_start("meeting.day")} AS month, meeting.key
    FROM rollup_place place CROSS JOIN meetings_meeting meeting
    WHERE meeting.organization_id = place.place AND meeting.day BETWEEN %(first)s AND %(last)s
        AND meeting.state IN ('held', 'locked')
), attended AS MATERIALIZED (
    SELECT held.branch, held.month, COUNT(*) AS expected, {counts},
        COUNT(CASE WHEN one.state = 'absent' AND one.reason <> '' THEN 1 END) AS explained,
        COUNT(CASE WHEN one.state = 'absent' AND one.reason = '' THEN 1 END) AS unexplained,
        COUNT(CASE WHEN one.state = 'unknown' THEN 1 END) AS unrecorded
    FROM held CROSS JOIN meetings_expected one
    WHERE one.meeting_id = held.key AND one.not_counted NOT IN ({left_aside})
    GROUP BY held.branch, held.month
)"""  # noqa: S608 - columns of ours


def charged() -> str:
    return """
charged AS MATERIALIZED (
    SELECT place.branch, charge.month, SUM(charge.amount_fen - charge.waived_fen) AS charged_fen
    FROM rollup_place place CROSS JOIN dues_charge charge
    WHERE charge.organization_id = place.place AND charge.month BETWEEN %(first)s AND %(last)s
        AND NOT charge.carried_over
    GROUP BY place.branch, charge.month
)"""


def paid(*, everywhere: bool) -> str:
    """What payments give a member's month counts for the branch of the last line of that month. Few have several. What
    was carried over from the years before belongs to no month.

    `everywhere`: all branches are computed, so that lines are looked through once and not member by member."""
    lines = """dues_charge line WHERE line.turn > 0 AND line.month BETWEEN %(first)s AND %(last)s"""
    if not everywhere:
        lines = """rollup_place place CROSS JOIN dues_charge here CROSS JOIN dues_charge line
    WHERE here.organization_id = place.place AND here.month BETWEEN %(first)s AND %(last)s
        AND line.member_id = here.member_id AND line.month = here.month AND line.turn > 0"""
    return f"""
corrected AS MATERIALIZED (
    SELECT line.member_id, line.month, MAX(line.turn) AS turn FROM {lines} GROUP BY line.member_id, line.month
), settled AS (
    SELECT place.branch, charge.month, given.amount_fen
    FROM rollup_place place CROSS JOIN dues_charge charge CROSS JOIN dues_allocation given
    WHERE charge.organization_id = place.place AND charge.month BETWEEN %(first)s AND %(last)s AND charge.turn = 0
        AND NOT charge.carried_over
        AND given.member_id = charge.member_id AND given.month = charge.month
        AND NOT EXISTS (SELECT 1 FROM corrected
            WHERE corrected.member_id = charge.member_id AND corrected.month = charge.month)
    UNION ALL
    SELECT place.branch, charge.month, given.amount_fen
    FROM corrected
    JOIN dues_charge charge ON charge.member_id = corrected.member_id AND charge.month = corrected.month
        AND charge.turn = corrected.turn AND NOT charge.carried_over
    JOIN rollup_place place ON place.place = charge.organization_id
    JOIN dues_allocation given ON given.member_id = charge.member_id AND given.month = charge.month
), paid AS MATERIALIZED (
    SELECT branch, month, SUM(amount_fen) AS paid_fen FROM settled GROUP BY branch, month
)"""  # noqa: S608 - names of ours


def due_meetings() -> str:
    """What `meetings.planning.duty_queries.meeting_duties` says; see `rollup_meetings`. Nothing of the months before
    the first meeting on record: whether any were held then nobody knows."""
    kinds = ", ".join(f"'{kind}'" for kind in EVERY)
    year = year_start("occurred.counts_for_year")
    first = (
        f"CASE WHEN occurred.kind IN ({MONTHLY}) THEN {month_start('occurred.day')} "
        f"WHEN occurred.kind IN ({QUARTERLY}) THEN {quarter_start('occurred.day')} ELSE {year} END"
    )
    done, old = least("asked.times", "COALESCE(done.times, 0)"), least("asked.times", "COALESCE(done.before, 0)")
    old = f"CASE WHEN asked.carried = 1 THEN {old} ELSE 0 END"
    return f"""
took_place AS MATERIALIZED (
    SELECT place.place, meeting.key, meeting.kind, meeting.day, meeting.counts_for_year
    FROM rollup_place place CROSS JOIN meetings_meeting meeting
    WHERE meeting.organization_id = place.place AND meeting.day <= %(on)s
        AND meeting.state NOT IN ('planned', 'cancelled')
        AND (meeting.day >= %(earliest)s OR meeting.counts_for_year >= %(earliest_year)s)
), occurred AS (
    SELECT place, kind, day, counts_for_year FROM took_place
    UNION ALL
    SELECT took_place.place, session.kind, took_place.day, took_place.counts_for_year
    FROM took_place JOIN meetings_session session ON session.meeting_id = took_place.key
    WHERE session.kind <> took_place.kind
), done AS MATERIALIZED (
    SELECT occurred.place, occurred.kind, {first} AS first, COUNT(*) AS times,
        COUNT(CASE WHEN occurred.day < {year_start("(occurred.counts_for_year + 1)")} THEN 1 END) AS before
    FROM occurred WHERE occurred.kind IN ({kinds})
    GROUP BY occurred.place, occurred.kind, {first}
), begun AS MATERIALIZED (
    SELECT one.branch, {month_start("MIN(one.day)")} AS month FROM (
        SELECT place.branch, (
            SELECT meeting.day FROM meetings_meeting meeting
            WHERE meeting.organization_id = place.place AND meeting.state NOT IN ('planned', 'cancelled')
            ORDER BY meeting.day LIMIT 1
        ) AS day FROM rollup_place place
    ) one WHERE one.day IS NOT NULL GROUP BY one.branch
), called AS MATERIALIZED (
    SELECT place.branch, asked.month, SUM(asked.times - {old}) AS meetings_due, SUM({done} - {old}) AS meetings_held
    FROM rollup_called place
    JOIN rollup_asked asked ON asked.class = place.class
        AND (place.first_day IS NULL OR place.first_day <= asked.first)
    JOIN begun ON begun.branch = place.branch AND begun.month <= asked.month
    LEFT JOIN done ON done.place = place.place AND done.kind = asked.kind AND done.first = asked.first
    GROUP BY place.branch, asked.month
)"""  # noqa: S608 - columns of ours


def reached() -> str:
    """Who was hard to reach at the end of the month, and whose next contact was overdue then.

    What is overdue: `members.contacts.rules.next_contact`. Where no contact is on record nothing is: nobody knows.
    """
    by_rule = months_later("contact.happened_on", "hard.months")
    return f"""
hard AS MATERIALIZED (
    SELECT relation.member_id, place.branch, span.month, span.as_of, MIN(asked.months) AS months
    FROM rollup_place place
    CROSS JOIN members_affiliation relation
    CROSS JOIN members_situation situation
    CROSS JOIN rollup_span span
    LEFT JOIN rollup_interval asked
        ON asked.bound = place.bound AND asked.kind = situation.kind AND asked.month = span.month
    WHERE relation.organization_id = place.place AND relation.kind = 'formal'
        AND situation.member_id = relation.member_id AND situation.kind IN ({HARD})
        AND (relation.valid_from IS NULL OR relation.valid_from <= span.as_of)
        AND (relation.valid_until IS NULL OR relation.valid_until > span.as_of)
        AND (situation.valid_from IS NULL OR situation.valid_from <= span.as_of)
        AND (situation.valid_until IS NULL OR situation.valid_until > span.as_of)
    GROUP BY relation.member_id, place.branch, span.month, span.as_of
), contact AS MATERIALIZED (
    SELECT member_id, happened_on, next_on,
        LEAD(happened_on) OVER (PARTITION BY member_id ORDER BY happened_on, recorded_at, key) AS until
    FROM members_contact WHERE member_id IN (SELECT member_id FROM hard)
), reached AS MATERIALIZED (
    SELECT hard.branch, hard.month, COUNT(*) AS hard_to_reach,
        COUNT(CASE WHEN contact.next_on < hard.as_of THEN NULL WHEN {by_rule} < hard.as_of THEN NULL ELSE 1 END)
            AS in_contact
    FROM hard LEFT JOIN contact ON contact.member_id = hard.member_id AND contact.happened_on <= hard.as_of
        AND (contact.until IS NULL OR contact.until > hard.as_of)
    GROUP BY hard.branch, hard.month
)"""  # noqa: S608 - columns of ours


def problems() -> str:
    """Problems that the branch was told, without those that were dropped. On time: reported as done by the day, for
    the last time where it was sent back, or accepted by then."""
    return f"""
problems AS MATERIALIZED (
    SELECT place.branch, {month_start("problem.due_on")} AS month, COUNT(*) AS problems_due,
        COUNT(CASE WHEN problem.state IN ('done', 'accepted') AND (problem.settled_on <= problem.due_on
            OR (SELECT MAX(step."on") FROM supervision_problemstep step
                WHERE step.problem_id = problem.key AND step.kind = 'done') <= problem.due_on) THEN 1 END)
            AS problems_on_time
    FROM rollup_place place
    CROSS JOIN supervision_problem problem
    JOIN supervision_problemlist source ON source.key = problem.problem_list_id
    LEFT JOIN supervision_inspection inspection ON inspection.key = source.inspection_id
    WHERE problem.organization_id = place.place AND problem.state <> 'dropped'
        AND problem.due_on BETWEEN %(first)s AND %(last)s AND problem.due_on < %(on)s
        AND (inspection.key IS NULL OR inspection.state IN ('issued', 'closed'))
    GROUP BY place.branch, {month_start("problem.due_on")}
)"""  # noqa: S608 - columns of ours


def terms() -> str:
    """The latest term of a branch that stands, until the next election, also when its time is over."""
    return """
office AS MATERIALIZED (
    SELECT term.organization_id AS branch, term.elected_on, term.ends_on,
        LEAD(term.elected_on) OVER (PARTITION BY term.organization_id ORDER BY term.elected_on) AS until
    FROM rollup_branch CROSS JOIN members_term term WHERE term.organization_id = rollup_branch.branch
), terms AS MATERIALIZED (
    SELECT base.branch, base.month, COUNT(*) AS terms,
        COUNT(CASE WHEN office.ends_on >= base.as_of AND office.ends_on < base.soon THEN 1 END) AS terms_ending,
        COUNT(CASE WHEN office.ends_on < base.as_of THEN 1 END) AS terms_over
    FROM base JOIN office ON office.branch = base.branch AND office.elected_on <= base.as_of
        AND (office.until IS NULL OR office.until > base.as_of)
    WHERE base.stands = 1
    GROUP BY base.branch, base.month
)"""


def helped() -> str:
    """Requests for help of whoever belonged to the branch on the day, and the suggestions made to it."""
    return f"""
wishes AS (
    SELECT place.branch, asked.due_on, asked.answered_on
    FROM rollup_place place CROSS JOIN members_affiliation relation CROSS JOIN members_helprequest asked
    WHERE relation.organization_id = place.place AND relation.kind = 'formal' AND asked.member_id = relation.member_id
        AND (relation.valid_from IS NULL OR relation.valid_from <= asked.due_on)
        AND (relation.valid_until IS NULL OR relation.valid_until > asked.due_on)
        AND asked.due_on BETWEEN %(first)s AND %(last)s AND asked.due_on < %(on)s
    UNION ALL
    SELECT place.branch, asked.due_on, asked.answered_on
    FROM rollup_place place CROSS JOIN supervision_suggestion asked
    WHERE asked.organization_id = place.place
        AND asked.due_on BETWEEN %(first)s AND %(last)s AND asked.due_on < %(on)s
), helped AS MATERIALIZED (
    SELECT branch, {month_start("due_on")} AS month, COUNT(*) AS help_due,
        COUNT(CASE WHEN answered_on <= due_on THEN 1 END) AS help_on_time
    FROM wishes GROUP BY branch, {month_start("due_on")}
)"""  # noqa: S608 - columns of ours


def graded() -> str:
    """The rank of the assessment published last, of a branch that stands: as it was decided, else by the points."""
    return """
published AS MATERIALIZED (
    SELECT one.organization_id AS branch, one.published_on, COALESCE(decided.rank, band.rank) AS grade,
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
    SELECT base.branch, base.month, MAX(published.grade) AS grade
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


STANDING = """
SELECT place.place, place.branch, place.path, place.is_group, known.first_day
FROM rollup_place place LEFT JOIN rollup_first known ON known.place = place.place
WHERE dissolved_on IS NULL OR dissolved_on > %(stood)s
"""
FORMAL = """
SELECT place.branch,
    COUNT(CASE WHEN member.full_on <= %(stood)s OR (member.full_on IS NULL AND member.membership = 'formal_member')
        THEN 1 END),
    COUNT(CASE WHEN member.party_post LIKE %(post)s THEN 1 END)
FROM rollup_place place CROSS JOIN members_affiliation relation CROSS JOIN members_member member
WHERE relation.organization_id = place.place AND relation.kind = 'formal' AND member.id = relation.member_id
    AND (relation.valid_from IS NULL OR relation.valid_from <= %(stood)s)
    AND (relation.valid_until IS NULL OR relation.valid_until > %(stood)s)
GROUP BY place.branch
"""
SEATS = f"""
SELECT DISTINCT office.organization_id FROM rollup_branch CROSS JOIN members_office office
WHERE office.organization_id = rollup_branch.branch
    AND office.kind IN ({", ".join(f"'{kind.value}'" for kind in COMMITTEE_SEATS)})
    AND (office.valid_from IS NULL OR office.valid_from <= %(stood)s)
    AND (office.valid_until IS NULL OR office.valid_until > %(stood)s)
"""  # noqa: S608 - codes of ours
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
    committees = _with_committee(scope, through)
    for place, branch, path, is_group, first_day in rows(STANDING, scope, stood=adapted(through)):
        binding = tuple(number for number, (above, _rule) in enumerate(rules) if contains(above, path))
        alike = (through, bool(is_group), not is_group and branch in committees, binding)
        yield place, branch, first_day, numbers[alike]


def _asked(scope: Scope, alike: Class, number: int, rules: list[tuple[str, LocalRule]]) -> Iterator[tuple[object, ...]]:
    through, is_group, committee, binding = alike
    place = Place("", OrganizationKind.GROUP if is_group else OrganizationKind.BRANCH, committee)
    for one in called_for(place, on=scope.on, through=through, local=[rules[at][1] for at in binding]):
        if _falls(one, scope, through.year):
            carried = int(one.period.first.year < through.year)
            yield number, one.kind, one.period.first, carried, one.times, one.due_on.replace(day=1)


def _falls(one: Called, scope: Scope, year: int) -> bool:
    """Whether its day is over, and lies in the year whose duties these are and in the months that are computed."""
    in_time = scope.months[0] <= one.due_on <= last_day(scope.months[-1])
    return in_time and one.due_on < scope.on and one.due_on.year == year


def _with_committee(scope: Scope, stood: date) -> set[int]:
    """Branches that have a committee, by recorded posts or by size: as `meetings.planning.duty_queries` counts them."""
    day = adapted(stood)
    found = {branch for (branch,) in rows(SEATS, scope, stood=day)}
    counted = rows(FORMAL, scope, stood=day, post="%委员%")
    large = {size for size in {formal for _, formal, _ in counted} if _is_large(size, stood)}
    return found | {branch for branch, formal, posts in counted if posts or formal in large}


def _is_large(formal: int, stood: date) -> bool:
    return has_committee(formal_members=formal, posts_held=0, on=stood)
