"""A shell alone replaces no recovery key: not with field keys of its own, not by taking away what stands in the way.

The attack is carried to its end once: with the question left out the next letter is sealed to the attacker.
"""

import io
import itertools
import json
import tempfile
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.utils.timezone import localtime

from audit.keyring import new_key, proof
from audit.models import Entry
from members.choices import OfficeKind
from members.refused import Refused
from supervision.letters import key_record, key_services, queries, sealing
from supervision.letters.contents import Damaged, passphrase_cost
from supervision.letters.custody_services import make_custody_key
from supervision.letters.key_services import approve_first_key, make_key, make_recovery_key, withdraw_key
from supervision.letters.queries import ROOT, keys_of_inspectors, proved_text, recovery_key
from supervision.models import InspectorKey, LetterBox, RecoveryKey
from supervision.verification import checks
from tests.audit.rewriting import lifted
from tests.cast import TODAY, make_user
from tests.supervision.letters.sealed import PASSPHRASE, seal_county, stand

pytestmark = pytest.mark.django_db
OWN = new_key()


@pytest.fixture
def sealed(cast):
    return seal_county(cast)


def command(*options, lines=(), monkeypatch):
    """`make_recovery_key` as somebody at a shell gives it; what it printed, or None where it refused."""
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    out = io.StringIO()
    try:
        call_command("make_recovery_key", *options, "--json", stdout=out, skip_checks=True)
    except (CommandError, ImproperlyConfigured):
        return None
    return sealing.private_on(json.loads(out.getvalue())["halves"])


# --- Whose keys the program is started with -----------------------------------------------------------------------
def ring_of_ones_own(settings, folder):
    settings.FIELD_KEYS = [OWN]


def ones_own_before_the_real_one(settings, folder):
    settings.FIELD_KEYS = [OWN, *settings.FIELD_KEYS]


def ones_own_behind_the_real_one(settings, folder):
    settings.FIELD_KEYS = [*settings.FIELD_KEYS, OWN]


def a_file_of_ones_own(settings, folder):
    (folder / "field_keys").write_text(OWN)
    settings.FIELD_KEYS_FILE = folder / "field_keys"


def an_empty_file(settings, folder):
    (folder / "field_keys").write_text("\n")
    settings.FIELD_KEYS_FILE = folder / "field_keys"


def no_file(settings, folder):
    settings.FIELD_KEYS_FILE = folder / "field_keys"


RINGS = [
    ring_of_ones_own, ones_own_before_the_real_one, ones_own_behind_the_real_one, a_file_of_ones_own, an_empty_file,
    no_file,
]  # fmt: skip


# --- What was taken away before -----------------------------------------------------------------------------------
def nothing(sealed):
    """All stands."""


def proof_is_emptied(sealed):
    RecoveryKey.objects.update(proof="")


def it_looks_withdrawn(sealed):
    RecoveryKey.objects.update(withdrawn_on=TODAY)


def it_looks_older_than_signatures(sealed):
    """Only the signed keys of inspectors still show that it isn't."""
    RecoveryKey.objects.update(proof="", signing_key="")


def its_row_is_gone(sealed):
    RecoveryKey.objects.all().delete()


def keys_are_withdrawn(sealed):
    InspectorKey.objects.update(state="withdrawn", withdrawn_on=TODAY, locked_private_key="")


def it_and_all_signatures_are_emptied(sealed):
    """What an installation from before signatures looks like: the record knows better."""
    it_looks_older_than_signatures(sealed)
    InspectorKey.objects.update(signature="", signing_key="")


def all_of_it_is_gone(sealed):
    LetterBox.objects.all().delete()
    InspectorKey.objects.all().delete()
    RecoveryKey.objects.all().delete()


TAKEN = [
    nothing, proof_is_emptied, it_looks_withdrawn, it_looks_older_than_signatures, its_row_is_gone, keys_are_withdrawn,
    it_and_all_signatures_are_emptied, all_of_it_is_gone,
]  # fmt: skip


OPTIONS = ([], ["--lost"], ["--old-stdin"], ["--old-stdin", "--lost"])


