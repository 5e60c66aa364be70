import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from pytest_django import Settings

from audit.keyring import SealBroken, unseal
from audit.models import Entry
from members.services.codes import remove_codes, reseal_codes
from members.services.refused import Refused
from tests.cast import Cast

OLD, NEW = "an old key of the ring", "a new key of the ring"


@pytest.fixture
def sealed_long_ago(cast: Cast, settings: Settings) -> None:
    """The secretary's app and recovery codes, from before the new key."""
    settings.FIELD_KEYS = (OLD,)
    TOTP.activate(cast.secretary, "SECRET")
    RecoveryCodes.activate(cast.secretary)
    settings.FIELD_KEYS = (NEW, OLD)


def secrets() -> list[str]:
    return [unseal(row.data.get("secret") or row.data["seed"]) for row in Authenticator.objects.order_by("pk")]


def test_after_resealing_the_old_key_can_go(sealed_long_ago: None, settings: Settings) -> None:
    before = secrets()
    assert reseal_codes() == 2
    settings.FIELD_KEYS = (NEW,)
    assert secrets() == before
    assert before[0] == "SECRET"


def test_without_resealing_the_new_key_opens_nothing(sealed_long_ago: None, settings: Settings) -> None:
    settings.FIELD_KEYS = (NEW,)
    with pytest.raises(SealBroken):
        secrets()


def test_one_broken_seal_leaves_every_row_as_it_was(sealed_long_ago: None, settings: Settings) -> None:
    last = Authenticator.objects.order_by("pk").last()
    last.data["seed"] = "not a seal"
    last.save()
    before = list(Authenticator.objects.order_by("pk").values_list("data", flat=True))
    with pytest.raises(SealBroken):
        reseal_codes()
    assert list(Authenticator.objects.order_by("pk").values_list("data", flat=True)) == before


def test_with_no_codes_there_is_nothing_to_do(db: None) -> None:
    assert reseal_codes() == 0


def test_an_administrator_takes_the_codes_of_a_lost_phone_away(sealed_long_ago: None, cast: Cast) -> None:
    remove_codes(user=cast.secretary, by=cast.administrator)
    assert not Authenticator.objects.exists()
    entry = Entry.objects.get()
    assert (entry.actor, entry.action, entry.subject_label) == ("administrator", "remove_codes", "secretary")


def test_nobody_goes_round_their_own_codes(sealed_long_ago: None, cast: Cast) -> None:
    with pytest.raises(Refused):
        remove_codes(user=cast.secretary, by=cast.secretary)
    assert Authenticator.objects.count() == 2
    assert not Entry.objects.exists()


def test_taking_away_codes_that_are_not_there_is_refused(cast: Cast) -> None:
    with pytest.raises(Refused):
        remove_codes(user=cast.secretary, by=cast.administrator)
    assert not Entry.objects.exists()
