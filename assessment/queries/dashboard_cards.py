"""The cards of a dashboard: a figure, what it is a part of, the period before it and the middle of its level."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.queries.dashboard import Figures, Medians
from assessment.rules.measures import BY_CODE, Measure, per_mille
from assessment.rules.shares import NOT_RECORDED, OTHER_WORDS, is_compared, known, share_of, written

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
class Part:
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
    parts: tuple[Part, ...] = ()
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


def _parts(pieces: Iterable[Piece], figures: Mapping[str, int], whole: int) -> list[Part]:
    return list(_laid(pieces, figures, whole)) if whole else []


def _laid(pieces: Iterable[Piece], figures: Mapping[str, int], whole: int) -> Iterator[Part]:
    begins = 0
    for code, words, names in pieces:
        count = sum(figures[name] for name in names)
        width = min(WIDTH - begins, count * WIDTH // whole)
        measure = MEASURED.get(code, "")
        is_bad = measure in BY_CODE and BY_CODE[measure].more_is_better is False
        share = written(per_mille(count, whole, is_bad=is_bad))
        yield Part(code, words, count, share, begins, width, measure=measure)
        begins += width
