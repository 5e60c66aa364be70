"""What branches said of duties that don't apply to them."""

from collections.abc import Iterable

from members.paths import subtree
from reminders.models import NotApplicable
from reminders.rules.desk import DutyKey


def said_below(paths: Iterable[str]) -> dict[DutyKey, NotApplicable]:
    """Which duty → what was said of it and not taken back, at the organizations with those paths and below them."""
    rows = NotApplicable.objects.in_force().filter(subtree("organization__path", paths))
    return {duty_key(row): row for row in rows.select_related("organization", "said_by")}


def keys_below(path: str) -> set[DutyKey]:
    """The same for who only counts: which duties."""
    rows = NotApplicable.objects.within(path).in_force().values_list("kind", "organization__code", "period", "member")
    return {(kind, code, period, str(member) if member else None) for kind, code, period, member in rows}


def duty_key(row: NotApplicable) -> DutyKey:
    """`organization` must have been read with the row."""
    return row.kind, row.organization.code, row.period, str(row.member_id) if row.member_id else None
