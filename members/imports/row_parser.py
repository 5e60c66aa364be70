"""From the cells of a row to the facts of a person."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.choices import DuesCategory, Membership, SituationKind
from members.dates import YEAR, PartialDate, years_between
from members.imports.problems import Problem
from members.people import (
    birth_in,
    born_too_long_ago,
    confirmed_before_joining,
    joined_some_months_too_young,
    joined_too_young,
    sex_in,
)
from members.roster import headings
from members.roster.headings import FREE_TEXT
from members.workbooks import cells, vocabulary
from members.workbooks.cells import RoundedByExcel, UnreadableCell, identity_number, partial_date, says_nothing, shown
from members.workbooks.reading import CellError, Formula, Value

LENGTHS = {"name": 60, "former_names": 120, "ethnicity": 30, "native_place": 80, "work_post": 120, "party_post": 60}
LONG_TEXT = 2_000
PLACE = 80
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")

Cells = Mapping[str, Value]


@dataclass(slots=True)
class RowPart:
    """Facts, the situations they speak of with their place, those they deny, and problems as (field, code, about)."""

    facts: dict[str, Any] = field(default_factory=dict)
    situations: dict[SituationKind, str] = field(default_factory=dict)
    denied: set[SituationKind] = field(default_factory=set)
    problems: list[tuple[str, str, dict[str, object]]] = field(default_factory=list)

    def problem(self, name: str, code: str, **about: object) -> None:
        self.problems.append((name, code, about))

    def add(self, other: "RowPart") -> None:
        """What the other says too; a place that is known already stays."""
        self.facts.update(other.facts)
        if other.situations:
            self.situations = other.situations | self.situations
        if other.denied:
            self.denied = self.denied | other.denied
        if other.problems:
            self.problems.extend(other.problems)

    def keep_text(self, name: str, text: str, length: int = 0) -> None:
        """A text as long as there is room for."""
        longest = length or LENGTHS[name]
        if len(text) > longest:
            self.problem(name, "too_long")
        if text:
            self.facts[name] = text[:longest]


def written(row: Cells, name: str) -> Value:
    """The cell, or None where it says nothing; what a formula showed, except where its text is kept."""
    value = row.get(name)
    if value is None or says_nothing(value) or type(value) is CellError:
        return None
    return value if name in FREE_TEXT else shown(value)


def read_sex(row: Cells, part: RowPart) -> None:
    _word(row, part, "sex", vocabulary.sex_of, "sex_unknown")


def read_education(row: Cells, part: RowPart) -> None:
    _word(row, part, "education", vocabulary.education_of, "education_unknown")


def read_category(row: Cells, part: RowPart) -> None:
    """The category for dues; who is retired by it is in that situation too."""
    _word(row, part, "category", vocabulary.category_of, "category_unknown", fact="dues_category")
    if part.facts.get("dues_category") == DuesCategory.RETIRED:
        part.situations[SituationKind.RETIRED] = ""


def _word(row: Cells, part: RowPart, name: str, meaning: Callable[[Value], Any], code: str, *, fact: str = "") -> None:
    value = written(row, name)
    if value is None:
        return
    meant = meaning(value)
    if meant is None:
        part.problem(name, code)
    else:
        part.facts[fact or name] = meant


def read_ethnicity(row: Cells, part: RowPart) -> None:
    ethnicity = vocabulary.ethnicity_of(written(row, "ethnicity"))
    if ethnicity and not vocabulary.is_people(ethnicity):
        part.problem("ethnicity", "ethnicity_unknown")
    part.keep_text("ethnicity", ethnicity)


def read_native_place(row: Cells, part: RowPart) -> None:
    part.keep_text("native_place", cells.line(written(row, "native_place")))


def read_former_names(row: Cells, part: RowPart) -> None:
    part.keep_text("former_names", cells.line(written(row, "former_names")))


def read_party_post(row: Cells, part: RowPart) -> None:
    """Text only: a post in the party gives no office here; offices are given by a person."""
    part.keep_text("party_post", cells.line(written(row, "party_post")))


def read_work(row: Cells, part: RowPart) -> None:
    """Unit and post, in one column or two."""
    texts = [cells.line(written(row, name)) for name in ("work_post", "work_unit", "post")]
    part.keep_text("work_post", " ".join(text for text in texts if text))


def read_email(row: Cells, part: RowPart) -> None:
    email = cells.line(written(row, "email"))
    if EMAIL.fullmatch(email):
        part.facts["email"] = email[:254]
    elif email:
        part.problem("email", "email_unreadable")


def read_address(row: Cells, part: RowPart) -> None:
    part.keep_text("address", cells.text(written(row, "address")), LONG_TEXT)


def read_phone(row: Cells, part: RowPart) -> None:
    _read(row, part, "phone", cells.phone, "phone_unreadable")


def read_dues_base(row: Cells, part: RowPart) -> None:
    """An amount in fen, as text, because it is kept sealed."""
    _read(row, part, "dues_base", _fen, "amount_unreadable")


def _fen(value: Value) -> str | None:
    amount = cells.fen(value)
    return None if amount is None else str(amount)


def _read(row: Cells, part: RowPart, name: str, reader: Callable[[Value], Any], code: str) -> None:
    try:
        value = reader(written(row, name))
    except UnreadableCell:
        part.problem(name, code)
        return
    if value is not None:
        part.facts[name] = value


def read_remark(row: Cells, part: RowPart) -> None:
    """The remark itself, and what it proposes."""
    remark = cells.text(written(row, "remark"))
    part.keep_text("remark", remark, LONG_TEXT)
    if isinstance(row.get("remark"), Formula):
        return
    for kind in headings.situations_in_remark(remark):
        part.situations[kind] = ""
        part.problem("remark", "situation_from_remark", situation=kind.value)


def read_lost_contact(row: Cells, part: RowPart) -> None:
    _answer(row, part, "lost_contact", SituationKind.LOST_CONTACT)


def read_hardship(row: Cells, part: RowPart) -> None:
    _answer(row, part, "hardship", SituationKind.HARDSHIP)


def read_mobile(row: Cells, part: RowPart) -> None:
    """Whether somebody is a mobile member, and where. A place without a word about it says so too."""
    place = cells.line(written(row, "place"))[:PLACE]
    mobile = _answer(row, part, "mobile", SituationKind.MOBILE, place)
    if place and mobile is None:
        part.situations[SituationKind.MOBILE] = place
        part.problem("place", "mobile_from_place")
    elif place and not mobile:
        part.problem("place", "place_without_mobile")
    if kind := headings.abroad_kind(place):
        part.situations[kind] = place
        part.problem("place", "situation_from_remark", situation=kind.value)
    elif headings.is_abroad(place):
        part.problem("place", "maybe_abroad")


def _answer(row: Cells, part: RowPart, name: str, kind: SituationKind, place: str = "") -> bool | None:
    value = shown(row.get(name))
    try:
        answer = None if isinstance(value, CellError) else cells.yes_or_no(value)
    except UnreadableCell:
        part.problem(name, "answer_unreadable")
        return None
    if answer:
        part.situations[kind] = place
    elif answer is False:
        part.denied.add(kind)
    return answer


READERS: tuple[tuple[Callable[[Cells, RowPart], None], tuple[str, ...]], ...] = (
    (read_sex, ("sex",)),
    (read_education, ("education",)),
    (read_category, ("category",)),
    (read_ethnicity, ("ethnicity",)),
    (read_native_place, ("native_place",)),
    (read_former_names, ("former_names",)),
    (read_party_post, ("party_post",)),
    (read_work, ("work_post", "work_unit", "post")),
    (read_email, ("email",)),
    (read_address, ("address",)),
    (read_phone, ("phone",)),
    (read_dues_base, ("dues_base",)),
    (read_remark, ("remark",)),
    (read_lost_contact, ("lost_contact",)),
    (read_hardship, ("hardship",)),
    (read_mobile, ("mobile", "place")),
)
"""Each with the columns it reads."""


PROBATION_YEARS = 1
NAME = re.compile(r"[^\d@=+*/\\<>{}\[\]|]{1,60}")
REMEMBERED = 1_000
"""How many different cells are kept in mind per reader."""
EVERYBODYS_OWN = frozenset({"phone", "address", "dues_base", "former_names", "email"})
"""Fields in which no two rows say the same."""
PLAIN = frozenset({str, int, float, bool, type(None)})
"""Cells that are all they seem; a formula equals its text but shows something else."""

Facts = dict[str, Any]
"""Model field → value. What the row doesn't say isn't there. Days are PartialDates under birth, joined and full."""


@dataclass(slots=True)
class ParsedRow:
    """A row's facts, the situations it speaks of with their place, those it denies, and its problems."""

    facts: Facts
    situations: dict[SituationKind, str]
    denied: set[SituationKind]
    problems: list[Problem]


