"""Names of writers: apart from the letter, with a custodian who reads none, and released with a reason."""

import io
import json
import uuid

import pytest
from django.core.management import call_command
from django.test import Client

from audit.models import Entry
from members.choices import OfficeKind
from members.refused import Refused
from supervision.letters import custody_services, sealing
from supervision.letters.custody_services import custodian, make_custody_key
from supervision.letters.key_services import make_recovery_key
from supervision.letters.queries import start_links
from supervision.models import CustodyKey, InspectorKey, Letter, NameRequest, SealedName
from supervision.verification import letter_checks
from tests.cast import TODAY, make_user
from tests.supervision.letters.letterbox import PASSPHRASE, letter_of, open_box, write
from tests.supervision.letters.sealed import stand
from tests.world import BACKEND

pytestmark = pytest.mark.django_db
TEXT = "报销发票 与 实际 不符"
NAME, CONTACT = "龚胜利", "13900001111"
REASON = "领料单只有写信人看过原件，不当面核对就查不下去。"


@pytest.fixture
def box(cast, today):
    box = open_box(cast)
    box.custodian = make_user("custodian")
    box.custody = make_custody_key(user=box.custodian, recovery=box.recovery, on=TODAY, by="shell")
    return box


@pytest.fixture
def receipt(box):
    return write(TEXT, name=NAME, contact=CONTACT)


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def opened_by(user) -> str:
    address = f"/supervision/letters/{Letter.objects.get().pk}/"
    return client_of(user).post(address, {"passphrase": PASSPHRASE}).text


def ask(user, reason: str = REASON, key: uuid.UUID | None = None):
    given = {"key": key or uuid.uuid4(), "text": reason, "passphrase": PASSPHRASE}
    return client_of(user).post(f"/supervision/letters/{Letter.objects.get().pk}/ask-name/", given)


def decide(box, act: str, private: bytes | None = None, user=None):
    first, second = sealing.halves(private or box.custody)
    address = f"/supervision/letters/names/{NameRequest.objects.latest('asked_on').pk}/"
    return client_of(user or box.custodian).post(address, {"first": first, "second": second, "act": act})


def seen_by_writer(receipt: str) -> str:
    return Client().post("/letters/receipt/", {"receipt": receipt}).text


# --- From the writer to the custodian ---------------------------------------------------------------------------------
def test_the_readers_of_a_letter_do_not_see_who_wrote_it(box, receipt):
    letter = Letter.objects.get()

    assert letter.is_named
    for user in box.inspectors:
        page = opened_by(user)
        assert TEXT in page and "ask-name" in page
        assert NAME not in page and CONTACT not in page
    assert {bool(one.custody_key) for one in SealedName.objects.all()} == {True, False}


def test_without_a_custodian_they_do(cast, today):
    """The negative control, and what the form says then."""
    box = open_box(cast)
    write(TEXT, name=NAME, contact=CONTACT)

    assert NAME in opened_by(box.inspectors[0])
    assert not SealedName.objects.exists()


def test_the_form_says_where_the_name_lies(box):
    address, place = "/letters/write/", {"place": "branch"}
    assert "单独密封" in Client().post(address, place).text
    CustodyKey.objects.update(withdrawn_on=TODAY)
    assert "单独密封" not in Client().post(address, place).text


def test_the_custodian_finds_on_the_start_page_what_waits(box, receipt):
    stand(box.custodian)
    assert list(start_links(box.custodian, on=TODAY)) == []
    ask(box.inspectors[0])

    (link,) = start_links(box.custodian, on=TODAY)
    assert (link.url, "1" in link.text) == ("/supervision/letters/names/", True)
    decide(box, "refuse")
    assert list(start_links(box.custodian, on=TODAY)) == []


def test_released_with_a_reason_every_reader_sees_it_and_the_writer_is_told(box, receipt):
    assert ask(box.inspectors[0]).status_code == 302
    read = decide(box, "read")
    assert REASON in read.text and NAME not in read.text
    assert REASON in seen_by_writer(receipt) and "由保管人决定" in seen_by_writer(receipt)
    assert decide(box, "release").status_code == 302

    assert all(NAME in opened_by(user) and CONTACT in opened_by(user) for user in box.inspectors)
    assert "已向读信人公开" in seen_by_writer(receipt)
    acts = list(Entry.objects.values_list("action", flat=True))
    assert {"make_custody_key", "ask_for_writers_name", "release_writers_name"} <= set(acts)
    entries = repr(list(Entry.objects.values()))
    assert not any(part in entries for part in (NAME, REASON, str(Letter.objects.get().pk)))


def test_refused_nobody_sees_it_the_writer_is_told_and_one_may_ask_again(box, receipt):
    ask(box.inspectors[0])
    decide(box, "refuse")

    assert not any(NAME in opened_by(user) for user in box.inspectors)
    assert "未公开" in seen_by_writer(receipt)
    assert ask(box.inspectors[1], REASON + "再请求一次。").status_code == 302


def test_a_reader_who_comes_later_does_not_see_a_released_name(box, receipt):
    ask(box.inspectors[0])
    decide(box, "release")
    late = box.more("thirdreader", box.cast.county)
    client_of(box.inspectors[0]).post(
        f"/supervision/letters/{Letter.objects.get().pk}/reseal/", {"passphrase": PASSPHRASE}
    )

    assert TEXT in opened_by(late) and NAME not in opened_by(late)
    assert NAME in opened_by(box.inspectors[0])


# --- Asking and deciding ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("reason", ["", "要", "x" * 10])
def test_a_reason_of_substance_is_needed(box, receipt, reason):
    assert ask(box.inspectors[0], reason).status_code == 200
    assert not NameRequest.objects.exists()


