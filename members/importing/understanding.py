"""What a row says, before anything is known of the roster: facts about a member, and what is wrong with them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.choices import Membership, SituationKind
from members.importing import words
from members.importing.parts import LENGTHS, READERS, Cells, Part, written
from members.importing.problems import Problem
from members.rules.dates import YEAR, PartialDate, years_between
from members.rules.people import (
    birth_in,
    born_too_long_ago,
    confirmed_before_joining,
    joined_some_months_too_young,
    joined_too_young,
    sex_in,
)
from members.workbooks import cells
from members.workbooks.cells import Unreadable, shown
from members.workbooks.days import partial_date
from members.workbooks.identity import RoundedByExcel, identity_number
from members.workbooks.reading import CellError, Formula, Value

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
class Understood:
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

    def of(self, values: Cells) -> Understood:
        said = _Row(self, values).read()
        problems = [Problem(self.headings.get(name, ""), code, about) for name, code, about in said.problems]
        return Understood(said.facts, said.situations, said.denied, problems)


class _Reader:
    """A reader of parts. What stands in many rows is read once and remembered."""

    def __init__(self, read: Callable[[Cells, Part], None], names: tuple[str, ...]) -> None:
        self.read = read
        self.names = names
        self.known: dict[Value | tuple[Value, ...], Part] | None = {} if names[0] not in EVERYBODYS_OWN else None

    def add_to(self, row: Cells, said: Part) -> None:
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

    def _remember(self, key: Value | tuple[Value, ...], row: Cells) -> Part:
        part = Part()
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
        self.said = Part()
        self.facts = self.said.facts
        self.problem = self.said.problem

    def read(self) -> Part:
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
        except Unreadable:
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
        except Unreadable:
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
        meant = words.membership_of(value) or self._membership_by_answer(value)
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
        asked = words.membership_of(self.headings.get("membership"))
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
