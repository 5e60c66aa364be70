"""What a log-in, an office or the command line alone can't do to keys: withdraw them, or replace the recovery key.

Each attack is shown to matter: with the question for a passphrase left out it succeeds.
"""

import io
import json
from contextlib import nullcontext
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.template.loader import render_to_string

from audit.models import Entry
from members.choices import OfficeKind
from members.refused import Refused
from rulebook.console import WrongUse
from supervision.letters import key_services, sealing
from supervision.letters.key_services import (
    Consent,
    approve_first_key,
    approve_key,
    change_passphrase,
    make_key,
    make_recovery_key,
    withdraw_key,
)
from supervision.letters.queries import keys_of_inspectors, lines_of, start_links, with_too_few_readers
from supervision.models import InspectorKey, RecoveryKey
from supervision.verification import checks, letter_checks
from tests.cast import PASSWORD, TODAY, make_user
from tests.supervision.letters.sealed import PASSPHRASE, letter_of, seal_county, stand

pytestmark = pytest.mark.django_db
WHY = "已调离本单位"


@pytest.fixture
def sealed(cast):
    """Three inspectors, so that one can go."""
    sealed = seal_county(cast)
    sealed.another("inspector_three")
    stand(*sealed.inspectors, cast.county_secretary, cast.secretary)
    return sealed


def withdrawn(sealed, number=0, **given):
    try:
        withdraw_key(**{"key": sealed.keys[number], "on": TODAY, "by": sealed.inspectors[0], "reason": WHY, **given})
    except Refused:
        return False
    return True


def newcomer(sealed):
    """As the command line makes one: the office of inspector, a key that waits."""
    user = make_user("newcomer", OfficeKind.INSPECTOR, sealed.cast.county)
    stand(user)
    make_key(user=user, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)
    return user


def readers():
    return {key.user.username for key in keys_of_inspectors(on=TODAY)}


# --- Withdrawing ------------------------------------------------------------------------------------------------------
def attacks(sealed):
    """A log-in whose password was reset, an inspector without an approved key, an office that approves."""
    first, second = sealed.inspectors[:2]
    late = newcomer(sealed)
    return [
        {"by": first}, {"by": first, "passphrase": PASSWORD}, {"by": second}, {"by": second, "passphrase": PASSWORD},
        {"by": late}, {"by": late, "passphrase": PASSPHRASE}, {"by": late, "private": sealing.new_pair().private},
        {"by": sealed.cast.county_secretary}, {"by": sealed.cast.county_secretary, "passphrase": PASSPHRASE},
        {"by": sealed.cast.secretary, "private": sealed.recovery},
    ]  # fmt: skip


def test_a_log_in_alone_withdraws_no_key(sealed):
    assert [withdrawn(sealed, **given) for given in attacks(sealed)] == [False] * 10
    assert readers() == {"inspector", "inspector_two", "inspector_three"}


def test_without_the_question_each_of_them_would(sealed, monkeypatch):
    monkeypatch.setattr(key_services, "_refuse_unproved", lambda *given: None)

    assert withdrawn(sealed, by=newcomer(sealed)) and withdrawn(sealed, 1) and withdrawn(sealed, 2)
    assert readers() == set()


@pytest.mark.parametrize("number", [0, 1], ids=["one's own", "another's"])
def test_the_passphrase_of_ones_own_key_withdraws(sealed, number):
    letter = letter_of(sealed.write())
    assert withdrawn(sealed, number, passphrase=PASSPHRASE)

    assert not letter.boxes.filter(inspector_key=sealed.keys[number]).exists()
    entry = Entry.objects.in_order().last()
    assert (entry.action, entry.reason) == ("withdraw_inspector_key", WHY)
    assert not withdrawn(sealed, number, passphrase=PASSPHRASE)


def test_whoever_works_with_keys_is_told_and_the_page_says_when_and_by_whom(sealed):
    third = sealed.inspectors[2]
    before = len(list(start_links(third, on=TODAY)))
    withdrawn(sealed, 1, passphrase=PASSPHRASE)

    told = [str(link.text) for link in start_links(third, on=TODAY)]
    assert len(told) == before + 1 and any(sealed.inspectors[1].get_full_name() in text for text in told)
    assert list(start_links(sealed.cast.secretary, on=TODAY)) == []
    line = next(line for line in lines_of(third, on=TODAY).others if line.key.pk == sealed.keys[1].pk)
    assert (line.key.withdrawn_on, line.withdrawn_by) == (TODAY, sealed.inspectors[0].get_full_name())
    days = render_to_string("supervision/letters/key_days.html", {"key": line.key, "by": line.withdrawn_by})
    assert f"{TODAY:%Y-%m-%d}" in days and line.withdrawn_by in days
    assert not any(str(TODAY) in str(link.text) for link in start_links(third, on=TODAY + timedelta(days=15)))


def test_the_list_of_the_last_90_days_says_too_by_whom_a_key_was_approved_and_withdrawn(sealed):
    third, withdrawer = sealed.inspectors[2], sealed.inspectors[0].get_full_name()
    withdrawn(sealed, 1, passphrase=PASSPHRASE)

    line = next(line for line in lines_of(third, on=TODAY).new if line.key.pk == sealed.keys[1].pk)
    shown = render_to_string("supervision/letters/key_new.html", {"lines": [line]})
    assert line.key.approved_by.get_full_name() in shown
    assert f"由{withdrawer}撤回" in shown


