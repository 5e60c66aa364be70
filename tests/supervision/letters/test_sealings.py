"""To which keys a letter was ever sealed stays with it: rows and entries put back afterwards hide nothing."""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from audit.models import Entry
from members.accounts.services import end_office, set_active
from members.models import Office, User
from members.refused import Refused
from supervision.letters import sealing
from supervision.letters.contents import empty, passphrase_cost
from supervision.letters.custody_services import ask_for_name, make_custody_key
from supervision.letters.inspector_services import reseal
from supervision.letters.key_record import print_of
from supervision.letters.key_services import make_key, make_recovery_key, withdraw_key
from supervision.models import CustodyKey, InspectorKey, Letter, RecoveryKey
from supervision.verification import _without, checks
from tests.audit.rewriting import lifted
from tests.cast import TODAY, make_user
from tests.supervision.letters.sealed import CONTACT, NAME, PASSPHRASE, approve, letter_of, seal_county, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(cast):
    return seal_county(cast)


def wrong():
    return {check.name for check in checks() if not check.ok}


@contextmanager
def edited(model, **values):
    """Rows are others for a moment, and put back byte for byte."""
    before = list(model.objects.values())
    model.objects.update(**values)
    yield
    for row in before:
        model.objects.filter(pk=row[model._meta.pk.name]).update(**row)


@contextmanager
def hidden(action):
    """Entries of an action aren't there for a moment."""
    lifted(f"UPDATE audit_entry SET action = '{action}x' WHERE action = '{action}'")
    yield
    lifted(f"UPDATE audit_entry SET action = '{action}' WHERE action = '{action}x'")


def seal_anew(sealed, receipt):
    stand(sealed.inspectors[0])
    reseal(letter=letter_of(receipt), passphrase=PASSPHRASE, on=TODAY, by=sealed.inspectors[0])


def withdraw(sealed, key):
    stand(sealed.cast.county_secretary)
    given = {"private": sealed.recovery, "by": sealed.cast.county_secretary, "reason": "已调离本单位"}
    withdraw_key(key=key, on=TODAY, **given)


def test_an_ordinary_life_is_not_named(sealed):
    receipt = sealed.write()
    sealed.another("inspector_three")
    seal_anew(sealed, receipt)
    withdraw(sealed, sealed.keys[1])
    seal_anew(sealed, receipt)
    sealed.recovery = make_recovery_key(on=TODAY, by="shell", old=sealed.recovery)
    sealed.write(text="又一封信，写的是别的事情。")
    seal_anew(sealed, receipt)

    assert wrong() == set()


def test_a_withdrawn_key_that_was_put_back_while_a_letter_came_is_named_for_ever(sealed):
    """On the very day of its withdrawal, and for a letter that was sealed to it before, too."""
    sealed.another("inspector_three")
    known, old = sealed.write(), InspectorKey.objects.values().get(pk=sealed.keys[1].pk)
    withdraw(sealed, sealed.keys[1])
    assert wrong() == set()

    with hidden("withdraw_inspector_key"), edited(InspectorKey):
        InspectorKey.objects.filter(pk=old["key"]).update(**old)
        seal_anew(sealed, known)
    seal_anew(sealed, known)

    assert not letter_of(known).boxes.filter(inspector_key=old["key"]).exists()
    assert wrong() == {"letter_sealings"}


def test_a_replaced_key_that_was_put_back_is_named_whoever_withdraws_it_afterwards(sealed):
    sealed.another("inspector_three")
    old = InspectorKey.objects.values().get(pk=sealed.keys[1].pk)
    sealed.with_key(sealed.inspectors[1])
    known = sealed.write()
    assert wrong() == set()

    with edited(InspectorKey):
        InspectorKey.objects.filter(user=sealed.inspectors[1]).update(
            state="withdrawn", withdrawn_on=TODAY, locked_private_key=""
        )
        InspectorKey.objects.filter(pk=old["key"]).update(**old)
        seal_anew(sealed, known)
    assert "letter_sealings" in wrong()
    InspectorKey.objects.filter(user=sealed.inspectors[1]).update(
        state="withdrawn", withdrawn_on=TODAY, locked_private_key=""
    )
    InspectorKey.objects.filter(pk=old["key"]).update(**old)
    withdraw(sealed, InspectorKey.objects.get(pk=old["key"]))

    assert "letter_sealings" in wrong()


