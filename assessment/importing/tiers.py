"""Tiers: what is counted, from how many, and how many points that gives."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessment.choices import ClauseKind, Counted, Every
from assessment.importing.pieces import Piece
from assessment.rules.plan import ClausePlan

HUNDRED, ONE, ZERO = Decimal(100), Decimal(1), Decimal(0)
A_YEAR = (
    (52, "", r"每周|每个?星期"),
    (12, Every.MONTH, r"每个?月(?!\d)|月月|按月|每月"),
    (6, "", r"每两个?月|每2个?月|双月"),
    (4, Every.QUARTER, r"每个?季|按季|季度"),
    (2, Every.HALF, r"半年"),
    (1, Every.YEAR, r"每年|全年|一年|1年|年度|按年"),
)
"""How often in a year, the period, the words; the longer period is looked for first."""
SELDOM = re.compile(r"很少|极少|较少|偶尔|不经常|不定期|少数")
NEVER = re.compile(
    r"从不|从未|从没|没有|未(?!到|满)|^无|无记录|不(?:开展|召开|组织|参加|进行|讲|上|做)|^0次|全年无|没(?:开|做|上)"
)
SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?)%(?:-(\d{1,3}(?:\.\d+)?)%)?(?P<below>以下|及以下)?")
UNDER = re.compile(r"(?:不足|低于|不到|小于|未达到?)\d")
TIMES = re.compile(r"(\d{1,3})(?:-(\d{1,3}))?(?:人?次|个|份|篇|期|项|人|场|名)(?P<below>以下|及以下)?")
LONGEST = 12
QUALITY = re.compile(
    r"规范|完整|健全|及时|认真|齐全|好|良|优|差|一般|到位|明显|较|很|基本|有|无|合格|满意|扎实|详实|清晰|突出|高|低|A|B|C|D|是|否"
)


@dataclass(frozen=True, slots=True)
class Tiers:
    """`often`: the period of the best tier, where the tiers say how often; `in_words`: no numbers at all."""

    counted: Counted
    tiers: tuple[tuple[Decimal, Decimal], ...]
    often: str = ""
    in_words: bool = False
    overlap: bool = False


def tiers_of(pieces: Sequence[Piece]) -> Tiers | None:
    """Points that go down from piece to piece, each for what its words say; None where these are no tiers."""
    points = [piece.points for piece in pieces]
    if len(pieces) < 2 or None in points or any(piece.to for piece in pieces):
        return None
    given = [one for one in points if one is not None]
    if any(lower >= higher for higher, lower in zip(given, given[1:], strict=False)):
        return None
    return (
        _by_share(pieces, given) or _by_times(pieces, given) or _by_frequency(pieces, given) or _in_words(pieces, given)
    )


def clause_of(found: Tiers, text: str, metric: str = "", expected: tuple[int, str] | None = None) -> ClausePlan:
    """`expected` only where a metric is counted by another number than the regulations'."""
    count, every = expected or (None, "")
    return ClausePlan(
        ClauseKind.TIERED, text, metric, expected=count, every=every, counted=found.counted, tiers=found.tiers
    )


def measured_by_person(found: Tiers, pieces: Sequence[Piece]) -> Tiers:
    """Without a fact of the record nobody knows a share of what is due: a person counts how often in a year."""
    if not found.often:
        return found
    rows = [(Decimal(_a_year(piece.words) or 0), piece.points or ZERO) for piece in pieces]
    return _ordered(Counted.DONE, rows, often=found.often)


def _by_share(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    rows = []
    for piece, given in zip(pieces, points, strict=True):
        found = SHARE.search(piece.words)
        if found is None and not NEVER.search(piece.words):
            return None
        below = found is None or found["below"] or UNDER.search(piece.words)
        rows.append((ZERO if below or found is None else min(Decimal(found[1]), HUNDRED), given))
    return _ordered(Counted.SHARE, rows) if any(bound for bound, _points in rows) else None


def _by_times(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    rows = []
    for piece, given in zip(pieces, points, strict=True):
        found = TIMES.search(piece.words)
        if found is None and not NEVER.search(piece.words):
            return None
        below = found is None or found["below"] or UNDER.search(piece.words)
        rows.append((ZERO if below or found is None else Decimal(found[1]), given))
    return _ordered(Counted.DONE, rows) if any(bound for bound, _points in rows) and not _frequency(pieces[0]) else None


def _by_frequency(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    """As shares of what the best tier asks for: so they hold for a part of the year as well."""
    best = _frequency(pieces[0])
    often = [_a_year(piece.words) for piece in pieces]
    if best is None or None in often:
        return None
    rows = [
        (min(HUNDRED, max(ONE if times else ZERO, Decimal(int(100 * (times or 0) / best[0])))), given)
        for times, given in zip(often, points, strict=True)
    ]
    return _ordered(Counted.SHARE, rows, often=best[1])


def _in_words(pieces: Sequence[Piece], points: Sequence[Decimal]) -> Tiers | None:
    """“规范3分、较规范2分、较差1分、无0分”: which tier fits a person says, by its points."""
    if any(len(piece.words) > LONGEST for piece in pieces[1:]) or not all(
        QUALITY.search(piece.words) for piece in pieces
    ):
        return None
    return _ordered(Counted.DONE, [(given, given) for given in points], in_words=True)


def _frequency(piece: Piece) -> tuple[int, str] | None:
    found = next(((times, every) for times, every, words in reversed(A_YEAR) if re.search(words, piece.words)), None)
    return found if found and found[1] else None


def _a_year(words: str) -> float | None:
    """How often in a year the words say; half a time for “rarely”, None where they don't say."""
    if SELDOM.search(words):
        return 0.5
    if NEVER.search(words):
        return 0
    return next((times for times, _every, pattern in reversed(A_YEAR) if re.search(pattern, words)), None)


def _ordered(
    counted: Counted, rows: list[tuple[Decimal, Decimal]], *, often: str = "", in_words: bool = False
) -> Tiers:
    """The highest first, each bound once, the last from 0."""
    best: dict[Decimal, Decimal] = {}
    for bound, points in rows:
        best.setdefault(bound, points)
    overlap = len(best) < len(rows)
    if ZERO not in best:
        best[ZERO] = ZERO
    return Tiers(counted, tuple(sorted(best.items(), reverse=True)), often, in_words, overlap)
