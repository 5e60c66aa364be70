"""What a dashboard shows of one place: its months added to a period, and the middle of its level. All are copies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q

from assessment.models import Assessment, Band, LevelMedian, RollUp, RollUpState
from assessment.models.rollup import FIGURES
from assessment.rules.dashboard_periods import Period
from assessment.rules.measures import SNAPSHOTS
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import STEP, subtree

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
    rows = RollUp.objects.filter(
        organization=place.pk, unit_kind=unit_of_rows(place, unit), month__range=(first, last)
    ).values_list("month", *FIGURES)
    return Months({row[0]: row[1:] for row in rows})


def medians_of(kind: str, unit: str, period: str, months: Iterable[str], measure: str) -> Medians:
    """All measures of the period, and one measure of each of the months. One query."""
    rows = LevelMedian.objects.filter(
        Q(period=period) | Q(period__in=list(months), measure=measure),
        kind=kind, unit_kind=unit, organizations__gte=AMONG,
    ).values_list("period", "measure", "per_mille")  # fmt: skip
    return Medians({(when, code): per_mille for when, code, per_mille in rows})


def band_names(place: Organization, unit: str, year: int) -> dict[int, str]:
    """By rank, where the schemes of the year and of the one before, by which somebody there may have been assessed, all
    name their bands alike; else nothing. One query."""
    assessed = Assessment.objects.settled().filter(scheme=OuterRef("scheme"))
    above = [place.path[:end] for end in range(STEP, len(place.path), STEP)]
    binding = Q(scheme__organization__path__in=above) | subtree("scheme__organization__path", [place.path])
    rows = Band.objects.filter(Exists(assessed), binding, scheme__year__in=(year - 1, year))
    if unit:
        rows = rows.filter(scheme__unit_kind__in=("", unit))
    found = list(rows.order_by("rank").values_list("rank", "name").distinct())
    names = dict(found)
    return names if len(names) == len(found) else {}


def followed_at() -> datetime | None:
    """When the roll-ups were last brought up to the record; None: never. One query."""
    moments = RollUpState.objects.filter(pk=1).values_list("followed_at", "rebuilt_at").first()
    return max((moment for moment in moments or () if moment), default=None)
