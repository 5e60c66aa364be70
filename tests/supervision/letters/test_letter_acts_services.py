"""What inspectors do with a letter: opening takes the passphrase, the record never says with which."""

from datetime import date, timedelta

import pytest

from audit.models import Entry
from members.accounts.services import reset_password
from members.choices import OfficeKind
from members.models import Removal
from members.refused import Refused
from members.trail.retention import carry_out
from supervision.letters import sealing
from supervision.letters.contents import Damaged, NamedSubject
from supervision.letters.inspector_services import (
    accept,
    answer,
    close,
    not_accept,
    open_by_inspector,
    reseal,
    step_back,
    tell_result,
)
from supervision.letters.key_services import make_recovery_key, recover_letters, withdraw_key
from supervision.letters.queries import keys_of_inspectors, letter_counts, with_too_few_readers
from supervision.letters.rules import MEMBER, few
from supervision.letters.services import add_by_writer, kept_until, open_by_receipt, shred_due
from supervision.models import Letter, LetterBox, LetterMessage
from tests.cast import TODAY
from tests.supervision.letters.sealed import CONTACT, NAME, PASSPHRASE, WORDS, letter_of, seal_county, stand

LATER = TODAY + timedelta(days=1)


@pytest.fixture
def sealed(cast):
    return seal_county(cast)


@pytest.fixture
def given(sealed):
    return sealed.write(name=NAME, contact=CONTACT)


@pytest.fixture
def letter(sealed, given):
    stand(*sealed.inspectors, sealed.cast.county_secretary)
    return letter_of(given)


@pytest.fixture
def inspector(sealed):
    return sealed.inspectors[0]


def entries():
    rows = Entry.objects.in_order().values_list("action", "actor", "subject_kind", "subject_id", "organization_code")
    return [row for row in rows if "letter" in row[0]]


def readers(letter):
    return {box.inspector_key.user.username for box in letter.boxes.filter(recovery_key=None)}


def open_it(letter, user, passphrase=PASSPHRASE):
    return open_by_inspector(letter=letter, user=user, passphrase=passphrase)


def test_both_inspectors_open_it_and_the_record_does_not_say_which(sealed, letter):
    for user in sealed.inspectors:
        opened = open_it(letter, user)
        assert (opened.contents.text, opened.contents.name) == (WORDS, NAME)
        assert "letter_key" not in repr(opened)

    assert entries() == [("open_letter", user.username, "", "", "county") for user in sealed.inspectors]
    assert str(letter.pk) not in repr(list(Entry.objects.values()))


@pytest.mark.parametrize("who", ["wrong passphrase", "password", "not sealed to", "office ended", "key withdrawn"])
def test_nobody_else_opens_it(sealed, letter, inspector, who):
    user, passphrase = inspector, PASSPHRASE
    if who == "wrong passphrase":
        passphrase = "another passphrase"
    if who == "password":
        passphrase = "red-flag-52"
    if who == "not sealed to":
        user = sealed.another("inspector_three")
        stand(user)
    if who == "office ended":
        user.offices.update(valid_until=TODAY)
        stand(user)
    if who == "key withdrawn":
        withdraw_key(key=sealed.keys[0], on=TODAY, by=user, reason="已调离本单位", private=sealed.recovery)

    with pytest.raises(Refused) as refusal:
        open_it(letter, user, passphrase)

    assert refusal.value.field == "passphrase"
    assert entries() == []


def test_a_new_password_for_the_log_in_opens_nothing(sealed, letter, inspector):
    before = sealed.keys[0].locked_private_key
    password = reset_password(user=inspector, by="shell")
    sealed.keys[0].refresh_from_db()

    assert sealed.keys[0].locked_private_key == before
    with pytest.raises(Refused):
        open_it(letter, inspector, password)
    assert open_it(letter, inspector).contents.text == WORDS, "the negative control: the passphrase still does"