def test_nobody_is_approved_over_a_record_that_is_edited_for_the_moment(sealed):
    """An entry that bears the waiting key's number would hide that what was sealed to it came too early."""
    user = make_user("inspector_three", "inspector", sealed.cast.county)
    key = make_key(user=user, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)
    entry = Entry.objects.filter(action="approve_inspector_key").latest("number")
    lifted(f"UPDATE audit_entry SET subject_id = '{key.pk}' WHERE number = {entry.number}")
    with pytest.raises(Refused, match="verify"):
        approve(key, sealed.recovery, by=sealed.cast.county_secretary)
    lifted(f"UPDATE audit_entry SET subject_id = '{entry.subject_id}' WHERE number = {entry.number}")
    approve(key, sealed.recovery, by=sealed.cast.county_secretary)

    assert wrong() == set()


@pytest.mark.parametrize("model", [InspectorKey, RecoveryKey])
def test_a_key_that_was_another_while_a_letter_came_is_named_for_ever(sealed, model, monkeypatch):
    """A recovery key from beside and what it signed, as if the chain held meanwhile."""
    keys, root = InspectorKey.objects.in_use, RecoveryKey.objects.get
    monkeypatch.setattr("supervision.letters.queries.trusted_keys", lambda: {key.pk for key in keys()})
    monkeypatch.setattr("supervision.letters.contents.recovery_key", lambda: root())
    first = model.objects.order_by("pk")[:1]
    with edited(model):
        model.objects.filter(pk=first[0].pk).update(public_key=sealing.new_pair().public)
        receipt = sealed.write()
    monkeypatch.undo()
    assert wrong() == {"letter_sealings"}
    stand(sealed.inspectors[1])
    able = [user for user in sealed.inspectors if letter_of(receipt).boxes.filter(inspector_key__user=user).exists()]
    assert able


def test_a_key_that_nobody_approved_is_named_for_ever(sealed, monkeypatch):
    """Waiting keys of puppets, in use for the moment; sealed anew by who may, it is still named."""
    puppet = make_user("puppet", "inspector", sealed.cast.county)
    pair = sealing.new_pair()
    given = {"public_key": pair.public, "signing_key": pair.signing, "made_on": TODAY}
    locked = sealing.lock_private(pair.private, PASSPHRASE, passphrase_cost())
    row = InspectorKey.objects.create(user=puppet, organization=sealed.cast.county, locked_private_key=locked, **given)
    keys = InspectorKey.objects.in_use
    monkeypatch.setattr("supervision.letters.queries.trusted_keys", lambda: {key.pk for key in keys()})
    with edited(InspectorKey):
        used = {"state": "in_use", "approved_by": sealed.cast.county_secretary, "approved_on": TODAY}
        InspectorKey.objects.filter(pk=row.pk).update(**used)
        receipt = sealed.write()
    monkeypatch.undo()
    seal_anew(sealed, receipt)

    assert not letter_of(receipt).boxes.filter(inspector_key=row).exists()
    assert wrong() == {"letter_sealings"}


def test_a_name_that_was_sealed_to_another_custodian_is_named_for_ever(sealed):
    custodian = make_user("keeper", "committee_staff", sealed.cast.county)
    make_custody_key(user=custodian, recovery=sealed.recovery, on=TODAY, by="shell")
    sealed.write(name=NAME, contact=CONTACT)
    assert wrong() == set()
    make_custody_key(user=custodian, recovery=sealed.recovery, on=TODAY, by="shell")
    assert wrong() == set()

    newest = CustodyKey.objects.get(withdrawn_on=None)
    letter = Letter.objects.get()
    Letter.objects.update(sealed_to=[*letter.sealed_to, f"name {print_of(sealing.new_pair().public)} {TODAY}"])
    assert wrong() == {"letter_sealings"}
    Letter.objects.update(sealed_to=[*letter.sealed_to, f"letter {print_of(newest.public_key)} {TODAY}"])
    assert wrong() == {"letter_sealings"}


