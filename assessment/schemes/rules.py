"""A scheme as plain values, its lines in order, a clause in words, and what is wrong with either."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy, ngettext

from assessment.choices import ClauseKind, Counted, Cycle, Every, IndicatorPart


@dataclass(frozen=True, slots=True)
class ClausePlan:
    """See `assessment.models.Clause`; `tiers` are (from how many, points), the highest first."""

    kind: ClauseKind
    text: str
    metric: str = ""
    points: Decimal | None = None
    cap: Decimal | None = None
    expected: int | None = None
    every: str = ""
    counted: str = ""
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()
    full_at: int | None = None
    step: int | None = None
    band_rank: int | None = None


@dataclass(frozen=True, slots=True)
class IndicatorPlan:
    """`parent`: the code of the line above; empty at the top. A line with lines below it has no clauses."""

    code: str
    title: str
    max_points: Decimal
    parent: str = ""
    part: IndicatorPart = IndicatorPart.PARTY
    cycle: Cycle = Cycle.YEAR
    basis: str = ""
    clauses: tuple[ClausePlan, ...] = ()


@dataclass(frozen=True, slots=True)
class BandPlan:
    rank: int
    name: str
    at_least: Decimal
    quota_percent: int | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """Per cent of each view; they make a hundred."""

    self_view: int = 0
    peer: int = 0
    superior: int = 100
    members: int = 0


@dataclass(frozen=True, slots=True)
class SchemePlan:
    """Indicators in the order of the sheet, each after the line above it."""

    code: str
    title: str
    year: int
    total: Decimal
    indicators: tuple[IndicatorPlan, ...]
    bands: tuple[BandPlan, ...] = ()
    weights: Weights = Weights()
    unit_kind: str = ""
    document: str = ""
    approved_by: str = ""
    objection_days: int = 10


LARGEST = Decimal(100_000)
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Flaw:
    """`path` names the value: "total", "bands/2/at_least", "indicators/0/clauses/1/points", counted from 0.

    `hard`: a scheme with it can't be kept even as a draft.
    """

    path: str
    code: str
    sentence: str
    hard: bool = False

    @property
    def line(self) -> int | None:
        """Which of the plan's indicators it is about, counted from 0."""
        first, *rest = self.path.split("/")
        return int(rest[0]) if first == "indicators" and rest else None

    @property
    def clause(self) -> int | None:
        """Which clause of that line, counted from 0."""
        parts = self.path.split("/")
        return int(parts[3]) if len(parts) > 3 and parts[2] == "clauses" else None


def fits(points: Decimal) -> bool:
    """To the hundredth, and not beyond what is kept."""
    return points == points.quantize(HUNDREDTH) and abs(points) < LARGEST


def plain(points: Decimal) -> str:
    """10, 0.5: without zeros that say nothing."""
    text = f"{points:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


EXPLAINED: dict[ClauseKind, Promise] = {
    ClauseKind.DEDUCT_PER_MISSING: gettext_lazy(
        "For everything that should be there and isn't, for instance a meeting that wasn't held."
    ),
    ClauseKind.DEDUCT_FLAT: gettext_lazy("The same number of points, however much is missing."),
    ClauseKind.TIERED: gettext_lazy("The better the figure, the more points, for instance quarterly 5, half-yearly 2."),
    ClauseKind.RATIO_STEP: gettext_lazy(
        "For each step by which a share stays below a mark, for instance 0.5 for each 5 per cent."
    ),
    ClauseKind.BONUS: gettext_lazy("For each time that something was done, up to a limit."),
    ClauseKind.MANUAL: gettext_lazy("Somebody looks at it and gives points with their reason; a second one confirms."),
    ClauseKind.VETO: gettext_lazy("When it happens, the band is decided whatever the points."),
}
"""What a kind is for, where one is chosen."""