def letter_readers():
    return next(check for check in letter_checks() if check.name == "letter_readers")


def test_verify_says_what_a_withdrawal_left_to_be_sealed_anew_and_calls_only_the_rest_wrong(sealed):
    letter = letter_of(sealed.write())
    for key in sealed.keys[2:]:
        letter.boxes.filter(inspector_key=key).delete()
    withdrawn(sealed, 1, passphrase=PASSPHRASE)

    assert (letter_readers().ok, letter_readers().detail[:9]) == (True, "1 letters")
    letter.boxes.filter(inspector_key__isnull=False).delete()
    assert not letter_readers().ok, "no withdrawal took these"


def test_where_a_readers_office_ended_a_letter_waits_and_isnt_wrong(sealed):
    letter = letter_of(sealed.write())
    for key in sealed.keys[2:]:
        letter.boxes.filter(inspector_key=key).delete()
    sealed.inspectors[1].offices.update(valid_until=TODAY)

    assert with_too_few_readers([letter.pk], keys_of_inspectors(on=TODAY)) == {letter.pk}
    assert (letter_readers().ok, letter_readers().detail[:9]) == (True, "1 letters")


def test_a_key_that_was_withdrawn_before_a_letter_came_explains_nothing(sealed):
    withdrawn(sealed, 1, passphrase=PASSPHRASE)
    letter = letter_of(sealed.write())
    type(letter).objects.update(received_on=TODAY + timedelta(days=1))
    letter.boxes.filter(inspector_key=sealed.keys[0]).delete()

    assert not letter_readers().ok


def test_a_letter_has_as_many_readers_as_people_open_it(sealed):
    """Not as many as keys: who has an office in two committees has two."""
    letter, readers = letter_of(sealed.write()).pk, keys_of_inspectors(on=TODAY)
    assert with_too_few_readers([letter], readers) == set()

    for key in readers:
        key.user = readers[0].user
    assert with_too_few_readers([letter], readers) == {letter}


@pytest.mark.parametrize("reason", ["", "x", "aaaa"])
def test_there_is_always_a_reason(sealed, reason):
    assert not withdrawn(sealed, passphrase=PASSPHRASE, reason=reason)


def test_what_leaves_fewer_than_two_takes_two_people(sealed):
    assert withdrawn(sealed, 2, passphrase=PASSPHRASE)

    assert not withdrawn(sealed, 0, passphrase=PASSPHRASE) and not withdrawn(sealed, 1, passphrase=PASSPHRASE)
    assert withdrawn(sealed, 1, private=sealed.recovery)


def test_a_key_that_waits_is_withdrawn_by_its_owner_alone(sealed):
    late = newcomer(sealed)
    key = InspectorKey.objects.get(user=late)

    assert not withdrawn(sealed, key=key, by=late, passphrase=PASSWORD)
    assert withdrawn(sealed, key=key, by=late, passphrase=PASSPHRASE)


# --- The recovery key -------------------------------------------------------------------------------------------------
def lost(*lines, by=(), monkeypatch=None):
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
    out = io.StringIO()
    arguments = ["--agreed-by", *by] if by else []
    call_command("make_recovery_key", "--lost", *arguments, "--json", stdout=out)
    return sealing.private_on(json.loads(out.getvalue())["halves"])


@pytest.mark.parametrize(
    ("by", "lines"),
    [
        ([], []),
        (["inspector"], [PASSPHRASE]),
        (["inspector", "inspector"], [PASSPHRASE, PASSPHRASE]),
        (["inspector", "inspector_two"], [PASSPHRASE, PASSWORD]),
        (["inspector", "newcomer"], [PASSPHRASE, PASSPHRASE]),
        (["inspector", "nobody"], [PASSPHRASE, PASSPHRASE]),
        (["newcomer", "other_newcomer"], [PASSPHRASE, PASSPHRASE]),
    ],
)
@pytest.mark.parametrize("are_closed", [False, True], ids=["", "log-ins closed, offices ended"])
def test_a_shell_alone_replaces_no_recovery_key(sealed, monkeypatch, by, lines, are_closed):
    newcomer(sealed)
    make_user("other_newcomer", OfficeKind.INSPECTOR, sealed.cast.county)
    if are_closed:
        for user in sealed.inspectors:
            user.offices.update(valid_until=TODAY)
            user.is_active = False
            user.save()
    with pytest.raises(WrongUse):
        lost(*lines, by=by, monkeypatch=monkeypatch)

    assert RecoveryKey.objects.count() == 1


