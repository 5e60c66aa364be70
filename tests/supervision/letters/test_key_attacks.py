"""Who tries to become a reader of letters without an inspector's signature, and doesn't.

Each attack is a function that does what the attacker does. It is shown to matter: with the signatures left aside the
next letter is sealed to the attacker.
"""

from datetime import timedelta

import pytest
from django.db import connection

from members.choices import OfficeKind
from members.models import Office
from members.refused import Refused
from supervision.letters import queries, sealing
from supervision.letters.key_services import approve_first_key, approve_key, make_key
from supervision.letters.queries import ROOT, keys_of_inspectors, proved_text, recovery_key, signed
from supervision.letters.sealing import statement
from supervision.models import InspectorKey, LetterBox, RecoveryKey
from supervision.verification import checks
from tests.cast import TODAY, make_user
from tests.supervision.letters.sealed import PASSPHRASE, letter_of, seal_county, stand

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(cast):
    return seal_county(cast)


def invented(sealed, name):
    """A user of the attacker with the office of inspector and a key of their own: an administrator can go so far."""
    user = make_user(name, OfficeKind.INSPECTOR, sealed.cast.county)
    stand(user)
    return make_key(user=user, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)


def two_invented_approve_each_other(sealed):
    first, second = invented(sealed, "invented_one"), invented(sealed, "invented_two")
    stand(first.user, second.user)
    for key, by in ((first, second.user), (second, first.user)):
        for approve in (approve_key, approve_first_key):
            given = {"passphrase": PASSPHRASE} if approve is approve_key else {"private": bytes(32)}
            with pytest.raises(Refused):
                approve(key=key, on=TODAY, by=by, **given)
    in_sql(first, second)
    return [first, second]


def a_flag_is_set(sealed):
    key = invented(sealed, "invented_one")
    in_sql(key)
    return [key]


def in_sql(*keys):
    """As anybody does who can write to the database."""
    for key in keys:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE supervision_inspectorkey SET state = 'in_use', approved_on = %s, approved_by_id = %s "
                "WHERE public_key = %s",
                [TODAY, Office.objects.exclude(user=key.user_id).filter(user__isnull=False).first().user_id,
                 key.public_key],
            )  # fmt: skip


def they_sign_each_other_in_the_database(sealed):
    keys = [invented(sealed, "invented_one"), invented(sealed, "invented_two")]
    in_sql(*keys)
    for key, signer in (keys, reversed(keys)):
        write_signature(key, signer, private_of(signer))
    return keys


def it_signs_itself(sealed):
    key = invented(sealed, "invented_one")
    in_sql(key)
    write_signature(key, key, private_of(key))
    return [key]


def a_signature_is_copied(sealed):
    """From a key that is trusted: same signer, same words, another key."""
    key = invented(sealed, "invented_one")
    in_sql(key)
    InspectorKey.objects.filter(pk=key.pk).update(signature=sealed.keys[0].signature)
    return [key]


def a_trusted_row_gets_the_attackers_public_key(sealed):
    """The row of a real inspector stays, with its signature; only letters would be sealed to another private half."""
    pair = sealing.new_pair()
    InspectorKey.objects.filter(pk=sealed.keys[0].pk).update(public_key=pair.public)
    return [sealed.keys[0]]


def a_trusted_row_gets_another_owner(sealed):
    thief = make_user("invented_one", OfficeKind.INSPECTOR, sealed.cast.county)
    InspectorKey.objects.filter(pk=sealed.keys[0].pk).update(user=thief)
    return [sealed.keys[0]]


def a_recovery_key_of_their_own_signs(sealed):
    pair, key = sealing.new_pair(), invented(sealed, "invented_one")
    RecoveryKey.objects.filter(withdrawn_on=None).update(public_key=pair.public, signing_key=pair.signing)
    in_sql(key)
    write_signature(key, None, pair.private)
    return [key]