@pytest.mark.parametrize("taken", TAKEN, ids=lambda taken: taken.__name__)
def test_no_ring_and_no_missing_row_makes_another_recovery_key(sealed, settings, tmp_path, monkeypatch, taken):
    taken(sealed)
    monkeypatch.setattr(key_record, "definition_faults", lambda: iter(()))  # costs a second each; has its own test
    before = set(RecoveryKey.objects.values_list("pk", "withdrawn_on"))
    real, halves = settings.FIELD_KEYS, sealing.halves(sealing.new_pair().private)

    for ring, options in itertools.product(RINGS, OPTIONS):
        settings.FIELD_KEYS, settings.FIELD_KEYS_FILE = real, None
        ring(settings, Path(tempfile.mkdtemp(dir=tmp_path)))
        assert command(*options, lines=halves, monkeypatch=monkeypatch) is None, (ring.__name__, options)
    assert set(RecoveryKey.objects.values_list("pk", "withdrawn_on")) == before


@pytest.mark.parametrize("ring", [ring_of_ones_own, a_file_of_ones_own], ids=lambda ring: ring.__name__)
def test_under_a_ring_of_ones_own_neither_halves_nor_passphrases_help(sealed, settings, tmp_path, monkeypatch, ring):
    """Whoever has them needs no other ring."""
    ring(settings, tmp_path)
    agreed = ["--lost", "--agreed-by", *(user.username for user in sealed.inspectors)]

    assert command(*agreed, lines=[PASSPHRASE, PASSPHRASE], monkeypatch=monkeypatch) is None
    assert command("--old-stdin", lines=sealing.halves(sealed.recovery), monkeypatch=monkeypatch) is None


def test_when_all_keys_were_withdrawn_a_lost_half_is_not_made_good_by_a_shell(sealed, monkeypatch):
    """Done by the two people with the sheets; a shell could wait for that day."""
    stand(sealed.cast.county_secretary)
    for key in sealed.keys:
        given = {"private": sealed.recovery, "by": sealed.cast.county_secretary, "reason": "已调离本单位"}
        withdraw_key(key=key, on=TODAY, **given)

    assert command("--lost", monkeypatch=monkeypatch) is None
    assert command("--old-stdin", lines=sealing.halves(sealed.recovery), monkeypatch=monkeypatch)


def test_whose_signature_was_spoilt_is_still_asked(sealed, monkeypatch):
    """Else one edited row would leave one person to agree, and two nobody."""
    InspectorKey.objects.filter(pk=sealed.keys[1].pk).update(signature=sealed.keys[0].signature)
    one, other = (user.username for user in sealed.inspectors)

    assert command("--lost", "--agreed-by", one, lines=[PASSPHRASE], monkeypatch=monkeypatch) is None
    both = ["--lost", "--agreed-by", one, other]
    assert command(*both, lines=[PASSPHRASE, PASSPHRASE], monkeypatch=monkeypatch) is None


@pytest.mark.parametrize("what", ["signatures emptied", "keys deleted"])
def test_who_empties_signatures_in_the_database_needs_no_fewer(sealed, monkeypatch, what):
    """The record still says that keys were approved."""
    if what == "signatures emptied":
        InspectorKey.objects.update(signature="")
    else:
        LetterBox.objects.all().delete()
        InspectorKey.objects.all().delete()

    assert command("--lost", monkeypatch=monkeypatch) is None


def test_whose_signature_was_emptied_is_still_asked(sealed, monkeypatch):
    """Else one edited row would leave one person to agree."""
    InspectorKey.objects.filter(pk=sealed.keys[1].pk).update(signature="")
    agreed = ["--lost", "--agreed-by", sealed.inspectors[0].username]

    assert command(*agreed, lines=[PASSPHRASE], monkeypatch=monkeypatch) is None


def test_what_was_approved_before_the_recovery_key_was_replaced_counts_too(sealed, monkeypatch):
    """The newer one signed those keys again, which the record doesn't say of each."""
    make_recovery_key(on=TODAY, by="shell", old=sealed.recovery)
    InspectorKey.objects.update(signature="")

    assert command("--lost", monkeypatch=monkeypatch) is None


def stone():
    """A recovery key from beside: the ring proves it, this record knows nothing of it."""
    pair = sealing.new_pair()
    proved = proof(proved_text(pair.public, pair.signing), purpose=ROOT)
    return pair, RecoveryKey(public_key=pair.public, signing_key=pair.signing, proof=proved, made_on=TODAY)


