"""Which column is which field: what headings say and what stands below, together. Pure: columns in, columns out.

Read is a column whose heading is known and whose cells don't contradict it, or whose cells are a proof. Likely ones are
asked about. Reading wrongly is worse than asking, asking wrongly worse than leaving a column unread.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from members.choices import Sex
from members.workbooks.catalogue import Catalogue, Column, Field, Heading
from members.workbooks.cells import YES, UnreadableCell, birth_of, identity_number, says_nothing, word
from members.workbooks.evidence import Evidence, day_in
from members.workbooks.reading import Value
from members.workbooks.vocabulary import sex_of

ENOUGH_VALUES = 3
"""Fewer cells prove and contradict nothing."""
FITS, FITS_WELL = 0.5, 0.8
RESEMBLES, RESEMBLES_WELL = 0.35, 0.6
"""Strength of a heading from which there is a question, with cells that fit, or with free text below."""
TELLING = frozenset(
    [
        "identity",
        "number_of_identity",
        "mobile",
        "date",
        "sex",
        "people",
        "education",
        "membership",
        "category",
        "email",
        "amount",
        "answer",
    ]
)
"""Kinds that are plainly what they are: free text isn't mostly one of them."""

SPARSE = {"place": True, "native_place": False}
"""Both hold names of places: everybody comes from somewhere, few are somewhere else."""

TWO_COLUMNS = "two_columns_for_field"
BY_VALUES = "column_understood_by_values"
RESEMBLING, FITTING, CONTRADICTED, AMOUNT = "heading_resembles", "cells_fit", "cells_contradict", "amount_is_asked"
"""Why there is a question."""


@dataclass(frozen=True)
class Seen:
    """A column of the sheet as it stands there. `shown` names it: its heading in one line, or its letter."""

    index: int
    shown: str
    heading: Heading
    evidence: Evidence


def decide(seen: Sequence[Seen], catalogue: Catalogue, remembered: Mapping[str, str]) -> list[Column]:
    """What each column is. `remembered`: heading → field as a person said before, "" for one that isn't read.

    What was remembered gives way to a question where the cells contradict it: another sheet may be headed alike.
    """
    deciding = _Deciding(seen, catalogue)
    deciding.remember(remembered)
    deciding.name()
    deciding.prove()
    deciding.ask()
    return [deciding.decided.get(one.index) or deciding.unread(one) for one in seen]


def fits(known: Field, evidence: Evidence) -> float:
    """Share of the written cells that can be the field's."""
    return evidence.share(*known.kinds)


def proves(known: Field, evidence: Evidence) -> float:
    """Share of the written cells that are plainly the field's."""
    return evidence.share(*known.kinds[:1])


def fills_as(known: Field, evidence: Evidence) -> bool:
    """Whether as many rows say something as do of that field."""
    return known.name not in SPARSE or (evidence.fills < FITS) == SPARSE[known.name]


def contradicts(known: Field, evidence: Evidence) -> bool:
    """Whether what stands below can't be the field."""
    if evidence.written < ENOUGH_VALUES or not known.kinds:
        return False
    if known.strict:
        return fits(known, evidence) < FITS
    return evidence.share(*TELLING.difference(known.kinds)) >= max(0.6, fits(known, evidence) + 0.01)


