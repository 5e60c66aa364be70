"""What a dashboard shows of one place: its months added to a period, and the middle of its level. All are copies."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from assessment.models import Assessment, Band, LevelMedian, RollUp, RollUpState, Scheme
from assessment.models.rollup import FIGURES
from assessment.rules.dashboard_periods import Period
from assessment.rules.measures import SNAPSHOTS
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import contains
from members.prepared import Prepared

AMONG = 3
"""Organizations of a level without which no median is shown: of two, each would read the other."""
ADDED = tuple(name not in SNAPSHOTS for name in FIGURES)
Figures = dict[str, int]


@dataclass(frozen=True, slots=True)
class Months:
    """The stored months of one place, by their first day."""

    rows: Mapping[date, tuple[int, ...]]

    def of(self, month: date) -> Figures | None:
        row = self.rows.get(month)
        return dict(zip(FIGURES, row, strict=True)) if row else None

    def added(self, period: Period) -> Figures | None:
        """Of the months that are there; of what stood at the end of a month the last one's. None: none is there."""
        months = sorted(month for month in self.rows if period.first <= month <= period.last)
        if not months:
            return None
        rows = [self.rows[month] for month in months]
        sums = [sum(column) if add else column[-1] for add, column in zip(ADDED, zip(*rows, strict=True), strict=True)]
        return dict(zip(FIGURES, sums, strict=True))


@dataclass(frozen=True, slots=True)
class Medians:
    """Per mille, by period and measure, where enough organizations are compared."""

    rows: Mapping[tuple[str, str], int]

    def of(self, period: str, measure: str) -> int | None:
        return self.rows.get((period, measure))


def unit_of_rows(place: Organization, unit: str) -> str:
    """Branches have one row a month, whatever their kind of unit."""
    return "" if place.kind == OrganizationKind.BRANCH else unit


def months_of(place: Organization, unit: str, first: date, last: date) -> Months:
    """One query."""
    rows = _MONTHS.rows(place=place.pk, unit=unit_of_rows(place, unit), first=first, last=last)
    return Months({row[0]: row[1:] for row in rows})


def medians_of(kind: str, unit: str, period: str, months: Iterable[str], measure: str) -> Medians:
    """All measures of the period, and one measure of each of the months. One query."""
    rows = _MEDIANS.rows(kind=kind, unit=unit, period=period, months=[period, *months], measure=measure)
    return Medians({(when, code): per_mille for when, code, per_mille in rows})


def band_names(place: Organization, unit: str, year: int) -> dict[int, str]:
    """By rank, where the schemes of the year and of the one before, by which somebody there may have been assessed, all
    name their bands alike; else nothing. Two queries, one where nobody was assessed."""
    rows = _ASSESSED_BY.rows(year=year, before=year - 1)
    schemes = [scheme for scheme, kind in rows if not unit or kind in ("", unit)]
    bands = Band.objects.filter(scheme__in=schemes).values_list("rank", "name", "scheme__organization__path")
    found = {
        (rank, name)
        for rank, name, path in (bands if schemes else ())
        if contains(path, place.path) or contains(place.path, path)
    }
    names = dict(sorted(found))
    return names if len(names) == len(found) else {}


def band_years(place: Organization, unit: str, day: date) -> dict[tuple[int, bool], int]:
    """Year of the scheme, and whether there is a band → of how many branches it is the newest published assessment on
    that day. One query."""
    newer = Assessment.objects.settled().filter(
        Q(published_on__gt=OuterRef("published_on"))
        | Q(published_on=OuterRef("published_on"), scheme__year__gt=OuterRef("scheme__year"))
        | Q(published_on=OuterRef("published_on"), scheme__year=OuterRef("scheme__year"), key__gt=OuterRef("key")),
        organization=OuterRef("organization"),
        published_on__lte=day,
    )
    rows = Assessment.objects.settled().below(place.path).filter(~Exists(newer), published_on__lte=day)
    rows = rows.filter(organization__in=Organization.objects.standing_on(day).exclude(founded_on__gt=day))
    rows = rows.filter(organization__unit_kind=unit) if unit else rows
    banded = Coalesce("decided_band", "band")
    counted: Counter[tuple[int, bool]] = Counter()
    for year, band, count in rows.order_by().values_list("scheme__year", banded).annotate(Count("pk")):
        counted[year, band is not None] += count
    return dict(counted)


def followed_at() -> datetime | None:
    """When the roll-ups were last brought up to the record; None: never. One query."""
    moments = next(_FOLLOWED.rows(), ())
    return max((moment for moment in moments if moment), default=None)


def _medians(kind: str, unit: str, period: str, months: list[str], measure: str) -> QuerySet[LevelMedian, Any]:
    wanted = Q(period=period) | Q(period__in=months, measure=measure)
    rows = LevelMedian.objects.filter(wanted, kind=kind, unit_kind=unit, organizations__gte=AMONG)
    return rows.values_list("period", "measure", "per_mille")


def _assessed_by(year: int, before: int) -> QuerySet[Scheme, Any]:
    settled = Assessment.objects.settled().filter(scheme=OuterRef("pk"))
    return Scheme.objects.filter(Exists(settled), year__in=(year, before)).values_list("pk", "unit_kind")


_MONTHS = Prepared(
    lambda place, unit, first, last: (
        RollUp.objects.filter(organization=place, unit_kind=unit, month__range=(first, last))
        .order_by()
        .values_list("month", *FIGURES)
    )
)
_MEDIANS = Prepared(_medians)
_ASSESSED_BY = Prepared(_assessed_by)
_FOLLOWED = Prepared(lambda: RollUpState.objects.filter(pk=1).values_list("followed_at", "rebuilt_at"))
