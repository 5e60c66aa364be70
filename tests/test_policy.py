"""Every URL × method × object × part of the cast, against the reviewed table in `policy_table.txt`."""

import re
from collections.abc import Iterator

import pytest

from members.middleware import PolicyMiddleware
from members.models.member import MemberQuerySet
from members.models.organization import OrganizationQuerySet
from tests.full_cast import make_full_cast
from tests.policy_table import FILE, Block, place_of, read, shows_code, write
from tests.scope_table import OTHERWISE, SCOPE
from tests.world import World, open_world, routes

pytestmark = pytest.mark.django_db

BLOCKS = {block.name: block for block in read(FILE.read_text())}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker) -> Iterator[World]:
    with open_world(django_db_blocker, make_full_cast) as world:
        yield world


def test_every_url_is_in_the_table_and_the_table_has_no_other():
    assert {name for name, _pattern in routes()} == set(BLOCKS)


@pytest.mark.parametrize("name", BLOCKS)
def test_everybody_is_answered_as_the_table_says(world, name):
    block = BLOCKS[name]
    found = Block(name, block.objects)
    for (method, named), answers in block.lines.items():
        address = world.address(block, named)
        found.lines[method, named] = {part: world.ask(part, method, address).told for part in answers}

    assert write(found) == write(block)


def hidden(block: Block, named: str, part: str) -> bool:
    """Whether the scope table says that this part doesn't see the object. A code that is shown opens by itself."""
    names, scope = block.named(named), SCOPE | OTHERWISE.get(block.name, {})
    return not shows_code(named) and any(
        not {names[name], place_of(names[name])} & set(scope[model].get(part, "").split())
        for name, model in block.objects.items()
        if model in scope
    )


def sent(world: World, block: Block, method: str, named: str, part: str) -> tuple[object, ...]:
    """What a browser can tell about the answer, without what belongs to the address itself or to the second."""
    address = world.address(block, named)
    answer = world.ask(part, method, address)
    body = TOKEN.sub(r"\1", answer.text)
    headers = {name: value for name, value in answer.headers.items() if name not in ("Content-Length", "Location")}
    headers.update({"Expires": "now"} if "Expires" in headers else {})
    return answer.status, body.replace(address, "…"), sorted(headers.items())


@pytest.mark.parametrize("name", [name for name, block in BLOCKS.items() if set(block.objects.values()) & set(SCOPE)])
def test_what_somebody_may_not_see_answers_exactly_like_what_does_not_exist(world, name):
    block = BLOCKS[name]
    pairs = {(method, part) for method, _named, part, _answer in block.cells()}
    missing = {pair: sent(world, block, pair[0], "missing", pair[1]) for pair in pairs}
    for method, named, part, _answer in block.cells():
        if named != "missing" and hidden(block, named, part):
            assert sent(world, block, method, named, part) == missing[method, part], f"{method} {named} as {part}"


@pytest.mark.parametrize("name", BLOCKS)
def test_a_method_that_is_not_in_the_table_is_refused(world, name):
    block = BLOCKS[name]
    cells = list(block.cells())
    let_in = [cell for cell in cells if cell[-1] not in ("login", "401", "403")]
    _method, named, part, _answer = (let_in or cells)[0]  # without its code the sign-in page refuses everybody itself
    for method in METHODS:
        if method not in block.methods:
            answer = world.ask(part, method, world.address(block, named))
            assert answer.status == 405, f"{method} {name}"


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
