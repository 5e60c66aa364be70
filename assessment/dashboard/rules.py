"""Periods, measures, shares and reasons of the dashboard.

A share is in per mille and as a step of five, the same in Python and in SQL; the bounds are ours (level L, mark U).
Every page, chart, file and answer takes it from here, so that no two of them say something else of the same figures.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessment.cadres.rules import per_mille
from rulebook.dates import add_months

KEPT = 24
"""Months before the current one."""
WRITTEN = re.compile(r"[0-9]{4}(-(Q[1-4]|0[1-9]|1[0-2]))?")


@dataclass(frozen=True, slots=True)
class Period:
    """`2026-07`, `2026-Q3` or `2026`, from the first day of its first month to that of its last one."""

    code: str
    first: date
    last: date

    @property
    def months(self) -> int:
        return (self.last.year - self.first.year) * 12 + self.last.month - self.first.month + 1

    def is_running(self, on: date) -> bool:
        """Not over yet on that day, so that its figures still grow."""
        return self.last >= month_of(on)

    def last_begun(self, on: date) -> date:
        """Its last month that has begun by then."""
        return min(self.last, month_of(on))


def month_of(day: date) -> date:
    return day.replace(day=1)


def first_kept(on: date) -> date:
    return add_months(month_of(on), -KEPT)


def usual_period(on: date) -> Period:
    """The last full month."""
    return period_from(add_months(month_of(on), -1), 1)


def period_from(first: date, months: int) -> Period:
    """Of one, three or twelve months."""
    year, month = first.year, first.month
    codes = {1: f"{year}-{month:02}", 3: f"{year}-Q{(month + 2) // 3}", 12: f"{year}"}
    return Period(codes[months], first, add_months(first, months - 1))


def read_period(code: str, on: date) -> Period | None:
    """The period of that code; None for what is none, or isn't kept from its first month on."""
    if not WRITTEN.fullmatch(code):
        return None
    found = _read(code)
    return found if first_kept(on) <= found.first <= month_of(on) else None


def _read(code: str) -> Period:
    year, _dash, rest = code.partition("-")
    begun = date(max(int(year), 1), 1, 1)
    if not rest:
        return period_from(begun, 12)
    if rest.startswith("Q"):
        return period_from(add_months(begun, 3 * int(rest[1]) - 3), 3)
    return period_from(add_months(begun, int(rest) - 1), 1)


def period_before(period: Period, on: date) -> Period | None:
    """That of the same length just before it; None where not all of it is kept."""
    earlier = period_from(add_months(period.first, -period.months), period.months)
    return earlier if earlier.first >= first_kept(on) else None


@lru_cache(maxsize=8)
def offered_periods(month: date) -> tuple[tuple[Period, ...], tuple[Period, ...], tuple[Period, ...]]:
    """Months, quarters and years that are kept in that month, the latest first."""
    begun = [add_months(month, -back) for back in range(KEPT + 1)]
    return (
        tuple(period_from(day, 1) for day in begun),
        tuple(period_from(day, 3) for day in begun if day.month % 3 == 1),
        tuple(period_from(day, 12) for day in begun if day.month == 1),
    )


def trend_months(on: date) -> list[date]:
    """The months before this one that are kept, the earliest first."""
    return [add_months(month_of(on), -back) for back in range(KEPT, 0, -1)]


KEPT_BEFORE = 24
"""Months before the current one."""


def kept_months(on: date) -> list[date]:
    """The first days of the current month and of those kept before it, the oldest first."""
    month = on.replace(day=1)
    return [add_months(month, -back) for back in range(KEPT_BEFORE, -1, -1)]


def last_day(month: date) -> date:
    return add_months(month, 1) - timedelta(days=1)


def quarter_of(month: date) -> str:
    return f"{month.year}-Q{(month.month + 2) // 3}"


def names_of(month: date) -> Iterator[str]:
    """The month, the quarter and the year that it is in: 2026-07, 2026-Q3, 2026."""
    yield f"{month:%Y-%m}"
    yield quarter_of(month)
    yield str(month.year)


def periods(months: Iterable[date]) -> dict[str, list[date]]:
    """Each month, quarter and year with those of the months that lie in it, in order."""
    found: dict[str, list[date]] = {}
    for month in sorted(months):
        for name in names_of(month):
            found.setdefault(name, []).append(month)
    return found


@dataclass(frozen=True, slots=True)
class Measure:
    """`part` of `whole`, as names of figures of `assessment.dashboard.models.FIGURES` that are added.

    `whole` empty: a plain count. `more_is_better` None: neither is; it is only shown.
    """

    code: str
    title: Promise
    definition: Promise
    part: tuple[str, ...]
    whole: tuple[str, ...] = ()
    more_is_better: bool | None = True
    is_money: bool = False

    def fraction(self, figures: Mapping[str, int]) -> tuple[int, int]:
        return sum(figures[name] for name in self.part), sum(figures[name] for name in self.whole)

    def per_mille(self, part: int, whole: int) -> int:
        """Of a whole that isn't zero, as every page, file and chart shows it."""
        return per_mille(part, whole, is_bad=self.more_is_better is False)


