"""Inspectors' pages: what is sealed to whom, the passphrase each time, what happens to a letter, keys, relatives."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from audit.models import Entry
from members.choices import OfficeKind
from supervision.choices import KeyState, LetterState
from supervision.letters.key_services import make_recovery_key
from supervision.letters.queries import keys_of_inspectors
from supervision.letters.rules import fingerprint_of
from supervision.letters.sealing import halves, new_pair
from supervision.models import DeclaredRelative, InspectorKey, Letter, LetterMessage
from tests.cast import PASSWORD, TODAY, make_user
from tests.supervision.letters.letterbox import PASSPHRASE, Box, open_box, write
from tests.world import BACKEND

pytestmark = pytest.mark.django_db
TEXT = "报销发票 与 实际 不符"
LIST = "/supervision/letters/"
KEYS = f"{LIST}keys/"


def without_tokens(html):
    """A page without what is random in every answer."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", html)


@pytest.fixture
def box(cast, today):
    return open_box(cast)


@pytest.fixture
def letter(box):
    write(TEXT, name="王五", contact="13800000000")
    return Letter.objects.get()


@pytest.fixture
def client_of():
    def log_in(user):
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return log_in


def page(letter, act=""):
    return f"{LIST}{letter.pk}/{act}"


# --- The list --------------------------------------------------------------------------------------------------------
def test_a_letter_stands_in_the_list_of_those_to_whom_it_is_sealed(box, letter, client_of):
    for user in box.inspectors:
        assert str(letter.pk) in client_of(user).get(LIST).text
    stranger = box.more("inspector_late", box.cast.county)

    assert str(letter.pk) not in client_of(stranger).get(LIST).text


def test_three_letters_cost_no_more_queries_than_one(box, letter, client_of, django_assert_num_queries):
    client = client_of(box.inspectors[0])
    client.get(LIST)
    with django_assert_num_queries(12):
        client.get(LIST)
    for _more in range(2):
        write(TEXT)
    with django_assert_num_queries(12):
        client.get(LIST)


def test_the_list_says_which_are_named_and_by_when(box, letter, client_of):
    text = client_of(box.inspectors[0]).get(LIST).text

    assert letter.accept_due_on.isoformat() in text
    assert TEXT not in text and "王五" not in text


@pytest.mark.parametrize(("state", "shown"), [("received", True), ("closed", False), ("", True), ("x", True)])
def test_the_list_is_narrowed_by_state(box, letter, client_of, state, shown):
    text = client_of(box.inspectors[0]).get(LIST, {"state": state}).text

    assert (str(letter.pk) in text) is shown


def test_overdue_is_said(box, letter, client_of):
    Letter.objects.update(accept_due_on=TODAY - timedelta(days=1))

    assert "bad" in client_of(box.inspectors[0]).get(LIST).text


def test_a_letter_that_too_few_can_read_is_marked_until_it_is_destroyed(box, letter, client_of):
    client, mark = client_of(box.inspectors[0]), "tag-bad"
    assert client.get(LIST).context["few_readers"] == set()
    InspectorKey.objects.filter(user=box.inspectors[1]).update(state=KeyState.WITHDRAWN, locked_private_key="")
    answer = client.get(LIST)
    assert answer.context["few_readers"] == {letter.pk} and mark in answer.text
    Letter.objects.update(shredded_on=TODAY, ciphertext="", writer_box="")

    assert client.get(LIST).context["few_readers"] == set()


def test_without_a_key_in_use_the_list_says_so(box, client_of):
    late = make_user("inspector_late", OfficeKind.INSPECTOR, box.cast.county)

    assert KEYS in client_of(late).get(LIST).text


# --- Reading ---------------------------------------------------------------------------------------------------------
def test_the_passphrase_opens_it_and_nothing_of_it_stays(box, letter, client_of):
    client = client_of(box.inspectors[0])
    answer = client.post(page(letter), {"passphrase": PASSPHRASE})

    assert TEXT in answer.text and "王五" in answer.text and "周明" in answer.text
    assert "no-store" in answer.headers["Cache-Control"]
    assert TEXT not in client.get(page(letter)).text
    kept = [repr(session.get_decoded()) for session in Session.objects.all()] + [str(client.cookies)]
    assert not any(secret in one for one in kept for secret in (TEXT, PASSPHRASE, "王五"))


