"""10,000 trees and letters: none is sealed to its subject, the subject's branch, those below, or declared relatives."""

from collections.abc import Iterator
from dataclasses import fields

import pytest

from members.choices import OfficeKind, OrganizationKind
from members.paths import STEP
from supervision.letters.rules import ALL, Conditions, NobodyMayRead, Routing, route
from tests.supervision.letters.trees import COMMITTEE, Case, Person, cases

TREES = 10_000
FEWER = 500
SEED = 20261124
HEADS = {OfficeKind.SECRETARY, OfficeKind.DEPUTY_SECRETARY, OfficeKind.COMMITTEE_SECRETARY, OfficeKind.INSPECTOR}
SWITCHES = [one.name for one in fields(Conditions) if one.name != "fewest"]
NONE = Conditions(**dict.fromkeys(SWITCHES, False))


@pytest.fixture(scope="module")
def letters() -> list[Case]:
    return list(cases(TREES, seed=SEED))


# --- What is true of a person, written apart from the rules ---------------------------------------------------------
def above(path: str) -> Iterator[str]:
    return (path[:end] for end in range(len(path) - STEP, 0, -STEP))


def branch_of(path: str, kinds: dict[str, str]) -> str:
    return path[:-STEP] if kinds[path] == OrganizationKind.GROUP else path


def branches(person: Person, kinds: dict[str, str]) -> set[str]:
    places = [path for path, kind in person.offices if kinds[path] != COMMITTEE]
    return {branch_of(path, kinds) for path in [*places, person.roster] if path}


def leads(person: Person, kinds: dict[str, str]) -> set[str]:
    return {path for path, kind in person.offices if kind in HEADS or kinds[path] == COMMITTEE}


def places(reader: Person) -> list[str]:
    return [path for path, kind in reader.offices]


def inside(paths: list[str], organizations: set[str]) -> bool:
    return any(path.startswith(one) for path in paths if path for one in organizations)


def levels_above(person: Person, kinds: dict[str, str]) -> set[str]:
    """Committees that are high enough for the person."""
    allowed = {path for path, kind in kinds.items() if kind == COMMITTEE}
    for one in branches(person, kinds):
        allowed &= set(above(one))
    for one in leads(person, kinds):
        committees = [path for path in above(one) if kinds[path] == COMMITTEE]
        allowed &= set(committees if kinds[one] == COMMITTEE else committees[1:])
    return allowed


def broken(found: Routing, letter: Case) -> set[str]:
    """The promises that this routing breaks."""
    kinds = dict(letter.facts.kinds)
    readers = [letter.everybody[one.user_id] for one in found.readers]
    names = {one.name for one in letter.people}
    wrong = {"fewest"} if len({one.number for one in readers}) < 2 else set()
    for person in letter.people:
        if found.path not in levels_above(person, kinds):
            wrong.add("level")
        for reader in readers:
            checks = {
                "subject": reader is person,
                "branch_roster": inside([reader.roster], branches(person, kinds)),
                "branch_office": inside(places(reader), branches(person, kinds)),
                "subordinate": inside(places(reader), leads(person, kinds)),
                "relative": bool(set(reader.relatives) & (names | set(letter.close))) or reader.name in letter.close,
            }
            wrong |= {name for name, is_so in checks.items() if is_so}
    return wrong


def outcomes(letters: list[Case], conditions: Conditions) -> list[set[str] | None]:
    """What each routing breaks; None where it was refused."""
    return [outcome(letter, conditions) for letter in letters]


def outcome(letter: Case, conditions: Conditions) -> set[str] | None:
    try:
        return broken(route(letter.subjects, letter.facts, close=letter.close, conditions=conditions), letter)
    except NobodyMayRead:
        return None


# --- What is promised -----------------------------------------------------------------------------------------------
def test_no_letter_reaches_whom_it_is_about_or_those_near_them(letters):
    found = outcomes(letters, ALL)

    assert [(number, wrong) for number, wrong in enumerate(found) if wrong] == []
    assert len(found) == TREES
    routed = sum(one is not None for one in found)
    assert routed > TREES / 4, "too few letters found readers for this to say anything"


@pytest.mark.parametrize("name", SWITCHES)
def test_each_condition_alone_keeps_its_promise(letters, name):
    alone = Conditions(**{one: one == name for one in SWITCHES})

    assert not any(name in wrong for wrong in outcomes(letters[:FEWER], alone) if wrong)


def test_without_conditions_each_promise_is_broken(letters):
    assert set(SWITCHES) <= {name for wrong in outcomes(letters[:FEWER], NONE) if wrong for name in wrong}


@pytest.mark.parametrize("name", ["relative", "level", "branch_roster", "branch_office"])
def test_without_one_condition_its_promise_is_broken(letters, name):
    """Where no other condition happens to cover it: the subject is also kept out by the level, and by the offices."""
    without = Conditions(**{one: one != name for one in SWITCHES})

    assert any(name in (outcome(letter, without) or ()) for letter in letters)


def test_with_one_reader_as_the_fewest_the_promise_of_two_is_broken(letters):
    one = Conditions(fewest=1)
    assert any("fewest" in (outcome(letter, one) or ()) for letter in letters)
