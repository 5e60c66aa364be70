"""Counts of what is due and of what is asked, for the levels above."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.core.cache import cache
from django.db.models import Count, DateField, Min, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from assessment.dashboard.queries import Burden
from members.choices import OrganizationKind
from members.models import Organization
from members.paths import branch_path, subtree
from reminders.choices import Addressee
from reminders.desk.models import DeskCount, Effort
from reminders.desk.queries import duties_below, keys_below
from reminders.desk.rules import DutyCounts, When, begins, counted, last_months, middle
from reminders.messages.models import Message
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
class BranchesBelow:
    """The branches below some places, those that need help first. `as_of` is None when they were counted just now,
    `uncounted` is how many branches the job hasn't come to."""

    rows: list[DeskCount] | QuerySet[DeskCount]
    branches: int
    sums: dict[str, int]
    to_help: int
    as_of: datetime | None = None
    uncounted: int = 0


def counts_below(paths: Iterable[str], *, on: date, text: str = "") -> BranchesBelow:
    """The counts of every standing branch in the subtrees; `text`: rows only of branches with that in their name."""
    paths = list(paths)
    standing = Organization.objects.filter(subtree("path", paths)).branches().standing_on(on).order_by()
    branches = standing.count()
    if branches > LIVE:
        return _stored(paths, branches, text)
    rows = sorted((row for path in paths for row in counts_at(path, on=on)), key=_need)
    sums = {name: sum(getattr(row, name) for row in rows) for name in FIGURES}
    shown = [row for row in rows if text.casefold() in row.organization.name.casefold()]
    return BranchesBelow(shown, branches, sums, sum(row.overdue > 0 for row in rows))


def counts_at(path: str, *, on: date) -> list[DeskCount]:
    """The branches of a subtree counted now, each with its groups; rows that nobody has stored. In tree order."""
    places = list(Organization.objects.below(path).standing_on(on).in_tree_order())
    branch_of = {one.code: one.branch_path for one in places}
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


def _row(branch: Organization, found: DutyCounts, on: date, at: datetime) -> DeskCount:
    return DeskCount(
        organization=branch,
        counted_on=on,
        counted_at=at,
        overdue_kinds=dict(found.overdue_kinds),
        **_figures(found),
    )


def _figures(found: DutyCounts) -> dict[str, int]:
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


def _stored(paths: list[str], branches: int, text: str) -> BranchesBelow:
    rows = DeskCount.objects.filter(subtree("organization__path", paths))
    sums = rows.aggregate(as_of=Min("counted_at"), **{name: Sum(name, default=0) for name in FIGURES})
    as_of = sums.pop("as_of")
    shown = rows.select_related("organization").in_need_first()
    if text:
        shown = shown.filter(organization__name__icontains=text)
    return BranchesBelow(shown, branches, sums, rows.filter(overdue__gt=0).count(), as_of, branches - rows.count())


@dataclass(frozen=True, slots=True)
class EffortAsked:
    """What was asked in a month, or of a branch in twelve. `duties`: whose period began then; of a branch, this year's.
    `questions`: messages of the program to its officers. None: nobody has counted it yet."""

    duties: int | None = 0
    questions: int | None = 0
    forms: int | None = 0
    fields: int | None = 0


@dataclass(frozen=True, slots=True)
class BranchAsked:
    branch: Organization
    asked: EffortAsked


@dataclass(frozen=True, slots=True)
class AskedBelow:
    """The branches below a place in tree order, the median of each figure, and when duties were counted (None: now)."""

    rows: list[BranchAsked]
    median: EffortAsked
    as_of: datetime | None


def counted_since() -> date | None:
    """The month in which forms began to be counted in this installation; None: not yet."""
    return Effort.objects.order_by("month").values_list("month", flat=True).first()


def asked_by_month(path: str, *, on: date, since: date | None) -> list[tuple[date, EffortAsked]]:
    """The last twelve months of a branch, the latest first. `since`: see `counted_since`. Three queries beside the
    apps' own for two years."""
    months = last_months(on)
    duties = Counter(_months_of_duties(path, on))
    questions = _questions(path, months[-1])
    rows = Effort.objects.within(path).filter(month__gte=months[-1]).values_list("month")
    sums = rows.annotate(Sum("forms"), Sum("fields")).order_by()
    typed: dict[date, tuple[int | None, int | None]] = {month: (forms, fields) for month, forms, fields in sums}
    for month in months:
        unknown = (0, 0) if since and since <= month else (None, None)
        typed.setdefault(month, unknown)
    return [(month, EffortAsked(duties[month], questions.get(month, 0), *typed[month])) for month in months]


