"""The writer's pages: a letter, its receipt, coming back. By somebody whom nobody knows."""

import re
import uuid
from datetime import timedelta

import pytest
from django.test import Client

from members.choices import OfficeKind, OrganizationKind
from members.models import Organization
from supervision.letters import rate_limit, sealing
from supervision.letters.inspector_services import answer
from supervision.letters.queries import MOST_FOUND
from supervision.models import InspectorKey, Letter, LetterMessage, RecoveryKey
from tests.cast import make_organization
from tests.supervision.letters.letterbox import PASSPHRASE, RECEIPT, letter_of, open_box, write

pytestmark = pytest.mark.django_db
TEXT = "报销发票 与 实际 不符"


@pytest.fixture
def box(cast, today):
    return open_box(cast)


@pytest.fixture(autouse=True)
def no_flood(monkeypatch):
    """Each test begins a minute of its own."""
    for name in ("LETTERS", "RECEIPTS"):
        getattr(rate_limit, name).counts.clear()


# --- What it says ----------------------------------------------------------------------------------------------------
def test_the_first_page_says_what_it_protects_and_what_it_cannot(client, db):
    page = client.get("/letters/").text

    assert "12388" in page
    assert page.count("<cite") >= 4  # rights, false accusation, names
    assert "［V2］" not in page and "[V2]" not in page  # marks of certainty stand where a source is looked up


def test_the_log_in_page_and_every_foot_lead_here(client, cast, as_user):
    assert client.get("/account/login/").text.count('href="/letters/"') == 2
    assert as_user(cast.secretary).get("/").text.count('href="/letters/"') == 2, "in the foot and under help"


def test_the_link_is_the_same_for_everybody(cast, as_user):
    feet = {
        as_user(user).get("/preferences/").text.split('href="/letters/"')[1][:120] for user in cast.users().values()
    }

    assert len(feet) == 1


# --- Whom it is about ------------------------------------------------------------------------------------------------
def test_an_organization_is_found_by_a_part_of_its_name(client, box):
    page = client.post("/letters/write/", {"step": "find", "search": "红旗社区"}).text

    assert 'value="next-branch"' in page
    assert "城关镇党委" in page  # above it, so that namesakes can be told apart
    assert 'name="text"' not in page


def test_the_only_organization_of_a_name_needs_no_choice(client, box):
    page = client.post("/letters/write/", {"step": "find", "search": "第二党支部"}).text

    assert 'name="place" value="next-branch"' in page
    assert 'name="text"' in page


@pytest.mark.parametrize("search", ["没有这个", "红", "\0", "x" * 61])
def test_what_isnt_found_is_said(client, box, search):
    answer = client.post("/letters/write/", {"step": "find", "search": search})

    assert answer.status_code == 200
    assert "letters-found" not in answer.text


def test_no_more_are_shown_than_can_be_read(client, box):
    for number in range(MOST_FOUND + 3):
        make_organization(f"x{number}", f"测试支部{number}", OrganizationKind.BRANCH, box.cast.district)
    page = client.post("/letters/write/", {"step": "find", "search": "测试支部"}).text

    assert page.count('name="place"') == MOST_FOUND + 1  # and the hidden field


def test_a_dissolved_organization_is_not_offered(client, box, today):
    Organization.objects.filter(code="next-branch").update(dissolved_on=today)

    assert "next-branch" not in client.post("/letters/write/", {"step": "find", "search": "第二党支部"}).text
    assert 'name="text"' not in client.post("/letters/write/", {"place": "next-branch"}).text


def test_names_of_people_are_shown_nowhere(client, box):
    cast = box.cast
    pages = [
        client.post("/letters/write/", {"step": "find", "search": "红旗"}).text,
        client.post("/letters/write/", {"place": "branch"}).text,
    ]

    assert not any(name in page for page in pages for name in ("张英", "李国强", cast.secretary.username + "<"))


