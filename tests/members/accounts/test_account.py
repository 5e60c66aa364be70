"""Logging in and everything around it, as people meet it."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from axes.models import AccessAttempt
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from pytest_django import Settings

from audit.keyring import unseal
from audit.models import Entry
from members.models import User
from tests.cast import PASSWORD, Cast

LOGIN = "/account/login/"
HOME = "/"
OWN_PASSWORD = "柳河镇的桂花开了两次"
LOCKED = "登录暂时锁定"
OFFICE_ADDRESS, HOME_ADDRESS = "10.0.0.7", "10.0.0.8"


@pytest.fixture(autouse=True)
def _no_attempts_of_other_tests() -> None:
    cache.clear()


def log_in(
    name: str, password: str = PASSWORD, address: str = OFFICE_ADDRESS, client: Client | None = None
) -> HttpResponse:
    client = client or Client()
    return client.post(LOGIN, {"login": name, "password": password}, REMOTE_ADDR=address)


def fail(times: int, name: str = "secretary", address: str = OFFICE_ADDRESS) -> HttpResponse:
    for _ in range(times):
        answer = log_in(name, "wrong", address)
    return answer


# --- Log-in and its lock ---------------------------------------------------------------------------------------------
def test_the_right_password_opens_the_page_that_was_asked_for(cast: Cast, client: Client) -> None:
    answer = client.post(
        f"{LOGIN}?next=/preferences/", {"login": "secretary", "password": PASSWORD, "next": "/preferences/"}
    )
    assert (answer.status_code, answer["Location"]) == (302, "/preferences/")


def test_the_log_in_leads_nowhere_else(cast: Cast) -> None:
    answer = Client().post(LOGIN, {"login": "secretary", "password": PASSWORD, "next": "https://elsewhere.example/"})
    assert answer["Location"] == HOME


@pytest.mark.parametrize("name", ["secretary", "nobody"])
def test_a_wrong_password_and_an_unknown_user_read_the_same(cast: Cast, name: str) -> None:
    answer = log_in(name, "wrong")
    assert answer.status_code == 200
    assert "用户名或密码不对" in answer.text


def test_somebody_who_may_not_log_in_any_more_stays_outside(cast: Cast, client: Client) -> None:
    User.objects.filter(username="secretary").update(is_active=False)
    log_in("secretary", client=client)
    assert client.get(HOME).status_code == 302


def test_six_wrong_passwords_lock_this_user_at_this_address(cast: Cast) -> None:
    assert fail(5).status_code == 200
    answer = fail(1)
    assert answer.status_code == 429
    assert LOCKED in answer.text
    assert "15 分钟" in answer.text
    assert LOCKED in log_in("secretary").text


def test_nobody_can_lock_a_user_out_from_elsewhere(cast: Cast) -> None:
    fail(6)
    assert log_in("secretary", address=HOME_ADDRESS).status_code == 302


def test_one_person_s_mistakes_lock_no_colleague_at_the_same_address(cast: Cast) -> None:
    fail(6)
    assert log_in("officer").status_code == 302


def test_the_lock_opens_by_itself(cast: Cast) -> None:
    fail(6)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=16))
    assert log_in("secretary").status_code == 302


def test_a_right_password_forgets_the_wrong_ones(cast: Cast) -> None:
    fail(5)
    assert log_in("secretary").status_code == 302
    assert fail(5).status_code == 200


def test_without_the_lock_the_seventh_password_would_open(cast: Cast, settings: Settings) -> None:
    settings.AXES_ENABLED = False
    fail(6)
    assert log_in("secretary").status_code == 302


def test_a_lock_by_user_alone_would_shut_the_user_out_everywhere(cast: Cast, settings: Settings) -> None:
    settings.AXES_LOCKOUT_PARAMETERS = ["username"]
    fail(6)
    assert LOCKED in log_in("secretary", address=HOME_ADDRESS).text


def test_no_password_is_kept_with_a_failed_attempt(cast: Cast) -> None:
    log_in("secretary", "my-secret-words")
    assert "my-secret-words" not in str(AccessAttempt.objects.values())


# --- What is routed --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_email", "account_reset_password", "account_set_password", "account_confirm_login_code"],
)
def test_nobody_signs_up_or_resets_a_password_by_mail(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


@pytest.mark.parametrize(
    "name",
    ["account_change_password", "mfa_index", "mfa_activate_totp", "mfa_view_recovery_codes", "usersessions_list"],
)
def test_the_pages_of_an_account_are_for_its_owner(client: Client, db: None, name: str) -> None:
    assert client.get(reverse(name))["Location"].startswith(LOGIN)


# --- Log-out and sessions --------------------------------------------------------------------------------------------
def test_logging_out_takes_a_click_and_ends_the_session(cast: Cast, client: Client) -> None:
    log_in("secretary", client=client)
    assert client.get(reverse("account_logout")).status_code == 200
    assert client.get(HOME).status_code == 200
    client.post(reverse("account_logout"))
    assert client.get(HOME).status_code == 302


def test_logging_out_everywhere_else_leaves_this_device_alone(cast: Cast) -> None:
    office, home, colleague = Client(), Client(), Client()
    for client, name in [(office, "secretary"), (home, "secretary"), (colleague, "officer")]:
        log_in(name, client=client)
    page = office.get(reverse("usersessions_list")).text
    assert page.count('<th scope="row">') == 2
    assert "本机" in page
    office.post(reverse("usersessions_list"))
    assert [client.get(HOME).status_code for client in (office, home, colleague)] == [200, 302, 200]


# --- Password --------------------------------------------------------------------------------------------------------
def change_password(
    client: Client, new: str = OWN_PASSWORD, old: str = PASSWORD, again: str | None = None
) -> HttpResponse:
    sent = {"oldpassword": old, "password1": new, "password2": new if again is None else again}
    return client.post(reverse("account_change_password"), sent)


def test_a_new_password_ends_the_other_sessions_and_is_on_record(cast: Cast) -> None:
    office, home = Client(), Client()
    log_in("secretary", client=office)
    log_in("secretary", client=home)
    assert change_password(office)["Location"] == HOME
    assert [client.get(HOME).status_code for client in (office, home)] == [200, 302]
    assert log_in("secretary", OWN_PASSWORD).status_code == 302
    entry = Entry.objects.get(action="change_password")
    assert (entry.actor, entry.subject_label) == ("secretary", "secretary")
    assert OWN_PASSWORD not in str(vars(entry))


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"old": "wrong"}, "当前密码不对"),
        ({"new": "short"}, "10"),
        ({"new": "1234567890"}, "常见"),
        ({"new": "hongqi2026"}, "容易被猜到"),
        ({"new": PASSWORD}, "新密码不能与现在的相同"),
        ({"again": "something else"}, "密码"),
    ],
)
def test_a_bad_new_password_is_explained_and_changes_nothing(
    cast: Cast, client: Client, sent: dict[str, str], words: str
) -> None:
    log_in("secretary", client=client)
    answer = change_password(client, **sent)
    assert answer.status_code == 200
    assert words in "".join(re.findall(r"invalid-feedback.*?</", answer.text, re.DOTALL))
    assert not Entry.objects.filter(action="change_password").exists()
    assert log_in("secretary").status_code == 302


def test_new_passwords_that_are_refused_do_not_count_and_wrong_present_ones_do(cast: Cast, client: Client) -> None:
    log_in("secretary", client=client)
    assert {change_password(client, new="hongqi2026").status_code for _ in range(8)} == {200}
    for _ in range(6):
        change_password(client, old="wrong")

    assert "密码输错次数太多" in change_password(client).text
    assert not Entry.objects.filter(action="change_password").exists()


def test_without_counting_the_seventh_present_password_would_do(cast: Cast, client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None, "change_password": None}
    log_in("secretary", client=client)
    for _ in range(6):
        change_password(client, old="wrong")

    assert change_password(client).status_code == 302


def test_names_and_numbers_of_the_person_are_no_password(cast: Cast) -> None:
    """Of zhang, who was born on 9 January 1975; to a stranger the same digits say nothing."""
    for password in ("zhang15695900689", "19750109-1975", "0689197501"):
        with pytest.raises(ValidationError) as refusal:
            validate_password(password, cast.member)
        assert "password_guessed_here" in {error.code for error in refusal.value.error_list}
    validate_password("9006-8956-9592", cast.stranger)


def test_without_the_validator_the_slogan_would_do(settings: Settings, cast: Cast) -> None:
    """The negative control: it stands on no list of common passwords."""
    settings.AUTH_PASSWORD_VALIDATORS = settings.AUTH_PASSWORD_VALIDATORS[:-1]
    validate_password("hongqi2026", cast.secretary)


@pytest.fixture
def newcomer(cast: Cast, client: Client) -> Client:
    """A secretary with a password that the administrator made."""
    User.objects.filter(username="secretary").update(must_change_password=True)
    log_in("secretary", client=client)
    return client


@pytest.mark.parametrize("page", ["reminders:desk", "members:preference-edit", "mfa_index", "usersessions_list"])
def test_with_a_password_from_somebody_else_only_its_change_is_open(newcomer: Client, page: str) -> None:
    assert newcomer.get(reverse(page))["Location"] == reverse("account_change_password")


def test_with_a_password_from_somebody_else_nothing_is_stored(newcomer: Client) -> None:
    newcomer.post(reverse("members:preference-edit"), {"language": "en", "text_size": "large", "theme": "dark"})
    assert User.objects.get(username="secretary").theme == "auto"


def test_after_choosing_a_password_everything_is_open(newcomer: Client) -> None:
    assert "换成自己的密码" in newcomer.get(reverse("account_change_password")).text
    change_password(newcomer)
    assert newcomer.get(HOME).status_code == 200


def test_a_switch_on_what_a_form_answered_leads_back_to_the_form(cast: Cast, as_user: Callable[[User], Client]) -> None:
    client, form = as_user(cast.secretary), reverse("members:preference-edit")
    answer = client.post(form, {"language": "xx"}, headers={"referer": f"http://testserver{form}?a=1"})
    assert f'name="next" value="{form}?a=1"' in answer.text


def test_a_newcomer_can_leave_and_switch_the_look(newcomer: Client) -> None:
    assert newcomer.post(reverse("members:look-switch"), {"text_size": "large"})["Location"] == HOME
    assert newcomer.post(reverse("account_logout"))["Location"] != reverse("account_change_password")


# --- One-time codes --------------------------------------------------------------------------------------------------
@pytest.fixture
def secret(cast: Cast) -> str:
    """The secret of the secretary's authenticator app."""
    secret = generate_totp_secret()
    TOTP.activate(cast.secretary, secret)
    return secret


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def enter_code(client: Client, code: str) -> HttpResponse:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def test_codes_are_turned_on_with_the_app_and_a_password(cast: Cast, client: Client) -> None:
    log_in("secretary", client=client)
    page = reverse("mfa_activate_totp")
    assert client.get(page)["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    secret = re.findall(r"<code>(\w+)</code>", client.get(page).text)[0]
    assert "验证码不对" in client.post(page, {"code": "not-it"}).text
    assert client.post(page, {"code": code_of(secret)})["Location"] == reverse("mfa_view_recovery_codes")
    assert len(re.findall(r"<li>\d{8}</li>", client.get(reverse("mfa_view_recovery_codes")).text)) == 10


def test_with_codes_on_the_password_alone_opens_nothing(secret: str, client: Client) -> None:
    answer = log_in("secretary", client=client)
    assert answer["Location"].startswith(reverse("mfa_authenticate"))
    assert client.get(HOME).status_code == 302


def test_password_and_code_open(secret: str, client: Client) -> None:
    log_in("secretary", client=client)
    assert "验证码不对" in enter_code(client, "000").text
    assert enter_code(client, code_of(secret)).status_code == 302
    assert client.get(HOME).status_code == 200


def test_the_secret_of_the_app_lies_in_the_database_sealed(secret: str, cast: Cast) -> None:
    stored = Authenticator.objects.get(user=cast.secretary).data["secret"]
    assert secret not in stored
    assert unseal(stored) == secret


def test_codes_cannot_be_guessed(secret: str, client: Client) -> None:
    log_in("secretary", client=client)
    for _ in range(6):
        enter_code(client, "000")
    assert "验证码输错次数太多" in enter_code(client, code_of(secret)).text
    assert client.get(HOME).status_code == 302


def test_without_the_limit_the_seventh_code_would_open(secret: str, client: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": None}
    log_in("secretary", client=client)
    for _ in range(6):
        enter_code(client, "000")
    assert enter_code(client, code_of(secret)).status_code == 302


def test_codes_are_turned_off_with_a_password(secret: str, cast: Cast, as_user: Callable[[User], Client]) -> None:
    client, page = as_user(cast.secretary), reverse("mfa_deactivate_totp")
    assert client.post(page)["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.post(page)["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.filter(user=cast.secretary).exists()


# --- Where codes are required of offices -----------------------------------------------------------------------------
@pytest.fixture
def required(settings: Settings) -> None:
    settings.REQUIRE_TOTP = True


@pytest.mark.parametrize("page", ["reminders:desk", "members:preference-edit", "usersessions_list", "mfa_index"])
def test_an_office_without_codes_opens_nothing_where_they_are_required(
    cast: Cast, as_user: Callable[[User], Client], required: None, page: str
) -> None:
    answer = as_user(cast.secretary).get(reverse(page))
    assert answer["Location"] == reverse("mfa_activate_totp")


def test_the_way_to_the_codes_stays_open(cast: Cast, as_user: Callable[[User], Client], required: None) -> None:
    client = as_user(cast.secretary)
    assert client.get(reverse("mfa_activate_totp"))["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_an_office_with_codes_opens(secret: str, cast: Cast, as_user: Callable[[User], Client], required: None) -> None:
    assert as_user(cast.secretary).get(HOME).status_code == 200


def test_a_member_without_office_needs_no_codes(cast: Cast, as_user: Callable[[User], Client], required: None) -> None:
    assert as_user(cast.member).get(HOME).status_code == 200


def test_where_codes_are_not_required_an_office_opens_without(cast: Cast, as_user: Callable[[User], Client]) -> None:
    assert as_user(cast.secretary).get(HOME).status_code == 200
