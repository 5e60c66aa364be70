"""Keys of inspectors, their relatives, and the commands and checks that keep letters readable."""

import io
import json
import uuid

import pytest
from django.core.management import call_command

from audit.models import Entry
from members.choices import OfficeKind
from members.services.refused import Refused
from supervision import sealing
from supervision.models import DeclaredRelative, InspectorKey, Letter, LetterBox, RecoveryKey
from supervision.services.inspector_keys import approve_key, change_passphrase, make_key, withdraw_key
from supervision.services.letters import open_by_inspector
from supervision.services.relatives import declare_relative, remove_relative
from supervision.verification import checks
from tests.cast import PASSWORD, TODAY, make_user
from tests.supervision.sealed import PASSPHRASE, WORDS, letter_of, seal_county, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(cast):
    stand(cast.inspector, cast.county_secretary, cast.district_staff)
    return make_key(user=cast.inspector, organization=cast.county, passphrase=PASSPHRASE, on=TODAY)


@pytest.fixture
def sealed(cast):
    return seal_county(cast)


def last_entry():
    return Entry.objects.in_order().last()


def test_a_key_waits_and_its_private_half_is_locked(cast, waiting):
    assert (waiting.state, waiting.made_on, waiting.approved_by) == ("waiting", TODAY, None)
    private = sealing.unlock_private(waiting.locked_private_key, PASSPHRASE)
    assert sealing.public_of(private) == waiting.public_key
    assert (last_entry().action, last_entry().actor) == ("make_inspector_key", "inspector")
    assert PASSPHRASE not in repr(list(Entry.objects.values()))


def test_a_new_one_takes_the_place_of_one_that_waits(cast, waiting):
    again = make_key(user=cast.inspector, organization=cast.county, passphrase=PASSPHRASE, on=TODAY)

    assert list(InspectorKey.objects.all()) == [again]


@pytest.mark.parametrize(
    ("who", "passphrase", "field"),
    [
        ("inspector", "short", "passphrase"),
        ("inspector", PASSWORD, "passphrase"),
        ("county_secretary", PASSPHRASE, "organization"),
        ("secretary", PASSPHRASE, "organization"),
    ],
)
def test_a_key_that_is_refused(cast, who, passphrase, field):
    cast.inspector.set_password(PASSWORD + "-long")
    passphrase = PASSWORD + "-long" if passphrase == PASSWORD else passphrase

    with pytest.raises(Refused) as refusal:
        make_key(user=cast.users()[who], organization=cast.county, passphrase=passphrase, on=TODAY)

    assert refusal.value.field == field
    assert not InspectorKey.objects.exists()


def test_a_second_person_approves(cast, waiting):
    approve_key(key=waiting, on=TODAY, by=cast.county_secretary)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.approved_by, waiting.approved_on) == ("in_use", cast.county_secretary, TODAY)
    assert (last_entry().action, last_entry().organization_code) == ("approve_inspector_key", "county")


@pytest.mark.parametrize("who", ["inspector", "secretary", "district_staff", "administrator", "stranger"])
def test_neither_oneself_nor_who_has_no_such_office(cast, waiting, who):
    user = cast.users()[who]
    stand(user)

    with pytest.raises(Refused):
        approve_key(key=waiting, on=TODAY, by=user)

    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_a_key_whose_owner_left_the_office_or_that_was_approved_before_is_refused(cast, waiting):
    cast.inspector.offices.update(valid_until=TODAY)
    with pytest.raises(Refused):
        approve_key(key=waiting, on=TODAY, by=cast.county_secretary)
    cast.inspector.offices.update(valid_until=None)
    approve_key(key=waiting, on=TODAY, by=cast.county_secretary)
    with pytest.raises(Refused):
        approve_key(key=waiting, on=TODAY, by=cast.county_secretary)


def test_approving_another_withdraws_the_older(cast, waiting):
    approve_key(key=waiting, on=TODAY, by=cast.county_secretary)
    newer = make_key(user=cast.inspector, organization=cast.county, passphrase=PASSPHRASE, on=TODAY)

    approve_key(key=newer, on=TODAY, by=cast.county_secretary)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.withdrawn_on) == ("withdrawn", TODAY)
    assert list(InspectorKey.objects.in_use()) == [newer]


def test_a_withdrawn_key_opens_nothing_that_is_stored(sealed):
    letter = letter_of(sealed.write())
    stand(sealed.cast.county_secretary, sealed.cast.secretary)
    with pytest.raises(Refused):
        withdraw_key(key=sealed.keys[0], on=TODAY, by=sealed.cast.secretary)

    assert withdraw_key(key=sealed.keys[0], on=TODAY, by=sealed.cast.county_secretary) == 1

    assert not letter.boxes.filter(inspector_key=sealed.keys[0]).exists()
    assert last_entry().action == "withdraw_inspector_key"
    with pytest.raises(Refused):
        withdraw_key(key=sealed.keys[0], on=TODAY, by=sealed.cast.county_secretary)