def test_what_was_changed_says_so(sealed, letter, inspector):
    box = letter.boxes.get(inspector_key=sealed.keys[0])
    other = sealing.seal_to(sealed.keys[0].public_key, sealing.new_letter_key())
    for stored in ("nothing", other):
        LetterBox.objects.filter(pk=box.pk).update(sealed_key=stored)
        with pytest.raises(Damaged):
            open_it(letter, inspector)


def test_both_talk_through_the_receipt(sealed, given, letter, inspector):
    answer(letter=letter, passphrase=PASSPHRASE, text="哪一天？", on=LATER, by=inspector)
    add_by_writer(receipt=given.digits, text="十月八日", on=LATER)

    said = [(one.number, one.is_from_writer, one.text) for one in open_it(letter, sealed.inspectors[1]).messages]
    assert said == [(1, False, "哪一天？"), (2, True, "十月八日")]
    assert said == [(one.number, one.is_from_writer, one.text) for one in open_by_receipt(given.digits).messages]
    assert entries()[0] == ("answer_letter", "inspector", "", "", "county")


def test_its_days_in_order(given, letter, inspector):
    accept(letter=letter, on=LATER, by=inspector)
    close(letter=letter, on=date(2026, 12, 1), by=inspector)
    row = letter_of(given)
    assert (row.state, row.accepted_on, row.closed_on) == ("closed", LATER, date(2026, 12, 1))
    assert row.answer_due_on == date(2026, 12, 22), "15 workdays"

    opened = tell_result(letter=letter, passphrase=PASSPHRASE, text="已处理", on=date(2026, 12, 3), by=inspector)

    assert [one.text for one in opened.messages] == ["已处理"]
    assert letter_of(given).answered_on == date(2026, 12, 3)
    with pytest.raises(Refused, match="反馈过"):
        tell_result(letter=letter, passphrase=PASSPHRASE, text="已处理", on=date(2026, 12, 4), by=inspector)
    assert [row[0] for row in entries()] == ["accept_letter", "close_letter", "tell_letter_result"]


def test_not_accepted_is_closed_with_the_reason(given, letter, inspector):
    not_accept(letter=letter, passphrase=PASSPHRASE, text="请向信访部门反映", on=LATER, by=inspector)

    row = letter_of(given)
    assert (row.state, row.accepted_on, row.closed_on, row.answered_on) == ("not_accepted", LATER, LATER, LATER)
    assert [one.text for one in open_by_receipt(given.digits).messages] == ["请向信访部门反映"]


@pytest.mark.parametrize("act", ["accept", "not_accept", "close", "tell_result", "early", "stranger"])
def test_out_of_turn_nothing_changes(sealed, given, letter, inspector, act):
    said = {"passphrase": PASSPHRASE, "text": "好"}
    turns = {
        "accept": lambda: (accept(letter=letter, on=LATER, by=inspector),) * 2,
        "close": lambda: close(letter=letter, on=LATER, by=inspector),
        "tell_result": lambda: tell_result(letter=letter, **said, on=LATER, by=inspector),
        "early": lambda: accept(letter=letter, on=TODAY - timedelta(days=1), by=inspector),
        "stranger": lambda: accept(letter=letter, on=LATER, by=sealed.cast.county_secretary),
    }
    if act in ("accept", "not_accept"):
        accept(letter=letter, on=LATER, by=inspector)
        turns["accept"] = lambda: accept(letter=letter, on=LATER, by=inspector)
        turns["not_accept"] = lambda: not_accept(letter=letter, **said, on=LATER, by=inspector)
    before, written = vars(letter_of(given)), len(entries())

    with pytest.raises(Refused):
        turns[act]()

    assert {k: v for k, v in vars(letter_of(given)).items() if k != "_state"} == {
        k: v for k, v in before.items() if k != "_state"
    }
    assert len(entries()) == written
    assert not LetterMessage.objects.exists()


