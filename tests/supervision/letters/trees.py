"""Trees of organizations with people, offices and inspectors, made at random, and letters about some of them.

Whom a letter is about is known here, whatever its writer typed: routing is held against what is true of that person.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from members.choices import OfficeKind, OrganizationKind
from members.paths import STEP
from supervision.letters.rules import LEADERSHIP, MEMBER, Holding, Reader, RecusalFacts, Subject

COMMITTEE, GENERAL = OrganizationKind.COMMITTEE, OrganizationKind.GENERAL_BRANCH
BRANCH, GROUP = OrganizationKind.BRANCH, OrganizationKind.GROUP
BRANCH_OFFICES = (
    OfficeKind.SECRETARY,
    OfficeKind.DEPUTY_SECRETARY,
    OfficeKind.ORGANIZATION_OFFICER,
    OfficeKind.DISCIPLINE_OFFICER,
    OfficeKind.COMMITTEE_MEMBER,
)
COMMITTEE_OFFICES = (OfficeKind.COMMITTEE_SECRETARY, OfficeKind.COMMITTEE_STAFF, OfficeKind.ADMINISTRATOR)
SURNAMES, GIVEN = "王李张刘陈杨", ("伟", "芳", "秀英", "建国", "敏")


@dataclass
class Person:
    number: int
    name: str
    roster: str = ""
    offices: list[tuple[str, str]] = field(default_factory=list)
    """(path, kind)."""
    relatives: list[str] = field(default_factory=list)
    has_user: bool = True
    is_member: bool = True

    @property
    def user_id(self) -> int | None:
        return self.number if self.has_user else None

    @property
    def member_id(self) -> int | None:
        return 1000 + self.number if self.is_member else None


@dataclass
class Case:
    """A letter about `people` in a tree, as its writer wrote it."""

    facts: RecusalFacts
    people: list[Person]
    subjects: list[Subject]
    close: list[str]
    everybody: dict[int, Person]


def cases(count: int, *, seed: int) -> Iterator[Case]:
    for number in range(count):
        yield case(random.Random(f"{seed}/{number}"))  # noqa: S311 - no secret, and the same again


def case(chance: random.Random) -> Case:
    kinds = tree(chance)
    everybody = people(chance, kinds)
    chosen = _subjects(chance, everybody)
    close = [chance.choice(everybody).name for _each in range(chance.choice((0, 0, 1)))]
    subjects = [written(chance, one) for one in chosen]
    return Case(facts_of(kinds, everybody), chosen, subjects, close, {one.number: one for one in everybody})


def tree(chance: random.Random) -> dict[str, str]:
    kinds: dict[str, str] = {"0001": COMMITTEE}
    _grow(chance, kinds, "0001", 1)
    if BRANCH not in kinds.values():
        kinds["00010009"] = BRANCH
    return kinds


def people(chance: random.Random, kinds: dict[str, str]) -> list[Person]:
    """Some on a roster, some with offices anywhere; inspectors come in crowds, or hardly a letter would find two."""
    rosters = [path for path, kind in kinds.items() if kind in (BRANCH, GROUP)]
    committees = [path for path, kind in kinds.items() if kind == COMMITTEE]
    everybody = [_person(chance, number, rosters, list(kinds.items())) for number in range(chance.randint(5, 9))]
    for path in committees:
        for one in chance.sample(everybody, chance.choice((0, 0, 0, 1))):
            one.has_user = True
            one.offices.append((path, OfficeKind.INSPECTOR))
        for _each in range(chance.choice((0, 1, 2, 3, 4))):
            everybody.append(_inspector(chance, len(everybody), rosters, path))
    for one in everybody:
        one.relatives = [chance.choice(everybody).name for _each in range(chance.choice((0, 0, 0, 1, 2)))]
    return everybody


def facts_of(kinds: dict[str, str], everybody: list[Person]) -> RecusalFacts:
    holdings = [
        Holding(path, kind, one.name, one.user_id, one.member_id, one.roster)
        for one in everybody
        for path, kind in one.offices
    ]
    readers = [
        Reader(f"{one.number}@{path}", path, one.name, one.number, one.member_id, one.roster, tuple(one.relatives))
        for one in everybody
        for path, kind in one.offices
        if kind == OfficeKind.INSPECTOR
    ]
    return RecusalFacts(kinds, holdings, readers)


def written(chance: random.Random, one: Person) -> Subject:
    """By an office, by its leadership, or as an ordinary member by name, with blanks where a hand would put some."""
    name = one.name if chance.random() < 0.5 else " ".join(one.name)
    if one.offices and (not one.roster or chance.random() < 0.7):
        path, kind = chance.choice(one.offices)
        leads = kind == OfficeKind.SECRETARY or len(path) == STEP
        post = chance.choice((kind, kind, LEADERSHIP)) if leads else kind
        return chance.choice((Subject(path, post), Subject(path, post, (name,)), Subject(path, MEMBER, (name,))))
    return Subject(one.roster, MEMBER, (name,))


def _subjects(chance: random.Random, everybody: list[Person]) -> list[Person]:
    """Mostly people far down: of those higher up few have anybody above them."""
    low = [one for one in everybody if all(len(path) > 2 * STEP for path, kind in one.offices)]
    among = low if low and chance.random() < 0.8 else everybody
    return chance.sample(among, min(len(among), chance.choice((1, 1, 1, 2, 3))))


def _inspector(chance: random.Random, number: int, rosters: list[str], path: str) -> Person:
    one = Person(number, f"{chance.choice(SURNAMES)}{chance.choice(GIVEN)}{number}", is_member=chance.random() < 0.5)
    one.roster = chance.choice(rosters) if one.is_member else ""
    one.offices = [(path, OfficeKind.INSPECTOR)]
    if chance.random() < 0.15:
        one.offices.append((chance.choice(rosters), chance.choice(BRANCH_OFFICES)))
    return one


def _grow(chance: random.Random, kinds: dict[str, str], path: str, depth: int) -> None:
    below = {COMMITTEE: (COMMITTEE, COMMITTEE, COMMITTEE, GENERAL, BRANCH), GENERAL: (BRANCH,), BRANCH: (GROUP,)}
    if depth > 6 or kinds[path] not in below:
        return
    for number in range(1, chance.randint(2, 4) if depth < 3 else chance.randint(1, 3)):
        child = f"{path}{number:0{STEP}}"
        kinds[child] = chance.choice(below[kinds[path]])
        _grow(chance, kinds, child, depth + 1)


def _person(chance: random.Random, number: int, rosters: list[str], places: list[tuple[str, str]]) -> Person:
    is_member = chance.random() < 0.85
    one = Person(number, f"{chance.choice(SURNAMES)}{chance.choice(GIVEN)}{number}", is_member=is_member)
    one.roster = chance.choice(rosters) if is_member else ""
    for _each in range(chance.choice((0, 0, 1, 1, 2)) if is_member else 1):
        path, kind = chance.choice(places)
        one.offices.append((path, chance.choice(COMMITTEE_OFFICES if kind == COMMITTEE else BRANCH_OFFICES)))
    one.has_user = chance.random() < 0.8 or not is_member
    return one