@pytest.mark.parametrize("passphrase", ["", "falsch falsch falsch", PASSWORD, " " + PASSPHRASE])
def test_a_wrong_passphrase_opens_nothing(box, letter, client_of, passphrase):
    answer = client_of(box.inspectors[0]).post(page(letter), {"passphrase": passphrase})

    assert answer.status_code == 200
    assert TEXT not in answer.text


@pytest.mark.parametrize("part", ["secretary", "county_staff", "county_secretary", "administrator", "member"])
def test_no_other_office_opens_the_page(box, letter, client_of, part):
    client = client_of(getattr(box.cast, part))

    assert client.get(LIST).status_code == 403
    assert client.post(page(letter), {"passphrase": PASSPHRASE}).status_code == 403


def test_a_colleague_to_whom_it_isnt_sealed_finds_nothing(box, letter, client_of):
    late = box.more("inspector_late", box.cast.county)
    answers = [
        client_of(late).post(page(letter, act), {"passphrase": PASSPHRASE}) for act in ("", "answer/", "reseal/")
    ]

    assert [answer.status_code for answer in answers] == [404] * 3


def test_after_the_office_has_ended_nothing_opens(box, letter, client_of):
    user = box.inspectors[0]
    user.offices.update(valid_until=TODAY)

    assert client_of(user).post(page(letter), {"passphrase": PASSPHRASE}).status_code == 403


def test_a_new_password_of_the_log_in_opens_nothing(box, letter, client_of):
    """Whoever resets an inspector's password comes in, and stands before the passphrase."""
    user = box.inspectors[0]
    user.set_password("new-password-77")
    user.save()
    client = Client()
    client.post("/account/login/", {"login": user.username, "password": "new-password-77"})
    assert client.session["_auth_user_id"] == str(user.pk)

    assert client.get(page(letter)).status_code == 200
    for guess in ("new-password-77", PASSWORD, ""):
        assert TEXT not in client.post(page(letter), {"passphrase": guess}).text
    assert TEXT in client.post(page(letter), {"passphrase": PASSPHRASE}).text  # the negative control


# --- Acts ------------------------------------------------------------------------------------------------------------
def test_a_letter_goes_through_its_states(box, letter, client_of):
    client = client_of(box.inspectors[0])
    words = {"text": "已查实，感谢。", "passphrase": PASSPHRASE, "key": uuid.uuid4()}
    for act, data, state in (
        ("accept/", {}, LetterState.ACCEPTED),
        ("close/", {}, LetterState.CLOSED),
        ("result/", words, LetterState.CLOSED),
    ):
        assert client.get(page(letter, act)).status_code == 200
        assert client.post(page(letter, act), data).status_code == 302
        letter.refresh_from_db()
        assert letter.state == state
    assert (letter.accepted_on, letter.closed_on, letter.answered_on) == (TODAY, TODAY, TODAY)
    assert letter.answer_due_on > TODAY


def test_not_for_us_takes_words_that_the_writer_reads(box, client_of, client):
    receipt = write(TEXT, client)
    letter = Letter.objects.get()
    inspector = client_of(box.inspectors[0])
    assert (
        inspector.post(page(letter, "refuse/"), {"text": "", "passphrase": PASSPHRASE, "key": uuid.uuid4()}).status_code
        == 200
    )
    inspector.post(page(letter, "refuse/"), {"text": "属于信访部门受理", "passphrase": PASSPHRASE, "key": uuid.uuid4()})

    assert Letter.objects.get().state == LetterState.NOT_ACCEPTED
    assert "属于信访部门受理" in client.post("/letters/receipt/", {"receipt": receipt}).text


def test_an_answer_reaches_the_writer(box, client_of, client):
    receipt = write(TEXT, client)
    words = {"text": "是哪一天？", "passphrase": PASSPHRASE, "key": uuid.uuid4()}
    for _click in range(2):
        client_of(box.inspectors[0]).post(page(Letter.objects.get(), "answer/"), words)

    assert (LetterMessage.objects.count(), Entry.objects.filter(action="answer_letter").count()) == (1, 1)
    assert "是哪一天？" in client.post("/letters/receipt/", {"receipt": receipt}).text


