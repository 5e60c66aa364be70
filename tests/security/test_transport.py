"""Hosts, redirects, sessions and cookies: what somebody on the way, or with a link, could try."""

import json
import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.cast import PASSWORD
from tests.world import BACKEND

LOGIN = reverse("account_login")
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "\\\\evil.example",
    "http:evil.example", "https:///evil.example", "javascript:alert(1)", "data:text/html,x",
    "//testserver@evil.example/", "\t//evil.example", "/%09/evil.example", "http://testserver.evil.example/",
]  # fmt: skip


# --- Hosts and redirects ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver:80@evil.example", "", "a b"])
@pytest.mark.parametrize("page", [LOGIN, "/", "/health/"])
def test_a_host_that_is_not_ours_gets_nothing(db, client, host, page):
    answer = client.get(page, headers={"host": host})

    assert answer.status_code == 400
    assert b"evil" not in answer.content


def test_a_forwarded_host_is_not_believed(cast, client):
    answer = client.get("/", headers={"x-forwarded-host": "evil.example"})

    assert answer.url == f"{LOGIN}?next=/"


def log_in(client, **more):
    return client.post(LOGIN, {"login": "secretary", "password": PASSWORD, **more}, REMOTE_ADDR="192.0.2.1")


def leads_away(url: str) -> bool:
    """Whether a browser that follows the address leaves this site."""
    return not re.match(r"/(?![/\\])", url) or "\t" in url


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("how", ["field", "query"])
def test_nobody_is_led_elsewhere_by_logging_in(cast, client, address, how):
    if how == "field":
        answer = log_in(client, next=address)
    else:
        answer = client.post(
            f"{LOGIN}?next={address}", {"login": "secretary", "password": PASSWORD}, REMOTE_ADDR="192.0.2.1"
        )

    assert answer.status_code == 302
    assert not leads_away(answer.url)


@pytest.mark.parametrize("address", ELSEWHERE)
def test_nobody_is_led_elsewhere_by_a_switch_of_the_look(db, client, address):
    answer = client.post(reverse("members:look-switch"), {"theme": "dark", "next": address})

    assert not leads_away(answer.url)


@pytest.mark.parametrize("address", ["/roster/?q=1", "/audit/"])
def test_after_logging_in_one_comes_where_one_wanted_to_go(cast, client, address):
    """The control of the two tests above: local addresses are followed."""
    assert log_in(client, next=address).url == address


# --- Sessions and cookies ---------------------------------------------------------------------------------------------
def test_a_session_from_before_the_log_in_is_worth_nothing_after_it(cast, client):
    """Session fixation: somebody plants a session, waits, and finds it has not become the victim's."""
    client.cookies[settings.SESSION_COOKIE_NAME] = "planted0000000000000000000000000"
    client.get(LOGIN)
    log_in(client)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = "planted0000000000000000000000000"

    assert session != "planted0000000000000000000000000"
    assert planted.get("/").status_code == 302
    assert client.get("/").status_code == 200


def test_an_existing_session_gets_another_key_by_logging_in(cast, client):
    client.session["x"] = 1
    client.session.save()
    before = client.session.session_key
    log_in(client)

    assert client.session.session_key != before


def test_a_session_ends_on_the_server_when_somebody_logs_out(cast, client):
    log_in(client)
    stolen = Client()
    stolen.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    assert stolen.get("/").status_code == 200

    client.post(reverse("account_logout"))
    assert stolen.get("/").status_code == 302


def test_a_get_logs_nobody_out(cast, client):
    """Or any picture on any page could."""
    log_in(client)
    client.get(reverse("account_logout"))

    assert client.get("/").status_code == 200


def test_cookies_are_closed_to_scripts_and_to_other_sites(cast, client):
    client.get(LOGIN)
    log_in(client)
    session, csrf = client.cookies[settings.SESSION_COOKIE_NAME], client.cookies[settings.CSRF_COOKIE_NAME]

    assert (session["httponly"], session["samesite"]) == (True, "Lax")
    assert csrf["samesite"] == "Lax"
    assert session["max-age"] == ""  # it ends with the browser


def test_cookies_for_the_look_are_closed_too(db, client):
    client.post(reverse("members:look-switch"), {"theme": "dark"})
    cookie = client.cookies["look_theme"]

    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


SECURE = (
    "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS",
    "SECURE_PROXY_SSL_HEADER", "DEBUG", "SESSION_COOKIE_HTTPONLY", "SECURE_CONTENT_TYPE_NOSNIFF",
)  # fmt: skip


def configured(tmp_path, **variables):
    """The settings of an installation with these variables, read in a process of its own."""
    program = (
        "import json; from django.conf import settings; "
        f"print(json.dumps({{name: getattr(settings, name) for name in {SECURE!r}}}))"
    )
    environment = {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "branchweb.settings",
        "BRANCHWEB_DATA": str(tmp_path),
        **variables,
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_with_https_every_cookie_is_secure_and_nothing_goes_in_the_clear(tmp_path):
    told = configured(tmp_path, BRANCHWEB_HTTPS="1")

    assert told["SESSION_COOKIE_SECURE"] is told["CSRF_COOKIE_SECURE"] is told["SECURE_SSL_REDIRECT"] is True
    assert told["SECURE_HSTS_SECONDS"] >= 31_536_000


def test_without_https_a_visitor_cannot_claim_it(tmp_path):
    told = configured(tmp_path)

    assert told["SECURE_PROXY_SSL_HEADER"] is None
    assert told["DEBUG"] is False


# --- Forged posts and guesses -----------------------------------------------------------------------------------------
def test_a_refused_forgery_says_what_to_do(cast):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.secretary, backend=BACKEND)
    answer = strict.post(reverse("members:preference-edit"), {})

    assert answer.status_code == 403
    assert "<h1>" in answer.content.decode()


def test_an_unknown_name_and_a_wrong_password_are_answered_alike(cast, client):
    token = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]+')

    def said(name):
        answer = client.post(LOGIN, {"login": name, "password": "wrong-password"}, REMOTE_ADDR="192.0.2.1")
        return answer.status_code, token.sub("", answer.content.decode()).replace(name, "…")

    assert said("secretary") == said("nobody-here")
