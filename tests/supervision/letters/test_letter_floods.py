"""One visitor floods the letter box: whoever else writes, reads or adds is through at once, and no address is kept."""

import uuid

import pytest
from django.test import Client

from supervision.letters import rate_limit, sealing
from supervision.models import Letter, LetterMessage
from tests.supervision.letters.letterbox import RECEIPT, letter_of, open_box, write

pytestmark = pytest.mark.django_db
FLOODER, WRITER = "198.51.100.7", "203.0.113.9"
TEXT = "报销发票 与 实际 不符"
TRIES = 200


class OneForAll(rate_limit.Flood):
    """How it was: a single counter for everybody."""

    def count(self, visitor: str) -> None:
        super().count("everybody")

    def uncount(self, visitor: str) -> None:
        pass


@pytest.fixture(autouse=True)
def one_minute(monkeypatch):
    """It lasts as long as the test, however slow the machine is."""
    for flood in (rate_limit.LETTERS, rate_limit.RECEIPTS, rate_limit.AT_ONE_LETTER):
        flood.counts.clear()
        monkeypatch.setattr(flood, "clock", lambda at=flood.began_at: at)
    monkeypatch.setattr(rate_limit.VISITORS, "clock", lambda at=rate_limit.VISITORS.drawn_at: at)


@pytest.fixture
def box(cast, today):
    return open_box(cast)


def flooding(address: str = FLOODER, tries: int = 40) -> list[int]:
    client = Client(REMOTE_ADDR=address)
    return [client.post("/letters/write/", letter_of("洪水")).status_code for _try in range(tries)]


def trying_receipts(address: str = FLOODER, tries: int = 80) -> list[int]:
    client = Client(REMOTE_ADDR=address)
    return [client.post("/letters/receipt/", {"receipt": sealing.receipt()}).status_code for _try in range(tries)]


def is_through(answer) -> bool:
    return bool(answer.status_code == 200 and RECEIPT.search(answer.text))


def test_after_two_hundred_letters_of_one_visitor_another_is_through_at_once(box):
    answers = flooding(tries=TRIES)
    answer = Client(REMOTE_ADDR=WRITER).post("/letters/write/", letter_of(TEXT))

    assert answers.count(429) == TRIES - rate_limit.LETTERS.each
    assert is_through(answer)