# --- Handing in ------------------------------------------------------------------------------------------------------
def test_a_letter_is_sealed_and_the_receipt_shown_once(client, box, today):
    receipt = write(TEXT, client)

    letter = Letter.objects.get()
    assert letter.finder == receipt[:8]
    assert (letter.received_on, letter.is_named, letter.boxes.count()) == (today, False, 3)
    assert not client.cookies


def test_sent_twice_it_is_one_letter_with_one_receipt(client, box):
    sent = letter_of(TEXT)
    found = [RECEIPT.search(client.post("/letters/write/", sent).text)[1] for _again in range(2)]

    assert found[0] == found[1]
    assert Letter.objects.count() == 1


def go_back_and_send(client, sent: dict[str, str], **changed: str):
    """The first letter, then the same form again with something changed."""
    client.post("/letters/write/", sent)
    return client.post("/letters/write/", sent | changed)


def test_what_is_changed_after_going_back_is_added_and_said(client, box):
    sent = letter_of(TEXT)
    answer = go_back_and_send(client, sent, text="报销发票 共 十二 张")
    seen = client.post("/letters/receipt/", {"receipt": sent["receipt"]}).text

    assert "已补充" in answer.text and RECEIPT.search(answer.text)[1].replace(" ", "") == sent["receipt"]
    assert TEXT in seen and "报销发票 共 十二 张" in seen
    assert (Letter.objects.count(), LetterMessage.objects.count()) == (1, 1)
    assert "已补充" not in client.post("/letters/write/", sent | {"text": "报销发票 共 十二 张"}).text  # a double click
    assert LetterMessage.objects.count() == 1


def test_a_name_and_a_contact_that_come_later_make_it_a_named_letter(client, box):
    go_back_and_send(client, letter_of(TEXT), name="王五", contact="13800000000")

    assert Letter.objects.get().is_named
    assert not LetterMessage.objects.exists()


def test_who_is_kept_out_only_when_it_is_written_again_no_longer_reads_it(client, box):
    box.more("thirdreader", box.cast.county)
    go_back_and_send(client, letter_of(TEXT), excluded="thirdreader")

    readers = Letter.objects.get().boxes.filter(recovery_key=None)
    assert {one.inspector_key.user.username for one in readers} == {"inspector", "inspector_two"}


def test_where_nobody_may_read_the_change_the_first_letter_stays_and_it_is_said(client, box):
    sent = letter_of(TEXT)
    answer = go_back_and_send(client, sent, text="改过", excluded="inspector_two")

    assert answer.status_code == 409
    assert "最初交的那封" in answer.text
    assert TEXT in client.post("/letters/receipt/", {"receipt": sent["receipt"]}).text
    assert not LetterMessage.objects.exists()


def test_an_addition_that_is_changed_after_going_back_is_added_too(client, box):
    receipt, key = write(TEXT, client), str(uuid.uuid4())
    for text in ("发票号 1", "发票号 1", "发票号 12", "发票号 12"):
        client.post("/letters/add/", {"receipt": receipt, "text": text, "key": key})
    seen = client.post("/letters/receipt/", {"receipt": receipt}).text

    assert LetterMessage.objects.count() == 2
    assert ">发票号 1<" in seen and ">发票号 12<" in seen


def test_two_forms_are_two_letters(client, box):
    """The negative control."""
    assert write(TEXT, client) != write(TEXT, client)
    assert Letter.objects.count() == 2


def test_a_name_needs_a_way_to_reach_its_writer_and_makes_the_letter_a_named_one(client, box):
    assert "letters-receipt" not in client.post("/letters/write/", letter_of(TEXT, name="王五")).text
    write(TEXT, client, name="王五", contact="13800000000")

    assert Letter.objects.get().is_named


