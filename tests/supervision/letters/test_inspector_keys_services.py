"""Keys of inspectors, their relatives, and the commands and checks that keep letters readable."""

import io
import json
import uuid

import pytest
from django.core.management import call_command

from audit.models import Entry
from members.choices import OfficeKind
from members.refused import Refused
from rulebook.console import WrongUse
from supervision.letters import sealing
from supervision.letters.inspector_services import open_by_inspector
from supervision.letters.key_services import (
    approve_first_key,
    approve_key,
    change_passphrase,
    make_key,
    make_recovery_key,
)
from supervision.letters.queries import keys_of_inspectors
from supervision.letters.rules import fingerprint_of
from supervision.letters.services import declare_relative, remove_relative
from supervision.models import DeclaredRelative, InspectorKey, Letter, LetterBox, RecoveryKey
from supervision.verification import checks
from tests.cast import PASSWORD, TODAY, make_user
from tests.supervision.letters.sealed import PASSPHRASE, WORDS, letter_of, seal_county, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def waiting(cast):
    stand(cast.inspector, cast.county_secretary, cast.district_staff)
    cast.recovery = make_recovery_key(on=TODAY, by="shell")
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
        ("inspector", "十一个字也还是不够长", "passphrase"),
        ("inspector", "eleven sign", "passphrase"),
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


def first(cast, key, by=None, private=None):
    approve_first_key(key=key, private=private or cast.recovery, on=TODAY, by=by or cast.county_secretary)


def test_a_second_person_approves_with_the_recovery_key(cast, waiting):
    first(cast, waiting)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.approved_by, waiting.approved_on) == ("in_use", cast.county_secretary, TODAY)
    assert (last_entry().action, last_entry().organization_code) == ("approve_inspector_key", "county")


@pytest.mark.parametrize("who", ["inspector", "secretary", "district_staff", "administrator", "stranger"])
def test_neither_oneself_nor_who_has_no_such_office(cast, waiting, who):
    user = cast.users()[who]
    stand(user)

    with pytest.raises(Refused):
        first(cast, waiting, by=user)

    waiting.refresh_from_db()
    assert waiting.state == "waiting"


def test_a_key_whose_owner_left_the_office_or_that_was_approved_before_is_refused(cast, waiting):
    cast.inspector.offices.update(valid_until=TODAY)
    with pytest.raises(Refused):
        first(cast, waiting)
    cast.inspector.offices.update(valid_until=None)
    first(cast, waiting)
    with pytest.raises(Refused):
        first(cast, waiting)


def test_approving_another_withdraws_the_older(cast, waiting):
    first(cast, waiting)
    newer = make_key(user=cast.inspector, organization=cast.county, passphrase=PASSPHRASE, on=TODAY)

    first(cast, newer)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.withdrawn_on, waiting.locked_private_key) == ("withdrawn", TODAY, "")
    assert list(InspectorKey.objects.in_use()) == [newer]


def test_two_inspectors_approve_a_third_with_their_passphrase_and_no_longer_the_recovery_key(sealed):
    third = make_user("third", OfficeKind.INSPECTOR, sealed.cast.county)
    stand(third, *sealed.inspectors, sealed.cast.county_secretary)
    key = make_key(user=third, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)
    for refused in (
        lambda: approve_first_key(key=key, private=sealed.recovery, on=TODAY, by=sealed.cast.county_secretary),
        lambda: approve_key(key=key, passphrase="another", on=TODAY, by=sealed.inspectors[0]),
        lambda: approve_key(key=key, passphrase=PASSPHRASE, on=TODAY, by=sealed.cast.county_secretary),
        lambda: approve_key(key=key, passphrase=PASSPHRASE, on=TODAY, by=third),
    ):
        with pytest.raises(Refused):
            refused()
        assert InspectorKey.objects.get(pk=key.pk).state == "waiting"

    approve_key(key=key, passphrase=PASSPHRASE, on=TODAY, by=sealed.inspectors[1])

    key.refresh_from_db()
    assert (key.state, key.signed_by, key.approved_by) == ("in_use", sealed.keys[1], sealed.inspectors[1])


def test_an_inspector_below_approves_nothing_above(sealed):
    below = sealed.another("below", sealed.cast.district)
    late = make_user("late", OfficeKind.INSPECTOR, sealed.cast.county)
    stand(below, late)
    key = make_key(user=late, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)

    with pytest.raises(Refused):
        approve_key(key=key, passphrase=PASSPHRASE, on=TODAY, by=below)


def test_another_passphrase_for_the_same_key(sealed):
    letter, user, key = letter_of(sealed.write()), sealed.inspectors[0], sealed.keys[0]
    stand(user)
    for given, by, field in [
        ({"old": "wrong", "new": "青山 绿水 红旗 黄河 长江"}, user, "old"),
        ({"old": PASSPHRASE, "new": "short"}, user, "new"),
        ({"old": PASSPHRASE, "new": "青山 绿水 红旗 黄河 长江"}, sealed.inspectors[1], None),
    ]:
        with pytest.raises(Refused) as refusal:
            change_passphrase(key=key, by=by, **given)
        assert refusal.value.field == field

    change_passphrase(key=key, old=PASSPHRASE, new="青山 绿水 红旗 黄河 长江", by=user)

    assert open_by_inspector(letter=letter, user=user, passphrase="青山 绿水 红旗 黄河 长江").contents.text == WORDS
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


def test_the_recovery_key_is_shown_once_in_two_halves_and_its_public_halves_stored(db):
    answer = run("make_recovery_key")

    private, row = sealing.private_on(answer["halves"]), RecoveryKey.objects.get()
    assert (row.public_key, row.signing_key) == (sealing.public_of(private), sealing.signing_public_of(private))
    assert answer["fingerprint"] == fingerprint_of(row.public_key)
    assert last_entry().action == "make_recovery_key"


def type_in(monkeypatch, *lines):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))


def test_letters_are_recovered_from_the_shell(sealed, monkeypatch):
    sealed.write()
    LetterBox.objects.filter(recovery_key=None).delete()
    type_in(monkeypatch, *sealing.halves(sealed.recovery))

    assert run("recover_letters", "--private-key-stdin") == {"resealed": 1, "refused": 0}
    assert LetterBox.objects.count() == 3


def test_a_recovery_key_is_replaced_by_both_its_halves_and_what_it_approved_stays(sealed, monkeypatch):
    with pytest.raises(WrongUse, match="两半"):
        run("make_recovery_key")
    type_in(monkeypatch, *sealing.halves(sealing.new_pair().private))
    with pytest.raises(WrongUse):
        run("make_recovery_key", "--old-stdin")
    type_in(monkeypatch, *sealing.halves(sealed.recovery))

    run("make_recovery_key", "--old-stdin")

    assert {key.pk for key in keys_of_inspectors(on=TODAY)} == {key.pk for key in sealed.keys}
    assert RecoveryKey.objects.filter(withdrawn_on=None).count() == 1


@pytest.mark.parametrize("typed", ["", "nonsense", "AAAA"])
def test_what_is_no_recovery_key_is_wrong_use(sealed, monkeypatch, typed):
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
