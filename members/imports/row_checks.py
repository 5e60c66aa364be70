"""Which member a row speaks of, and the verdict on it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from audit.keyring import fingerprints
from members.choices import RowVerdict, SituationKind
from members.dates import PartialDate
from members.imports.organization_resolver import NoPlace, Places, TreeNode
from members.imports.problems import Problem
from members.imports.row_parser import Facts, ParsedRow, Understanding
from members.models.member import Member, Situation
from members.models.organization import Organization
from members.paths import contains
from members.search import name_key
from members.workbooks.cells import line
from members.workbooks.headings import HeadedRow, Layout
from members.workbooks.reading import Value

DAYS = {"birth": "born", "joined": "joined", "full": "confirmed"}
"""Fact → property of a member that is its PartialDate."""
SEALED = frozenset({"national_id", "phone", "address", "dues_base"})


@dataclass(slots=True)
class KnownMember:
    """A member who is already there, with the situations that hold."""

    member: Member
    situations: frozenset[str] = frozenset()


@dataclass(slots=True)
class Roster:
    """What a chunk of rows has to be compared with."""

    by_print: Mapping[str, list[KnownMember]] = field(default_factory=dict)
    by_name: Mapping[str, list[KnownMember]] = field(default_factory=dict)

    def with_identity(self, number: str, branch: TreeNode) -> KnownMember | None:
        """Who has the number: the branch's own entry, where the number is in dispute."""
        if not self.by_print:
            return None
        found = [known for digest in fingerprints(number) for known in self.by_print.get(digest, [])]
        own = (known for known in found if known.member.roster_path and contains(branch.path, known.member.roster_path))
        return next(own, found[0] if found else None)

    def namesakes(self, name: str, branch: TreeNode) -> list[KnownMember]:
        """Members of that name on the branch's roster."""
        return [known for known in self.by_name.get(name, []) if contains(branch.path, known.member.roster_path)]


def any_without_number(path: str) -> bool:
    """Whether somebody below that path is on the roster without an identity number."""
    return Member.objects.filter(national_id_print="", roster_path__gt="", roster_path__startswith=path).exists()


def load(facts: Iterable[tuple[Facts, TreeNode | None]], on: date, *, by_name: bool) -> Roster:
    """Two queries for a whole chunk, a third for the situations of those found. `by_name`: look for namesakes too."""
    rows = list(facts)
    prints = [digest for row, _place in rows if "national_id" in row for digest in fingerprints(row["national_id"])]
    members = {member.pk: member for member in Member.objects.with_prints(prints)}
    numbered = list(members.values())
    namesakes = _namesakes(rows) if by_name else []
    members |= {member.pk: member for member in namesakes}
    holding = _situations(members, on)
    named: dict[str, list[KnownMember]] = {}
    for member in namesakes:
        named.setdefault(member.name, []).append(KnownMember(member, holding.get(member.pk, frozenset())))
    by_print: dict[str, list[KnownMember]] = {}
    for member in numbered:
        by_print.setdefault(member.national_id_print, []).append(
            KnownMember(member, holding.get(member.pk, frozenset()))
        )
    return Roster(by_print, named)


def _namesakes(rows: list[tuple[Facts, TreeNode | None]]) -> list[Member]:
    """Members with a row's name in a row's branch, where only the name can match them: one of the two has no number.

    By place and sorting key, which is how the roster is indexed.
    """
    placed = [(row, place.branch) for row, place in rows if place and place.branch.path]
    if not placed:
        return []
    paths = {path for _row, branch in placed for path in branch.roster_paths}
    everybody = {row["name"] for row, _branch in placed}
    numberless = {row["name"] for row, _branch in placed if "national_id" not in row}
    there = Member.objects.filter(roster_path__in=paths, name_key__in={name_key(name) for name in everybody})
    return list(there.filter(Q(name__in=numberless) | Q(name__in=everybody, national_id_print="")))


def with_birth(path: str, rows: Iterable[Facts]) -> dict[tuple[str, PartialDate], str]:
    """Name and birth date of those on a roster below the path that have both in common with a row, with the name of
    their branch or group. Two queries at most."""
    wanted = {(row["name"], row["birth"]) for row in rows}
    if not wanted:
        return {}
    days, names = {born.first_day for _name, born in wanted}, {name for name, _born in wanted}
    there = Member.objects.on_roster().below(path).filter(birth_on__in=days, name__in=names)
    found = {(one.name, one.born): one.roster_path for one in there if one.born and (one.name, one.born) in wanted}
    names_of = dict(Organization.objects.filter(path__in=found.values()).values_list("path", "name")) if found else {}
    return {who: names_of.get(place, "") for who, place in found.items()}


def _situations(members: Mapping[int, Member], on: date) -> dict[int, frozenset[str]]:
    if not members:
        return {}
    held: dict[int, set[str]] = {}
    for member, kind in Situation.objects.filter(member__in=members).holding(on).values_list("member", "kind"):
        held.setdefault(member, set()).add(kind)
    return {member: frozenset(kinds) for member, kinds in held.items()}


def changes(member: Member, facts: Facts) -> dict[str, tuple[Any, Any]]:
    """Field → value before and after. What the row doesn't say, and a less precise day, change nothing."""
    changed = {}
    for name, after in facts.items():
        before = value_of(member, name)
        if before != after and not _says_less(before, after):
            changed[name] = (before, after)
    return changed