# --- Moving on ------------------------------------------------------------------------------------------------------
def test_stepping_back_gives_it_to_those_who_remain(sealed, given, letter, inspector):
    sealed.another("inspector_three")

    step_back(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=inspector)

    assert readers(letter) == {"inspector_two", "inspector_three"}
    with pytest.raises(Refused):
        open_it(letter, inspector)
    three = sealed.inspectors[2]
    stand(three)
    assert open_it(letter, three).contents.text == WORDS
    assert open_by_receipt(given.digits).contents.text == WORDS
    assert entries()[0] == ("step_back_from_letter", "inspector", "", "", "county")
    assert letter.boxes.filter(inspector_key=None).count() == 1


def test_who_stepped_back_never_gets_it_again(sealed, given, letter, inspector):
    sealed.another("inspector_three")
    step_back(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=inspector)

    assert reseal(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=sealed.inspectors[1]) == 2
    assert readers(letter) == {"inspector_two", "inspector_three"}


def test_stepping_back_is_refused_where_fewer_than_two_would_remain(letter, inspector):
    with pytest.raises(Refused, match="不足两名"):
        step_back(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=inspector)

    assert readers(letter) == {"inspector", "inspector_two"}
    assert entries() == []


def test_stepping_back_moves_the_case_one_committee_up(sealed, inspector):
    one, two = (sealed.another(name, sealed.cast.district) for name in ("district_one", "district_two"))
    letter = letter_of(sealed.write())
    assert readers(letter) == {"district_one", "district_two"}
    stand(one, two)

    step_back(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=one)

    letter.refresh_from_db()
    assert letter.organization == sealed.cast.county
    assert readers(letter) == {"inspector", "inspector_two"}
    assert entries() == [("step_back_from_letter", "district_one", "", "", "district")]


def test_with_a_key_withdrawn_the_other_reader_is_told_and_seals_it_anew(sealed, letter, inspector):
    sealed.another("inspector_three")

    given = {"by": sealed.inspectors[1], "reason": "已调离本单位", "passphrase": PASSPHRASE}
    assert withdraw_key(key=sealed.keys[1], on=TODAY, **given) == 1

    assert with_too_few_readers([letter.pk], keys_of_inspectors(on=TODAY)) == {letter.pk}
    assert reseal(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=inspector) == 2
    assert readers(letter) == {"inspector", "inspector_three"}
    assert with_too_few_readers([letter.pk], keys_of_inspectors(on=TODAY)) == set()


def test_with_all_passphrases_lost_the_recovery_key_seals_it_anew(sealed, given, letter):
    for user in list(sealed.inspectors):
        sealed.with_key(user)
    assert readers(letter) == set()

    done = recover_letters(private=sealed.recovery, every=False, on=TODAY, by="shell")

    assert vars(done) == {"resealed": 1, "refused": 0}
    assert readers(letter) == {"inspector", "inspector_two"}
    assert open_it(letter, sealed.inspectors[0]).contents.text == WORDS
    assert vars(recover_letters(private=sealed.recovery, every=False, on=TODAY, by="shell")) == {
        "resealed": 0,
        "refused": 0,
    }
    assert ("recover_letters", "shell", "", "", "") in entries()


def test_an_older_recovery_key_still_opens_what_was_sealed_to_it(sealed, letter):
    new = make_recovery_key(on=TODAY, by="shell", old=sealed.recovery)

    assert vars(recover_letters(private=new, every=True, on=TODAY, by="shell")) == {"resealed": 0, "refused": 1}
    assert vars(recover_letters(private=sealed.recovery, every=True, on=TODAY, by="shell"))["resealed"] == 1
    assert vars(recover_letters(private=new, every=True, on=TODAY, by="shell"))["resealed"] == 1
    with pytest.raises(Refused):
        recover_letters(private=sealing.new_pair().private, every=True, on=TODAY, by="shell")


