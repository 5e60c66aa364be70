"""What every answer carries, whoever asks: headers that guard it, a harmless file name. No forged post gets in."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client

from tests.full_cast import make_full_cast
from tests.policy_table import FILE, read
from tests.world import World, open_world, pages_by_name

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
    with open_world(django_db_blocker, make_full_cast) as world, pages_by_name():
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


def test_a_post_from_another_site_is_refused_everywhere(world):
    strict = World(world.full, world.sessions, Client(enforce_csrf_checks=True, raise_request_exception=False))
    exempt = BY_ADDRESS + BY_NOTHING
    cells = [(block, open_cell(block)) for block in BLOCKS if block.name not in exempt]
    answers = {
        block.name: [by.ask(cell[1], "POST", by.address(block, cell[0]), {}).status for by in (strict, world)]
        for block, cell in cells
        if cell
    }

    assert len(answers) > 200
    assert {name for name, (forged, _own) in answers.items() if forged != 403} == set()
    own_too = {name for name, (_forged, own) in answers.items() if own == 403}
    assert own_too == set(), "the control: only the check of the origin refuses it"
