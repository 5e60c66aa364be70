"""What is asked of a branch: duties, questions, forms and fields, by month or by branch."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, DateField, QuerySet, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from members.choices import OrganizationKind
from members.models import Organization
from members.paths import STEP, subtree
from reminders.choices import Addressee
from reminders.models import DeskCount, Effort, Message
from reminders.queries.desk_counts import FIGURES, LIVE, counts_at
from reminders.queries.duties import duties_below
from reminders.rules.effort import begins, last_months, middle


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked in a month, or of a branch in twelve. `duties`: whose period began then; of a branch, this year's.
    `questions`: messages of the program to its officers. None: nobody has counted it yet."""

    duties: int | None = 0
    questions: int | None = 0
    forms: int | None = 0
    fields: int | None = 0


@dataclass(frozen=True, slots=True)
class BranchAsked:
    branch: Organization
    asked: Asked


@dataclass(frozen=True, slots=True)
class AskedBelow:
    """The branches below a place in tree order, the median of each figure, and when duties were counted (None: now)."""

    rows: list[BranchAsked]
    median: Asked
    as_of: datetime | None


def counted_since() -> date | None:
    """The month in which forms began to be counted in this installation; None: not yet."""
    return Effort.objects.order_by("month").values_list("month", flat=True).first()


def asked_by_month(path: str, *, on: date, since: date | None) -> list[tuple[date, Asked]]:
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
    return [(month, Asked(duties[month], questions.get(month, 0), *typed[month])) for month in months]


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
        BranchAsked(one, Asked(duties.get(one.pk), questions[one.path], *typed.get(one.pk, nothing)))
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
        found[place[:-STEP] if kind == OrganizationKind.GROUP else place] += count
    return found


def _typed_by_place(paths: list[str], since: date) -> dict[int, tuple[int, int]]:
    rows = Effort.objects.filter(subtree("organization__path", paths), month__gte=since).order_by()
    sums = rows.values_list("organization").annotate(Sum("forms"), Sum("fields"))
    return {place: (forms, fields) for place, forms, fields in sums}


def _median(asked: list[Asked]) -> Asked:
    """Among those of whom it is known."""
    columns = [[getattr(one, name) for one in asked] for name in ("duties", "questions", "forms", "fields")]
    return Asked(*(_middle(one for one in column if one is not None) for column in columns))


def _middle(numbers: Iterable[int]) -> int | None:
    found = list(numbers)
    return middle(found) if found else None