def asked_of(branch: Organization, *, on: date) -> AskedBelow:
    """The same figures for the branch itself: one row."""
    return asked_below([branch.path], on=on)


def asked_below(paths: Iterable[str], *, on: date, live: bool = True) -> AskedBelow:
    """Each branch in the subtrees, with its groups: what every page says was asked of it. Duties are those that the job
    counted; before its first round few branches are counted now, unless not `live`."""
    paths = list(paths)
    since = last_months(on)[-1]
    branches = list(Organization.objects.filter(subtree("path", paths)).branches().standing_on(on).in_tree_order())
    duties, as_of = _duties_by_branch(paths, on, live=live and len(branches) <= LIVE)
    questions, typed = _questions_by_place(paths, since), _typed_by_place(paths, since)
    nothing = (0, 0) if counted_since() else (None, None)
    rows = [
        BranchAsked(one, EffortAsked(duties.get(one.pk), questions[one.path], *typed.get(one.pk, nothing)))
        for one in branches
    ]
    return AskedBelow(rows, _median([row.asked for row in rows]), as_of)


def _duties_by_branch(paths: list[str], on: date, *, live: bool) -> tuple[dict[int, int], datetime | None]:
    stored = list(DeskCount.objects.filter(subtree("organization__path", paths)).order_by())
    counted = stored or ([row for path in paths for row in counts_at(path, on=on)] if live else [])
    duties = {row.organization_id: sum(getattr(row, name) for name in FIGURES) for row in counted}
    return duties, min((row.counted_at for row in stored), default=None)


def _months_of_duties(path: str, on: date) -> Iterator[date]:
    """For each duty of this year and the last one the month in which its period began."""
    for day in (date(on.year - 1, 12, 31), on):
        for duty in duties_below(path, on=day):
            first = begins(duty.period)
            if first and first.year == day.year:
                yield first.replace(day=1)


def _questions(path: str, since: date) -> dict[date, int]:
    """By the first day of the month."""
    rows = _to_officers([path], since).annotate(month=TruncMonth("sent_at", output_field=DateField()))
    return dict(rows.values_list("month").annotate(Count("pk")))


def _to_officers(paths: list[str], since: date) -> QuerySet[Message]:
    begun = timezone.make_aware(datetime.combine(since, time.min))
    rows = Message.objects.filter(subtree("organization__path", paths), addressee=Addressee.OFFICER)
    return rows.filter(sent_at__gte=begun).order_by()


def _questions_by_place(paths: list[str], since: date) -> dict[str, int]:
    """By the path of the branch: what was sent on behalf of its groups counts for it too."""
    found: dict[str, int] = defaultdict(int)
    sent = _to_officers(paths, since).values_list("organization__path", "organization__kind")
    for place, kind, count in sent.annotate(Count("pk")):
        found[branch_path(place, kind)] += count
    return found


def _typed_by_place(paths: list[str], since: date) -> dict[int, tuple[int, int]]:
    rows = Effort.objects.filter(subtree("organization__path", paths), month__gte=since).order_by()
    sums = rows.values_list("organization").annotate(Sum("forms"), Sum("fields"))
    return {place: (forms, fields) for place, forms, fields in sums}


def _median(asked: list[EffortAsked]) -> EffortAsked:
    """Among those of whom it is known."""
    columns = [[getattr(one, name) for one in asked] for name in ("duties", "questions", "forms", "fields")]
    return EffortAsked(*(_middle(one for one in column if one is not None) for column in columns))


def _middle(numbers: Iterable[int]) -> int | None:
    found = list(numbers)
    return middle(found) if found else None


KEPT_SECONDS = 600


def burden(path: str, *, on: date) -> Burden | None:
    """Five queries, and none for ten minutes after them."""
    kept: tuple[Burden | None] | None = cache.get(key := f"burden:{path}:{on}")
    if kept is None:
        cache.set(key, kept := (_counted(path, on),), KEPT_SECONDS)
    return kept[0]


def _counted(path: str, on: date) -> Burden | None:
    found = asked_below([path], on=on, live=False)
    middle = found.median
    if not found.rows:
        return None
    return Burden(len(found.rows), middle.duties, middle.questions, middle.forms, middle.fields)