def value_of(member: Member, name: str) -> Any:
    """A member's value as facts have it."""
    if name in DAYS:
        return getattr(member, DAYS[name])
    value = getattr(member, name)
    return value.open() if name in SEALED and value else value


def _says_less(before: Any, after: Any) -> bool:
    precise = isinstance(before, PartialDate) and isinstance(after, PartialDate)
    return precise and before.may_be(after) and before.last_day - before.first_day <= after.last_day - after.first_day


def contradicts(member: Member, facts: Facts) -> bool:
    """Whether a namesake can't be the one the row speaks of."""
    number = value_of(member, "national_id")
    if number and facts.get("national_id", number) != number:
        return True
    if member.sex and facts.get("sex", member.sex) != member.sex:
        return True
    born: PartialDate | None = facts.get("birth")
    return bool(born and member.born and not member.born.may_be(born))


def new_situations(known: KnownMember | None, wanted: Mapping[SituationKind, str]) -> dict[SituationKind, str]:
    """Those the member isn't in yet."""
    held = known.situations if known else frozenset()
    return {kind: place for kind, place in wanted.items() if kind not in held}


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
    record: HeadedRow
    layout: Layout
    verdict: RowVerdict
    facts: Facts
    problems: list[Problem]
    place: TreeNode | None = None
    known: KnownMember | None = None
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
        self.some_without_number = any_without_number(places.path)
        """Whether somebody may have to be known by name alone."""
        self.rows_by_identity: dict[int, int] = {}
        """The number without its check digit, which follows from it, to the first row that has it."""
        self.rows_by_name: dict[int, int] = {}
        self.rows_by_birth: dict[int, int] = {}
        """Name and birth date to the first row that has them."""

    def judge(self, records: Iterable[HeadedRow]) -> list[Judged]:
        """The verdicts of a chunk, in four queries at most."""
        rows = [(record, self.understanding.of(record.values)) for record in records]
        placed = [self._place(record, understood) for record, understood in rows]
        facts = [understood.facts for _record, understood in rows]
        self.some_without_number = self.some_without_number or any("national_id" not in row for row in facts)
        roster = load(zip(facts, placed, strict=True), self.on, by_name=self.some_without_number)
        judged = [
            self._one(record, understood, place, roster)
            for (record, understood), place in zip(rows, placed, strict=True)
        ]
        self._find_doubles(judged)
        return judged

    def _find_doubles(self, judged: list[Judged]) -> None:
        """A newcomer may be somebody who is on one of the rosters imported into, or in another row."""
        newcomers = [row for row in judged if row.verdict == RowVerdict.NEW and "birth" in row.facts]
        there = with_birth(self.places.path, [row.facts for row in newcomers])
        for row in newcomers:
            if place := there.get((row.name, row.facts["birth"])):
                self._problem(row, "name", "possible_double", place=place)
            first = self.rows_by_birth.setdefault(hash((row.name, row.facts["birth"])), row.number)
            if first != row.number:
                self._problem(row, "name", "possible_double_in_file", row=first)

    def forget(self, records: Iterable[HeadedRow]) -> None:
        """Let a chunk be judged a second time without its rows being taken for twins of themselves."""
        numbers = {record.number for record in records}
        self.rows_by_identity = {key: row for key, row in self.rows_by_identity.items() if row not in numbers}
        self.rows_by_name = {key: row for key, row in self.rows_by_name.items() if row not in numbers}
        self.rows_by_birth = {key: row for key, row in self.rows_by_birth.items() if row not in numbers}

    def _place(self, record: HeadedRow, understood: ParsedRow) -> TreeNode | None:
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

    def _one(self, record: HeadedRow, understood: ParsedRow, place: TreeNode | None, roster: Roster) -> Judged:
        judged = Judged(
            record.number, record, self.layout, RowVerdict.NEW, understood.facts, understood.problems, place
        )
        self._find_twins(judged)
        if place and not any(problem.refuses for problem in judged.problems):
            judged.known = self._match(judged, place, roster)
        judged.situations = new_situations(judged.known, understood.situations)
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

    def _match(self, judged: Judged, place: TreeNode, roster: Roster) -> KnownMember | None:
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

    def _match_by_name(self, judged: Judged, place: TreeNode, roster: Roster) -> KnownMember | None:
        """Somebody of that name in the branch: certainly meant where only one can be."""
        namesakes = roster.namesakes(judged.name, place.branch)
        possible = [known for known in namesakes if not contradicts(known.member, judged.facts)]
        if "national_id" in judged.facts:
            possible = [known for known in possible if not known.member.national_id_print]
        elif namesakes and not possible:
            self._problem(judged, "name", "identity_differs")
        if len(possible) > 1:
            self._problem(judged, "name", "several_of_that_name")
        return possible[0] if len(possible) == 1 else None

    def _compare(self, judged: Judged, understood: ParsedRow) -> None:
        if any(problem.refuses for problem in judged.problems):
            judged.verdict = RowVerdict.REFUSED
        elif any(problem.is_doubt for problem in judged.problems):
            judged.verdict = RowVerdict.DOUBTFUL
        elif judged.known:
            self._compare_known(judged, judged.known, understood)

    def _compare_known(self, judged: Judged, known: KnownMember, understood: ParsedRow) -> None:
        if "membership" in judged.facts and "membership" not in judged.record.values:
            del judged.facts["membership"]  # assumed for a newcomer only
        if judged.place is judged.place.branch if judged.place else False:
            judged.place = None  # says nothing about the group
        judged.changes = changes(known.member, judged.facts)
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
