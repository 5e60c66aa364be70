"""No page and no export shows a private value, or a neighbour's name, to somebody who must not see it.

Everybody opens every page of the policy table with every object, sends every form empty, takes every export, and
follows every link that they are shown.
"""

import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from django.http import QueryDict
from django.urls import Resolver404, resolve

from members.choices import Capability, OfficeKind
from members.fields import Sealed
from members.offices import CAPABILITIES, Access
from tests.policy_table import FILE, PARTS, read
from tests.scope_table import CARE, DUES_CASES, LARGE, LEDGER, OWN_DUES, ROSTER, SCOPE
from tests.security.canaries import Canaries, Canary, make_canaries
from tests.world import World, open_world

pytestmark = pytest.mark.django_db

BLOCKS = read(FILE.read_text())
LINK = re.compile(r'(?:href|src|hx-get)="(/[^"#]*)"')
MOST_OF_A_KIND = 3
"""Pages of one view that are opened because a link led there; those of the policy table are opened all."""
SAYS_OUT_OF_ORDER = "/health/jobs/"
"""503: no worker runs beside these tests."""
REFUSALS = ("login", "401", "403", "404", "405")
WAYS_OUT = ("/account/logout/", "/static/")
NEVER = (
    "identity number", "phone", "address", "what an import overwrote", "link to answer by",
    "address of a channel", "secret of a channel",
)  # fmt: skip
"""Nobody is shown these by opening a page: a reveal takes a reason. One's own page is the exception."""
CARED_FOR = "contact person's phone", "contact needs", "help request", "answer"
BASES = "dues base", "fixed base", "part of a base"
BASES_SEEN = {part: SCOPE["Member"][part] for part in ("officer", "next_secretary")} | {"member": "zhang"}
"""The organization officer of the branch fixes them, and where there is none, as in the next branch, its secretary.
Nobody else reads them, not even a secretary beside an officer."""
MESSAGES = "what a message says", "reason for an absence"
DUES = {
    "ground of a relief": DUES_CASES,
    "why quarterly": OWN_DUES,
    "reason for arrears": OWN_DUES,
    "what was said in a talk": OWN_DUES,
    "payer": LEDGER,
    "payer on a bill": LEDGER | {"member": ""},
    "note on a bill": LEDGER | {"member": ""},
    "profile": LARGE | {"member": ""},
    "base in a ledger": {"officer": "branch", "next_secretary": "next-branch"},
    "cell of a ledger": {"officer": "branch"},
    "what a message says": SCOPE["Message"],
    "reason for an absence": SCOPE["Attendance"],
    "suggestion": SCOPE["Suggestion"],
    "self-appraisal": SCOPE["Appraisee"],
    "mutual appraisal": SCOPE["MutualAppraisal"],
    "opinion on a member": SCOPE["Appraisee"] | {"member": ""},
    "note of a talk": SCOPE["TalkNote"],
    "self-check": SCOPE["SelfCheck"],
    "declared relative": {"inspector": "county"},
    **dict.fromkeys(BASES, BASES_SEEN),
}
"""Kind → who sees whose. The committee decides about reliefs and sees large dues, never why somebody is behind."""
BETWEEN_TWO = ("declared relative", "mutual appraisal", "note of a talk", "self-check")
"""What officers read of nobody, or only where it was shared or has been said."""
OWN = {"zhang": "member"}
COLLEAGUES = {"member": "zhang li"}
"""Members name with whom of their branch they talked: from its roster, and whoever they had a talk with."""
UPLOADED = {
    "branch": "secretary",
    "next-branch": "next_secretary",
    "other-branch": "county_staff",
    "tree-of-county": "county_staff",
    "tree-of-district": "district_staff",
}
"""Who gets the refused rows of a workbook back as they were."""


@pytest.fixture(scope="module")
def canaries(django_db_setup, django_db_blocker) -> Iterator[tuple[Canaries, World]]:
    made: list[Canaries] = []

    def make():
        made.append(make_canaries())
        return made[0].full

    with open_world(django_db_blocker, make) as world:
        yield made[0], world


def may_see(part: str, canary: Canary) -> bool:
    """What the product says about who may see what. Own rows are one's own."""
    if canary.kind in DUES:
        return canary.whose in DUES[canary.kind].get(part, "").split()
    if OWN.get(canary.whose) == part:
        return True
    if canary.kind in NEVER:
        return False
    if canary.kind == "cell of an import":
        return UPLOADED[canary.whose] == part
    if canary.kind in CARED_FOR:
        return canary.whose in CARE.get(part, "").split()
    if canary.kind == "situation note":
        return (
            part in ("secretary", "officer")
            and canary.whose in ("zhang", "li")
            or part == "next_secretary"
            and canary.whose == "wang"
        )
    return may_read_name(part, canary.whose)