class Understanding:
    """Reads rows under the given headings, by the day on which the import is made."""

    def __init__(self, headings: Mapping[str, str], on: date) -> None:
        self.headings = headings
        """Field → heading, for naming the cell of a problem."""
        self.on = on
        self.readers = [_Reader(read, names) for read, names in READERS if any(name in headings for name in names)]

    def of(self, values: Cells) -> ParsedRow:
        said = _Row(self, values).read()
        problems = [Problem(self.headings.get(name, ""), code, about) for name, code, about in said.problems]
        return ParsedRow(said.facts, said.situations, said.denied, problems)


class _Reader:
    """A reader of parts. What stands in many rows is read once and remembered."""

    def __init__(self, read: Callable[[Cells, RowPart], None], names: tuple[str, ...]) -> None:
        self.read = read
        self.names = names
        self.known: dict[Value | tuple[Value, ...], RowPart] | None = {} if names[0] not in EVERYBODYS_OWN else None

    def add_to(self, row: Cells, said: RowPart) -> None:
        """What the row's cells say is added to what has been said."""
        key = row.get(self.names[0]) if len(self.names) == 1 else tuple([row.get(name) for name in self.names])
        if key is None:
            return
        if self.known is None or not (type(key) is str or (type(key) is tuple and PLAIN.issuperset(map(type, key)))):
            self.read(row, said)
            return
        part = self.known.get(key)
        if part is None:
            part = self._remember(key, row)
        said.add(part)

    def _remember(self, key: Value | tuple[Value, ...], row: Cells) -> RowPart:
        part = RowPart()
        self.read(row, part)
        if self.known is not None and len(self.known) < REMEMBERED:
            self.known[key] = part
        return part


