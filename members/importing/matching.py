"""The member a row speaks of, and what the row would change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from audit.keyring import fingerprints
from members.choices import SituationKind
from members.importing.placing import Place
from members.importing.understanding import Facts
from members.models import Member, Organization, Situation
from members.paths import contains
from members.rules.dates import PartialDate
from members.search import name_key

DAYS = {"birth": "born", "joined": "joined", "full": "confirmed"}
"""Fact → property of a member that is its PartialDate."""
SEALED = frozenset({"national_id", "phone", "address", "dues_base"})
LIKELY = ("national_id", "birth", "sex")


@dataclass(slots=True)
class Known:
    """A member who is already there, with the situations that hold."""

    member: Member
    situations: frozenset[str] = frozenset()


@dataclass(slots=True)
class Roster:
    """What a chunk of rows has to be compared with."""

    by_print: Mapping[str, list[Known]] = field(default_factory=dict)
    by_name: Mapping[str, list[Known]] = field(default_factory=dict)

    def with_identity(self, number: str, branch: Place) -> Known | None:
        """Who has the number: the branch's own entry, where the number is in dispute."""
        if not self.by_print:
            return None
        found = [known for digest in fingerprints(number) for known in self.by_print.get(digest, [])]
        own = (known for known in found if known.member.roster_path and contains(branch.path, known.member.roster_path))
        return next(own, found[0] if found else None)

    def namesakes(self, name: str, branch: Place) -> list[Known]:
        """Members of that name on the branch's roster."""
        return [known for known in self.by_name.get(name, []) if contains(branch.path, known.member.roster_path)]


def any_without_number(path: str) -> bool:
    """Whether somebody below that path is on the roster without an identity number."""
    return Member.objects.filter(national_id_print="", roster_path__gt="", roster_path__startswith=path).exists()


def load(facts: Iterable[tuple[Facts, Place | None]], on: date, *, by_name: bool) -> Roster:
    """Two queries for a whole chunk, a third for the situations of those found. `by_name`: look for namesakes too."""
    rows = list(facts)
    prints = [digest for row, _place in rows if "national_id" in row for digest in fingerprints(row["national_id"])]
    members = {member.pk: member for member in Member.objects.with_prints(prints)}
    numbered = list(members.values())
    namesakes = _namesakes(rows) if by_name else []
    members |= {member.pk: member for member in namesakes}
    holding = _situations(members, on)
    named: dict[str, list[Known]] = {}
    for member in namesakes:
        named.setdefault(member.name, []).append(Known(member, holding.get(member.pk, frozenset())))
    by_print: dict[str, list[Known]] = {}
    for member in numbered:
        by_print.setdefault(member.national_id_print, []).append(Known(member, holding.get(member.pk, frozenset())))
    return Roster(by_print, named)


def _namesakes(rows: list[tuple[Facts, Place | None]]) -> list[Member]:
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


def new_situations(known: Known | None, wanted: Mapping[SituationKind, str]) -> dict[SituationKind, str]:
    """Those the member isn't in yet."""
    held = known.situations if known else frozenset()
    return {kind: place for kind, place in wanted.items() if kind not in held}