def from_another_installation(sealed):
    """Made under the same keys in a database beside this one, and written over this one's."""
    pair, row = stone()
    RecoveryKey.objects.all().delete()
    row.save()
    return pair.private


def beside_the_real_one(sealed):
    """With the index gone that allows one in use."""
    pair, row = stone()
    row.pk = UUID(int=1)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX recovery_key_one_in_use")
    row.save()
    return pair.private


def one_that_was_replaced(sealed):
    """Whoever has its halves still, puts it into use again."""
    old = RecoveryKey.objects.get()
    make_recovery_key(on=TODAY, by="shell", old=sealed.recovery)
    RecoveryKey.objects.exclude(pk=old.pk).update(withdrawn_on=TODAY)
    RecoveryKey.objects.filter(pk=old.pk).update(withdrawn_on=None)
    return sealed.recovery


STONES = [from_another_installation, beside_the_real_one, one_that_was_replaced]


@pytest.mark.parametrize("put", STONES, ids=lambda put: put.__name__)
def test_a_recovery_key_that_the_record_did_not_make_last_replaces_and_withdraws_nothing(sealed, monkeypatch, put):
    private = put(sealed)
    stand(sealed.cast.county_secretary)

    assert command("--old-stdin", lines=sealing.halves(private), monkeypatch=monkeypatch) is None
    for key in sealed.keys:
        with pytest.raises(Refused):
            given = {"private": private, "by": sealed.cast.county_secretary, "reason": "已调离本单位"}
            withdraw_key(key=key, on=TODAY, **given)


@pytest.mark.parametrize("put", [from_another_installation, one_that_was_replaced], ids=lambda put: put.__name__)
def test_without_the_record_it_would(sealed, monkeypatch, put):
    monkeypatch.setattr(queries, "is_last_made", lambda row: True)
    private = put(sealed)

    assert command("--old-stdin", lines=sealing.halves(private), monkeypatch=monkeypatch)


def test_a_private_half_that_was_slipped_under_opens_nothing(sealed):
    """The entry's mark is over the public halves: the private one has to belong to them."""
    sealed.another("inspector_three")
    locked = sealing.lock_private(sealing.new_pair().private, "别人的 口令 也有 四个 词", passphrase_cost())
    InspectorKey.objects.filter(pk=sealed.keys[1].pk).update(locked_private_key=locked)
    stand(sealed.inspectors[1])

    with pytest.raises(Damaged):
        given = {"reason": "口令丢失了", "passphrase": "别人的 口令 也有 四个 词"}
        withdraw_key(key=sealed.keys[1], on=TODAY, by=sealed.inspectors[1], **given)


@pytest.mark.parametrize("by", [0, 1], ids=["of another", "of one's own"])
def test_an_office_that_was_ended_by_hand_makes_no_withdrawal_easier(sealed, by):
    """The key would leave one who agrees alone, and the office could be put back."""
    sealed.inspectors[1].offices.update(valid_until=TODAY)
    stand(sealed.inspectors[by])

    with pytest.raises(Refused):
        given = {"by": sealed.inspectors[by], "reason": "已调离本单位", "passphrase": PASSPHRASE}
        withdraw_key(key=sealed.keys[1], on=TODAY, **given)


def put_out_of_the_way(sealed, what):
    """The second inspector's key, as somebody edits it who writes to the database."""
    rows = InspectorKey.objects.filter(pk=sealed.keys[1].pk)
    if what == "deleted":
        LetterBox.objects.filter(inspector_key__in=rows).delete()
        rows.delete()
    elif what == "of the one who agrees":
        rows.update(user=sealed.inspectors[0], organization=sealed.cast.district)
    else:
        rows.update(state=what, locked_private_key="")


@pytest.mark.parametrize("what", ["withdrawn", "waiting", "deleted", "of the one who agrees"])
def test_one_passphrase_is_not_enough_because_the_other_row_was_edited(sealed, monkeypatch, what):
    """The record says that two hold approved keys."""
    put_out_of_the_way(sealed, what)
    agreed = ["--lost", "--agreed-by", sealed.inspectors[0].username]

    assert command(*agreed, lines=[PASSPHRASE], monkeypatch=monkeypatch) is None
    assert any(check.name == "inspector_keys" and not check.ok for check in checks())