class _Row:
    def __init__(self, understanding: Understanding, values: Cells) -> None:
        self.headings = understanding.headings
        self.readers = understanding.readers
        self.on = understanding.on
        self.values = values
        self.said = RowPart()
        self.facts = self.said.facts
        self.problem = self.said.problem

    def read(self) -> RowPart:
        for name, value in self.values.items():
            if type(value) not in PLAIN:
                self._note_formula(name, value)
        self._name()
        self._identity()
        for reader in self.readers:
            reader.add_to(self.values, self.said)
        self._sex_of_identity()
        self._days()
        self._membership()
        return self.said

    def _note_formula(self, name: str, value: Value) -> None:
        if isinstance(value, Formula):
            self.problem(name, "formula_text")
        elif isinstance(value, CellError):
            self.problem(name, "cell_error")

    def _name(self) -> None:
        name = cells.name(written(self.values, "name"))
        if not name:
            self.problem("name", "name_missing")
        elif not NAME.fullmatch(name):
            self.problem("name", "name_unreadable")
        self.facts["name"] = name[: LENGTHS["name"]]

    # Identity number

    def _identity(self) -> None:
        value = self.values.get("national_id")
        try:
            number = identity_number(value)
        except RoundedByExcel:
            self.problem("national_id", "national_id_rounded_by_excel")
        except UnreadableCell:
            self.problem("national_id", "national_id_checksum")
        else:
            self._keep_identity(number, value)

    def _keep_identity(self, number: str | None, value: Value) -> None:
        if number is None:
            if "national_id" in self.headings:
                self.problem("national_id", "national_id_missing")
            return
        if value != number and len(cells.word(value)) == 15:
            self.problem("national_id", "national_id_extended")
        self.facts["national_id"] = number

    def _sex_of_identity(self) -> None:
        number = self.facts.get("national_id")
        if not number:
            return
        sex = sex_in(number)
        if self.facts.setdefault("sex", sex) != sex:
            self.problem("sex", "sex_contradicts_national_id")

    # Days

    def _days(self) -> None:
        birth = self._birth()
        if birth and born_too_long_ago(birth, self.on):
            self.problem("birth", "birth_date_unlikely")
        joined, full = self._day("joined"), self._day("full")
        if joined and birth:
            self._age_of_joining(birth, joined)
        if joined and full and confirmed_before_joining(joined, full):
            self.problem("full", "full_before_joined")

    def _age_of_joining(self, birth: PartialDate, joined: PartialDate) -> None:
        if joined_too_young(birth, joined):
            self.problem("joined", "joined_before_eighteen")
        elif joined_some_months_too_young(birth, joined):
            self.problem("joined", "joined_in_eighteenth_year")

    def _day(self, name: str) -> PartialDate | None:
        value = written(self.values, name)
        if value is None:
            return None
        try:
            day = partial_date(value, self.on)
        except UnreadableCell:
            self.problem(name, "date_unreadable")
            return None
        if day is None:
            return None
        if day.precision == YEAR and isinstance(value, float) and not value.is_integer():
            self.problem(name, "date_only_year")
        if day.first_day > self.on:
            self.problem(name, "full_in_future" if name == "full" else "date_in_future")
            return None
        self.facts[name] = day
        return day

    def _birth(self) -> PartialDate | None:
        day = self._day("birth")
        number = self.facts.get("national_id")
        known = birth_in(number) if number else None
        if known is None:
            return day
        exact = PartialDate(known)
        if day and day != exact and not day.may_be(exact) and not self._is_month(day, known):
            self.problem("birth", "birth_date_contradicts_national_id")
            return None
        self.facts["birth"] = exact
        return exact

    def _is_month(self, day: PartialDate, known: date) -> bool:
        """A date cell on a first day is how Excel keeps what was typed as a month."""
        typed = isinstance(shown(self.values.get("birth")), date)
        return typed and day.first_day == known.replace(day=1)

    # Membership

    def _membership(self) -> None:
        value = written(self.values, "membership")
        meant = vocabulary.membership_of(value) or self._membership_by_answer(value)
        if meant is None:
            self.facts["membership"] = self._membership_by_dates()
            if "membership" in self.headings:
                self.problem("membership", "membership_assumed" if value is None else "membership_unknown")
            return
        self.facts["membership"] = meant
        full: PartialDate | None = self.facts.get("full")
        if full and meant == Membership.PROBATIONARY and full.last_day <= self.on:
            self.problem("membership", "membership_contradicts_dates")

    def _membership_by_answer(self, value: Value) -> Membership | None:
        """A yes or no under a heading like 是否预备党员."""
        asked = vocabulary.membership_of(self.headings.get("membership"))
        if asked is None or cells.word(value) not in cells.YES | cells.NO:
            return None
        others = {Membership.FORMAL: Membership.PROBATIONARY, Membership.PROBATIONARY: Membership.FORMAL}
        return asked if cells.word(value) in cells.YES else others[asked]

    def _membership_by_dates(self) -> Membership:
        """Without a word about it: probationary while less than a year has passed since joining and none confirmed."""
        joined: PartialDate | None = self.facts.get("joined")
        if "full" in self.facts or joined is None:
            return Membership.FORMAL
        recent = joined.first_day <= self.on and years_between(joined.last_day, self.on) < PROBATION_YEARS
        return Membership.PROBATIONARY if recent else Membership.FORMAL
