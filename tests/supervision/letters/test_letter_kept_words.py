"""Nothing that somebody typed into a letter is lost: each page that refuses or asks gives it back in a form."""

import html
import re
import uuid

import pytest

from supervision.letters import rate_limit
from supervision.models import Letter, LetterMessage
from tests.supervision.letters.letterbox import RECEIPT, letter_of, open_box, write

pytestmark = pytest.mark.django_db
TEXT = "报销发票 与 实际 不符\n第二行 <b>粗体</b>"
NAMING = "在会计手里。inspector也见过。"


@pytest.fixture
def box(cast, today):
    for name in ("LETTERS", "RECEIPTS"):
        getattr(rate_limit, name).counts.clear()
    return open_box(cast)


def fields(page):
    """What the first form of the page sends that has a text in it, as a browser reads it."""
    main = page.text.split("<main")[1]
    for form in re.findall(r"<form.*?</form>", main, re.DOTALL):
        found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form))
        found |= dict(re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL))
        found |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL))
        if "text" in found:
            return {name: html.unescape(value) for name, value in found.items()}
    return {}


def edited(client, page, address="/letters/write/"):
    return client.post(address, fields(page) | {"step": "edit"})


def same(text):
    return text.replace("\r\n", "\n").strip()


def test_where_nobody_may_read_it_the_words_stand_there_and_can_be_changed(client, box):
    given = letter_of(TEXT, excluded="inspector_two")
    page = client.post("/letters/write/", given)
    again = edited(client, page)

    assert (page.status_code, again.status_code) == (409, 200)
    assert html.escape(TEXT) in page.text and "<b>" not in page.text.split("<main")[1]
    assert same(fields(again)["text"]) == same(TEXT)
    assert fields(again)["receipt"] == given["receipt"] and "inspector_two" in again.text
    assert "返回键" not in page.text + again.text
    assert client.post("/letters/write/", letter_of(fields(again)["text"], receipt=given["receipt"])).status_code == 200
    assert Letter.objects.count() == 1


def test_where_a_change_isnt_stored_it_can_be_changed_too(client, box):
    receipt = write(TEXT)
    page = client.post("/letters/write/", letter_of("改过的", receipt=receipt, excluded="inspector_two"))

    assert page.status_code == 409
    assert fields(edited(client, page))["text"].strip() == "改过的"


def test_from_the_question_one_goes_to_the_form(client, box):
    page = client.post("/letters/write/", letter_of(NAMING))

    assert "您写到" in page.text and "返回键" not in page.text
    again = edited(client, page)
    assert "您写到" not in again.text and fields(again)["text"].strip() == NAMING


def test_an_addition_that_leaves_too_few_says_so_and_keeps_the_words(client, box):
    receipt = write(TEXT)
    given = {"receipt": receipt, "text": NAMING, "key": uuid.uuid4()}
    asked = client.post("/letters/add/", given)
    assert fields(edited(client, asked, "/letters/add/"))["text"].strip() == NAMING

    page = client.post("/letters/add/", given | {"meant:inspector": "yes"})

    assert page.status_code == 409
    assert "没有存储" in page.text and "12388" in page.text
    assert fields(page)["text"].strip() == NAMING
    assert not LetterMessage.objects.exists()


def test_from_the_receipt_one_goes_on_writing(client, box):
    page = client.post("/letters/write/", letter_of(TEXT))
    digits = RECEIPT.search(page.text)[1].replace(" ", "")

    assert 'action="/letters/receipt/"' in page.text and f'name="receipt" value="{digits}"' in page.text
    assert "补充" in page.text


def test_after_too_many_the_words_are_sent_again_by_a_button(client, box):
    flooder = {"REMOTE_ADDR": "203.0.113.9"}
    given = letter_of(TEXT)
    for _letter in range(rate_limit.LETTERS.each + 1):
        page = client.post("/letters/write/", given, **flooder)
    rate_limit.LETTERS.counts.clear()

    assert page.status_code == 429
    assert same(fields(page)["text"]) == same(TEXT) and fields(page)["receipt"] == given["receipt"]
    assert client.post("/letters/write/", fields(page), **flooder).status_code == 200
    assert Letter.objects.count() == 1


def test_words_are_kept_nowhere(client, box):
    """Not in a session, not in a cookie: only in the answer."""
    page = client.post("/letters/write/", letter_of(TEXT, excluded="inspector_two"))
    edited(client, page)

    assert not client.cookies
    assert not Letter.objects.exists()