@dataclass
class _Deciding:
    seen: Sequence[Seen]
    catalogue: Catalogue
    decided: dict[int, Column] = field(default_factory=dict)

    @property
    def taken(self) -> set[str]:
        """Fields that have their column, or a question about it."""
        return {name for column in self.decided.values() for name in (column.field, column.proposal) if name}

    def open(self) -> list[Seen]:
        return [one for one in self.seen if one.index not in self.decided]

    def free_fields(self) -> list[Field]:
        return [known for known in self.catalogue.fields if known.name not in self.taken]

    def read(self, one: Seen, name: str, score: float, doubt: str = "") -> None:
        self.decided[one.index] = Column(one.index, one.shown, name, score, doubt)

    def ask_about(self, one: Seen, name: str, reason: str) -> None:
        reason = AMOUNT if "amount" in self.catalogue.field(name).kinds else reason
        self.decided[one.index] = Column(one.index, one.shown, proposal=name, reason=reason)

    def unread(self, one: Seen) -> Column:
        return Column(one.index, one.shown)

    def remember(self, remembered: Mapping[str, str]) -> None:
        for one in self.seen:
            name = next((remembered[text] for text in (one.heading.text, one.shown) if text in remembered), None)
            if name is None or (name and name not in self.catalogue.by_name):
                continue
            if name and contradicts(self.catalogue.field(name), one.evidence):
                self.ask_about(one, name, CONTRADICTED)
            else:
                self.read(one, name, 1000)

    # By headings

    def name(self) -> None:
        """Columns whose heading is known; of two for one field the better is read."""
        named = sorted(filter(None, map(self._named, self.open())), key=lambda found: -found[1].score)
        for one, column in named:
            if column.field in self.taken and not self.catalogue.field(column.field).repeats:
                column = replace(column, field="", doubt=TWO_COLUMNS)
            self.decided[one.index] = column

    def _named(self, one: Seen) -> tuple[Seen, Column] | None:
        """The named field whose kinds stand below, best first; else one of its family."""
        for name in one.heading.known:
            if not contradicts(self.catalogue.field(name), one.evidence):
                return one, Column(one.index, one.shown, name, one.heading.strengths[name])
        family = {self.catalogue.field(name).family for name in one.heading.known} - {""}
        rivals = [known for known in self.catalogue.fields if known.family in family and known.strict]
        rival = max(rivals, key=lambda known: proves(known, one.evidence), default=None)
        if rival and proves(rival, one.evidence) >= FITS_WELL:
            strength = max(one.heading.strengths.values())
            return one, Column(one.index, one.shown, rival.name, strength - 0.05, BY_VALUES)
        return None

    # By proofs

    def prove(self) -> None:
        """Columns whose cells say it without a heading."""
        for proof in (self._alone, self._days, self._places):
            for one, name in proof():
                if one.index not in self.decided and name not in self.taken:
                    self.read(one, name, 0.8)

    def _open_to_proof(self) -> list[Seen]:
        return [one for one in self.open() if not one.heading.is_blocked and one.evidence.written >= ENOUGH_VALUES]

    def _alone(self) -> Iterator[tuple[Seen, str]]:
        """The only column that holds the kinds of a field."""
        for known in filter(lambda known: known.alone, self.free_fields()):
            holding = [one for one in self._open_to_proof() if proves(known, one.evidence) >= known.alone]
            holding = [one for one in holding if fills_as(known, one.evidence)]
            if len(holding) == 1 and self._may_stand(known, holding[0]):
                yield holding[0], known.name

    def _may_stand(self, known: Field, one: Seen) -> bool:
        """Whether the proof holds under this heading, and beside the other columns."""
        evidence, heading = one.evidence, one.heading
        if known.name == "name":  # no roster has only other people's names, each once
            return evidence.distinct >= 0.8 * evidence.written and evidence.fills >= 0.9
        if known.name == "sex" and (numbers := self._column_of("national_id")) and not _sexes_agree(one, numbers):
            return False
        return (
            known.anywhere
            or known.name == "sex"
            or heading.is_neutral
            or heading.strengths.get(known.name, 0) >= RESEMBLES
        )

    def _days(self) -> Iterator[tuple[Seen, str]]:
        if "joined" in self.catalogue.by_name:
            yield from days_of(self._open_to_proof(), self._column_of, self.taken)

    def _places(self) -> Iterator[tuple[Seen, str]]:
        """Yes and no beside places: where somebody is stands exactly where the answer is yes."""
        if "mobile" not in self.catalogue.by_name:
            return
        mobile, place = self._column_of("mobile"), self._column_of("place")
        open_ones = [one for one in self.open() if not one.heading.is_blocked and one.evidence.written > 1]
        answers = [mobile] if mobile else [one for one in open_ones if one.evidence.share("answer") >= FITS_WELL]
        places = [place] if place else [one for one in open_ones if one.evidence.share("place") >= FITS_WELL]
        pairs = [(yes, there) for yes in answers for there in places if beside(yes, there)]
        if len(pairs) == 1:
            yield from zip(pairs[0], ("mobile", "place"), strict=True)

    def _column_of(self, name: str) -> Seen | None:
        index = next((index for index, column in self.decided.items() if column.field == name), None)
        return next((one for one in self.seen if one.index == index), None)

    # By questions

    def ask(self) -> None:
        """The likeliest first; each field once."""
        asked = sorted(self._questions(), key=lambda question: -question[0])
        for _likely, one, name, reason in asked:
            if one.index not in self.decided and name not in self.taken:
                self.ask_about(one, name, reason)

    def _questions(self) -> Iterator[tuple[float, Seen, str, str]]:
        for one in self.open():
            if one.evidence.share("member") >= FITS_WELL:
                continue  # that they are members says nothing that a roster doesn't
            if one.heading.known and not one.heading.is_blocked:
                yield 1, one, one.heading.known[0], CONTRADICTED
            elif not one.heading.is_blocked and one.evidence.written:
                for known in self.free_fields():
                    if likely := self._likely(known, one):
                        reason = RESEMBLING if one.heading.strengths.get(known.name) else FITTING
                        yield likely, one, known.name, reason

    def _likely(self, known: Field, one: Seen) -> float:
        """0: no question."""
        strength, share = one.heading.strengths.get(known.name, 0), fits(known, one.evidence)
        if contradicts(known, one.evidence) or known.name == self.catalogue.serial:
            return 0
        if strength >= RESEMBLES and known.kinds and share >= FITS:
            return 0.6 * strength + 0.4 * share
        if strength >= RESEMBLES_WELL and not known.strict:
            return 0.6 * strength
        if not fills_as(known, one.evidence):
            return 0
        if known.name == "remark" and one.heading.is_neutral and one.index == self.seen[-1].index:
            return 0.3 if one.evidence.share("words") >= FITS and one.evidence.fills < FITS_WELL else 0
        plainly = proves(known, one.evidence)
        if one.heading.is_neutral:
            return 0.4 * plainly if plainly >= 0.6 else 0
        plain = known.alone and plainly >= FITS_WELL and one.evidence.written >= 5
        return 0.4 * plainly if plain and known.name not in self.catalogue.required else 0


