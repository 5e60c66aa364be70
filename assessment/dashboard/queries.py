"""A place's figures over months, with medians, as cards; the time of reminders, the way to the desk, the roll-ups."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from assessment.assessments.models import Assessment
from assessment.cadres.rules import per_mille
from assessment.dashboard.models import FIGURES, LevelMedian, RollUp, RollUpState
from assessment.dashboard.rules import (
    BY_CODE,
    NOT_RECORDED,
    OTHER_WORDS,
    SNAPSHOTS,
    Measure,
    Period,
    is_compared,
    known,
    share_of,
    written,
)
from assessment.schemes.models import Band, Scheme
from audit.models import Head
from members.choices import Capability, OrganizationKind
from members.models import Organization, User
from members.pages.links import Job, JobState
from members.paths import contains

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
        organization=place, unit_kind=unit_of_rows(place, unit), month__range=(first, last)
    ).order_by()
    return Months({month: tuple(figures) for month, *figures in rows.values_list("month", *FIGURES)})


def medians_of(kind: str, unit: str, period: str, months: Iterable[str], measure: str) -> Medians:
    """All measures of the period, and one measure of each of the months. One query."""
    wanted = Q(period=period) | Q(period__in=[*months], measure=measure)
    rows = LevelMedian.objects.filter(wanted, kind=kind, unit_kind=unit, organizations__gte=AMONG)
    found = rows.values_list("period", "measure", "per_mille")
    return Medians({(when, code): per_mille for when, code, per_mille in found})


def band_names(place: Organization, unit: str, year: int) -> dict[int, str]:
    """By rank, where the schemes of the year and of the one before, by which somebody there may have been assessed, all
    name their bands alike; else nothing. Two queries, one where nobody was assessed."""
    settled = Assessment.objects.settled().filter(scheme=OuterRef("pk"))
    rows = Scheme.objects.filter(Exists(settled), year__in=(year, year - 1)).values_list("pk", "unit_kind")
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
    moments = RollUpState.objects.filter(pk=1).values_list("followed_at", "rebuilt_at").first() or ()
    return max((moment for moment in moments if moment), default=None)


Words = str | Promise
CARDS = ("meetings", "attendance", "dues", "contact", "problems", "help", "terms")
COUNTED = {"terms"}
"""Shown as a count: how many are ending says more than their share."""
Piece = tuple[str, Words, tuple[str, ...]]
"""Of a bar: its code, its name, and the figures that are added up."""
ATTENDANCE: tuple[Piece, ...] = (
    ("on-site", gettext_lazy("on site"), ("on_site",)),
    ("online", gettext_lazy("online"), ("online",)),
    ("made-up", gettext_lazy("visited or made up"), ("visited", "made_up")),
    ("leave", gettext_lazy("absent with a reason"), ("on_leave", "explained")),
    ("unexplained", gettext_lazy("absent without a word"), ("unexplained",)),
    ("unrecorded", gettext_lazy("not recorded"), ("unrecorded",)),
)
BANDS: tuple[Words, ...] = (
    gettext_lazy("first band"), gettext_lazy("second band"), gettext_lazy("third band"), gettext_lazy("fourth band"),
    gettext_lazy("fifth band"),
)  # fmt: skip
"""Where schemes don't name them alike."""
MEASURED = {
    "on-site": "on_site", "online": "online", "made-up": "made_up", "leave": "explained", "unexplained": "unexplained",
    "unrecorded": "unrecorded", **{f"band-{rank}": f"band_{rank}" for rank in range(1, 6)},
}  # fmt: skip
"""Piece of a bar → the measure whose records stand behind it."""
WIDTH = 1000
"""Of a bar, in its own units."""


@dataclass(frozen=True, slots=True)
class BarPart:
    """A piece of a bar with its legend: where it begins and how wide it is, of `WIDTH`. `before` is its share in the
    period before, where one is shown."""

    code: str
    words: Words
    count: int
    share: str
    begins: int
    width: int
    before: str = ""
    measure: str = ""
    """Whose records it counts, where they are opened."""


