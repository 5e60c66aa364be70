"""A verdict for every row: new, changed, unchanged, refused or doubtful."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from members.choices import RowVerdict, SituationKind
from members.importing import matching
from members.importing.matching import Known, Roster
from members.importing.placing import NoPlace, Place, Places
from members.importing.problems import Problem
from members.importing.understanding import Facts, Understanding, Understood
from members.models import Member
from members.paths import contains
from members.workbooks.cells import line
from members.workbooks.headings import Layout
from members.workbooks.reading import Value
from members.workbooks.records import Record

ABOVE = ("committee", "general_branch", "organization")
"""Columns that together are the path to the branch."""
CONTRADICTIONS = frozenset({"birth_date_contradicts_national_id", "sex_contradicts_national_id"})
"""Say nothing about a row whose identity number is somebody else's."""
DENIABLE = {SituationKind.MOBILE, SituationKind.LOST_CONTACT, SituationKind.HARDSHIP}


Sees = Callable[[Member], bool]
"""Whether whoever imports may know of the member."""


@dataclass(slots=True)
class Judged:
    """A row with its verdict, and what storing it would do."""

    number: int
    record: Record
    layout: Layout
    verdict: RowVerdict
    facts: Facts
    problems: list[Problem]
    place: Place | None = None
    known: Known | None = None
    changes: dict[str, tuple[Any, Any]] = field(default_factory=dict)
    situations: dict[SituationKind, str] = field(default_factory=dict)
    number_disputed: bool = False
    """Another entry has the number, of which whoever imports must not learn: the committee above both settles it."""

    @property
    def name(self) -> str:
        return str(self.facts.get("name", ""))

    @property
    def cells(self) -> dict[str, Value]:
        """Heading → cell, for every column in which something is written."""
        row = self.record.row
        return {
            column.heading: value
            for column in self.layout.columns
            if (value := row.value(column.index)) is not None and value != ""
        }

    @property
    def is_stored(self) -> bool:
        return self.verdict in {RowVerdict.NEW, RowVerdict.CHANGED}

    @property
    def moves(self) -> bool:
        """Whether a member who is already there goes to another group of the branch."""
        return self.known is not None and self.place is not None and self.place.path != self.known.member.roster_path