ATTENDED = ("on_site", "online", "visited", "made_up")
MEASURES = (
    Measure(
        "meetings", _("Meetings held"), _("Meetings that the rules ask for, held by their day, of those due"),
        ("meetings_held",), ("meetings_due",),
    ),
    Measure(
        "attendance", _("Share that took part"),
        _("On site, online, visited at home or made up, of all attendances due in the meetings that were held"),
        ATTENDED, ("expected",),
    ),
    Measure("on_site", _("On site"), _("Of all attendances due"), ("on_site",), ("expected",), None),
    Measure("online", _("Took part online"), _("Of all attendances due"), ("online",), ("expected",), None),
    Measure(
        "made_up", _("Visited or made up"), _("Of all attendances due"), ("visited", "made_up"), ("expected",), None
    ),
    Measure(
        "unexplained", _("Absent without a word"), _("Absent, and nobody has said why, of all attendances due"),
        ("unexplained",), ("expected",), False,
    ),
    Measure(
        "dues", _("Dues collected"), _("Of what was charged for these months, without what was waived"),
        ("paid_fen",), ("charged_fen",), True, True,
    ),
    Measure(
        "contact", _("Contact on time"), _("Members who are hard to reach whose next contact is not overdue"),
        ("in_contact",), ("hard_to_reach",),
    ),
    Measure(
        "problems", _("Problems put right on time"), _("Of those whose day fell into the period"),
        ("problems_on_time",), ("problems_due",),
    ),
    Measure(
        "help", _("Requests answered on time"), _("Requests for help and suggestions whose day fell into the period"),
        ("help_on_time",), ("help_due",),
    ),
    Measure(
        "terms", _("Terms ending"), _("Terms of office with less than six months to go, or over"),
        ("terms_ending", "terms_over"), ("terms",), False,
    ),
)  # fmt: skip
BY_CODE = {measure.code: measure for measure in MEASURES}
BANDS = Measure(
    "bands", _("Assessment bands"), _("The newest published assessment of each branch"),
    tuple(f"band_{rank}" for rank in range(1, 6)), ("branches",), None,
)  # fmt: skip
"""No share that is charted or compared, but a card whose records are opened like the others'."""
BAND_MEASURES = tuple(
    Measure(
        f"band_{rank}",
        title,
        _("The branches whose newest published assessment stands in it"),
        (f"band_{rank}",),
        (f"band_{rank}",),
        None,
    )
    for rank, title in enumerate(
        (
            _("Assessment bands: the first"),
            _("Assessment bands: the second"),
            _("Assessment bands: the third"),
            _("Assessment bands: the fourth"),
            _("Assessment bands: the fifth"),
        ),
        start=1,
    )
)
"""A piece of the bar of bands each: its branches and no others, so that it is its own whole."""
PIECES = (
    *BAND_MEASURES,
    Measure(
        "explained",
        _("Absent with a reason"),
        _("On leave, or absent with a reason, of all attendances due"),
        ("on_leave", "explained"),
        ("expected",),
        None,
    ),
    Measure("unrecorded", _("Not recorded"), _("Of all attendances due"), ("unrecorded",), ("expected",), None),
)
"""Pieces of a bar that are no card: opened from there only."""
OPENED = {**BY_CODE, BANDS.code: BANDS, **{measure.code: measure for measure in PIECES}}
"""Every measure of which the records are shown."""

SNAPSHOTS = ("branches", "members", "hard_to_reach", "in_contact", "terms", "terms_ending", "terms_over",
             *(f"band_{rank}" for rank in range(1, 6)), "in_need", "incomplete")  # fmt: skip
"""Figures that say how it stood at the end of a month: of several months the last one's count, they aren't added."""


NOTHING_DUE, NOT_RECORDED, NOT_THERE = -1, -2, -3
"""What is no share, three things: not asked, not known, and no such place yet."""
STEPS = (5, 4, 3, 2, 1)
"""From what is asked down."""
BOUNDS = (95, 85, 75, 60)
"""Per cent at which the steps 5 to 2 begin; of what should be little, counted from a hundred downwards."""
EVEN_BOUNDS = (80, 60, 40, 20)
"""The same for what is neither good nor bad."""
Words = str | Promise
WORDS: dict[int, Words] = {5: _("from 95%"), 4: "85–94.9%", 3: "75–84.9%", 2: "60–74.9%", 1: _("below 60%")}
"""Short: a chart writes them beside its bars."""
FEW_WORDS: dict[int, Words] = {5: _("up to 5%"), 4: "5.1–15%", 3: "15.1–25%", 2: "25.1–40%", 1: _("above 40%")}
EVEN_WORDS: dict[int, Words] = {5: _("from 80%"), 4: "60–79.9%", 3: "40–59.9%", 2: "20–39.9%", 1: _("below 20%")}
OTHER_WORDS: dict[int, Words] = {
    NOTHING_DUE: _("Nothing was due"), NOT_RECORDED: _("Not recorded enough"), NOT_THERE: _("Not there then"),
}  # fmt: skip
SIGNS = {NOTHING_DUE: "·", NOT_RECORDED: "?", NOT_THERE: "–"}
"""Where there is room for no words."""
STATES = {0: "share", NOTHING_DUE: "nothing_due", NOT_RECORDED: "not_recorded", NOT_THERE: "not_there"}
STATE_CODES = list(STATES.values())
"""For programs."""


