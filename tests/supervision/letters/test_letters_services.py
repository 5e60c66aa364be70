"""What the writer of a sealed letter does: everything lies inside the ciphertext, and the receipt alone opens it."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from audit.models import Entry
from members.choices import OfficeKind
from members.refused import Refused
from supervision.letters import sealing
from supervision.letters.contents import Damaged, NamedSubject, NoReaders, message_place, official_channels
from supervision.letters.key_services import make_recovery_key
from supervision.letters.rules import LEADERSHIP, MEMBER
from supervision.letters.services import add_by_writer, open_by_receipt, write_letter
from supervision.models import InspectorKey, Letter, LetterBox, LetterMessage, RecoveryKey
from tests.cast import TODAY, make_cast
from tests.supervision.letters.sealed import CONTACT, NAME, WORDS, letter_of, seal_county


@pytest.fixture
def sealed(cast):
    return seal_county(cast)


def rows():
    return [model.objects.count() for model in (Letter, LetterBox, LetterMessage)]


def changed(text: str) -> str:
    """The same with one character changed in its middle."""
    at = len(text) // 2
    return text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1 :]


def test_a_letter_is_sealed_to_two_inspectors_and_the_recovery_key(sealed):
    given = sealed.write()

    letter = letter_of(given)
    assert (letter.organization, letter.received_on, letter.state) == (sealed.cast.county, TODAY, "received")
    assert letter.accept_due_on == date(2026, 12, 15), "15 workdays"
    assert not letter.is_named
    assert {box.inspector_key for box in letter.boxes.all()} == {*sealed.keys, None}
    assert letter.boxes.get(inspector_key=None).recovery_key == RecoveryKey.objects.get()
    assert (given.committee, given.readers) == ("县委", 2)


def test_nothing_of_it_is_outside_the_ciphertext_and_no_entry_is_written(sealed):
    before = Entry.objects.count()
    given = sealed.write(name=NAME, contact=CONTACT, close=["亲家甲"])

    letter = letter_of(given)
    stored = repr([vars(letter), [vars(box) for box in letter.boxes.all()]])
    assert letter.is_named
    for word in (WORDS, NAME, CONTACT, "张三", "亲家甲", given.digits, given.digits[8:], str(sealed.cast.branch.key)):
        assert word not in stored
    assert Entry.objects.count() == before
    assert open_by_receipt(given.digits).contents.text == WORDS, "the negative control: the receipt finds all of it"


def test_a_receipt_opens_and_a_wrong_one_does_not(sealed):
    given = sealed.write(name=NAME, contact=CONTACT)

    view = open_by_receipt(given.grouped)
    assert (view.contents.text, view.contents.name, view.contents.contact) == (WORDS, NAME, CONTACT)
    assert view.contents.subjects == (NamedSubject(sealed.cast.branch.key, MEMBER, ("张三",)),)
    assert view.messages == ()
    for wrong in ("", "1234", given.digits[:8] + "0" * 16, "0" * 24, given.digits[::-1]):
        assert open_by_receipt(wrong) is None


def test_a_wrong_receipt_takes_as_long_whether_it_finds_a_letter_or_not(sealed, settings):
    settings.LETTER_RECEIPT_COST = (1, 16 << 20)
    given = sealed.write()

    def taken(receipt: str) -> float:
        def once() -> float:
            before = time.process_time()
            assert open_by_receipt(receipt) is None
            return time.process_time() - before

        return statistics.median(once() for _each in range(9))

    there, missing = taken(given.digits[:8] + "0" * 16), taken("9" * 24)
    assert 0.5 < there / missing < 2


def test_both_sides_of_the_dialogue_lie_under_the_letters_key(sealed):
    given = sealed.write()

    view = add_by_writer(receipt=given.digits, text=" 还有一件事 ", on=TODAY + timedelta(days=1))

    assert [(one.number, one.is_from_writer, one.text) for one in view.messages] == [(1, True, "还有一件事")]
    row = LetterMessage.objects.get()
    assert (row.number, row.is_from_writer, row.written_on) == (1, True, TODAY + timedelta(days=1))
    assert "还有" not in row.ciphertext
    assert add_by_writer(receipt="0" * 24, text="x", on=TODAY) is None
    assert LetterMessage.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": "  "}, "text"),
        ({"text": "字" * 20_001}, "text"),
        ({"subjects": []}, "subjects"),
        ({"post": "king"}, "subjects"),
        ({"many": 11}, "subjects"),
    ],
)
def test_what_is_refused_leaves_nothing(sealed, given, field):
    key = sealed.cast.branch.key
    if "post" in given:
        given = {"subjects": [NamedSubject(key, given["post"])]}
    if "many" in given:
        given = {"subjects": [NamedSubject(key, MEMBER, ("张三",))] * given["many"]}

    with pytest.raises(Refused) as refusal:
        sealed.write(**given)

    assert refusal.value.field == field
    assert rows() == [0, 0, 0]


def test_with_nobody_to_read_it_nothing_is_stored_and_the_official_ways_are_shown(sealed):
    about = NamedSubject(sealed.cast.county.key, LEADERSHIP)

    with pytest.raises(NoReaders) as refusal:
        sealed.write(subjects=[about])

    assert rows() == [0, 0, 0]
    assert refusal.value.channels == official_channels()
    assert any("12388" in channel.sentence for channel in official_channels())
    assert {(str(one.citation.level), str(one.citation.verification)) for one in official_channels()} == {("N", "U")}


@pytest.mark.parametrize("left_out", ["key", "office", "log-in", "relative", "close"])
def test_with_one_reader_left_it_is_refused(sealed, left_out):
    from supervision.letters.services import declare_relative  # noqa: PLC0415

    user, key, given = sealed.inspectors[1], sealed.keys[1], {}
    if left_out == "key":
        InspectorKey.objects.filter(pk=key.pk).update(state="withdrawn", locked_private_key="")
    if left_out == "office":
        user.offices.update(valid_until=TODAY)
    if left_out == "log-in":
        type(user).objects.filter(pk=user.pk).update(is_active=False)
    if left_out == "relative":
        declare_relative(key=key.pk, user=user, name="张三", relation="表弟")
    if left_out == "close":
        given = {"close": ["inspector_two"]}

    with pytest.raises(NoReaders):
        sealed.write(**given)
    assert rows() == [0, 0, 0]


def test_without_a_recovery_key_the_administrator_is_told(sealed):
    RecoveryKey.objects.update(withdrawn_on=TODAY)

    with pytest.raises(Refused, match="make_recovery_key"):
        sealed.write()
    assert rows() == [0, 0, 0]


def test_a_double_click_stores_one_letter_and_shows_the_same_receipt(sealed):
    digits = sealing.receipt()

    assert sealed.write(receipt=digits) == sealed.write(receipt=digits)
    assert sealed.write(receipt=digits).digits == digits
    assert rows() == [1, 3, 0]


def test_a_receipt_that_finds_another_letter_is_replaced(sealed):
    first = sealed.write()
    taken = first.digits[:8] + "1" * 16

    second = sealed.write(receipt=taken)

    assert second.digits[:8] != first.digits[:8]
    assert open_by_receipt(first.digits)
    assert open_by_receipt(second.digits)


def test_what_was_changed_in_the_database_says_so(sealed):
    given = sealed.write()
    letter = letter_of(given)
    Letter.objects.update(ciphertext=changed(letter.ciphertext))

    with pytest.raises(Damaged, match="改动或损坏"):
        open_by_receipt(given.digits)

    Letter.objects.update(ciphertext=letter.ciphertext, writer_box="nothing")
    with pytest.raises(Damaged):
        open_by_receipt(given.digits)
    Letter.objects.update(writer_box=changed(letter.writer_box))
    assert open_by_receipt(given.digits) is None, "a changed lock is a lock that the receipt doesn't open"


def test_messages_stay_where_they_were_written(sealed):
    """Neither can one be put into another place, nor said to be the other side's."""
    given = sealed.write()
    for text in ("一", "二"):
        add_by_writer(receipt=given.digits, text=text, on=TODAY)
    first, second = LetterMessage.objects.all()
    LetterMessage.objects.filter(pk=first.pk).update(ciphertext=second.ciphertext)

    with pytest.raises(Damaged):
        open_by_receipt(given.digits)

    LetterMessage.objects.filter(pk=first.pk).update(ciphertext=first.ciphertext, is_from_writer=False)
    with pytest.raises(Damaged):
        open_by_receipt(given.digits)
    assert message_place(letter_of(given), 1, is_from_writer=True) != message_place(
        letter_of(given), 1, is_from_writer=False
    )