@dataclass(frozen=True, slots=True)
class Card:
    """`change` in per mille since the period before, `is_better` whether that is good; None: it can't be said. `before`
    is what stood there then, where a count is shown."""

    code: str
    title: Words
    definition: Words
    shown: str
    sentence: str
    change: int | None = None
    is_better: bool | None = None
    median: str = ""
    parts: tuple[BarPart, ...] = ()
    before: str = ""
    part: int = 0
    whole: int = 0
    """What is shown, as numbers; amounts in fen."""

    @property
    def change_shown(self) -> str:
        """Percentage points, without a sign: the words say the direction."""
        return f"{abs(self.change or 0) / 10:.1f}"


def cards_of(now: Figures, before: Figures | None, medians: Medians, period: str) -> list[Card]:
    """One for each measure of `CARDS`. What isn't recorded enough stands beside nothing."""
    if not is_compared(now):
        before, medians = None, Medians({})
    elif before and not is_compared(before):
        before = None
    return [_card(BY_CODE[code], now, before, medians.of(period, code)) for code in CARDS]


CURVE = 12
"""Months of the line in a tile."""


def curve(measure: Measure, rows: Sequence[Figures | None]) -> list[str]:
    """Points in a field of 100 × 20: a line for each stretch of months that is known, the highest at the top."""
    shares = [known(share_of(measure, row)) for row in rows]
    found = [share for share in shares if share is not None]
    if len(found) < 3:
        return []
    low, rise = min(found), max(found) - min(found)
    points = [
        None if share is None else f"{100 * at // (len(shares) - 1)},{18 - 16 * (share - low) // rise if rise else 10}"
        for at, share in enumerate(shares)
    ]
    stretches = groupby(points, key=lambda point: point is not None)
    return [" ".join(filter(None, stretch)) for is_known, stretch in stretches if is_known]


def bands_card(
    now: Figures, before: Figures | None, names: Mapping[int, str], years: Mapping[tuple[int, bool], int]
) -> Card:
    """How many branches stand in each band, by `names` of its rank, and of which `years` (`band_years`). Published
    without a band, because not complete, is one thing, nothing published another."""
    pieces = [(f"band-{rank}", names.get(rank, words), (f"band_{rank}",)) for rank, words in enumerate(BANDS, start=1)]
    published = before and any(before[name] for _code, _words, names in pieces for name in names)
    earlier = (
        {one.code: one.share for one in _parts(pieces, before, before["branches"])} if before and published else {}
    )
    parts = [replace(one, before=earlier.get(one.code, "")) for one in _parts(pieces, now, now["branches"])]
    assessed = sum(part.count for part in parts)
    words = {"assessed": f"{assessed:,}", "branches": f"{now['branches']:,}"}
    whole = _("%(assessed)s of %(branches)s branches") % words
    sentence = " · ".join([whole, *_years(now, years)]) if years else _("Nothing published yet")
    title, definition = _("Assessment bands"), _("The newest published assessment of each branch")
    shown = f"{assessed:,}" if assessed else "—"
    pieces_shown = tuple(part for part in parts if part.count)
    return Card("bands", title, definition, shown, sentence, parts=pieces_shown, part=assessed, whole=now["branches"])


def _years(now: Figures, years: Mapping[tuple[int, bool], int]) -> Iterator[str]:
    """Which year's bands these are, and what has none."""
    for (year, banded), count in sorted(years.items(), key=lambda one: (-one[0][0], not one[0][1])):
        said = {"year": year, "count": f"{count:,}"}
        if banded:
            yield _("by the assessment of %(year)s: %(count)s") % said
        else:
            yield _("%(year)s not complete, so without a band: %(count)s") % said
    if (rest := now["branches"] - sum(years.values())) > 0:
        yield _("nothing published: %(count)s") % {"count": f"{rest:,}"}


def _card(measure: Measure, now: Figures, before: Figures | None, median: int | None) -> Card:
    share = share_of(measure, now)
    counted = measure.code in COUNTED
    change = None if counted else _change(known(share), known(share_of(measure, before)))
    part, whole = measure.fraction(now)
    better = None if measure.more_is_better is None or not change else (change > 0) == measure.more_is_better
    parts = _parts(ATTENDANCE, now, now["expected"]) if measure.code == "attendance" else []
    shown = f"{part:,}" if counted and whole else written(share)
    sentence = _sentence(measure, now)
    if share == NOT_RECORDED and whole and not counted:
        sentence = f"{sentence} · {OTHER_WORDS[share]}"
    earlier = f"{measure.fraction(before)[0]:,}" if counted and before else ""
    return Card(
        measure.code, measure.title, measure.definition, shown, sentence, change, better,
        "" if median is None else written(median), tuple(one for one in parts if one.count), earlier, part, whole,
    )  # fmt: skip


