"""Whatever is sent to a form, a filter or the API is answered, and never by 5xx.

Forms are opened first, so that hidden keys, tokens of versions and choices are real ones, and then filled in at random.
`FUZZ=20000` in the environment sends as many of each instead of the usual thousand, PostgreSQL gets a fourth.
"""

import os
import random
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import quote, urlencode

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from tests.full_cast import make_full_cast
from tests.policy_table import FILE, PARTS, Block, read
from tests.world import World, open_world

pytestmark = pytest.mark.django_db

SEEDS = [0, 1, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 8))]
REQUESTS = int(os.environ.get("FUZZ", "1000")) // len(SEEDS) // (4 if connection.vendor == "postgresql" else 1)
BLOCKS = read(FILE.read_text())
HEALTH = "/health/"
"""What asks whether the program works is answered 503 where it doesn't."""
FIELD = re.compile(r"<(?:input|select|textarea)\b[^>]*\bname=\"([^\"]+)\"[^>]*>")
VALUE = re.compile(r"<(?:input|option)\b[^>]*\bvalue=\"([^\"]*)\"")
FILE_FIELD = re.compile(
    r"<input\b[^>]*type=\"file\"[^>]*name=\"([^\"]+)\"|<input\b[^>]*name=\"([^\"]+)\"[^>]*type=\"file\""
)
UNFAVOURABLE = [
    "", " ", "0", "-1", "1", "on", "true", "null", "None", "NaN", "1e400", "9" * 40, "-" + "9" * 40, "0x10", "１２３",
    "٣", "x" * 10_000, "张" * 300, "\x00", "张\x00英", "'", '"', "';--", "%", "_", "\\", "<script>alert(1)</script>",
    "{{7*7}}", "../../etc/passwd", "C:\\x", "a\r\nSet-Cookie: x=1", "\u202e", "\ufeff", "🙂", "é", "e\u0301",
    "=1+1", "@x", "+1",
    "2026-11-24", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31", "10000-01-01", "2026-13", "24/11/2026",
    "2026-11-24T10:00:00Z", "00000000-0000-4000-8000-00000000dead", "not-a-uuid", "13912345678", "100226197501093494",
    "branch", "county", "secretary", "members.Member", "张英", "?", "&", "[]", "{}", "[1", "before", "after",
]  # fmt: skip
QUERY_NAMES = (
    "q", "page", "sort", "before", "after", "end", "org", "situation", "category", "ages", "voting", "columns", "on",
    "from", "first", "last", "kind", "id", "who", "action", "field", "due", "search", "organization", "cursor",
    "format", "next", "verdict", "subject", "mark", "level", "membership", "year", "month", "state", "behind", "group",
    "meeting", "tick", "take", "show", "waiting", "way", "since", "until", "member", "amount",
)  # fmt: skip
CONTENTS = [
    b"", b"\x00" * 100, b"PK\x03\x04broken", b"\x89PNG\r\n\x1a\nbroken", b"GIF89a", "姓名\n张英\n".encode("gb18030"),
    "姓名,手机\n张英,13912345678\n".encode(), "姓名,月应交,1月,2月\n张英,10,√,免\n李国强,x,-1,1e9\n".encode(),
    "交易时间,交易对方,商品,收/支,金额(元)\n2026-03-05 10:00:00,张英,党费,收入,¥120.00\nx,,,收入,1e400\n".encode(),
    b"\xff\xfe\xfa", b"%PDF-1.7", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
]  # fmt: skip


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with open_world(django_db_blocker, make_full_cast) as world:
        yield world


def choose(chance: random.Random, world: World, method: str) -> tuple[Block, str, str]:
    """A page with the method, one of its addresses, and somebody: mostly somebody who is let in."""
    block = chance.choice([block for block in BLOCKS if method in block.methods])
    cells = [(named, part) for way, named, part, _answer in block.cells() if way == method]
    open_cells = [
        (named, part) for way, named, part, answer in block.cells() if way == method and answer in ("200", "302")
    ]
    named, part = chance.choice(open_cells if open_cells and chance.random() < 0.9 else cells)
    address = world.address(block, named)
    if block.objects and chance.random() < 0.1:
        address = hostile_path(
            chance, block, address, str(world.value(next(iter(block.objects.values())), named, "key"))
        )
    return block, address, part


def hostile_path(chance: random.Random, block: Block, address: str, value: str) -> str:
    """The same address with something else where the object is named."""
    parts = address.split("/")
    return "/".join(
        quote(chance.choice(UNFAVOURABLE), safe="") if part in (value, *names(block)) else part for part in parts
    )


def names(block: Block) -> set[str]:
    return {named for _method, named in block.lines}


def filled_in(chance: random.Random, page: str) -> dict[str, object]:
    """The form of a page with some fields left as they are, some changed, some left out, and some it doesn't have."""
    fields = [name for name in dict.fromkeys(FIELD.findall(page)) if name != "csrfmiddlewaretoken"]
    offered = [unescape(value) for value in VALUE.findall(page)] or [""]
    values: dict[str, object] = {}
    for name in [*fields, *chance.sample(["key", "next", "reason", "on", "action", "version"], 2)]:
        if chance.random() < 0.85:
            many = chance.choices([*offered, *UNFAVOURABLE], k=chance.choice([1, 1, 1, 1, 3]))
            values[name] = many if len(many) > 1 else many[0]
    for pair in FILE_FIELD.findall(page):
        name = pair[0] or pair[1]
        values[name] = SimpleUploadedFile(
            chance.choice(["a.xlsx", "a.csv", "a.png", "名册.xls", "x"]), chance.choice(CONTENTS)
        )
    return values


def query(chance: random.Random) -> str:
    pairs = [(chance.choice(QUERY_NAMES), chance.choice(UNFAVOURABLE)) for _ in range(chance.randint(0, 4))]
    return f"?{urlencode(pairs)}" if pairs else ""


@pytest.mark.parametrize("seed", SEEDS)
def test_no_form_is_answered_by_a_crash(world, seed):
    chance = random.Random(seed)
    for number in range(REQUESTS):
        block, address, part = choose(chance, world, "POST")
        page = world.ask(part, "GET", address).text if "GET" in block.methods else ""
        data = filled_in(chance, page)
        answer = world.ask(part, "POST", address + query(chance), data)
        assert answer.status < 500, f"seed {seed}, {number}: POST {address} as {part} with {data!r}"


@pytest.mark.parametrize("seed", SEEDS)
def test_no_page_and_no_call_of_the_api_is_answered_by_a_crash(world, seed):
    chance = random.Random(seed)
    for number in range(REQUESTS):
        _block, address, part = choose(chance, world, "GET")
        address += query(chance)
        headers = {"HX-Request": "true"} if chance.random() < 0.2 else {}
        answer = world.ask(part, "GET", address, **headers)
        says_so = address.startswith(HEALTH) and answer.status == 503
        assert answer.status < 500 or says_so, f"seed {seed}, {number}: GET {address} as {part}"


def test_a_crash_would_be_noticed(world, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("members.trail.views.trail_page", lambda *_given, **_named: 1 / 0)

    assert world.ask("secretary", "GET", "/audit/").status == 500
    assert "secretary" in PARTS
