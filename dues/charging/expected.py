"""What a member owes for a month, and where: one statement, for a whole subtree and for a few members.

It is in the words of SQL that both databases take, so that a county of a million is charged at once; a test holds it to
the same rule written out for one member after the other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from dues.choices import ChargeKind
from dues.ledger.models import Basis, Charge, ClosedMonth
from dues.units import last_day
from members.paths import STEP

OWED = """
WITH places AS MATERIALIZED (
    SELECT place.id AS place, branch.id AS branch
    FROM members_organization place
    JOIN members_organization branch ON branch.path =
        CASE WHEN place.kind = 'group' THEN substr(place.path, 1, length(place.path) - 4) ELSE place.path END
    WHERE {places}
), due AS (
    SELECT relation.member_id AS member, places.branch AS branch, basis.key AS basis, basis.amount_fen AS amount,
        basis.rate AS rate, basis.rules AS rules, relief.key AS relief,
        CASE WHEN relief.pays_fen < basis.amount_fen THEN basis.amount_fen - relief.pays_fen ELSE 0 END AS waived
    FROM members_affiliation relation
    JOIN places ON places.place = relation.organization_id
    LEFT JOIN dues_basis basis ON basis.member_id = relation.member_id AND basis.valid_from <= %(month)s
        AND (basis.valid_until IS NULL OR basis.valid_until > %(month)s)
    LEFT JOIN dues_relief relief ON relief.member_id = relation.member_id AND relief.valid_from <= %(month)s
        AND (relief.valid_until IS NULL OR relief.valid_until > %(month)s)
        AND (relief.approved_on IS NOT NULL OR NOT relief.needs_superior) AND relief.declined_on IS NULL
    WHERE {members} AND relation.kind = 'formal'
      AND (relation.valid_until IS NULL OR relation.valid_until > %(month)s)
      AND (relation.valid_from IS NULL OR relation.valid_from <= %(month)s OR (
        relation.valid_from <= %(last)s
        AND (relation.valid_until IS NULL OR relation.valid_until > relation.valid_from)
        AND NOT EXISTS (
            SELECT 1 FROM members_affiliation earlier
            WHERE earlier.member_id = relation.member_id AND earlier.kind = 'formal' AND earlier.key <> relation.key
              AND (earlier.valid_from IS NULL OR earlier.valid_from < relation.valid_from)
              AND (earlier.valid_until IS NULL OR earlier.valid_until > %(month)s)
              AND (earlier.valid_from IS NULL OR earlier.valid_until IS NULL
                OR earlier.valid_until > earlier.valid_from)
        )
      ))
      AND (
        NOT EXISTS (SELECT 1 FROM members_member later WHERE later.joined_on > %(last)s)
        OR EXISTS (
            SELECT 1 FROM members_member member
            WHERE member.id = relation.member_id AND (member.joined_on IS NULL OR member.joined_on <= %(last)s)
        )
      )
)
"""
"""`due`: who owes something that month (articles 8 and 9) and at which branch, with the basis and the relief in effect,
if there are: the relation of the month's first day, else the first that begins within it. The amount is what
`monthly_dues` came to when the basis was fixed. A relief is in effect when it has every approval that it needs.
Each member's day of joining is read only where anybody at all joined since."""

OWED_BELOW = OWED.format(
    places="""place.path BETWEEN %(path)s AND %(beyond)s
      AND NOT EXISTS (
        SELECT 1 FROM dues_closedmonth closed WHERE closed.organization_id = branch.id AND closed.month = %(month)s
      )""",
    members="TRUE",
)
"""Of a subtree, without the branches that closed the month."""
OWED_BY = OWED.format(
    places="place.id IN (SELECT organization_id FROM members_affiliation WHERE member_id IN ({few}))",
    members="relation.member_id IN ({few})",
)
"""Of a few members, closed or not."""

INTO = """
INSERT INTO dues_charge (member_id, organization_id, month, turn, kind, amount_fen, waived_fen, rate, rules, basis_id,
    relief_id, reason, made_by, made_at)
"""
"""Stands before the WITH: of a statement that begins with WITH, SQLite's driver counts no rows."""

MISSING = """
SELECT due.member, due.branch, {month}, 0, 'charge', due.amount, due.waived, due.rate, due.rules, due.basis,
    due.relief, '', %(made_by)s, {made_at}
FROM due WHERE due.basis IS NOT NULL
ON CONFLICT (member_id, month, turn) DO NOTHING
"""

UNFIT = """(charge.id IS NOT NULL AND charge.imported_from_id IS NULL
    AND (charge.organization_id <> due.branch OR due.basis IS NULL OR charge.basis_id <> due.basis
        OR charge.amount_fen <> due.amount OR charge.waived_fen <> due.waived))"""
"""Condition: the first line of the month isn't what the facts ask for. A line taken over from a ledger stays."""

SURVEY = """
SELECT
    COUNT(charge.id),
    COUNT(CASE WHEN charge.id IS NULL AND due.basis IS NULL THEN 1 END),
    COUNT(CASE WHEN charge.id IS NULL THEN due.basis END),
    COALESCE(SUM(CASE WHEN charge.id IS NULL THEN due.amount END), 0),
    COUNT(CASE WHEN {unfit} THEN 1 END),
    COUNT(CASE WHEN charge.organization_id = due.branch THEN 1 END),
    (SELECT COUNT(*) FROM dues_charge lying
        WHERE lying.month = %(month)s AND lying.organization_id IN (SELECT branch FROM places))
FROM due LEFT JOIN dues_charge charge ON charge.member_id = due.member AND charge.month = %(month)s AND charge.turn = 0
"""