# --- Days, destruction, counts --------------------------------------------------------------------------------------
def test_after_its_time_nothing_of_it_is_left(sealed, given, letter, inspector):
    accept(letter=letter, on=TODAY, by=inspector)
    close(letter=letter, on=TODAY, by=inspector)
    tell_result(letter=letter, passphrase=PASSPHRASE, text="已处理", on=TODAY, by=inspector)
    last = kept_until(letter_of(given))
    assert last == TODAY + timedelta(days=730)
    assert shred_due(on=last) == 0

    assert shred_due(on=last + timedelta(days=1)) == 1

    row = letter_of(given)
    assert (row.ciphertext, row.writer_box, row.shredded_on) == ("", "", last + timedelta(days=1))
    assert not LetterBox.objects.exists()
    assert not LetterMessage.objects.exists()
    assert open_by_receipt(given.digits) is None
    with pytest.raises(Refused):
        open_it(row, inspector)
    assert shred_due(on=last + timedelta(days=2)) == 0


def test_what_is_open_or_owed_to_a_named_writer_is_kept(given, letter, inspector):
    assert kept_until(letter) is None
    accept(letter=letter, on=TODAY, by=inspector)
    assert shred_due(on=date(2099, 1, 1)) == 0
    close(letter=letter, on=TODAY, by=inspector)
    assert shred_due(on=date(2099, 1, 1)) == 0
    Letter.objects.update(is_named=False)
    assert shred_due(on=date(2099, 1, 1)) == 1


def test_the_job_of_the_night_destroys_what_is_due_and_says_of_none_how_many(letter, inspector):
    not_accept(letter=letter, passphrase=PASSPHRASE, text="x", on=TODAY, by=inspector)
    carry_out(on=TODAY)
    Letter.objects.update(received_on=date(2020, 1, 1), closed_on=date(2020, 1, 2))

    carry_out(on=TODAY + timedelta(days=1))

    assert not Letter.objects.unshredded().exists()
    told = Entry.objects.filter(action="remove_overdue", details__kind="letters")
    assert [entry.details for entry in told] == [{"kind": "letters"}] * 2
    assert set(Removal.objects.filter(kind="letters").values_list("removed", flat=True)) == {0}


@pytest.mark.parametrize(
    ("received", "closed", "shown"),
    [
        (0, 0, (0, 0)),
        (1, 0, (None, None)),
        (2, 2, (None, None)),
        (3, 0, (3, 0)),
        (3, 1, (3, None)),
        (3, 3, (3, 3)),
        (5, 3, (5, None)),
        (6, 3, (6, 3)),
    ],
)
def test_no_figure_of_one_or_two_is_shown_or_can_be_told(received, closed, shown):
    assert few(received, closed) == shown


def test_a_committee_is_told_the_count_of_whole_months(sealed):
    def counts(on=date(2026, 12, 5), year=2026, path=sealed.cast.county.path):
        return [(one.code, one.received, one.closed) for one in letter_counts(path, year, on=on)]

    assert counts() == []
    for _each in range(2):
        sealed.write()
    assert counts() == [("county", None, None)]
    sealed.write()
    assert counts() == [("county", 3, 0)]
    assert counts(on=date(2026, 11, 30)) == [], "nothing of the month that runs"
    assert counts(on=date(2027, 3, 1), year=2027) == []
    assert counts(path=sealed.cast.district.path) == []


def test_letters_about_several_reach_who_is_above_all(sealed):
    for name in ("district_one", "district_two"):
        sealed.another(name, sealed.cast.district)
    near = NamedSubject(sealed.cast.branch.key, MEMBER, ("张三",))
    far = NamedSubject(sealed.cast.other_branch.key, MEMBER, ("李四",))

    assert readers(letter_of(sealed.write(subjects=[near]))) == {"district_one", "district_two"}
    assert readers(letter_of(sealed.write(subjects=[near, far]))) == {"inspector", "inspector_two"}


def test_an_inspector_who_left_is_no_reader_any_more(sealed, letter):
    sealed.inspectors[1].offices.filter(kind=OfficeKind.INSPECTOR).update(valid_until=TODAY)

    assert with_too_few_readers([letter.pk], keys_of_inspectors(on=TODAY)) == {letter.pk}