def beside(answers: Seen, places: Seen) -> bool:
    """Whether something is written exactly where the answer is yes, in two rows at least."""
    yes = [row for row, value in enumerate(answers.evidence.values) if _is_yes(value)]
    there = [row for row, value in enumerate(places.evidence.values) if not says_nothing(value)]
    return len(there) >= 2 and len(set(yes) & set(there)) >= 0.9 * len(set(yes) | set(there))


def _is_yes(value: Value) -> bool:
    return word(value) in YES


def days_of(
    seen: Iterable[Seen], column_of: Callable[[str], Seen | None], taken: set[str]
) -> Iterator[tuple[Seen, str]]:
    """Births agree with the identity numbers; between joining and confirmation lies a year, and before both a youth."""
    dated = [one for one in seen if one.evidence.share("date") >= FITS_WELL]
    births = [one for one in dated if _agrees(one, column_of("national_id"))]
    if len(births) == 1 and "birth" not in taken:
        yield births[0], "birth"
    rest = [one for one in dated if one not in births]
    birth = births[0] if len(births) == 1 else column_of("birth")
    joined, full = column_of("joined"), column_of("full")
    pairs = [
        (first, second)
        for first in ([joined] if joined else rest)
        for second in ([full] if full else rest)
        if first is not second and _a_year_apart(first, second)
    ]
    if len(pairs) == 1 and not (joined and full):
        yield from zip(pairs[0], ("joined", "full"), strict=True)
        rest = [one for one in rest if one not in pairs[0]]
        grown = [one for one in rest if _years_before(one, pairs[0][0])]
        if birth is None and len(grown) == 1 and "birth" not in taken:
            yield grown[0], "birth"
    elif birth is None and joined and "birth" not in taken:
        grown = [one for one in rest if _years_before(one, joined)]
        if len(grown) == 1:
            yield grown[0], "birth"


def _agrees(one: Seen, numbers: Seen | None) -> bool:
    """Whether the days are those of birth in the identity numbers, in 85 of 100 rows that have both."""
    if numbers is None:
        return False
    same = []
    for number, value in zip(numbers.evidence.values, one.evidence.values, strict=True):
        day, plain = day_in(value), _identity(number)
        born = birth_of(plain) if plain else None
        if day and born:
            same.append(day.first_day <= born <= day.last_day)
    return len(same) >= ENOUGH_VALUES and sum(same) >= 0.85 * len(same)


def _sexes_agree(one: Seen, numbers: Seen) -> bool:
    same = []
    for number, value in zip(numbers.evidence.values, one.evidence.values, strict=True):
        sex = sex_of(value)
        if sex and (plain := _identity(number)):
            same.append((sex == Sex.MALE) == (int(plain[16]) % 2 == 1))
    return sum(same) >= 0.85 * len(same)


def _identity(value: Value) -> str:
    try:
        return identity_number(value) or ""
    except UnreadableCell:
        return ""


def _months_between(first: Seen, second: Seen) -> list[int]:
    found = []
    for before, after in zip(first.evidence.values, second.evidence.values, strict=True):
        one, other = day_in(before), day_in(after)
        if one and other:
            months = (other.first_day.year - one.first_day.year) * 12 + other.first_day.month - one.first_day.month
            found.append(months)
    return found


def _a_year_apart(first: Seen, second: Seen) -> bool:
    """A year of probation, and not begun by everybody at once as contracts are."""
    months = _months_between(first, second)
    years = {day.first_day.year for value in first.evidence.values if (day := day_in(value))}
    enough = len(months) >= ENOUGH_VALUES and max(years) - min(years) >= 5
    return enough and sum(11 <= one <= 13 for one in months) >= 0.8 * len(months)


def _years_before(first: Seen, second: Seen) -> bool:
    """Sixteen years at least in nearly every row: a birth before joining."""
    months = _months_between(first, second)
    return len(months) >= ENOUGH_VALUES and sum(one >= 16 * 12 for one in months) >= 0.95 * len(months)