def test_one_counter_for_all_shut_the_box(box, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("supervision.letters.box_views.LETTERS", OneForAll(each=30))
    flooding()

    assert Client(REMOTE_ADDR=WRITER).post("/letters/write/", letter_of(TEXT)).status_code == 429


def test_whoever_has_a_receipt_reads_and_adds_however_many_letters_and_receipts_are_tried(box):
    """Also from the address that floods with letters, for those don't count against a receipt."""
    receipt = write(TEXT)
    flooding(), trying_receipts()
    for address in (WRITER, "192.0.2.1"):
        client = Client(REMOTE_ADDR=address)
        assert TEXT in client.post("/letters/receipt/", {"receipt": receipt}).text
        added = client.post("/letters/add/", {"receipt": receipt, "text": f"补充 {address}", "key": uuid.uuid4()})
        assert f"补充 {address}" in added.text

    assert LetterMessage.objects.count() == 2


def test_after_many_wrong_receipts_from_the_same_address_the_right_one_still_opens(box):
    """In an office's network anybody could else keep a colleague's letter shut."""
    receipt = write(TEXT)
    assert trying_receipts(tries=40).count(429) == 40 - rate_limit.RECEIPTS.each
    client = Client(REMOTE_ADDR=FLOODER)

    for _each in range(2 * rate_limit.AT_ONE_LETTER.each):
        assert TEXT in client.post("/letters/receipt/", {"receipt": receipt}).text
    added = client.post("/letters/add/", {"receipt": receipt, "text": "补充", "key": uuid.uuid4()})
    assert "补充" in added.text and LetterMessage.objects.count() == 1


def test_counting_the_visitor_alone_would_shut_it_out(box, monkeypatch):
    """The negative control."""
    monkeypatch.setattr("supervision.letters.box_views.finds_letter", lambda digits: False)
    receipt = write(TEXT)
    trying_receipts(tries=40)

    assert Client(REMOTE_ADDR=FLOODER).post("/letters/receipt/", {"receipt": receipt}).status_code == 429


def test_who_knows_the_first_digits_tries_only_so_often(box):
    wrong = write(TEXT)[:8] + "0" * 16
    trying_receipts(tries=rate_limit.RECEIPTS.each)
    client = Client(REMOTE_ADDR=FLOODER)
    answers = [client.post("/letters/receipt/", {"receipt": wrong}).status_code for _try in range(40)]

    assert answers.count(429) == 40 - rate_limit.AT_ONE_LETTER.each


def test_whoever_has_a_receipt_may_come_as_often_as_they_like(box):
    receipt, client = write(TEXT), Client(REMOTE_ADDR=WRITER)
    flooding(WRITER)
    given = [client.post("/letters/receipt/", {"receipt": receipt}).status_code for _each in range(40)]

    assert given == [200] * 40
    assert client.post("/letters/add/", {"receipt": receipt, "text": "补", "key": uuid.uuid4()}).status_code == 200


def test_one_counter_for_all_shut_out_whoever_had_a_receipt(box, monkeypatch):
    """The negative control."""
    receipt = write(TEXT)
    monkeypatch.setattr("supervision.letters.box_views.RECEIPTS", OneForAll(each=60))
    monkeypatch.setattr("supervision.letters.box_views.finds_letter", lambda digits: False)
    trying_receipts()

    assert Client(REMOTE_ADDR=WRITER).post("/letters/receipt/", {"receipt": receipt}).status_code == 429


def test_wrong_receipts_are_tried_only_so_often(box):
    answers = trying_receipts(tries=TRIES)
    client = Client(REMOTE_ADDR=FLOODER)

    assert answers == [200] * rate_limit.RECEIPTS.each + [429] * (TRIES - rate_limit.RECEIPTS.each)
    assert client.post("/letters/add/", {"receipt": "1" * 24, "text": "x", "key": uuid.uuid4()}).status_code == 429


def test_whoever_waits_is_told_for_how_long_and_where_else_to_go(box):
    flooding()
    answer = Client(REMOTE_ADDR=FLOODER).post("/letters/write/", letter_of(TEXT))

    assert answer.headers["Retry-After"] == "60"
    assert "一分钟" in answer.text and "网络" in answer.text
    assert Letter.objects.count() == rate_limit.LETTERS.each


@pytest.mark.parametrize("proxies", [1, 2])
def test_behind_proxies_visitors_are_told_apart(box, settings, proxies):
    settings.PROXIES = proxies
    further = "".join(", 10.0.0.2" for _each in range(proxies - 1))

    def send(address: str) -> int:
        forwarded = {"x-forwarded-for": f"9.9.9.9, {address}{further}"}
        return Client().post("/letters/write/", letter_of(TEXT), headers=forwarded).status_code

    assert {send(FLOODER) for _try in range(rate_limit.LETTERS.each)} == {200}
    assert (send(FLOODER), send(WRITER)) == (429, 200)


# --- Counting ---------------------------------------------------------------------------------------------------------
def test_after_a_minute_there_is_room_again_and_nothing_is_left_of_the_last():
    now = [100.0]
    flood = rate_limit.Flood(each=2, clock=lambda: now[0])
    for _each in range(2):
        flood.count("one")
    with pytest.raises(rate_limit.TooMany):
        flood.count("one")
    now[0] += 60
    flood.count("other")

    assert dict(flood.counts) == {"other": 1}


def test_all_visitors_together_have_a_limit_too():
    flood = rate_limit.Flood(each=2, together=3)
    for visitor in "abc":
        flood.count(visitor)

    with pytest.raises(rate_limit.TooMany):
        flood.count("d")


def test_a_mark_is_the_same_within_a_minute_and_another_one_after_it():
    now = [100.0]
    visitors = rate_limit.Visitors(clock=lambda: now[0])
    first, key = visitors.mark(WRITER), visitors.key

    assert (visitors.mark(WRITER), visitors.mark(FLOODER) == first) == (first, False)
    now[0] += 60
    assert visitors.mark(WRITER) != first
    assert visitors.key != key
    assert rate_limit.Visitors().mark(WRITER) != rate_limit.Visitors().mark(WRITER), "another process, another key"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("203.0.113.9", "203.0.113.9", True),
        ("203.0.113.9", "203.0.113.8", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("::ffff:203.0.113.9", "203.0.113.9", True),
        ("127.0.0.1", "unix:", True),
        ("::1", "", True),
    ],
)
def test_whose_address_it_is(one, other, is_same):
    assert (rate_limit.household(one) == rate_limit.household(other)) is is_same


def test_where_a_proxy_hands_on_no_address_only_the_limit_for_everybody_holds():
    flood = rate_limit.Flood(each=1, together=3)
    mark = rate_limit.VISITORS.mark("127.0.0.1")
    for _each in range(3):
        flood.count(mark)

    assert mark == ""
    with pytest.raises(rate_limit.TooMany):
        flood.count(mark)


def test_no_address_is_left_anywhere_in_what_counts(box):
    flooding(), trying_receipts()
    held = [repr(vars(one)) for one in (rate_limit.LETTERS, rate_limit.RECEIPTS, rate_limit.VISITORS)]

    assert rate_limit.LETTERS.counts and rate_limit.RECEIPTS.counts
    assert not any(FLOODER in text for text in held)
