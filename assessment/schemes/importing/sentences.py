"""What a sentence of scoring gives or takes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from assessment.choices import ClauseKind
from assessment.schemes.importing.doubts import Around, Doubt, ParsedClauses, about, settle
from assessment.schemes.importing.facts import (
    WITHOUT_NUMBER,
    MetricWords,
    asked_for,
    facts_of,
    how_often,
    is_broader,
    named_in,
)
from assessment.schemes.importing.wording import (
    DEGREES,
    EACH as wording_EACH,
    FEWER,
    LONGEST,
    MANUAL,
    OTHERWISE,
    SEVERAL,
    VETO,
    Piece,
    Sentence,
    Sign,
    Tiers,
    clause_of,
    measured_by_person,
    sentences_of,
    tiers_of,
    wording,
)
from assessment.schemes.rules import ClausePlan

PER_CENT = r"(\d{1,3})(?:\.\d+)?%"
STEP = r"(\d{1,2})?(?:个?百分点|%)"
LOWER = r"(?:低于|低|下降|降低|减少|少于|少|差|降)"
BOTH_AT_ONCE = re.compile(rf"每低于{PER_CENT}(?:的|,)?(?:每?低?(?:于)?)?{STEP}")
BELOW = re.compile(rf"(?:低于|不足|未达到?|达不到|不到|少于|没有达到){PER_CENT}")
EACH = re.compile(rf"每(?:再)?{LOWER}{STEP}")
FULL = re.compile(rf"(?:达到?|不低于|应在|须达|为)?{PER_CENT}(?:及?以上)?")
RATES = re.compile(r"率|比例|占比|百分比")
ONCE = 100


def steps_of(text: str, before: str = "") -> tuple[int, int] | None:
    """From how many per cent nothing is taken, and how long a step is; None where this is no ratio.

    One step of a hundred: points are taken once, however far it is below. `before`: what stands before it.
    """
    if found := BOTH_AT_ONCE.search(text):
        return _within(found[1], found[2])
    below, each = BELOW.search(text), EACH.search(text)
    if each and below and below.start() != each.start():
        return _within(below[1], each[1])
    if each:
        full = FULL.search(text[: each.start()]) or FULL.search(before)
        return _within(full[1] if full else "100", each[1])
    return _within(below[1], str(ONCE)) if below else None


def _within(full: str, step: str | None) -> tuple[int, int] | None:
    at, by = int(full), int(step or 1)
    return (at, by) if 1 <= at <= 100 and 1 <= by <= 100 else None


LONGEST_TEXT = 300
FEW = 4
"""A rest of so few characters says nothing of its own."""
MOST_CLAUSES = 60
CENT = Decimal("0.01")


def read(text: str, around: Around) -> ParsedClauses:
    """Every clause of a cell. Without one a person gives the points, and a doubt says so."""
    said = wording(text)
    reading = _Reading(around)
    reading.of(list(sentences_of(said)))
    if len(text) > LONGEST:
        reading.doubts.append(Doubt("too_much_text"))
    if not reading.clauses:
        reading.by_person(said.written_between(0, len(said.text)))
    return settle(ParsedClauses(reading.clauses, reading.doubts), around.points)


class _Reading:
    def __init__(self, around: Around) -> None:
        self.around = around
        self.clauses: list[ClausePlan] = []
        self.doubts: list[Doubt] = []
        self.before: list[str] = []
        """Plain text before the piece that is read, the nearest first."""
        self.unscored: list[str] = []
        """Sentences without points that nothing was made of yet."""

    def of(self, sentences: Sequence[Sentence]) -> None:
        runs = _runs(sentences)
        for run in runs:
            if len(self.clauses) < MOST_CLAUSES:
                self._run(run)
        self.doubts += [about("left_out", text) for text in self.unscored if self.clauses]

    def _run(self, run: Sequence[Sentence]) -> None:
        pieces = [piece for sentence in run for piece in sentence.pieces]
        if len(run) > 1 or _only(Sign.GIVE, pieces):
            self._given(run, pieces)
        else:
            self._sentence(run[0])

    def _sentence(self, sentence: Sentence) -> None:
        count = len(self.clauses)
        if VETO.search(sentence.text):
            self._veto(sentence)
        elif sentence.pieces:
            self._pieces(sentence)
        elif MANUAL.search(sentence.text):
            self._manual(sentence.written)
        elif len(sentence.text) > 1:
            self._without_points(sentence, count)
        self.before.insert(0, sentence.text)

    def _without_points(self, sentence: Sentence, count: int) -> None:
        if sentence.cap and self.clauses:
            self.clauses[-1] = replace(self.clauses[-1], cap=sentence.cap)
        elif sentence.rest and count == len(self.clauses):
            self.unscored.append(sentence.written)

    def _veto(self, sentence: Sentence) -> None:
        names = sorted(self.around.bands, key=len, reverse=True)
        named = next((name for name in names if name in sentence.text), None)
        if named is None and "一票否决" not in sentence.text and self.around.bands:
            self.doubts.append(about("band_not_named", sentence.written))
        rank = self.around.bands.index(named) + 1 if named else max(1, len(self.around.bands))
        known = [one.metric for one in named_in(sentence.text) if one.metric == "members.terms"]
        sure = known and not re.search(r"长期|多年|\d年以上", sentence.text) and "members.terms" in known
        metric = "members.terms" if sure and facts_of(sentence.text, ()) else ""
        self._add(ClausePlan(ClauseKind.VETO, sentence.written, metric, band_rank=rank))

    def _manual(self, written: str) -> None:
        self._add(ClausePlan(ClauseKind.MANUAL, written))
        self.doubts.append(about("given_by_person", written))

    def by_person(self, written: str) -> None:
        """Nothing that can be counted: a person gives the points of the line."""
        title = self.around.titles[0].strip() if self.around.titles else ""
        code, text = ("not_understood", written) if written else ("no_scoring", title)
        if text:
            self._add(ClausePlan(ClauseKind.MANUAL, text))
            self.doubts.append(about(code, text))

    # A sentence that takes or adds

    def _pieces(self, sentence: Sentence) -> None:
        self.unscored.clear()
        for piece in sentence.pieces:
            self._piece(piece, sentence)
            self.before.insert(0, piece.text)
        if len(sentence.rest) >= FEW and not MANUAL.search(sentence.rest):
            self.doubts.append(about("rest_not_understood", sentence.rest))

    def _piece(self, piece: Piece, sentence: Sentence) -> None:
        if piece.sign is Sign.GIVE:
            self._met_or_lost(piece)
        elif piece.sign is Sign.ADD:
            self._bonus(piece, sentence)
        elif piece.points == 0 or OTHERWISE.search(piece.words) and piece.sign is Sign.NONE and self.clauses:
            return
        elif MANUAL.search(piece.words) or piece.to:
            self._range(piece)
        else:
            self._deduction(piece, sentence)

    def _bonus(self, piece: Piece, sentence: Sentence) -> None:
        if not piece.points:
            return
        cap = piece.to or sentence.cap
        self._add(ClausePlan(ClauseKind.BONUS, piece.written, points=piece.points, cap=cap))
        if piece.to or MANUAL.search(piece.words):
            self.doubts.append(about("range_by_person", piece.written))

    def _range(self, piece: Piece) -> None:
        """“酌情扣1-2分”: a person says how often the smaller number is taken, or how many points."""
        points = piece.points or Decimal(1)
        kind = ClauseKind.DEDUCT_PER_MISSING
        self._add(ClausePlan(kind, piece.written, points=points, cap=piece.to or self.around.points or None))
        self.doubts.append(about("range_by_person" if piece.to else "given_by_person", piece.written))

    def _deduction(self, piece: Piece, sentence: Sentence) -> None:
        points = self._points(piece)
        if not points:
            self.doubts.append(about("no_points_to_lose", piece.written))
            return
        if steps := steps_of(piece.text, " ".join(reversed(self.before))):
            self._ratio(piece, points, steps, sentence.cap)
            return
        each = bool(wording_EACH.search(piece.text)) and piece.sign is Sign.TAKE
        kind = ClauseKind.DEDUCT_PER_MISSING if each else ClauseKind.DEDUCT_FLAT
        if each:
            points = self._of_each(piece, points)
        cap = sentence.cap if each else None
        found: Sequence[MetricWords | None] = self._facts(piece, points) or [None]
        for known in found:
            self._add(self._counted(ClausePlan(kind, piece.written, points=points, cap=cap), known, piece))

    def _points(self, piece: Piece) -> Decimal | None:
        if piece.sign is Sign.NONE:
            return self.around.points
        if piece.sign is Sign.HALF:
            return (self.around.points / 2).quantize(CENT) if self.around.points else None
        return piece.points

    def _of_each(self, piece: Piece, points: Decimal) -> Decimal:
        several = SEVERAL.search(piece.words)
        count = int(several[1]) if several else 1
        if count < 2:
            return points
        self.doubts.append(about("per_several", piece.written, count=count))
        return max(CENT, (points / count).quantize(CENT))

    def _ratio(self, piece: Piece, points: Decimal, steps: tuple[int, int], cap: Decimal | None) -> None:
        is_rate = RATES.search(piece.text + "".join([*self.before[:3], *self.around.titles]))
        facts = [one for one in self._named(piece, "率") if not one.counts] if is_rate else []
        metric = facts[0].metric if len(facts) == 1 else ""
        full_at, step = steps
        self._add(
            ClausePlan(ClauseKind.RATIO_STEP, piece.written, metric, points=points, cap=cap, full_at=full_at, step=step)
        )

    # Facts

    def _named(self, piece: Piece, also: str = "") -> list[MetricWords]:
        found = facts_of(piece.text, [*self.before[:3], *self.around.titles], also)
        if not is_broader(found, piece.text, *self.around.titles[:1]):
            return found
        self.doubts.append(about("fact_is_broader", piece.written))
        return []

    def _facts(self, piece: Piece, points: Decimal) -> list[MetricWords]:
        """Several count each by itself where points are taken for each, or where one alone takes everything."""
        found = self._named(piece)
        if wording_EACH.search(piece.text) and any(one.is_whole for one in found):
            self.doubts.append(about("fact_is_whole", piece.written))
            return []
        sure = len(found) < 2 or wording_EACH.search(piece.text) or points == self.around.points
        if sure or len(named_in(piece.text)) == len(found):
            return found
        self.doubts.append(about("one_of_several", piece.written, facts="、".join(one.metric for one in found)))
        return []

    def _counted(self, clause: ClausePlan, known: MetricWords | None, piece: Piece) -> ClausePlan:
        if known is None:
            return clause
        if known.counts and (fewer := FEWER.search(piece.text)):
            often = how_often(piece.text) or how_often(" ".join(self.before[:2]))
            every = often[1] if often else "year"
            return replace(clause, metric=known.metric, expected=int(fewer[1]) or None, every=every)
        wanted = asked_for(known, [piece.text, *self.before[:3], *self.around.titles])
        if wanted is None and known.metric in WITHOUT_NUMBER:
            return replace(clause, metric=self._without_number(known, piece))
        count, every = wanted or (None, "")
        return replace(clause, metric=known.metric, expected=count, every=every)

    def _without_number(self, known: MetricWords, piece: Piece) -> str:
        if not (instead := WITHOUT_NUMBER[known.metric]):
            self.doubts.append(about("no_number", piece.written))
        return instead

    # A run of sentences that give

    def _given(self, run: Sequence[Sentence], pieces: Sequence[Piece]) -> None:
        self.unscored.clear()
        total = sum((piece.points or Decimal(0) for piece in pieces), Decimal(0))
        adds_up = total == self.around.points and pieces[-1].points and not DEGREES.search(pieces[-1].words)
        found = None if adds_up else tiers_of(pieces)
        if found:
            self._tiered(found, run, pieces)
            return
        for sentence in run:
            for piece in sentence.pieces:
                self._given_alone(piece, sentence, alone=len(pieces) == 1)
                self.before.insert(0, piece.text)

    def _given_alone(self, piece: Piece, sentence: Sentence, *, alone: bool) -> None:
        if piece.points == 0 and alone:
            self._deduction(replace(piece, sign=Sign.NONE), sentence)
        elif MANUAL.search(piece.words) or piece.to or MANUAL.search(sentence.rest):
            self._manual(sentence.written)
        elif wording_EACH.search(piece.text) and piece.points:
            self._add(ClausePlan(ClauseKind.BONUS, piece.written, points=piece.points, cap=sentence.cap))
        else:
            self._met_or_lost(piece)

    def _met_or_lost(self, piece: Piece) -> None:
        """“按时换届得2分”: the points are there when it is so, and lost when it isn't."""
        if not piece.points:
            return
        found = [one for one in self._met(piece) if one is not None]
        metric = found[0].metric if len(found) == 1 else ""
        kind = ClauseKind.DEDUCT_FLAT if self.around.points else ClauseKind.BONUS
        clause = ClausePlan(kind, piece.written, metric if kind == ClauseKind.DEDUCT_FLAT else "", points=piece.points)
        if kind == ClauseKind.BONUS:
            clause = replace(clause, cap=piece.points)
        elif found and metric:
            clause = self._counted(clause, found[0], piece)
        self._add(clause)

    def _met(self, piece: Piece) -> list[MetricWords]:
        """What is done, said without a “not”: what it names, if nothing is said of how well it was done."""
        own = named_in(piece.words)
        return [one for one in own if one.holds(f"{piece.words}未开展不及时") or one.counts and one.holds("不得分")]

    def _tiered(self, found: Tiers, run: Sequence[Sentence], pieces: Sequence[Piece]) -> None:
        text = "；".join(sentence.written for sentence in run)
        known = [one for one in self._named_by_tiers(pieces, found) if one.counts or not found.often]
        only = known[0] if len(known) == 1 and not found.in_words else None
        if only is None:
            found = measured_by_person(found, pieces)
        expected = None
        if only and found.often and found.often != only.by_rule:
            expected = (1, found.often)
        self._add(clause_of(found, text, only.metric if only else "", expected))
        self._tell_of(found, text)
        self.before.insert(0, run[-1].text)

    def _named_by_tiers(self, pieces: Sequence[Piece], found: Tiers) -> list[MetricWords]:
        if found.counted == "done" and not found.often:
            return []
        own = "".join(piece.words for piece in pieces)
        for text in (own, *self.before[:3], *self.around.titles):
            if named := named_in(text):
                sure = not is_broader(named, own, *self.around.titles[:1])
                return [one for one in named if sure and one.holds(f"{own}得分率")]
        return []

    def _tell_of(self, found: Tiers, text: str) -> None:
        if found.in_words:
            self.doubts.append(about("tiers_in_words", text))
        if found.overlap:
            self.doubts.append(about("tiers_overlap", text))

    # What becomes of them together

    def _add(self, clause: ClausePlan) -> None:
        if len(clause.text) > LONGEST_TEXT:
            self.doubts.append(about("cut", clause.text))
            clause = replace(clause, text=f"{clause.text[: LONGEST_TEXT - 1]}…")
        if clause.text and clause not in self.clauses:
            self.clauses.append(clause)


def _only(sign: Sign, pieces: Sequence[Piece]) -> bool:
    signs = {piece.sign for piece in pieces}
    return sign in signs and signs <= {sign, Sign.NONE}


def _runs(sentences: Iterable[Sentence]) -> list[list[Sentence]]:
    """Sentences that only give points, one behind the other, belong together; every other stands alone."""
    runs: list[list[Sentence]] = []
    for sentence in sentences:
        gives = bool(sentence.pieces) and all(piece.sign is Sign.GIVE for piece in sentence.pieces)
        if gives and runs and runs[-1][-1].pieces and all(one.sign is Sign.GIVE for one in runs[-1][-1].pieces):
            runs[-1].append(sentence)
        else:
            runs.append([sentence])
    return runs