@pytest.mark.parametrize("act", ["answer/", "refuse/", "result/", "step-back/", "reseal/"])
def test_a_wrong_passphrase_does_nothing(box, letter, client_of, act):
    before = Letter.objects.values().get()
    answer = client_of(box.inspectors[0]).post(
        page(letter, act), {"text": "x", "passphrase": "wrong wrong wrong", "key": uuid.uuid4()}
    )

    assert answer.status_code == 200
    assert Letter.objects.values().get() == before


def test_who_steps_back_never_sees_it_again_and_others_do(box, letter, client_of):
    third = box.more("inspector_three", box.cast.county)
    user = box.inspectors[0]
    answer = client_of(user).post(page(letter, "step-back/"), {"passphrase": PASSPHRASE})

    assert answer.headers["Location"] == LIST
    assert client_of(user).get(page(letter)).status_code == 404
    assert TEXT in client_of(third).post(page(letter), {"passphrase": PASSPHRASE}).text


def test_nobody_steps_back_from_a_letter_that_only_two_can_read(box, letter, client_of):
    answer = client_of(box.inspectors[0]).post(page(letter, "step-back/"), {"passphrase": PASSPHRASE})

    assert answer.status_code == 200
    assert Letter.objects.get().boxes.count() == 3


def test_sealed_anew_it_reaches_a_colleague_who_came_later(box, letter, client_of):
    late = box.more("inspector_late", box.cast.county)
    client_of(box.inspectors[0]).post(page(letter, "reseal/"), {"passphrase": PASSPHRASE})

    assert TEXT in client_of(late).post(page(letter), {"passphrase": PASSPHRASE}).text


# --- Keys ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def late(box):
    return make_user("inspector_late", OfficeKind.INSPECTOR, box.cast.county)


def made(client, box, passphrase=PASSPHRASE, again=None):
    given = {"organization": box.cast.county.pk, "passphrase": passphrase, "again": again or passphrase}
    return client.post(f"{KEYS}make/", given)


def test_a_key_is_made_and_waits(box, late, client_of):
    client = client_of(late)
    assert made(client, box).status_code == 302

    key = InspectorKey.objects.get(user=late)
    assert key.state == KeyState.WAITING
    assert fingerprint_of(key.public_key) in client.get(KEYS).text


@pytest.mark.parametrize(("passphrase", "again"), [("short", None), (PASSPHRASE, "other"), ("", None)])
def test_a_weak_or_mistyped_passphrase_makes_none(box, late, client_of, passphrase, again):
    assert made(client_of(late), box, passphrase, again).status_code == 200
    assert not InspectorKey.objects.filter(user=late).exists()


def test_the_password_of_the_log_in_is_no_passphrase(box, late, client_of):
    late.set_password("a-long-password-77")
    late.save()

    assert made(client_of(late), box, "a-long-password-77").status_code == 200
    assert not InspectorKey.objects.filter(user=late).exists()


def test_an_inspector_approves_who_has_heard_the_end_of_the_fingerprint(box, late, client_of):
    made(client_of(late), box)
    key = InspectorKey.objects.get(user=late)
    ending = fingerprint_of(key.public_key)[-4:]
    client, address = client_of(box.inspectors[0]), f"{KEYS}{key.pk}/approve/"

    assert ending not in client.get(address).text.split("<form")[0]
    assert ending not in client.get(KEYS).text
    for heard, passphrase in [
        ("0000" if ending != "0000" else "1111", PASSPHRASE), (ending, "another one entirely"), (ending, ""),
    ]:  # fmt: skip
        assert client.post(address, {"heard": heard, "passphrase": passphrase}).status_code == 200
    assert InspectorKey.objects.get(user=late).state == KeyState.WAITING
    assert client.post(address, {"heard": f" {ending.lower()} ", "passphrase": PASSPHRASE}).status_code == 302
    assert InspectorKey.objects.get(user=late).signed_by == box.keys[0]


def test_who_has_no_key_of_their_own_is_told_who_can_approve(box, late, client_of):
    made(client_of(late), box)
    key = InspectorKey.objects.get(user=late)
    client, address = client_of(box.cast.county_secretary), f"{KEYS}{key.pk}/approve/"

    assert 'name="heard"' not in client.get(address).text
    assert address not in client.get(KEYS).text
    client.post(address, {"heard": fingerprint_of(key.public_key)[-4:]})
    assert InspectorKey.objects.get(user=late).state == KeyState.WAITING