def test_without_their_consent_a_shell_makes_readers_of_its_own(sealed, monkeypatch):
    """The attack to its end: two invented inspectors, a recovery key of one's own, and the next letter is theirs."""
    monkeypatch.setattr(key_services, "refuse_without_consent", lambda consents, on: None)
    monkeypatch.setattr(key_services, "trusted_keys", set)
    private = lost(monkeypatch=monkeypatch)
    first, second = newcomer(sealed), make_user("other_newcomer", OfficeKind.INSPECTOR, sealed.cast.county)
    stand(second)
    make_key(user=second, organization=sealed.cast.county, passphrase=PASSPHRASE, on=TODAY)
    monkeypatch.undo()
    for user, by in ((first, second), (second, first)):
        approve_first_key(key=InspectorKey.objects.get(user=user), private=private, on=TODAY, by=by)

    assert readers() == {"newcomer", "other_newcomer"}


def test_two_inspectors_agree_and_all_that_was_approved_stays(sealed, monkeypatch):
    before = len(list(start_links(sealed.inspectors[2], on=TODAY)))

    lost(PASSPHRASE, PASSPHRASE, by=["inspector", "inspector_two"], monkeypatch=monkeypatch)

    assert readers() == {"inspector", "inspector_two", "inspector_three"}
    assert Entry.objects.in_order().last().action == "lose_recovery_key"
    assert [check.name for check in checks() if not check.ok] == []
    links = list(start_links(sealed.inspectors[2], on=TODAY))
    assert len(links) == before + 1 and "恢复密钥" in str(links[0])


def test_before_any_key_is_approved_nobody_has_to_agree(db, monkeypatch):
    make_recovery_key(on=TODAY, by="shell")

    lost(monkeypatch=monkeypatch)

    assert RecoveryKey.objects.filter(withdrawn_on=None).count() == 1


def test_consent_shows_no_passphrase(cast):
    assert PASSPHRASE not in repr(Consent(cast.inspector, PASSPHRASE))


# --- What is a first start ----------------------------------------------------------------------------------------
def test_a_recovery_key_from_before_signatures_is_followed_by_one_that_signs(db):
    RecoveryKey.objects.create(public_key=sealing.new_pair().public, made_on=TODAY)

    call_command("make_recovery_key", "--json", stdout=io.StringIO())
    assert Entry.objects.in_order().last().action == "make_recovery_key"


def test_before_anything_was_signed_the_first_key_is_made_once(db):
    call_command("make_recovery_key", "--json", stdout=io.StringIO())
    with pytest.raises(WrongUse):
        call_command("make_recovery_key", "--json", stdout=io.StringIO())
    make_recovery_key(on=TODAY, by="shell", is_lost=True)
    assert RecoveryKey.objects.filter(withdrawn_on=None).count() == 1


# --- The first two ----------------------------------------------------------------------------------------------------
def test_the_second_key_too_takes_the_recovery_key(cast):
    recovery = make_recovery_key(on=TODAY, by="shell")
    stand(cast.inspector, cast.county_secretary)
    first = make_key(user=cast.inspector, organization=cast.county, passphrase=PASSPHRASE, on=TODAY)
    approve_first_key(key=first, private=recovery, on=TODAY, by=cast.county_secretary)
    second = make_user("second", OfficeKind.INSPECTOR, cast.county)
    stand(second)
    key = make_key(user=second, organization=cast.county, passphrase=PASSPHRASE, on=TODAY)

    with pytest.raises(Refused):
        approve_key(key=key, passphrase=PASSPHRASE, on=TODAY, by=cast.inspector)
    approve_first_key(key=key, private=recovery, on=TODAY, by=cast.inspector)
    assert readers() == {"inspector", "second"}


# --- A row that waits, edited before somebody approves it -------------------------------------------------------------
def test_another_passphrase_records_no_half_of_a_stranger(sealed):
    user = newcomer(sealed)
    own = InspectorKey.objects.get(user=user).signing_key
    InspectorKey.objects.filter(user=user).update(signing_key=sealing.new_pair().signing)
    change_passphrase(key=InspectorKey.objects.get(user=user), old=PASSPHRASE, new=f"{PASSPHRASE} 长城", by=user)

    assert InspectorKey.objects.get(user=user).signing_key == own


def test_a_key_is_approved_for_no_other_committee(sealed):
    user = newcomer(sealed)
    user.offices.update(organization=sealed.cast.district)
    InspectorKey.objects.filter(user=user).update(organization=sealed.cast.district)

    with pytest.raises(Refused, match="改动"):
        approve_key(key=InspectorKey.objects.get(user=user), passphrase=PASSPHRASE, on=TODAY, by=sealed.inspectors[0])


@pytest.mark.parametrize("protected", [True, False], ids=["as it is", "without asking the record"])
def test_a_half_that_its_inspector_did_not_make_is_never_approved(sealed, monkeypatch, protected):
    """The fingerprint that is heard is of the half that opens letters; the other one approves keys."""
    user = newcomer(sealed)
    strangers = sealing.new_pair().signing
    InspectorKey.objects.filter(user=user).update(signing_key=strangers)
    if not protected:
        monkeypatch.setattr(key_services.key_record, "is_as_made", lambda row: True)

    with nullcontext() if not protected else pytest.raises(Refused, match="改动"):
        approve_key(key=InspectorKey.objects.get(user=user), passphrase=PASSPHRASE, on=TODAY, by=sealed.inspectors[0])

    assert ("newcomer" in readers()) is not protected