def test_asked_twice_it_is_one_request(box, receipt):
    key = uuid.uuid4()
    for user, given in ((0, key), (0, key), (1, uuid.uuid4())):
        ask(box.inspectors[user], key=given)

    assert NameRequest.objects.count() == 1
    assert list(Entry.objects.values_list("action", flat=True)).count("ask_for_writers_name") == 1


def test_of_a_letter_without_a_name_nothing_can_be_asked(box):
    write(TEXT)

    assert ask(box.inspectors[0]).status_code == 200
    assert not NameRequest.objects.exists()


def test_only_the_custodian_sees_and_decides(box, receipt):
    ask(box.inspectors[0])
    for user in (box.inspectors[0], box.cast.administrator, box.cast.secretary):
        assert decide(box, "release", user=user).status_code == 404
    assert "2026" not in client_of(box.cast.administrator).get("/supervision/letters/names/").text.split("<main")[1]
    assert NameRequest.objects.get().state == "asked"


@pytest.mark.parametrize("act", ["read", "release", "refuse"])
def test_another_key_opens_and_decides_nothing(box, receipt, act):
    ask(box.inspectors[0])
    answer = decide(box, act, private=sealing.new_pair().private)

    assert answer.status_code == 200 and REASON not in answer.text
    assert NameRequest.objects.get().state == "asked"


def test_who_becomes_a_reader_keeps_no_names(box, receipt):
    ask(box.inspectors[0])
    from members.accounts.services import give_office  # noqa: PLC0415

    given = {"organization": box.cast.county, "on": TODAY, "decided_by": "决定", "by": "system"}
    give_office(user=box.custodian, kind=OfficeKind.INSPECTOR, **given)

    assert custodian(on=TODAY) is None
    assert decide(box, "release").status_code == 200
    assert NameRequest.objects.get().state == "asked"


def test_verify_names_a_custodian_whom_another_recovery_key_signed(box):
    """Names go into the letters then, until the key is made anew."""
    void = lambda: [check.detail for check in letter_checks() if check.name == "custody_key" and not check.ok]  # noqa: E731
    assert void() == []

    box.recovery = make_recovery_key(on=TODAY, by="shell", old=box.recovery)
    assert box.custodian.get_full_name() in void()[0]
    make_custody_key(user=box.custodian, recovery=box.recovery, on=TODAY, by="shell")
    assert void() == []


# --- Who may be custodian ---------------------------------------------------------------------------------------------
def test_an_inspector_is_made_no_custodian(box):
    with pytest.raises(Refused):
        make_custody_key(user=box.inspectors[0], recovery=box.recovery, on=TODAY, by="shell")


def test_without_the_recovery_key_nobody_is(box):
    """Also who can write rows: the signature is missing."""
    with pytest.raises(Refused):
        make_custody_key(user=box.cast.administrator, recovery=sealing.new_pair().private, on=TODAY, by="shell")
    CustodyKey.objects.update(withdrawn_on=TODAY)
    own = sealing.new_pair()
    CustodyKey.objects.create(user=box.cast.administrator, public_key=own.public, signature="x", made_on=TODAY)
    assert custodian(on=TODAY) is None


def test_without_the_signature_asked_for_any_row_would_do(box, monkeypatch):
    """The negative control."""
    CustodyKey.objects.update(signature="x")
    assert custodian(on=TODAY) is None
    monkeypatch.setattr(custody_services.sealing, "is_signed", lambda *_given: True)
    assert custodian(on=TODAY) == CustodyKey.objects.get()


def test_a_custodian_whom_the_letter_names_gets_no_name(box):
    given = letter_of(TEXT, names="周明，custodian", name=NAME, contact=CONTACT)
    answer = Client().post("/letters/write/", given)

    assert not Letter.objects.exists()
    assert "保管" in answer.text
    assert Client().post("/letters/write/", given | {"name": "", "contact": ""}).status_code == 200
    assert Letter.objects.count() == 1


def test_the_command_shows_both_halves_once(box, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(sealing.halves(box.recovery))))
    said = io.StringIO()
    call_command("make_custody_key", "--user", "custodian", "--recovery-key-stdin", "--json", stdout=said)
    private = sealing.private_on(json.loads(said.getvalue())["halves"])

    assert custodian(on=TODAY).public_key == sealing.public_of(private)
    assert CustodyKey.objects.filter(withdrawn_on__isnull=True).count() == 1


# --- Going back -------------------------------------------------------------------------------------------------------
def test_the_same_letter_sent_twice_seals_the_name_once(box):
    sent = letter_of(TEXT, name=NAME, contact=CONTACT)
    answers = [Client().post("/letters/write/", sent).text for _click in range(2)]
    keys = set(SealedName.objects.values_list("pk", flat=True))

    assert not any("已补充" in answer for answer in answers)
    assert "已补充" in Client().post("/letters/write/", sent | {"contact": "13911112222"}).text
    assert set(SealedName.objects.values_list("pk", flat=True)).isdisjoint(keys)
    ask(box.inspectors[0])
    decide(box, "release")
    assert "13911112222" in opened_by(box.inspectors[0])


def test_one_of_another_letter_is_damaged(box, receipt):
    other = write("另一封", name="王五", contact="13800000000")
    letters = {receipt: "", other: ""}
    first, second = (Letter.objects.get(finder=one[:8]) for one in letters)
    moved = second.names.get(custody_key__isnull=False).sealed_name
    first.names.filter(custody_key__isnull=False).update(sealed_name=moved)
    given = {"key": uuid.uuid4(), "text": REASON, "passphrase": PASSPHRASE}
    client_of(box.inspectors[0]).post(f"/supervision/letters/{first.pk}/ask-name/", given)

    assert "改动或损坏" in decide(box, "release").text
    assert not SealedName.objects.filter(inspector_key__in=InspectorKey.objects.all()).exists()