def share_of(measure: Measure, figures: Mapping[str, int] | None) -> int:
    """Per mille, or which of those that are no share. `figures` None: the place has no such month."""
    if figures is None:
        return NOT_THERE
    if not is_compared(figures):
        return NOT_RECORDED
    part, whole = measure.fraction(figures)
    return measure.per_mille(part, whole) if whole > 0 else NOTHING_DUE


def known(share: int) -> int | None:
    """None for what is no share."""
    return share if share >= 0 else None


def state_of(share: int) -> int:
    """0: a share; else which of those that are none."""
    return min(share, 0)


def step(measure: Measure, share: int) -> int:
    """5 to 1; what isn't a share stays what it is."""
    if share < 0:
        return share
    counted = 1000 - share if measure.more_is_better is False else share
    return 5 - sum(counted < 10 * bound for bound in bounds(measure))


def bounds(measure: Measure) -> tuple[int, ...]:
    return EVEN_BOUNDS if measure.more_is_better is None else BOUNDS


def step_words(measure: Measure) -> dict[int, Words]:
    """What the steps say, from the best to the last, then what is no share."""
    few = measure.more_is_better is False
    return (FEW_WORDS if few else EVEN_WORDS if measure.more_is_better is None else WORDS) | OTHER_WORDS


def share_sql(measure: Measure, part: str, whole: str) -> str:
    """`share_of` over two expressions of whole numbers, where enough is recorded."""
    counted = f"{THOUSAND} * {part} / {whole}"
    if measure.more_is_better is False:
        counted = f"1000 - {THOUSAND} * ({whole} - {part}) / {whole}"
    return f"CASE WHEN {whole} <= 0 THEN {NOTHING_DUE} ELSE {counted} END"


THOUSAND = "CAST(1000 AS bigint)"
"""A county's attendances, multiplied by it, are more than a column holds."""
UNCOMPARED = "2 * r.incomplete > r.branches"
"""The opposite of `is_compared`, over columns of the table `r`."""


def is_compared(figures: Mapping[str, int]) -> bool:
    """Whether at least half of the branches have recorded enough. Else a share says what isn't known, not what wasn't
    done: before a branch began to record, nothing was held and nothing paid."""
    return 2 * figures["incomplete"] <= figures["branches"]


def columns_sql(names: tuple[str, ...], table: str = "r") -> str:
    """Figures added."""
    return "(" + " + ".join(f"{table}.{name}" for name in names) + ")" if len(names) > 1 else f"{table}.{names[0]}"


def written(share: int) -> str:
    """`92.3%`, `100%`; a dash for what is no share."""
    return f"{digits(share)}%" if share >= 0 else "—"


def digits(share: int) -> str:
    """`92.3`, `100`."""
    whole, tenth = divmod(share, 10)
    return f"{whole}.{tenth}" if tenth else str(whole)


@dataclass(frozen=True, slots=True)
class Reason:
    """Holds when the weighted sum of figures is more than `beyond`: the same in Python and in SQL."""

    code: str
    words: Promise
    weights: Mapping[str, int]
    beyond: int = 0

    def holds(self, figures: Mapping[str, int]) -> bool:
        return sum(weight * figures[name] for name, weight in self.weights.items()) > self.beyond

    @property
    def sql(self) -> str:
        """The condition over columns of those names."""
        return " + ".join(f"{weight} * {name}" for name, weight in self.weights.items()) + f" > {self.beyond}"


REASONS = (
    Reason("meetings", _("two meetings or more were not held"), {"meetings_due": 1, "meetings_held": -1}, 1),
    Reason("unexplained", _("more than a quarter absent without a word"), {"unexplained": 4, "expected": -1}),
    Reason("dues", _("less than four fifths of the dues collected"), {"charged_fen": 4, "paid_fen": -5}),
    Reason("contact", _("contact overdue with more than half of those hard to reach"),
           {"hard_to_reach": 1, "in_contact": -2}),
    Reason("problems", _("problems not put right by their day"), {"problems_due": 1, "problems_on_time": -1}),
    Reason("help", _("requests not answered by their day"), {"help_due": 1, "help_on_time": -1}),
    Reason("terms", _("the term of office is over"), {"terms_over": 1}),
)  # fmt: skip

INCOMPLETE = (
    Reason("uncharged", _("no dues charged"), {"members": 1, "charged_fen": -1}),
    Reason("unrecorded", _("most attendance not recorded"), {"unrecorded": 2, "expected": -1}),
)
"""Of such a branch nothing is compared."""


def reasons(figures: Mapping[str, int]) -> Iterator[Reason]:
    """Those that hold for a branch in a month."""
    return (reason for reason in REASONS if reason.holds(figures))


def is_incomplete(figures: Mapping[str, int]) -> bool:
    return any(reason.holds(figures) for reason in INCOMPLETE)
