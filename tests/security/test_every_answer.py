"""What every answer carries, whoever asks: headers that guard it, a harmless file name. No forged post gets in."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.full_cast import make_full_cast
from tests.policy_table import FILE, read
from tests.world import World, open_world

pytestmark = pytest.mark.django_db

BLOCKS = read(FILE.read_text())
GUARDED = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with open_world(django_db_blocker, make_full_cast) as world:
        yield world


@pytest.mark.parametrize("part", ["anonymous", "secretary", "administrator"])
def test_every_answer_carries_the_headers_that_guard_it(world, part):
    for block in BLOCKS:
        for method, named in list(block.lines)[:1]:
            answer = world.ask(part, method, world.address(block, named))
            found = {name: answer.headers.get(name) for name in GUARDED}
            if found["Referrer-Policy"] == "no-referrer":  # stricter still, where the address itself is the secret
                found["Referrer-Policy"] = GUARDED["Referrer-Policy"]
            assert found == GUARDED, block.name
            policy = answer.headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy, block.name
            assert "unsafe" not in policy, block.name


def test_what_is_shown_to_somebody_logged_in_is_kept_by_no_cache(world):
    """On an office's shared computer the next person presses Back."""
    for block in BLOCKS:
        for method, named in list(block.lines)[:1]:
            answer = world.ask("secretary", method, world.address(block, named))
            kept = answer.headers.get("Cache-Control", "")
            picture = answer.headers["Content-Type"].startswith("image/") and "private" in kept
            assert picture or "no-store" in kept, block.name


def test_a_file_to_download_has_a_harmless_name(world):
    found = 0
    for block in BLOCKS:
        for method, named in block.lines:
            if method == "GET":
                answer = world.ask("secretary", method, world.address(block, named))
                name = answer.headers.get("Content-Disposition", "")
                found += bool(name)
                assert not re.search(r"[\r\n\\/]|\.\.", name), name
    assert found


def open_cell(block):
    """An address and somebody whose post is not refused for another reason."""
    cells = [(named, part, answer) for method, named, part, answer in block.cells() if method == "POST"]
    return next(((named, part) for named, part, answer in cells if answer not in ("login", "401", "403")), None)


BY_ADDRESS = ("reminders:answer",)
"""Who answers there is known by the secret in the address, by no cookie: another site has nothing to borrow."""

BY_NOTHING = ("letterbox:write", "letterbox:receipt", "letterbox:add", "letterbox:attach")
"""Nobody is known there, so a token would need the only cookie. What browsers say of a form from elsewhere is refused:
tests/supervision/letters/test_letterbox_views.py."""


@pytest.mark.parametrize(
    "block",
    [block for block in BLOCKS if open_cell(block) and block.name not in BY_ADDRESS + BY_NOTHING],
    ids=lambda block: block.name,
)
def test_a_post_from_another_site_is_refused_everywhere(world, block):
    named, part = open_cell(block)
    address = world.address(block, named)
    strict = World(world.full, world.sessions, Client(enforce_csrf_checks=True, raise_request_exception=False))

    assert strict.ask(part, "POST", address, {}).status == 403
    assert world.ask(part, "POST", address, {}).status != 403  # the control: only the check of the origin refuses it
