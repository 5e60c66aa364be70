from concurrent.futures import ThreadPoolExecutor

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from audit.keyring import SealBroken, unseal
from members.accounts.codes import keep_first_step, reseal_codes, spend_code
from tests.cast import PASSWORD, Cast, make_cast

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


# --- Each code opens once, also where no Redis is shared -----------------------------------------------------------


@pytest.fixture
def no_shared_cache(settings: Settings) -> None:
    """As between two web processes without Redis: nothing that one remembers is known to the other."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}


def code_now(secret: str, later: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()) + later))


def app_of(cast: Cast, secret: str) -> Authenticator:
    return TOTP.activate(cast.secretary, secret).instance


def at_once(authenticator: Authenticator, code: str) -> list[bool]:
    def spend(_number: int) -> bool:
        try:
            return spend_code(authenticator=Authenticator.objects.get(pk=authenticator.pk), code=code)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(spend, range(8)))


def test_a_code_of_the_app_opens_once(cast: Cast, no_shared_cache: None) -> None:
    secret = generate_totp_secret()
    app = app_of(cast, secret)
    code = code_now(secret)
    assert [spend_code(authenticator=app, code=code) for _time in range(3)] == [True, False, False]
    cast.secretary.refresh_from_db()
    assert cast.secretary.last_code_step in yield_hotp_counters_from_time()


def test_with_allauths_own_look_it_would_open_twice(cast: Cast, no_shared_cache: None) -> None:
    """The negative control: the cache that it remembers codes in is each process's own."""
    secret = generate_totp_secret()
    app = TOTP.activate(cast.secretary, secret)
    assert [app.validate_code(code_now(secret)) for _time in range(2)] == [True, True]


def test_a_code_from_before_the_last_one_opens_nothing(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = generate_totp_secret()
    app = app_of(cast, secret)
    step = next(yield_hotp_counters_from_time())
    monkeypatch.setattr("members.accounts.codes.yield_hotp_counters_from_time", lambda: iter([step - 1, step]))
    assert spend_code(authenticator=app, code=code_now(secret))
    assert not spend_code(authenticator=app, code=code_now(secret, later=-1))


@pytest.mark.parametrize("code", ["", "000000x", "12345", "۱۲۳۴۵۶"])
def test_what_is_no_code_opens_nothing(cast: Cast, code: str) -> None:
    assert not spend_code(authenticator=app_of(cast, generate_totp_secret()), code=code)


def test_the_code_that_set_up_the_app_opens_nothing_more(cast: Cast, no_shared_cache: None) -> None:
    secret = generate_totp_secret()
    app = app_of(cast, secret)
    keep_first_step(user=cast.secretary, secret=secret, code=code_now(secret))
    assert not spend_code(authenticator=app, code=code_now(secret))


def test_a_recovery_code_opens_once_and_leaves_the_others(cast: Cast, no_shared_cache: None) -> None:
    row = RecoveryCodes.activate(cast.secretary).instance
    first, second, *_others = RecoveryCodes(row).generate_codes()
    assert [spend_code(authenticator=row, code=code) for code in (first, first, second, "12345678")] == [
        True, False, True, False,
    ]  # fmt: skip
    row.refresh_from_db()
    assert len(RecoveryCodes(row).get_unused_codes()) == 8


def test_a_recovery_code_does_not_open_with_what_was_read_before_another_was_used(cast: Cast) -> None:
    """Two processes have read the row: the second's write doesn't give back what the first has used."""
    row = RecoveryCodes.activate(cast.secretary).instance
    stale = Authenticator.objects.get(pk=row.pk)
    first, second, *_others = RecoveryCodes(row).generate_codes()
    assert spend_code(authenticator=row, code=first)
    assert spend_code(authenticator=stale, code=second)
    assert not spend_code(authenticator=stale, code=first)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_of_eight_at_the_same_moment_one_wins(kind: str, no_shared_cache: None) -> None:
    cast, secret = make_cast(), generate_totp_secret()
    if kind == "app":
        assert sum(at_once(app_of(cast, secret), code_now(secret))) == 1
    else:
        row = RecoveryCodes.activate(cast.secretary).instance
        assert sum(at_once(row, RecoveryCodes(row).generate_codes()[0])) == 1


def test_the_page_takes_a_code_once(cast: Cast, no_shared_cache: None) -> None:
    """From the log-in to the desk; the same code on a second device stays outside."""
    secret = generate_totp_secret()
    app_of(cast, secret)
    code, answers = code_now(secret), []
    for _device in range(2):
        client = Client()
        client.post(reverse("account_login"), {"login": "secretary", "password": PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        answers.append(client.get("/").status_code)
    assert answers == [200, 302]
