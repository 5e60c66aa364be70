"""What leaves the program in a file or through the API holds no private value of others unless each person was counted.

Everybody takes every download and every list of the API, with the reason that private values ask for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from dues.books import views
from dues.books.queries import ledger_rows, write_year
from members.models import ExportedMember, Member
from tests.policy_table import FILE, Block, read
from tests.security.canaries import Canaries, Canary, make_canaries
from tests.security.test_canaries import OWN, REFUSALS
from tests.world import Answer, World, open_world

pytestmark = pytest.mark.django_db

BLOCKS = read(FILE.read_text())
ASKED = {"private": "1", "reason": "核对年度基数"}
MOST_ASKED = {"GET": 1, "POST": 2}
"""Of how many people it is enough to know that they get no file, to believe that nobody does."""
READS_MUCH = ("officer", "secretary", "county_staff", "district_staff")
NOT_PRIVATE = ("name",)
LEDGER, SHARED = "who paid, in the ledger of whoever keeps it", "written for whoever may read it there"
OWN_FILE = "back to whoever uploaded it"
REVIEWED = {
    ("api:payment-detail", "payer"): LEDGER,
    ("api:payment-list", "payer"): LEDGER,
    ("dues:payment-export", "payer"): LEDGER,
    ("api:self-check-detail", "self-check"): SHARED,
    ("api:self-check-list", "self-check"): SHARED,
    ("api:suggestion-detail", "suggestion"): SHARED,
    ("api:suggestion-list", "suggestion"): SHARED,
    ("supervision:suggestion-export", "suggestion"): SHARED,
    ("dues:ledger-refused", "cell of a ledger"): OWN_FILE,
    ("members:import-refused", "cell of an import"): OWN_FILE,
}
"""What is given without counting: (URL, kind) → why."""
COUNTED = "dues:ledger-bases", "members:roster-export"


@dataclass(frozen=True)
class Download:
    block: Block
    method: str
    named: str
    part: str


@pytest.fixture(scope="module")
def canaries(django_db_setup, django_db_blocker) -> Iterator[tuple[Canaries, World]]:
    made: list[Canaries] = []

    def make():
        made.append(make_canaries())
        return made[0].full

    with open_world(django_db_blocker, make) as world:
        yield made[0], world


@pytest.fixture
def counted(monkeypatch) -> list[int]:
    """Ids of the members who were put on record; every request is undone."""
    found: list[int] = []
    real = ExportedMember.objects.bulk_create

    def spy(rows, **more):
        kept = list(rows)
        found.extend(row.member_id for row in kept)
        return real(kept, **more)

    monkeypatch.setattr(ExportedMember.objects, "bulk_create", spy)
    return found


def take(world: World, one: Download) -> Answer:
    data = ASKED if one.method == "POST" else None
    return world.ask(one.part, one.method, world.address(one.block, one.named), data)


def is_download(answer: Answer) -> bool:
    return answer.status == 200 and not answer.headers["Content-Type"].startswith(("text/html", "image/"))


def takers(block: Block, method: str) -> list[Download]:
    """Whoever isn't refused, those first who read much."""
    found = [
        Download(block, way, named, part)
        for way, named, part, answer in block.cells()
        if way == method and answer not in REFUSALS
    ]
    return sorted(found, key=lambda one: one.part not in READS_MUCH)


def downloads(world: World, *names: str) -> Iterator[Download]:
    """Every file and list of the API, by everybody who may take it."""
    for block in BLOCKS:
        if names and block.name not in names:
            continue
        for method in sorted(block.methods & {"GET", "POST"}):
            found = takers(block, method)
            if any(is_download(take(world, one)) for one in found[: MOST_ASKED[method]]):
                yield from found


def songs(canaries: Canaries, world: World, counted: list[int], *names: str) -> Iterator[tuple[Canary, Download, bool]]:
    """Private values of others in what is taken, and whether they were counted."""
    people = {whose: member.pk for whose, member in canaries.full.rows[Member].items()}
    for one in downloads(world, *names):
        counted.clear()
        answer = take(world, one)
        for canary in canaries.all if is_download(answer) else ():
            if canary.kind not in NOT_PRIVATE and OWN.get(canary.whose) != one.part and canary.sings(answer.text):
                yield canary, one, people.get(canary.whose) in counted


def uncounted(canaries: Canaries, world: World, counted: list[int], *names: str) -> set[tuple[str, str]]:
    return {
        (one.block.name, canary.kind)
        for canary, one, is_counted in songs(canaries, world, counted, *names)
        if not is_counted
    }


def test_nothing_private_leaves_the_program_uncounted(canaries, counted):
    assert uncounted(*canaries, counted) - set(REVIEWED) == set()


def test_what_is_counted_is_heard(canaries, counted):
    """Otherwise silence would prove nothing."""
    heard = {
        (one.block.name, canary.kind, is_counted) for canary, one, is_counted in songs(*canaries, counted, *COUNTED)
    }
    assert heard >= {("dues:ledger-bases", "fixed base", True), ("members:roster-export", "identity number", True)}


def test_an_export_that_counts_nobody_is_noticed(canaries, counted, monkeypatch):
    """The first negative control."""
    monkeypatch.setattr("dues.exporting.ledger._record", lambda *_members, **_given: None)
    assert uncounted(*canaries, counted, *COUNTED) == {("dues:ledger-bases", "fixed base")}


def test_a_column_that_is_added_to_another_download_is_noticed(canaries, counted, monkeypatch):
    """The second negative control: the ledger as it was, with bases by a plain link."""
    monkeypatch.setattr(views, "ledger_rows", lambda branch, year, bases: ledger_rows(branch, year, bases=True))
    monkeypatch.setattr(views, "write_year", lambda *rows, **given: write_year(*rows, **given | {"bases": True}))
    assert uncounted(*canaries, counted, "dues:ledger-export") == {("dues:ledger-export", "fixed base")}