def test_the_first_keys_are_approved_with_the_two_halves_on_paper(cast, today, client_of):
    private = make_recovery_key(on=TODAY, by="shell")
    box = Box(cast)
    made(client_of(cast.inspector), box)
    key = InspectorKey.objects.get()
    client, address = client_of(cast.county_secretary), f"{KEYS}{key.pk}/approve/"
    first, second = halves(private)
    heard = {"heard": fingerprint_of(key.public_key)[-4:]}

    assert 'name="first"' in client.get(address).text
    for wrong in ((first, first), (first, ""), (first, second[:-1] + ("A" if second[-1] != "A" else "B")), ("x", "y")):
        assert client.post(address, heard | {"first": wrong[0], "second": wrong[1]}).status_code == 200
    other = halves(new_pair().private)
    assert client.post(address, heard | {"first": other[0], "second": other[1]}).status_code == 200
    assert InspectorKey.objects.get().state == KeyState.WAITING
    typed = {"first": second.lower(), "second": first.replace(" ", "").replace("O", "0")}
    assert client.post(address, heard | typed).status_code == 302
    assert (InspectorKey.objects.get().state, InspectorKey.objects.get().signed_by) == (KeyState.IN_USE, None)


def test_every_holder_of_a_key_is_shown_every_new_one(box, client_of):
    stranger = make_user("inspector_far", OfficeKind.INSPECTOR, box.cast.other_district)
    client_of(stranger).post(
        f"{KEYS}make/", {"organization": box.cast.other_district.pk, "passphrase": PASSPHRASE, "again": PASSPHRASE}
    )
    below = box.more("inspector_below", box.cast.district)

    for user in (*box.inspectors, below):
        client = client_of(user)
        assert "inspector_far" in client.get(KEYS).text
        assert "inspector_far" in client.get("/").text
    assert "inspector_far" not in client_of(box.cast.secretary).get("/").text


def test_a_key_from_before_there_were_signatures_reads_on_and_is_approved_anew(box, letter, client_of):
    InspectorKey.objects.update(signing_key="", signature="", signed_by=None)
    client = client_of(box.inspectors[0])

    assert TEXT in client.post(page(letter), {"passphrase": PASSPHRASE}).text
    assert Client().post("/letters/write/", {"step": "find", "search": "第二"}).status_code == 409
    address = f"{KEYS}{box.keys[0].pk}/approve/"
    assert 'name="heard"' not in client_of(box.cast.county_secretary).get(address).text
    client.post(f"{KEYS}{box.keys[0].pk}/passphrase/", {"old": PASSPHRASE, "new": PASSPHRASE, "again": PASSPHRASE})
    first, second = halves(box.recovery)
    given = {"heard": fingerprint_of(box.keys[0].public_key)[-4:], "first": first, "second": second}
    assert client_of(box.cast.county_secretary).post(address, given).status_code == 302
    assert keys_of_inspectors(on=TODAY) == [box.keys[0]]


def test_nobody_approves_their_own(box, late, client_of):
    client = client_of(late)
    made(client, box)
    key = InspectorKey.objects.get(user=late)

    assert client.post(f"{KEYS}{key.pk}/approve/", {"heard": fingerprint_of(key.public_key)[-4:]}).status_code == 404
    assert InspectorKey.objects.get(user=late).state == KeyState.WAITING


def test_a_key_is_withdrawn_and_opens_nothing_any_more(box, letter, client_of):
    box.more("inspector_three", box.cast.county)
    client, address = client_of(box.inspectors[0]), f"{KEYS}{box.keys[0].pk}/withdraw/"
    for wrong in ({}, {"reason": "已调离本单位"}, {"reason": "已调离本单位", "passphrase": PASSWORD}):
        assert client.post(address, wrong).status_code == 200
    assert client.post(address, {"reason": "已调离本单位", "passphrase": PASSPHRASE}).status_code == 302

    assert client.post(page(letter), {"passphrase": PASSPHRASE}).status_code == 404