@pytest.mark.parametrize(
    ("field", "wrong"),
    [("text", ""), ("text", " "), ("names", ""), ("whom", "pope"), ("receipt", "12"), ("receipt", ""), ("text", "x\0")],
)
def test_what_is_missing_is_said_and_nothing_stored(client, box, field, wrong):
    answer = client.post("/letters/write/", letter_of(TEXT, **{field: wrong}))

    assert answer.status_code == 200
    assert "letters-receipt" not in answer.text
    assert not Letter.objects.exists()


def test_what_was_typed_comes_back_with_the_complaint(client, box):
    answer = client.post("/letters/write/", letter_of(TEXT, names="", excluded="赵某"))

    assert TEXT in answer.text and "赵某" in answer.text


@pytest.mark.parametrize("place", ["", "nowhere", "\0"])
def test_without_an_organization_it_begins_anew(client, box, place):
    assert 'name="search"' in client.post("/letters/write/", letter_of(TEXT, place=place)).text


def test_where_fewer_than_two_may_read_nothing_is_stored_and_the_official_ways_are_shown(client, box):
    Letter.objects.all().delete()
    answer = client.post("/letters/write/", letter_of(TEXT, excluded="inspector_two"))

    assert answer.status_code == 409
    assert "12388" in answer.text
    assert not Letter.objects.exists()


@pytest.mark.parametrize("missing", ["everything", "recovery key", "second key", "signature"])
def test_while_no_letter_can_be_taken_the_page_says_where_to_turn_and_stores_nothing(client, cast, today, missing):
    if missing != "everything":
        box = open_box(cast)
        {
            "recovery key": lambda: RecoveryKey.objects.update(withdrawn_on=today),
            "second key": lambda: InspectorKey.objects.filter(pk=box.keys[1].pk).delete(),
            "signature": lambda: InspectorKey.objects.filter(pk=box.keys[1].pk).update(signature=box.keys[0].signature),
        }[missing]()

    for told in (client.get("/letters/write/"), client.post("/letters/write/", letter_of(TEXT))):
        assert (told.status_code, Letter.objects.count()) == (409, 0)
        assert "12388" in told.text and "letters-receipt" not in told.text
    about = client.get("/letters/").text
    assert 'btn-primary" href="/letters/write/"' not in about and "12388" in about


def test_the_page_says_how_many_read_at_which_committee_and_since_when(client, cast, today):
    box = open_box(cast, today - timedelta(days=40))
    assert (
        f"县委：2 名纪检人员可以阅读；最新一把密钥于 {today - timedelta(days=40)} 批准" in client.get("/letters/").text
    )
    box.more("inspector_three", cast.county, today)
    assert f"县委：3 名纪检人员可以阅读；最新一把密钥于 {today} 批准" in client.get("/letters/").text


# --- Coming back -----------------------------------------------------------------------------------------------------
def test_the_receipt_opens_the_letter_and_what_was_said(client, box, today):
    receipt = write(TEXT, client)
    inspector = box.inspectors[1]
    answer(letter=Letter.objects.get(), passphrase=PASSPHRASE, text="请补充发票号", on=today, by=inspector)
    page = client.post("/letters/receipt/", {"receipt": sealing.grouped(receipt)})

    assert TEXT in page.text and "请补充发票号" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert inspector.username not in page.text  # who answered is nobody's business


@pytest.mark.parametrize("receipt", ["", "1" * 23, "0" * 24, "abc", "１" * 24, "\0"])
def test_a_wrong_receipt_opens_nothing(client, box, receipt):
    write(TEXT, client)
    page = client.post("/letters/receipt/", {"receipt": receipt})

    assert page.status_code == 200
    assert TEXT not in page.text


def test_one_wrong_digit_of_the_sixteen_opens_nothing(client, box):
    receipt = write(TEXT, client)
    wrong = receipt[:-1] + str((int(receipt[-1]) + 1) % 10)

    assert TEXT not in client.post("/letters/receipt/", {"receipt": wrong}).text


def test_the_writer_adds_something(client, box):
    receipt = write(TEXT, client)
    page = client.post("/letters/add/", {"receipt": receipt, "text": "发票号 20260001", "key": uuid.uuid4()})

    assert "发票号 20260001" in page.text
    assert LetterMessage.objects.get().is_from_writer