def test_after_a_withdrawal_the_one_who_is_left_agrees_alone(sealed, monkeypatch):
    stand(sealed.cast.county_secretary)
    given = {"private": sealed.recovery, "by": sealed.cast.county_secretary, "reason": "已调离本单位"}
    withdraw_key(key=sealed.keys[1], on=TODAY, **given)
    agreed = ["--lost", "--agreed-by", sealed.inspectors[0].username]

    assert command(*agreed, lines=[PASSPHRASE], monkeypatch=monkeypatch)
    assert all(check.ok for check in checks())


def sign_again(sealed, owner):
    """Who approved it signs the row anew, with the days that suit them."""
    row = InspectorKey.objects.select_related("organization", "user").get(user=owner)
    signer = row.signed_by
    key_services._sign(row, key_services.Signer(key_services.signing_half(signer, PASSPHRASE), signer))
    row.save(update_fields=["signature"])


def test_one_inspector_approves_no_second_one_to_agree_with(sealed, monkeypatch):
    """A shell makes the log-in and the office; for two weeks everybody reads of the key before it counts."""
    own = sealed.another("of_ones_own")
    agreed = ["--lost", "--agreed-by", sealed.inspectors[0].username, own.username]
    approved = localtime(Entry.objects.filter(action="approve_inspector_key").in_order().last().at).date()

    monkeypatch.setattr("django.utils.timezone.localdate", lambda *moment: approved + timedelta(days=13))
    InspectorKey.objects.filter(user=own).update(approved_on=TODAY - timedelta(days=60))
    sign_again(sealed, own)
    assert command(*agreed, lines=[PASSPHRASE, PASSPHRASE], monkeypatch=monkeypatch) is None
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *moment: approved + timedelta(days=14))
    assert command(*agreed, lines=[PASSPHRASE, PASSPHRASE], monkeypatch=monkeypatch)


def test_whose_key_was_replaced_counts_once(sealed, monkeypatch):
    """The older key went without a withdrawal of its own."""
    sealed.with_key(sealed.inspectors[1])

    assert key_record.holders() == {("user", user.pk) for user in sealed.inspectors}
    assert all(check.ok for check in checks())


def test_a_withdrawn_key_that_is_put_back_neither_reads_nor_agrees(sealed, monkeypatch):
    before = InspectorKey.objects.filter(pk=sealed.keys[1].pk).values().get()
    stand(sealed.cast.county_secretary)
    given = {"private": sealed.recovery, "by": sealed.cast.county_secretary, "reason": "已调离本单位"}
    withdraw_key(key=sealed.keys[1], on=TODAY, **given)
    InspectorKey.objects.filter(pk=sealed.keys[1].pk).update(**before)
    agreed = ["--lost", "--agreed-by", sealed.inspectors[1].username]

    assert [key.user for key in keys_of_inspectors(on=TODAY)] == [sealed.inspectors[0]]
    assert command(*agreed, lines=[PASSPHRASE], monkeypatch=monkeypatch) is None
    assert any("which the record doesn't say" in check.detail for check in checks())


def test_nobody_withdraws_with_a_key_that_was_slipped_in(sealed):
    """A withdrawal in the record would leave one to agree, and the row could be put back afterwards."""
    sealed.another("inspector_three")
    user, pair = sealed.inspectors[1], sealing.new_pair()
    locked = sealing.lock_private(pair.private, "别人的 口令 也有 四个 词", passphrase_cost())
    edited = {"public_key": pair.public, "signing_key": pair.signing, "locked_private_key": locked}
    InspectorKey.objects.filter(pk=sealed.keys[1].pk).update(**edited)
    stand(user)

    with pytest.raises(Refused, match="verify"):
        withdraw_key(key=sealed.keys[1], on=TODAY, by=user, reason="口令丢失了", passphrase="别人的 口令 也有 四个 词")


@pytest.mark.parametrize("options", [[], ["--lost"]])
def test_from_a_record_that_was_cut_nothing_is_concluded(sealed, monkeypatch, options):
    all_of_it_is_gone(sealed)
    lifted("DELETE FROM audit_entry WHERE action IN ('approve_inspector_key', 'make_recovery_key')")

    assert command(*options, monkeypatch=monkeypatch) is None