def _change(now: int | None, before: int | None) -> int | None:
    return None if now is None or before is None else now - before


def _sentence(measure: Measure, figures: Figures) -> str:
    part, whole = measure.fraction(figures)
    if not whole:
        return _("Nothing was due")
    if measure.code in COUNTED:
        words = {"terms": f"{whole:,}", "over": f"{figures['terms_over']:,}"}
        return ngettext("of %(terms)s term; over: %(over)s", "of %(terms)s terms; over: %(over)s", whole) % words
    if measure.is_money:
        return _("%(part)s of %(whole)s yuan") % {"part": _yuan(part), "whole": _yuan(whole)}
    return _("%(part)s of %(whole)s") % {"part": f"{part:,}", "whole": f"{whole:,}"}


def _yuan(fen: int) -> str:
    """Whole yuan: a dashboard is no ledger."""
    return f"{(fen + 50) // 100:,}"


def _parts(pieces: Iterable[Piece], figures: Mapping[str, int], whole: int) -> list[BarPart]:
    return list(_laid(pieces, figures, whole)) if whole else []


def _laid(pieces: Iterable[Piece], figures: Mapping[str, int], whole: int) -> Iterator[BarPart]:
    begins = 0
    for code, words, names in pieces:
        count = sum(figures[name] for name in names)
        width = min(WIDTH - begins, count * WIDTH // whole)
        measure = MEASURED.get(code, "")
        is_bad = measure in BY_CODE and BY_CODE[measure].more_is_better is False
        share = written(per_mille(count, whole, is_bad=is_bad))
        yield BarPart(code, words, count, share, begins, width, measure=measure)
        begins += width


@dataclass(frozen=True, slots=True)
class Burden:
    """The branch in the middle: half of the others are asked for more, half for less. None: nobody has counted it.

    `branches`: among how many. Duties of this year; the others in the last twelve months.
    """

    branches: int
    duties: int | None
    questions: int | None
    """Messages of the program to officers."""
    forms: int | None
    fields: int | None


def burden_below(path: str, *, on: date) -> Burden | None:
    """Of the branches at the path and below it; None where there are none, or nobody counts. One query."""
    if not settings.DASHBOARD_BURDEN:
        return None
    found: Burden | None = import_string(settings.DASHBOARD_BURDEN)(path, on=on)
    return found


def desk_page(place: Organization, user: User) -> str:
    """What is due there: a branch's desk, a committee's branches in counts; empty for who may not see it."""
    if not user.access.may(Capability.VIEW_DUTIES, place.path):
        return ""
    if place.kind == OrganizationKind.BRANCH:
        return reverse("reminders:desk-at", args=[place.code])
    return f"{reverse('reminders:desk-branch-list')}?{urlencode({'org': place.code})}"


def head_number() -> int:
    """The last entry of the trail."""
    return Head.objects.filter(pk=1).values_list("number", flat=True).first() or 0


ROLLUP_READERS = (Capability.VIEW_DASHBOARD, Capability.WATCH_JOBS)


def rollup_jobs(user: User, *, on: date) -> list[Job]:
    """How far the figures of the dashboard follow the record, for who reads them or watches the machinery."""
    state = RollUpState.objects.filter(rebuilt_at__isnull=False).first()
    moment = (state.followed_at or state.rebuilt_at) if state else None
    if state is None or moment is None or not user.access.may_any(ROLLUP_READERS):
        return []
    is_done = state.entry_number == head_number() and timezone.localdate(state.rebuilt_at) == on
    return [
        Job(
            queue="rollups",
            key="rollups",
            title=_("Monthly figures of the branches"),
            place="",
            state=JobState.DONE if is_done else JobState.WAITING,
            asked_at=moment,
            asked_by="",
            note=_rollup_note(state, f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"),
        )
    ]


def _rollup_note(state: RollUpState, moment: str) -> str:
    if state.differing:
        facts = {"moment": moment, "count": state.differing}
        return _("As of %(moment)s; %(count)s rows were wrong at the last check and were made anew") % facts
    return _("As of %(moment)s") % {"moment": moment}