SUSPECTS = """
SELECT due.member FROM due
JOIN dues_charge charge ON charge.member_id = due.member AND charge.month = %(month)s AND charge.turn = 0
WHERE {unfit}
UNION
SELECT lying.member_id FROM dues_charge lying
LEFT JOIN due ON due.member = lying.member_id AND due.branch = lying.organization_id
WHERE lying.month = %(month)s AND lying.turn = 0 AND lying.organization_id IN (SELECT branch FROM places)
  AND lying.imported_from_id IS NULL AND due.member IS NULL
UNION
SELECT later.member_id FROM dues_charge later
WHERE later.month = %(month)s AND later.turn > 0 AND later.organization_id IN (SELECT branch FROM places)
"""

BASES_OWED = """
SELECT basis.*, due.branch AS branch, due.relief AS relief, due.waived AS waived
FROM due JOIN dues_basis basis ON basis.key = due.basis
"""


@dataclass(frozen=True, slots=True)
class Survey:
    """How a month stands in a subtree, before anything is done.

    `missing_fen` is what the missing charges come to; `fit_here` counts first lines at the right branch, `lying_here`
    all lines.
    """

    already: int
    without_base: int
    missing: int
    missing_fen: int
    unfit: int
    fit_here: int
    lying_here: int

    @property
    def has_suspects(self) -> bool:
        """Whether some line may not be what the facts ask for; where one was set right it has to be looked at again."""
        return bool(self.unfit) or self.lying_here != self.fit_here


def survey(path: str, month: date) -> Survey:
    """One statement over the subtree, whatever its size."""
    with connection.cursor() as cursor:
        cursor.execute(OWED_BELOW + SURVEY.format(unfit=UNFIT), _month_at(path, month))
        return Survey(*(int(number) for number in cursor.fetchone()))


def suspects(path: str, month: date) -> list[int]:
    """Members of the subtree whose first line of the month isn't what the facts ask for, or isn't the only one."""
    with connection.cursor() as cursor:
        cursor.execute(OWED_BELOW + SUSPECTS.format(unfit=UNFIT), _month_at(path, month))
        return [member for (member,) in cursor.fetchall()]


def insert_missing(path: str, month: date, *, made_by: str, made_at: datetime) -> int:
    """Write the first charge of whoever has none; how many. In a transaction of the caller's."""
    types = {"month": "%(month)s", "made_at": "%(made_at)s"}
    if connection.vendor == "postgresql":  # in a SELECT it takes what isn't typed for text
        types = {"month": "CAST(%(month)s AS date)", "made_at": "CAST(%(made_at)s AS timestamptz)"}
    given = {"made_by": made_by, "made_at": connection.ops.adapt_datetimefield_value(made_at)}
    with connection.cursor() as cursor:
        cursor.execute(INTO + OWED_BELOW + MISSING.format(**types), _month_at(path, month) | given)
        return int(cursor.rowcount)


def _month_at(path: str, month: date) -> dict[str, Any]:
    return _days_of(month) | {"path": path, "beyond": path + "Z" * STEP}


def _days_of(month: date) -> dict[str, Any]:
    days = {"month": month, "last": last_day(month)}
    return {name: connection.ops.adapt_datefield_value(day) for name, day in days.items()}


@dataclass(frozen=True, slots=True)
class DuesFacts:
    """What the facts ask of a member for a month."""

    branch: int
    basis: Basis
    relief: UUID | str | None
    """The key, as the database writes it."""
    waived_fen: int


def unfit_of(members: list[int], month: date) -> list[tuple[Charge, DuesFacts | None]]:
    """The last line of each member whose month isn't what the facts ask for, with what they ask for."""
    standing, wanted = _standing(members, month), owed_by_members(members, month)
    places = {line.organization_id for line in standing.values()} | {one.branch for one in wanted.values()}
    rows = ClosedMonth.objects.filter(month=month, organization__in=places)
    closed = set(rows.values_list("organization", flat=True))
    pairs = [(last, wanted.get(member)) for member, last in standing.items()]
    return [(last, want) for last, want in pairs if not _fits(last, want) and not _is_fixed(last, want, closed)]


def _is_fixed(last: Charge, want: DuesFacts | None, closed: set[int]) -> bool:
    """Taken over from a ledger, or in a branch that closed the month."""
    touched = {last.organization_id, want.branch if want else last.organization_id}
    return last.imported_from_id is not None or bool(touched & closed)


def _standing(members: list[int], month: date) -> dict[int, Charge]:
    """The last line of each member's month: a charge that stands, or a reversal."""
    rows = Charge.objects.filter(member__in=members, month=month).order_by("turn")
    return {line.member_id: line for line in rows}


def owed_by_members(members: Iterable[int], month: date) -> dict[int, DuesFacts]:
    """By primary key; who owes nothing, or has no basis, isn't in it. Closed months count like others."""
    few = ", ".join(str(int(member)) for member in members) or "NULL"
    rows: Iterable[Any] = Basis.objects.raw(OWED_BY.format(few=few) + BASES_OWED, _days_of(month))
    return {row.member_id: DuesFacts(row.branch, row, row.relief, row.waived) for row in rows}


def _fits(last: Charge, want: DuesFacts | None) -> bool:
    if want is None or last.kind == ChargeKind.REVERSAL:
        return want is None and last.kind == ChargeKind.REVERSAL
    return (last.organization_id, last.basis_id, last.amount_fen, last.waived_fen) == (
        want.branch, want.basis.pk, want.basis.amount_fen, want.waived_fen,
    )  # fmt: skip
