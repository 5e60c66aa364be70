"""What the levels above see of desks: each branch in numbers. A few branches are counted at once, many by a job."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Min, QuerySet, Sum
from django.utils import timezone

from members.choices import OrganizationKind
from members.models import Organization
from members.paths import STEP, subtree
from reminders.models import DeskCount
from reminders.queries.duties import duties_below
from reminders.queries.not_applicable import keys_below
from reminders.rules.desk import Counted, When, counted
from rulebook.values import Duty

LIVE = 60
"""Below a place with more branches the counts are those of the last round of the job."""
FIGURES = ("overdue", "this_week", "this_month", "later", "done", "not_applicable")


@dataclass(frozen=True, slots=True)
class KindCount:
    """How many duties of a kind a branch has, by time. This week includes today."""

    kind: str
    overdue: int
    this_week: int
    this_month: int
    later: int
    done: int
    not_applicable: int


@dataclass(frozen=True, slots=True)
class Below:
    """The branches below some places, those that need help first. `as_of` is None when they were counted just now,
    `uncounted` is how many branches the job hasn't come to."""

    rows: list[DeskCount] | QuerySet[DeskCount]
    branches: int
    sums: dict[str, int]
    to_help: int
    as_of: datetime | None = None
    uncounted: int = 0


def counts_below(paths: Iterable[str], *, on: date, text: str = "") -> Below:
    """The counts of every standing branch in the subtrees; `text`: rows only of branches with that in their name."""
    paths = list(paths)
    standing = Organization.objects.filter(subtree("path", paths)).branches().standing_on(on).order_by()
    branches = standing.count()
    if branches > LIVE:
        return _stored(paths, branches, text)
    rows = sorted((row for path in paths for row in counts_at(path, on=on)), key=_need)
    sums = {name: sum(getattr(row, name) for row in rows) for name in FIGURES}
    shown = [row for row in rows if text.casefold() in row.organization.name.casefold()]
    return Below(shown, branches, sums, sum(row.overdue > 0 for row in rows))


def counts_at(path: str, *, on: date) -> list[DeskCount]:
    """The branches of a subtree counted now, each with its groups; rows that nobody has stored. In tree order."""
    places = list(Organization.objects.below(path).standing_on(on).in_tree_order())
    branch_of = {one.code: one.path[:-STEP] if one.kind == OrganizationKind.GROUP else one.path for one in places}
    duties: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties_below(path, on=on):
        duties[branch_of.get(duty.organization, "")].append(duty)
    said, at = keys_below(path), timezone.now()
    return [
        _row(one, counted(duties[one.path], said, on=on), on, at)
        for one in places
        if one.kind == OrganizationKind.BRANCH
    ]


def kinds_at(path: str, *, on: date) -> list[KindCount]:
    """A branch with its groups, kind by kind in the order of their codes."""
    of_kind: dict[str, list[Duty]] = defaultdict(list)
    for duty in duties_below(path, on=on):
        of_kind[duty.kind].append(duty)
    said = keys_below(path)
    return [KindCount(kind, **_figures(counted(of_kind[kind], said, on=on))) for kind in sorted(of_kind)]


def _row(branch: Organization, found: Counted, on: date, at: datetime) -> DeskCount:
    return DeskCount(
        organization=branch,
        counted_on=on,
        counted_at=at,
        overdue_kinds=dict(found.overdue_kinds),
        **_figures(found),
    )


def _figures(found: Counted) -> dict[str, int]:
    times = found.times
    return {
        "overdue": times.get(When.OVERDUE, 0),
        "this_week": times.get(When.TODAY, 0) + times.get(When.THIS_WEEK, 0),
        "this_month": times.get(When.THIS_MONTH, 0),
        "later": times.get(When.LATER, 0),
        "done": times.get(When.DONE, 0),
        "not_applicable": found.not_applicable,
    }


def _need(row: DeskCount) -> tuple[int, int, str]:
    """The order of `DeskCountQuerySet.in_need_first`."""
    return -row.overdue, -row.this_week, row.organization.path


def _stored(paths: list[str], branches: int, text: str) -> Below:
    rows = DeskCount.objects.filter(subtree("organization__path", paths))
    sums = rows.aggregate(as_of=Min("counted_at"), **{name: Sum(name, default=0) for name in FIGURES})
    as_of = sums.pop("as_of")
    shown = rows.select_related("organization").in_need_first()
    if text:
        shown = shown.filter(organization__name__icontains=text)
    return Below(shown, branches, sums, rows.filter(overdue__gt=0).count(), as_of, branches - rows.count())