def terms(clause: ClausePlan, *, band: str = "") -> str:
    """How many points, when, and what is expected. `band`: the name of the band that a veto decides."""
    sentences = [*_WORDS[clause.kind](clause, band), *_expected(clause)]
    return _("; ").join(sentences)


def _per_missing(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("−%(points)s for each that is missing") % _points(clause)
    yield from _at_most(clause)


def _flat(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("−%(points)s once if anything is missing") % _points(clause)


def _ratio(clause: ClausePlan, band: str) -> Iterator[str]:
    sentence = _("−%(points)s for each begun %(step)s %% below %(full_at)s %%")
    yield sentence % {**_points(clause), "step": clause.step, "full_at": clause.full_at}
    yield from _at_most(clause)


def _bonus(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("+%(points)s for each") % _points(clause)
    yield from _at_most(clause)


def _tiered(clause: ClausePlan, band: str) -> Iterator[str]:
    unit = "%" if clause.counted == Counted.SHARE else ""
    yield str(Counted(clause.counted).label)
    for bound, points in clause.tiers:
        given = {"bound": plain(bound), "unit": unit, "points": plain(points)}
        number = 1 if points == 1 else 2
        words = ngettext(
            "from %(bound)s%(unit)s: %(points)s point", "from %(bound)s%(unit)s: %(points)s points", number
        )
        yield words % given


def _manual(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("A person gives the points, a second one confirms them")


def _veto(clause: ClausePlan, band: str) -> Iterator[str]:
    yield _("The band is “%(band)s” then, whatever the points") % {"band": band}


def _points(clause: ClausePlan) -> Mapping[str, str]:
    return {"points": plain(clause.points) if clause.points is not None else "?"}


def _at_most(clause: ClausePlan) -> Iterator[str]:
    if clause.cap is not None:
        yield _("at most %(cap)s") % {"cap": plain(clause.cap)}


def _expected(clause: ClausePlan) -> Iterator[str]:
    if clause.expected is not None and clause.every:
        every = {"number": clause.expected, "every": Every(clause.every).label}
        yield _("expected: %(number)s %(every)s") % every


_WORDS: dict[ClauseKind, Callable[[ClausePlan, str], Iterator[str]]] = {
    ClauseKind.DEDUCT_PER_MISSING: _per_missing,
    ClauseKind.DEDUCT_FLAT: _flat,
    ClauseKind.RATIO_STEP: _ratio,
    ClauseKind.BONUS: _bonus,
    ClauseKind.TIERED: _tiered,
    ClauseKind.MANUAL: _manual,
    ClauseKind.VETO: _veto,
}


Key = TypeVar("Key")
Parents = Mapping[Key, Key | None]
"""Every line with the line above it, in the order of the sheet. None: it stands at the top."""


def tree_order(parents: Parents[Key]) -> list[Key]:
    """Lines below another move behind it; among themselves they keep their order."""
    return list(_below(parents, None))


def placed_last(parents: Parents[Key], key: Key, parent: Key | None) -> dict[Key, Key | None]:
    """With the line as the last one below `parent`."""
    return {one: above for one, above in parents.items() if one != key} | {key: parent}


def moved(parents: Parents[Key], key: Key, step: int) -> dict[Key, Key | None]:
    """With the line before (-1) or behind (+1) its neighbour below the same line; unchanged at the end of the row."""
    row = [one for one, above in parents.items() if above == parents[key]]
    place = row.index(key) + step
    if not 0 <= place < len(row):
        return dict(parents)
    neighbour = row[place]
    exchanged = {key: neighbour, neighbour: key}
    order = [exchanged.get(one, one) for one in parents]
    return {one: parents[one] for one in order}


def subtree_of(parents: Parents[Key], key: Key) -> set[Key]:
    """The line and everything below it."""
    return {key}.union(*(subtree_of(parents, one) for one, above in parents.items() if above == key))


def _below(parents: Parents[Key], parent: Key | None) -> Iterator[Key]:
    for one, above in parents.items():
        if above == parent:
            yield one
            yield from _below(parents, one)
