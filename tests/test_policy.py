"""Every URL × method × object × part of the cast, against the reviewed table in `policy_table.txt`.

On SQLite pages are answered without being written: tests/security/test_canaries.py has them written for everybody who
is let in.
"""

import contextlib
import re
from collections.abc import Iterator

import pytest
from django.db import connection

from members.access.sessions import PolicyMiddleware
from members.models.member import MemberQuerySet
from members.models.organization import OrganizationQuerySet
from tests.full_cast import make_full_cast
from tests.policy_table import FILE, PARTS, Block, place_of, read, shows_code
from tests.scope_table import OTHERWISE, SCOPE
from tests.world import Answer, World, open_world, pages_by_name, routes

pytestmark = pytest.mark.django_db

BLOCKS = {block.name: block for block in read(FILE.read_text())}
REFUSALS = ("login", "401", "403", "404")
Answers = dict[tuple[str, str, str], Answer]
"""Of one page, by method, object and part."""
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with open_world(django_db_blocker, make_full_cast) as world:
        yield world


def test_every_url_is_in_the_table_and_the_table_has_no_other():
    assert {name for name, _pattern in routes()} == set(BLOCKS)


@pytest.fixture(scope="module", params=BLOCKS)
def answered(request, world: World) -> tuple[Block, Answers]:
    """A block and what everybody was answered, asked once for both tests below."""
    block = BLOCKS[request.param]
    with unwritten():
        return block, {
            (method, named, part): world.ask(part, method, world.address(block, named))
            for method, named, part, _answer in asked(block)
        }


def unwritten() -> contextlib.AbstractContextManager[None]:
    """PostgreSQL is asked by each page once: then all of it."""
    return contextlib.nullcontext() if connection.vendor == "postgresql" else pages_by_name()


def asked(block: Block) -> Iterator[tuple[str, str, str, str]]:
    """All cells; on PostgreSQL, where who may do what can't differ, of each line the first who is let in."""
    if connection.vendor != "postgresql":
        yield from block.cells()
        return
    for (method, named), answers in block.lines.items():
        part = next((part for part, answer in answers.items() if answer not in REFUSALS), PARTS[0])
        yield method, named, part, answers[part]


def test_everybody_is_answered_as_the_table_says(answered):
    block, answers = answered
    cells = {(method, named, part): answer for method, named, part, answer in asked(block)}
    assert {cell: answer.told for cell, answer in answers.items()} == cells


def hidden(block: Block, named: str, part: str) -> bool:
    """Whether the scope table says that this part doesn't see the object. A code that is shown opens by itself."""
    names, scope = block.named(named), SCOPE | OTHERWISE.get(block.name, {})
    return not shows_code(named) and any(
        not {names[name], place_of(names[name])} & set(scope[model].get(part, "").split())
        for name, model in block.objects.items()
        if model in scope
    )


def sent(answer: Answer, address: str) -> tuple[object, ...]:
    """What a browser can tell about the answer, without what belongs to the address itself or to the second."""
    body = TOKEN.sub(r"\1", answer.text)
    headers = {name: value for name, value in answer.headers.items() if name not in ("Content-Length", "Location")}
    headers.update({"Expires": "now"} if "Expires" in headers else {})
    return answer.status, body.replace(address, "…"), sorted(headers.items())


def test_what_somebody_may_not_see_answers_exactly_like_what_does_not_exist(world, answered):
    block, answers = answered
    missing = world.address(block, "missing") if block.objects else ""
    hides = [key for key in answers if key[1] != "missing" and hidden(block, *key[1:])]
    for method, named, part in hides:
        with unwritten():
            like = answers.get((method, "missing", part)) or world.ask(part, method, missing)
        address = world.address(block, named)
        assert sent(answers[method, named, part], address) == sent(like, missing), f"{method} {named} as {part}"
    for method, named, part in {key[:2]: key for key in hides}.values():
        address = world.address(block, named)
        written, like = world.ask(part, method, address), world.ask(part, method, missing)
        assert sent(written, address) == sent(like, missing), f"{method} {named} as {part}, as it is written"


def test_a_method_that_is_not_in_the_table_is_refused(world):
    answers = {}
    for name, block in BLOCKS.items():
        cells = list(block.cells())
        let_in = [cell for cell in cells if cell[-1] not in ("login", "401", "403")]
        _method, named, part, _answer = (let_in or cells)[0]  # without its code the sign-in page refuses everybody
        for method in METHODS:
            if method not in block.methods:
                answers[method, name] = world.ask(part, method, world.address(block, named)).status

    assert len(answers) > len(BLOCKS)
    assert {asked: status for asked, status in answers.items() if status != 405} == {}


def contradictions(world, name) -> int:
    """How many answers differ from the table, with middleware that is loaded anew."""
    block, world = BLOCKS[name], World(world.full, world.sessions)
    return sum(
        world.ask(part, method, world.address(block, named)).told != answer
        for method, named, part, answer in block.cells()
    )


def test_without_the_policy_the_table_is_contradicted(world, monkeypatch):
    """The negative control of the policy: every page that not everybody may open, opens."""
    monkeypatch.setattr(PolicyMiddleware, "process_view", lambda *_: None)
    limited = [
        name for name in ("members:roster-list", "members:audit-list", "members:member-reveal") if name in BLOCKS
    ]

    assert all(contradictions(world, name) for name in limited)


@pytest.mark.parametrize(
    ("queryset", "name"),
    [(MemberQuerySet, "members:member-reveal"), (OrganizationQuerySet, "members:organization-detail")],
)
def test_without_the_scope_the_table_is_contradicted(world, monkeypatch, queryset, name):
    """The negative control of the scope: with everything visible, rows of other branches answer."""
    if name not in BLOCKS:
        pytest.fail(f"{name} has gone: choose another page for the negative control")
    monkeypatch.setattr(queryset, "visible_to", lambda self, user, *capability: self.all())

    assert contradictions(world, name)