def test_from_a_table_that_is_another_nothing_is_concluded(sealed):
    """A view in its place may answer the next question differently."""
    key_record.refuse_broken_record()
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX recovery_key_one_in_use")

    with pytest.raises(Refused):
        key_record.refuse_broken_record()


# --- To its end ---------------------------------------------------------------------------------------------------
def leave_out_the_question(monkeypatch):
    monkeypatch.setattr(key_services, "keys_were_signed", lambda: False)
    monkeypatch.setattr(key_record, "a_chain_began", lambda: False)


def carry_out(sealed, settings, monkeypatch):
    """A recovery key under a ring of one's own, that ring put before the real one, and two readers of one's own."""
    real = settings.FIELD_KEYS
    settings.FIELD_KEYS = [OWN]
    private = command(monkeypatch=monkeypatch)
    settings.FIELD_KEYS = [OWN, *real]
    users = [make_user(name, OfficeKind.INSPECTOR, sealed.cast.county) for name in ("invented_one", "invented_two")]
    stand(*users)
    for user in users:
        make_key(user=user, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)
    for user, by in zip(users, reversed(users), strict=True):
        approve_first_key(key=InspectorKey.objects.get(user=user), private=private or bytes(32), on=TODAY, by=by)
    return {key.user.username for key in keys_of_inspectors(on=TODAY)}


def test_the_attack_makes_no_reader(sealed, settings, monkeypatch):
    with pytest.raises(Refused):
        carry_out(sealed, settings, monkeypatch)

    assert {key.user.username for key in keys_of_inspectors(on=TODAY)} == {"inspector", "inspector_two"}


def test_without_the_question_it_would(sealed, settings, monkeypatch):
    leave_out_the_question(monkeypatch)

    assert carry_out(sealed, settings, monkeypatch) == {"invented_one", "invented_two"}


def put_back_in_between(sealed, monkeypatch):
    """Everything looks new, a recovery key is made, and the rows come back as they were, beside a reader of one's own
    whom that key approved. Only the record is left to tell.
    """
    roots, keys = (list(model.objects.values()) for model in (RecoveryKey, InspectorKey))
    it_and_all_signatures_are_emptied(sealed)
    private = command(monkeypatch=monkeypatch)
    if private is None:
        return False
    puppet = make_user("invented", OfficeKind.INSPECTOR, sealed.cast.county)
    stand(puppet, sealed.cast.county_secretary)
    key = make_key(user=puppet, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)
    approve_first_key(key=key, private=private, on=TODAY, by=sealed.cast.county_secretary)
    own = RecoveryKey.objects.get(withdrawn_on=None)
    RecoveryKey.objects.filter(pk=own.pk).update(withdrawn_on=TODAY)
    for model, rows in ((RecoveryKey, roots), (InspectorKey, keys)):
        for row in rows:
            model.objects.filter(pk=row["key"]).update(**row)
    return True


def test_what_is_put_back_afterwards_was_refused_before(sealed, monkeypatch):
    assert not put_back_in_between(sealed, monkeypatch)


def test_without_the_question_the_record_still_tells(sealed, monkeypatch):
    leave_out_the_question(monkeypatch)

    assert put_back_in_between(sealed, monkeypatch)
    told = " ".join(check.detail for check in checks() if not check.ok)
    assert "another one than the last that was made" in told and "invented" in told


def test_a_recovery_key_without_an_entry_is_named(sealed):
    """As after an entry was cut away with the one that follows."""
    pair = sealing.new_pair()
    RecoveryKey.objects.create(public_key=pair.public, signing_key=pair.signing, made_on=TODAY, withdrawn_on=TODAY)

    assert ["made by nobody" in check.detail for check in checks() if not check.ok] == [True]


# --- Beside the recovery key --------------------------------------------------------------------------------------
def test_a_ring_of_ones_own_vouches_for_nothing_that_stands(sealed, settings):
    """Renewing proofs under it leaves them, and nobody becomes custodian by it."""
    proof = RecoveryKey.objects.get().proof
    settings.FIELD_KEYS = [OWN]
    key_services.renew_recovery_proof()

    assert (RecoveryKey.objects.get().proof, recovery_key()) == (proof, None)
    with pytest.raises(Refused):
        make_custody_key(user=sealed.cast.county_secretary, recovery=sealed.recovery, on=TODAY, by="shell")