def test_a_reason_that_was_sealed_to_another_custodians_key_meanwhile_is_named(sealed):
    custodian = make_user("keeper", "committee_staff", sealed.cast.county)
    make_custody_key(user=custodian, recovery=sealed.recovery, on=TODAY, by="shell")
    letter, reader = letter_of(sealed.write(name=NAME, contact=CONTACT)), sealed.inspectors[0]
    stand(reader)
    with edited(CustodyKey):
        CustodyKey.objects.update(public_key=sealing.new_pair().public)
        asked = {"text": "不当面核对就查不下去，请给出姓名。", "key": uuid4()}
        ask_for_name(letter=letter, passphrase=PASSPHRASE, on=TODAY, by=reader, **asked)

    assert wrong() == {"letter_sealings"}


def test_an_office_that_was_given_back_for_a_moment_is_named(sealed):
    third = sealed.another("inspector_three")
    Office.objects.filter(user=third).update(valid_from="2026-01-01", valid_until="2026-06-01")
    assert wrong() == set()
    with edited(Office):
        Office.objects.filter(user=third).update(valid_until=None)
        receipt = sealed.write()
    assert letter_of(receipt).boxes.filter(inspector_key__user=third).exists()
    seal_anew(sealed, receipt)

    assert wrong() == {"letter_sealings"}


def test_a_login_that_was_open_again_for_a_moment_is_named(sealed, monkeypatch):
    third = sealed.another("inspector_three")
    set_active(user=third, active=False, by="shell", reason="已调离本单位")
    assert wrong() == set()
    later = timezone.localdate() + timedelta(days=3)
    monkeypatch.setattr(timezone, "localdate", lambda *moment: later)
    with edited(User):
        User.objects.filter(pk=third.pk).update(is_active=True)
        receipt = sealed.write()
    assert letter_of(receipt).boxes.filter(inspector_key__user=third).exists()
    seal_anew(sealed, receipt)
    assert wrong() == {"letter_sealings"}


def test_an_office_that_is_ended_for_an_earlier_day_makes_nothing_strange(sealed):
    """It was held until somebody wrote down its end."""
    third = sealed.another("inspector_three")
    sealed.write()
    end_office(office=third.offices.get(), on=TODAY - timedelta(days=3), by="shell", reason="换届")

    assert wrong() == set()


@pytest.mark.parametrize(
    ("closed", "left"),
    [
        ([], [(1, 9)]),
        ([(3, 5)], [(1, 3), (5, 9)]),
        ([(3, 12)], [(1, 3)]),
        ([(3, 5), (7, 12)], [(1, 3), (5, 7)]),
        ([(10, 12)], [(1, 9)]),
    ],
)
def test_days_on_which_a_login_was_closed_are_taken_out_but_for_their_ends(closed, left):
    assert _without([(1, 9)], closed) == left


def test_approving_a_key_afterwards_makes_nothing_good(sealed, monkeypatch):
    """A key that waits was in use for the moment, and is approved on that very day."""
    third = make_user("inspector_three", "inspector", sealed.cast.county)
    key = make_key(user=third, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)
    keys = InspectorKey.objects.in_use
    monkeypatch.setattr("supervision.letters.queries.trusted_keys", lambda: {one.pk for one in keys()})
    with edited(InspectorKey):
        used = {"state": "in_use", "approved_by": sealed.cast.county_secretary, "approved_on": TODAY}
        InspectorKey.objects.filter(pk=key.pk).update(**used)
        sealed.write()
    monkeypatch.undo()
    approve(key, sealed.recovery, by=sealed.cast.county_secretary)
    assert wrong() == {"letter_sealings"}

    withdraw(sealed, InspectorKey.objects.get(pk=key.pk))
    assert "letter_sealings" in wrong()


def test_what_was_destroyed_tells_of_no_reader(sealed):
    letter = letter_of(sealed.write())
    empty(letter, on=TODAY)

    assert Letter.objects.get().sealed_to == []