def test_of_two_readers_one_is_withdrawn_by_the_two_who_keep_the_recovery_key(box, client_of):
    client, address = client_of(box.inspectors[0]), f"{KEYS}{box.keys[0].pk}/withdraw/"
    assert client.post(address, {"reason": "已调离本单位", "passphrase": PASSPHRASE}).status_code == 200
    first, second = halves(box.recovery)
    assert client.post(address, {"reason": "已调离本单位", "first": first, "second": second}).status_code == 302
    assert InspectorKey.objects.get(pk=box.keys[0].pk).state == KeyState.WITHDRAWN


def test_the_passphrase_is_changed_with_the_old_one(box, letter, client_of):
    client, address = client_of(box.inspectors[0]), f"{KEYS}{box.keys[0].pk}/passphrase/"
    other = "飞机 西瓜 钢笔 雨伞 操场"
    assert client.post(address, {"old": "wrong", "new": other, "again": other}).status_code == 200
    assert client.post(address, {"old": PASSPHRASE, "new": other, "again": other}).status_code == 302

    assert TEXT in client.post(page(letter), {"passphrase": other}).text
    assert TEXT not in client.post(page(letter), {"passphrase": PASSPHRASE}).text


def test_nobody_changes_the_passphrase_of_another(box, client_of):
    address = f"{KEYS}{box.keys[0].pk}/passphrase/"

    assert client_of(box.inspectors[1]).get(address).status_code == 404


# --- Relatives -------------------------------------------------------------------------------------------------------
def test_a_relative_is_declared_once_sealed_and_shown_to_oneself_only(box, client_of):
    client, address = client_of(box.inspectors[0]), f"{LIST}relatives/"
    given = {"key": "00000000-0000-4000-8000-000000000001", "name": "周小明", "relation": "表弟"}
    for _again in range(2):
        assert client.post(address, given).status_code == 302

    row = DeclaredRelative.objects.get()
    assert "周小明" in client.get(address).text
    assert "周小明" not in client_of(box.inspectors[1]).get(address).text
    assert client_of(box.inspectors[1]).post(f"{address}{row.pk}/remove/").status_code == 404
    assert client.post(f"{address}{row.pk}/remove/").status_code == 302
    assert not DeclaredRelative.objects.exists()


def test_a_letter_about_a_declared_relative_goes_past(box, client, client_of):
    third = box.more("inspector_three", box.cast.county)
    client_of(third).post(
        f"{LIST}relatives/", {"key": "00000000-0000-4000-8000-000000000001", "name": "周明", "relation": "哥哥"}
    )
    write(TEXT, client)

    assert not Letter.objects.get().boxes.filter(inspector_key__user=third).exists()
    assert Letter.objects.get().boxes.filter(inspector_key__user=box.inspectors[0]).exists()


# --- Counts ----------------------------------------------------------------------------------------------------------
def past_letters(number):
    for _each in range(number):
        write(TEXT)
    Letter.objects.update(received_on=TODAY.replace(month=3), accept_due_on=TODAY.replace(month=4))


@pytest.mark.parametrize(("number", "told"), [(0, False), (1, False), (2, False), (3, True), (4, True)])
def test_no_count_below_three_is_told(box, client_of, number, told):
    past_letters(number)
    text = client_of(box.cast.county_secretary).get(f"{LIST}counts/").text

    assert (f">{number}</td>" in text) is told


def test_a_branch_is_told_nothing_not_even_that_there_is_nothing(box, client_of):
    before = client_of(box.cast.secretary).get(f"{LIST}counts/").text
    past_letters(4)

    assert "<tbody>" not in before
    after = client_of(box.cast.secretary).get(f"{LIST}counts/").text
    assert without_tokens(after) == without_tokens(before)


# --- The record ------------------------------------------------------------------------------------------------------
def test_acts_are_put_on_record_without_the_letter_and_without_words(box, letter, client_of):
    client = client_of(box.inspectors[0])
    client.post(page(letter), {"passphrase": PASSPHRASE})
    client.post(page(letter, "accept/"))
    said = [str(row) for row in Entry.objects.values()]

    assert any("open_letter" in one for one in said)
    assert not any(secret in one for one in said for secret in (str(letter.pk), letter.pk.hex, TEXT, letter.finder))