def may_read_name(part: str, whose: str) -> bool:
    """On a roster, in the history of a branch or its ledger, as guest, or, in the trail, as the record of an act."""
    if part == "administrator":
        return True
    affiliations = [row.removesuffix("-guest") for row in SCOPE["Affiliation"].get(part, "").split()]
    lines = [row.removesuffix("-before") for row in LEDGER.get(part, "").split()]
    return whose in [*ROSTER.get(part, "").split(), *affiliations, *lines, *COLLEAGUES.get(part, "").split()]


def let_in(world: World, part: str, method: str) -> Iterator[str]:
    """Addresses of the policy table where this part is shown something; tests/test_policy.py holds the refusals."""
    for block in BLOCKS:
        for (way, named), answers in block.lines.items():
            if way == method and answers[part] not in REFUSALS:
                yield world.address(block, named)


def pages_of(world: World, part: str) -> Iterator[tuple[str, str]]:
    """Every page that this part can come to, with its text."""
    for address in let_in(world, part, "POST"):  # exports, and what a form says that is sent empty
        answer = world.ask(part, "POST", address, {})
        assert answer.status < 500, address
        yield f"POST {address}", answer.text
    waiting = list(dict.fromkeys(["/", *let_in(world, part, "GET")]))
    known, of_view = set(waiting), Counter[str]()
    for address in waiting:
        answer = world.ask(part, "GET", address)
        assert answer.status < 500 or address == SAYS_OUT_OF_ORDER, address
        text = answer.text
        yield address, text
        for link in map(html.unescape, LINK.findall(text)):
            if link not in known and not link.startswith(WAYS_OUT) and of_view[view_of(link)] < MOST_OF_A_KIND:
                of_view[view_of(link)] += 1
                known.add(link)
                waiting.append(link)


def view_of(link: str) -> str:
    """The name of the view, with the names of what is asked of it: a list in another order is another page."""
    path, _, asked = link.partition("?")
    try:
        return f"{resolve(path).view_name} {sorted(QueryDict(asked))}"
    except Resolver404:
        return path


def songs(canaries: Canaries, world: World, part: str) -> Iterator[str]:
    """What is heard on pages where it must not be."""
    forbidden = [canary for canary in canaries.all if not may_see(part, canary)]
    for address, text in pages_of(world, part):
        yield from (f"{canary} at {address}" for canary in forbidden if canary.sings(text))


@pytest.mark.parametrize("part", PARTS)
def test_nobody_is_shown_what_they_must_not_see(canaries, part):
    assert list(songs(*canaries, part)) == []


SINGS = {
    "member": {
        *("identity number", "phone", "address", "self-check", "fixed base", "part of a base", "payer"),
        *MESSAGES,
    },
    "secretary": {*CARED_FOR, "situation note", "name", "cell of an import", *MESSAGES},
    "officer": {kind for kind in DUES if kind not in BETWEEN_TWO},
    "district_staff": {"ground of a relief", "profile"},
}


@pytest.mark.parametrize("part", SINGS)
def test_the_canaries_sing_where_they_may(canaries, part):
    """Otherwise silence would prove nothing: the member on the own page, the secretary in the log."""
    made, world = canaries
    near = [canary for canary in made.all if canary.whose in ("zhang", "li", "branch", "zhang@branch")]
    heard = ([canary.kind for canary in near if canary.sings(text)] for _address, text in pages_of(world, part))
    assert unheard(SINGS[part], heard) == set()


def unheard(expected: set[str], heard: Iterable[Iterable[str]]) -> set[str]:
    """What of it isn't heard on any page; listens only until all of it was."""
    left = set(expected)
    for here in heard:
        left.difference_update(here)
        if not left:
            break
    return left


def test_an_office_that_reaches_everywhere_is_heard(canaries, monkeypatch):
    """The first negative control: whoever holds an office sees the whole county."""
    county = canaries[1].full.cast.county.path
    monkeypatch.setattr(Access, "paths", lambda self, capability: [county] if capability in self.capabilities else [])

    heard = ([song.partition(" at ")[0]] for song in songs(*canaries, "next_secretary"))
    assert unheard({"name of li", "contact needs of zhang"}, heard) == set()


def test_a_seal_that_shows_itself_is_heard(canaries, monkeypatch):
    """The second negative control: templates show what is sealed."""
    monkeypatch.setattr(Sealed, "__str__", Sealed.open)

    assert any(song.startswith("phone of") for song in songs(*canaries, "county_staff"))


def test_an_office_that_may_too_much_is_heard(canaries, monkeypatch):
    """The third negative control: committee staff may read the log of contacts."""
    more = CAPABILITIES[OfficeKind.COMMITTEE_STAFF] | {Capability.VIEW_CONTACTS, Capability.RECORD_CONTACTS}
    monkeypatch.setitem(CAPABILITIES, OfficeKind.COMMITTEE_STAFF, more)

    assert any(song.startswith("contact needs of") for song in songs(*canaries, "district_staff"))
