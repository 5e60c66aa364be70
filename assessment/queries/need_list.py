"""All branches below a place that need help, or have not recorded enough to be compared."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from assessment.models import RollUp
from assessment.queries.dashboard_children import BRANCHES, HOW_MANY, IN_MONTH, LINE, Line, lines_of, values_at
from assessment.rules.dashboard_periods import usual_period
from assessment.rules.need import REASONS
from members.models import Organization

FIRST = 5
"""Branches that the start page names."""
BY_REASON = {reason.code: reason for reason in REASONS}
NAMED = "AND (%(text)s = '' OR o.name LIKE %(like)s ESCAPE '!')"
STATES = {"need": "AND r.in_need > 0", "incomplete": "AND r.incomplete > 0"}
"""Conditions; incomplete branches are in no order but the tree's."""
ORDERS = {"need": f"ORDER BY {HOW_MANY} DESC, o.path", "incomplete": "ORDER BY o.path"}


@dataclass(frozen=True, slots=True)
class Need:
    """Who needs help below a place, in the last full month: what the dashboard says without being asked for another."""

    place: Organization
    month: date
    count: int
    branches: int
    incomplete: int
    first: list[Line]


@dataclass(frozen=True, slots=True)
class NeedRows:
    """What a `Paginator` cuts into pages: the rows stay in the database."""

    place: Organization
    unit: str
    month: date
    on: date
    state: str = "need"
    reason: str = ""
    """A code of `rules.need.REASONS`; empty: any."""
    text: str = ""
    """A part of the name."""

    def count(self) -> int:
        """One query."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT COUNT(*) {self._where()}", self._values())  # noqa: S608
            return int(cursor.fetchone()[0])

    def __len__(self) -> int:
        return self.count()

    def __getitem__(self, part: slice) -> list[Line]:
        """One query."""
        values = self._values() | {"skipped": part.start or 0, "most": part.stop - (part.start or 0)}
        cut = "LIMIT %(most)s OFFSET %(skipped)s"
        with connection.cursor() as cursor:
            cursor.execute(f"{LINE} {self._where()} {ORDERS[self.state]} {cut}", values)
            return list(lines_of(cursor.fetchall()))

    def _where(self) -> str:
        """Nothing typed is in it."""
        reason = f"AND ({BY_REASON[self.reason].sql})" if self.reason in BY_REASON else ""
        return f"{IN_MONTH} {BRANCHES} {STATES[self.state]} {reason} {NAMED}"

    def _values(self) -> dict[str, Any]:
        marked = self.text
        for sign in "!%_":
            marked = marked.replace(sign, f"!{sign}")
        return values_at(self.place, self.unit, self.month, on=self.on) | {"text": self.text, "like": f"%{marked}%"}


def need_at(places: Iterable[Organization], *, on: date) -> list[Need]:
    """Of each place for which figures are added up. Two queries each."""
    month = usual_period(on).first
    found = []
    for place in places:
        row = RollUp.objects.filter(organization=place, month=month, unit_kind="").first()
        if row:
            first = NeedRows(place, "", month, on)[:FIRST]
            found.append(Need(place, month, row.in_need, row.branches, row.incomplete, first))
    return found
