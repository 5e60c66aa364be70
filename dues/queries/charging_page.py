"""A branch's year of charging, month by month: what is charged, what a run would do, what is closed."""

from dataclasses import dataclass
from datetime import date

from django.db.models import F, Sum

from dues.models import Charge, ClosedMonth
from dues.queries.expected import Survey, survey, suspects
from dues.queries.first_day import offered_months
from dues.rules.months import month_of, months_between
from dues.services.correcting import unfit_of
from members.models import Organization


@dataclass(frozen=True, slots=True)
class MonthLine:
    """`survey` says what a run would add, `unfit` how many lines it would put right, `owed_fen` what is owed now."""

    month: date
    survey: Survey
    unfit: int
    owed_fen: int
    closed: ClosedMonth | None
    is_over: bool
    is_offered: bool
    """False: charged before the branch's first day, by a ledger or on the command line."""

    @property
    def to_do(self) -> bool:
        return self.is_offered and self.closed is None and bool(self.survey.missing or self.unfit)

    @property
    def closable(self) -> bool:
        return self.closed is None and self.is_over and bool(self.survey.already)


def month_lines(branch: Organization, year: int, *, on: date) -> list[MonthLine]:
    """The months of the year that are offered or were charged, the newest first. A query a month, and three."""
    offered = offered_months(branch, year, on=on)
    last = min(date(year, 12, 1), month_of(on))
    months = list(months_between(date(year, 1, 1), last))
    closed = {row.month: row for row in ClosedMonth.objects.filter(organization=branch, month__in=months)}
    rows = Charge.objects.ordinary().filter(organization=branch, month__in=months).order_by().values("month")
    owed = dict(rows.annotate(fen=Sum(F("amount_fen") - F("waived_fen"))).values_list("month", "fen"))
    shown = [month for month in months if month in offered or month in owed]
    return [
        _line(branch, month, owed.get(month, 0), closed.get(month), month < month_of(on), month in offered)
        for month in reversed(shown)
    ]


def _line(
    branch: Organization, month: date, owed: int, closed: ClosedMonth | None, is_over: bool, is_offered: bool
) -> MonthLine:
    found = survey(branch.path, month)
    looked_at = suspects(branch.path, month) if found.has_suspects and not closed else []
    unfit = len(unfit_of(looked_at, month)) if looked_at else 0
    return MonthLine(month, found, unfit, owed, closed, is_over, is_offered)