class Judge:
    """Judges the rows of one sheet, a chunk after the other; remembers identity numbers and names across chunks."""

    def __init__(self, layout: Layout, places: Places, on: date, sees: Sees = lambda member: True) -> None:
        self.layout = layout
        self.sees = sees
        self.headings = {column.field: column.heading for column in layout.known}
        self.understanding = Understanding(self.headings, on)
        self.places = places
        self.on = on
        self.some_without_number = matching.any_without_number(places.path)
        """Whether somebody may have to be known by name alone."""
        self.rows_by_identity: dict[int, int] = {}
        """The number without its check digit, which follows from it, to the first row that has it."""
        self.rows_by_name: dict[int, int] = {}
        self.rows_by_birth: dict[int, int] = {}
        """Name and birth date to the first row that has them."""

    def judge(self, records: Iterable[Record]) -> list[Judged]:
        """The verdicts of a chunk, in four queries at most."""
        rows = [(record, self.understanding.of(record.values)) for record in records]
        placed = [self._place(record, understood) for record, understood in rows]
        facts = [understood.facts for _record, understood in rows]
        self.some_without_number = self.some_without_number or any("national_id" not in row for row in facts)
        roster = matching.load(zip(facts, placed, strict=True), self.on, by_name=self.some_without_number)
        judged = [
            self._one(record, understood, place, roster)
            for (record, understood), place in zip(rows, placed, strict=True)
        ]
        self._find_doubles(judged)
        return judged

    def _find_doubles(self, judged: list[Judged]) -> None:
        """A newcomer may be somebody who is on one of the rosters imported into, or in another row."""
        newcomers = [row for row in judged if row.verdict == RowVerdict.NEW and "birth" in row.facts]
        there = matching.with_birth(self.places.path, [row.facts for row in newcomers])
        for row in newcomers:
            if place := there.get((row.name, row.facts["birth"])):
                self._problem(row, "name", "possible_double", place=place)
            first = self.rows_by_birth.setdefault(hash((row.name, row.facts["birth"])), row.number)
            if first != row.number:
                self._problem(row, "name", "possible_double_in_file", row=first)

    def forget(self, records: Iterable[Record]) -> None:
        """Let a chunk be judged a second time without its rows being taken for twins of themselves."""
        numbers = {record.number for record in records}
        self.rows_by_identity = {key: row for key, row in self.rows_by_identity.items() if row not in numbers}
        self.rows_by_name = {key: row for key, row in self.rows_by_name.items() if row not in numbers}
        self.rows_by_birth = {key: row for key, row in self.rows_by_birth.items() if row not in numbers}

    def _place(self, record: Record, understood: Understood) -> Place | None:
        parts = [line(record.values[name]) for name in ABOVE if name in record.values]
        group = line(record.values.get("group"))
        try:
            place = self.places.find(parts, group)
        except NoPlace as refusal:
            understood.problems.append(refusal.problem(self.headings.get("organization", "")))
            return None
        if group and place is place.branch:
            understood.problems.append(Problem(self.headings.get("group", ""), "group_unknown", {"name": group[:60]}))
        return place

    def _one(self, record: Record, understood: Understood, place: Place | None, roster: Roster) -> Judged:
        judged = Judged(
            record.number, record, self.layout, RowVerdict.NEW, understood.facts, understood.problems, place
        )
        self._find_twins(judged)
        if place and not any(problem.refuses for problem in judged.problems):
            judged.known = self._match(judged, place, roster)
        judged.situations = matching.new_situations(judged.known, understood.situations)
        self._compare(judged, understood)
        return judged

    def _find_twins(self, judged: Judged) -> None:
        """Of two rows with one identity number the second is refused."""
        number = judged.facts.get("national_id")
        if number:
            first = self.rows_by_identity.setdefault(int(number[:-1]), judged.number)
            if first != judged.number:
                judged.problems = [problem for problem in judged.problems if problem.code not in CONTRADICTIONS]
                self._problem(judged, "national_id", "duplicate_national_id", row=first)
        if judged.place:
            first = self.rows_by_name.setdefault(hash((judged.name, id(judged.place.branch))), judged.number)
            if first != judged.number and not number:
                self._problem(judged, "name", "same_name_in_file", row=first)

    def _problem(self, judged: Judged, name: str, code: str, **about: object) -> None:
        judged.problems.append(Problem(self.headings.get(name, ""), code, about))

    def _match(self, judged: Judged, place: Place, roster: Roster) -> Known | None:
        number = judged.facts.get("national_id")
        known = roster.with_identity(number, place.branch) if number else None
        judged.number_disputed = known is not None and not self.sees(known.member)
        if known is None or judged.number_disputed:
            return self._match_by_name(judged, place, roster)
        if not known.member.roster_path:
            self._problem(judged, "national_id", "not_on_roster_any_more")
        elif not contains(place.branch.path, known.member.roster_path):
            self._problem(judged, "national_id", "belongs_to_another_branch")
        elif known.member.name != judged.name:
            self._problem(judged, "name", "name_differs")
        else:
            return known
        return None

    def _match_by_name(self, judged: Judged, place: Place, roster: Roster) -> Known | None:
        """Somebody of that name in the branch: certainly meant where only one can be."""
        namesakes = roster.namesakes(judged.name, place.branch)
        possible = [known for known in namesakes if not matching.contradicts(known.member, judged.facts)]
        if "national_id" in judged.facts:
            possible = [known for known in possible if not known.member.national_id_print]
        elif namesakes and not possible:
            self._problem(judged, "name", "identity_differs")
        if len(possible) > 1:
            self._problem(judged, "name", "several_of_that_name")
        return possible[0] if len(possible) == 1 else None

    def _compare(self, judged: Judged, understood: Understood) -> None:
        if any(problem.refuses for problem in judged.problems):
            judged.verdict = RowVerdict.REFUSED
        elif any(problem.is_doubt for problem in judged.problems):
            judged.verdict = RowVerdict.DOUBTFUL
        elif judged.known:
            self._compare_known(judged, judged.known, understood)

    def _compare_known(self, judged: Judged, known: Known, understood: Understood) -> None:
        if "membership" in judged.facts and "membership" not in judged.record.values:
            del judged.facts["membership"]  # assumed for a newcomer only
        if judged.place is judged.place.branch if judged.place else False:
            judged.place = None  # says nothing about the group
        judged.changes = matching.changes(known.member, judged.facts)
        for kind in understood.denied & DENIABLE & known.situations:
            self._problem(judged, "remark", "situation_still_open", situation=SituationKind(kind).value)
        changed = judged.changes or judged.situations or judged.moves
        judged.verdict = RowVerdict.CHANGED if changed else RowVerdict.UNCHANGED


def chunks(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most `size`."""
    chunk = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