def private_of(key):
    return sealing.unlock_private(key.locked_private_key, PASSPHRASE)


def write_signature(key, signer, private):
    row = InspectorKey.objects.select_related("organization").get(pk=key.pk)
    row.signed_by = signer
    row.signature = sealing.sign(private, statement(signed(row, row.organization.key)))
    row.save(update_fields=["signed_by", "signature"])


ATTACKS = [
    two_invented_approve_each_other,
    a_flag_is_set,
    they_sign_each_other_in_the_database,
    it_signs_itself,
    a_signature_is_copied,
    a_trusted_row_gets_the_attackers_public_key,
    a_trusted_row_gets_another_owner,
    a_recovery_key_of_their_own_signs,
]


def without_signatures(monkeypatch):
    """The program as if it believed what stands in the row."""
    everybody = lambda: set(InspectorKey.objects.values_list("pk", flat=True))  # noqa: E731
    monkeypatch.setattr(queries, "trusted_keys", everybody)
    monkeypatch.setattr(queries, "is_proved", lambda row: True)
    monkeypatch.setattr(queries, "is_last_made", lambda row: True)


def wrong():
    """What `manage.py verify` says of letters and keys, where it is not well."""
    return {check.name: check.detail for check in checks() if not check.ok}


def boxes_of(sealed):
    """The keys to which the next letter is sealed; None where it isn't taken."""
    try:
        letter = letter_of(sealed.write())
    except Refused:
        return None
    return set(LetterBox.objects.filter(letter=letter).values_list("inspector_key", flat=True)) - {None}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_no_letter_is_sealed_to_a_key_that_nobody_trusted_has_signed(sealed, attack):
    keys = attack(sealed)

    assert not (boxes_of(sealed) or set()) & {key.pk for key in keys}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_believing_the_row_it_would_be(sealed, attack, monkeypatch):
    keys = attack(sealed)
    without_signatures(monkeypatch)

    assert (boxes_of(sealed) or set()) >= {key.pk for key in keys}


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_verify_names_the_key(sealed, attack):
    assert not wrong()
    keys = attack(sealed)

    assert all(str(key.pk) in wrong()["inspector_keys"] for key in keys)


def test_a_recovery_key_that_was_put_there_gets_no_letter_and_is_named(sealed):
    """Every letter is sealed to it as well: whoever puts in a public half of their own would read all."""
    pair = sealing.new_pair()
    RecoveryKey.objects.update(public_key=pair.public, signing_key=pair.signing)

    assert (recovery_key(), boxes_of(sealed), keys_of_inspectors(on=TODAY)) == (None, None, [])
    assert str(RecoveryKey.objects.get().pk) in wrong()["recovery_key"]


def test_the_proof_of_a_recovery_key_survives_a_rotation_of_the_ring(sealed, settings):
    from audit.keyring import new_key, proves  # noqa: PLC0415
    from members.verification import reseal_everything  # noqa: PLC0415

    old = settings.FIELD_KEYS
    settings.FIELD_KEYS = [new_key(), *old]
    assert recovery_key()
    reseal_everything(by="system")
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]

    assert recovery_key()
    row = RecoveryKey.objects.get()
    assert proves(row.proof, proved_text(row.public_key, row.signing_key), purpose=ROOT)
    assert not proves(row.proof, proved_text(row.public_key, row.signing_key), purpose=b"another")


def test_what_a_withdrawn_key_had_signed_stays_trusted(sealed):
    from supervision.letters.key_services import withdraw_key  # noqa: PLC0415

    third = sealed.another("third")
    signer = InspectorKey.objects.get(user=third).signed_by
    stand(sealed.cast.county_secretary)
    given = {"reason": "已调离本单位", "private": sealed.recovery, "by": sealed.cast.county_secretary}
    withdraw_key(key=signer, on=TODAY + timedelta(days=1), **given)

    assert third.pk in {key.user_id for key in keys_of_inspectors(on=TODAY)}