def test_ciphertexts_of_two_letters_can_not_be_exchanged(sealed):
    first, second = sealed.write(), sealed.write(text="另一封")
    Letter.objects.filter(finder=first.digits[:8]).update(ciphertext=letter_of(second).ciphertext)

    with pytest.raises(Damaged):
        open_by_receipt(first.digits)


def test_a_letter_about_a_head_goes_one_level_up(sealed):
    """Two inspectors at the district read about members of its branches, not about the branch's secretary."""
    for name in ("district_one", "district_two"):
        sealed.another(name, sealed.cast.district)

    member = letter_of(sealed.write())
    head = letter_of(sealed.write(subjects=[NamedSubject(sealed.cast.branch.key, OfficeKind.SECRETARY)]))

    assert (member.organization, head.organization) == (sealed.cast.district, sealed.cast.county)


def test_the_same_queries_whomever_it_is_about(sealed, django_assert_num_queries):
    other = NamedSubject(sealed.cast.other_branch.key, MEMBER, ("赵东山", "钱七"))
    for subjects in ([other], sealed.facts()["subjects"], [other, *sealed.facts()["subjects"]]):
        with django_assert_num_queries(22):
            sealed.write(subjects=subjects)


@pytest.mark.django_db(transaction=True)
def test_eight_writers_at_once_each_have_their_letter():
    sealed = seal_county(make_cast())

    def write(number: int):
        try:
            return write_letter(**sealed.facts(text=f"第{number}件"))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(write, range(8)))

    assert [open_by_receipt(one.digits).contents.text for one in receipts] == [f"第{n}件" for n in range(8)]
    assert rows() == [8, 24, 0]


@pytest.mark.django_db(transaction=True)
def test_eight_clicks_at_once_are_one_letter():
    sealed, digits = seal_county(make_cast()), sealing.receipt()

    def write(_number: int):
        try:
            return write_letter(**sealed.facts(receipt=digits))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        receipts = list(pool.map(write, range(8)))

    assert {one.digits for one in receipts} == {digits}
    assert rows() == [1, 3, 0]


def test_a_new_recovery_key_takes_the_place_of_the_old_one(sealed):
    old = RecoveryKey.objects.get()

    private = make_recovery_key(on=TODAY, by="shell", old=sealed.recovery)

    letter = letter_of(sealed.write())
    box = letter.boxes.get(inspector_key=None)
    old.refresh_from_db()
    assert old.withdrawn_on == TODAY
    assert sealing.open_with(private, box.sealed_key)
    with pytest.raises(sealing.Broken):
        sealing.open_with(sealed.recovery, box.sealed_key)