def test_another_passphrase_for_the_same_key(sealed):
    letter, user, key = letter_of(sealed.write()), sealed.inspectors[0], sealed.keys[0]
    stand(user)
    for given, by, field in [
        ({"old": "wrong", "new": "青山 绿水 红旗 黄河"}, user, "old"),
        ({"old": PASSPHRASE, "new": "short"}, user, "new"),
        ({"old": PASSPHRASE, "new": "青山 绿水 红旗 黄河"}, sealed.inspectors[1], None),
    ]:
        with pytest.raises(Refused) as refusal:
            change_passphrase(key=key, by=by, **given)
        assert refusal.value.field == field

    change_passphrase(key=key, old=PASSPHRASE, new="青山 绿水 红旗 黄河", by=user)

    assert open_by_inspector(letter=letter, user=user, passphrase="青山 绿水 红旗 黄河").contents.text == WORDS
    with pytest.raises(Refused):
        open_by_inspector(letter=letter, user=user, passphrase=PASSPHRASE)
    assert InspectorKey.objects.get(pk=key.pk).public_key == key.public_key


def test_relatives_are_declared_once_and_taken_back_by_oneself(cast):
    key = uuid.uuid4()
    for _click in range(2):
        entry = declare_relative(key=key, user=cast.inspector, name=" 周建国 ", relation="表兄")

    stored = DeclaredRelative.objects.get()
    assert (stored.name.open(), stored.relation) == ("周建国", "表兄")
    assert Entry.objects.filter(action="declare_relative").count() == 1
    assert "周建国" not in repr(list(Entry.objects.values()))
    for refused in (
        lambda: declare_relative(key=key, user=cast.secretary, name="周", relation="兄"),
        lambda: declare_relative(key=uuid.uuid4(), user=cast.inspector, name=" · ", relation="兄"),
        lambda: declare_relative(key=uuid.uuid4(), user=cast.inspector, name="周", relation=" "),
        lambda: remove_relative(entry=entry, by=cast.secretary),
    ):
        with pytest.raises(Refused):
            refused()
    remove_relative(entry=entry, by=cast.inspector)
    assert not DeclaredRelative.objects.exists()
    assert last_entry().action == "remove_relative"


# --- Commands and checks --------------------------------------------------------------------------------------------
def run(command: str, *arguments: str):
    out = io.StringIO()
    call_command(command, *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_recovery_key_is_shown_once_and_its_public_half_stored(db):
    from base64 import b64decode  # noqa: PLC0415

    private = b64decode(run("make_recovery_key")["private_key"])

    assert RecoveryKey.objects.get().public_key == sealing.public_of(private)
    assert last_entry().action == "make_recovery_key"


def test_letters_are_recovered_from_the_shell(sealed, monkeypatch):
    from base64 import b64encode  # noqa: PLC0415

    sealed.write()
    LetterBox.objects.filter(recovery_key=None).delete()
    monkeypatch.setattr("sys.stdin", io.StringIO(b64encode(sealed.recovery).decode() + "\n"))

    assert run("recover_letters", "--private-key-stdin") == {"resealed": 1, "refused": 0}
    assert LetterBox.objects.count() == 3


@pytest.mark.parametrize("typed", ["", "nonsense", "AAAA"])
def test_what_is_no_recovery_key_is_wrong_use(sealed, monkeypatch, typed):
    from rulebook.console import WrongUse  # noqa: PLC0415

    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    with pytest.raises(WrongUse):
        call_command("recover_letters", "--private-key-stdin")


def found_wrong():
    return {check.name: check.detail for check in checks() if not check.ok}


def test_verify_finds_letters_that_too_few_can_read(sealed):
    sealed.write()
    assert found_wrong() == {}
    LetterBox.objects.filter(inspector_key=sealed.keys[0]).delete()
    assert set(found_wrong()) == {"letter_readers"}
    LetterBox.objects.filter(inspector_key=None).delete()
    assert set(found_wrong()) == {"letter_readers", "letter_recovery"}
    Letter.objects.update(ciphertext="", writer_box="", shredded_on=TODAY)
    assert set(found_wrong()) == {"letter_shredded"}


def test_an_inspector_of_two_committees_has_a_key_for_each(cast):
    user = make_user("both", OfficeKind.INSPECTOR, cast.county)
    user.offices.create(kind=OfficeKind.INSPECTOR, organization=cast.district)

    for place in (cast.county, cast.district):
        make_key(user=user, organization=place, passphrase=PASSPHRASE, on=TODAY)

    assert InspectorKey.objects.count() == 2