def test_a_second_click_adds_nothing(client, box):
    given = {"receipt": write(TEXT, client), "text": "发票号 20260001", "key": uuid.uuid4()}
    pages = [client.post("/letters/add/", given) for _click in range(2)]

    assert [page.text.count("发票号 20260001") for page in pages] == [1, 1]
    assert LetterMessage.objects.count() == 1
    client.post("/letters/add/", given | {"key": uuid.uuid4()})  # the negative control: the form opened anew
    assert LetterMessage.objects.count() == 2


@pytest.mark.parametrize("receipt", ["1" * 24, "", "abc"])
def test_without_the_receipt_nothing_is_added(client, box, receipt):
    write(TEXT, client)
    page = client.post("/letters/add/", {"receipt": receipt, "text": "假的", "key": uuid.uuid4()})

    assert page.status_code == 200
    assert not LetterMessage.objects.exists()


def test_nothing_is_added_empty_and_the_letter_is_still_shown(client, box):
    receipt = write(TEXT, client)
    page = client.post("/letters/add/", {"receipt": receipt, "text": "", "key": uuid.uuid4()})

    assert TEXT in page.text
    assert not LetterMessage.objects.exists()


def test_no_receipt_is_taken_from_an_address(client, box):
    receipt = write(TEXT, client)

    assert TEXT not in client.get("/letters/receipt/", {"receipt": receipt}).text
    assert client.get("/letters/add/", {"receipt": receipt}).status_code == 405


# --- Who asks --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ({}, True),
        ({"origin": "null"}, True),  # what browsers send for a page that gives no referrer
        ({"origin": "http://testserver"}, True),
        ({"origin": "https://elsewhere.example"}, False),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, True),
        ({"sec-fetch-site": "none"}, True),
        ({"sec-fetch-site": "cross-site", "origin": "null"}, False),
        ({"sec-fetch-site": "same-site"}, False),
    ],
)
def test_a_form_of_another_site_is_refused(box, headers, is_let_in):
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/letters/write/", letter_of(TEXT), headers=headers)

    assert answer.status_code == (200 if is_let_in else 403)
    assert Letter.objects.exists() is is_let_in


def test_no_form_is_remembered_by_a_browser_and_none_carries_a_token(client, box):
    for page in (
        client.get("/letters/write/"),
        client.post("/letters/write/", {"place": "branch"}),
        client.get("/letters/receipt/"),
    ):
        assert 'autocomplete="off"' in page.text
        assert "csrfmiddlewaretoken" not in page.text


def test_every_office_can_be_chosen(client, box):
    page = client.post("/letters/write/", {"place": "branch"}).text

    assert all(f'value="{kind}"' in page for kind in OfficeKind.values)


@pytest.mark.parametrize("page", ["/letters/", "/letters/write/", "/letters/receipt/"])
def test_it_speaks_english_where_the_address_says_so_and_all_ways_keep_it(client, db, page):
    chinese, english = client.get(page), client.get(page, {"language": "en"})
    ways = re.findall(r'href="(/letters/[^"]*)"', english.text)

    assert '<html lang="zh-hans"' in chinese.text
    assert '<html lang="en"' in english.text
    assert english.headers["Content-Language"] == "en"
    assert ways
    assert all(way.endswith("?language=en") for way in ways)
    assert (chinese.cookies, english.cookies) == ({}, {})
    assert 'name="language" value="en"' in chinese.text
    assert "?language" not in chinese.text


def test_a_form_answers_in_the_language_of_its_address_and_offers_no_switch(client, db):
    answer = client.post("/letters/receipt/?language=en", {"receipt": "1"})

    assert '<html lang="en"' in answer.text
    assert 'name="language"' not in answer.text
    assert '<html lang="zh-hans"' in client.get("/letters/", {"language": "xx"}).text
