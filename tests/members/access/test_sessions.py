"""The session and the account that every page asks for, and who is logged out when nobody is there."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone

from members.access.sessions import SEEN, SessionStore
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def stored():
    session = SessionStore()
    session["name"] = "张英"
    session.create()
    return session


def test_a_session_is_read_back_in_one_query(stored, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert SessionStore(stored.session_key)["name"] == "张英"


def test_one_that_is_over_is_none(stored):
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    found = SessionStore(stored.session_key)

    assert (found.get("name"), found.session_key) == (None, None)


@pytest.mark.parametrize("key", ["nobody-has-this-one", "x" * 200, "' OR 1=1 --"])
def test_a_key_that_nobody_was_given_opens_nothing(stored, key):
    assert SessionStore(key).get("name") is None


# --- Offices are logged out when nobody is there -------------------------------------------------------------------
DESK, ROSTER = "/", reverse("members:roster-list")


def away(client, **since):
    """The session's owner opened the last page that long ago."""
    session = client.session
    session[SEEN] = int((timezone.now() - timedelta(**since)).timestamp())
    session.save()


def is_logged_in(client):
    return "_auth_user_id" in client.session


def test_half_an_hour_without_a_page_ends_the_session_of_an_office_and_leads_back(cast, as_user):
    client = as_user(cast.secretary)
    away(client, minutes=31)
    answer = client.get(f"{ROSTER}?sort=name")
    assert answer.url == f"/account/login/?next={quote(f'{ROSTER}?sort=name')}"
    assert not is_logged_in(client)
    assert "已为您退出登录" in client.get(answer.url).content.decode()
    back = client.post(answer.url, {"login": "secretary", "password": PASSWORD, "next": f"{ROSTER}?sort=name"})
    assert back.url == f"{ROSTER}?sort=name"


def test_without_the_limit_the_page_would_open(cast, as_user, settings):
    """The negative control."""
    settings.OFFICE_IDLE = timedelta(days=1)
    client = as_user(cast.secretary)
    away(client, minutes=31)
    assert client.get(ROSTER).status_code == 200


def test_who_was_never_seen_since_the_log_in_is_away_since_then(cast, as_user):
    client = as_user(cast.secretary)
    Session.objects.update(expire_date=timezone.now() + timedelta(hours=12) - timedelta(minutes=31))
    assert client.get(DESK).status_code == 302


def test_members_without_an_office_stay(cast, as_user):
    client = as_user(cast.member)
    away(client, hours=5)
    assert client.get(DESK).status_code == 200


def test_who_opens_pages_stays_and_the_session_still_ends_when_it_was_to_end(cast, as_user):
    client = as_user(cast.secretary)
    ends = Session.objects.get().expire_date
    for _page in range(3):
        away(client, minutes=29)
        assert client.get(DESK).status_code == 200
    assert timezone.now().timestamp() - client.session[SEEN] < 60
    assert Session.objects.get().expire_date == ends


@pytest.mark.parametrize(
    ("address", "headers"), [(DESK, {"HX-Request": "true"}), (reverse("members:session-alive"), {})]
)
def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(cast, as_user, address, headers):
    client = as_user(cast.secretary)
    away(client, minutes=20)
    before = client.session[SEEN]
    assert client.get(address, headers=headers).status_code == 200
    assert client.session[SEEN] == before


def test_what_was_sent_too_late_is_not_stored_and_that_is_said(cast, as_user):
    client, address = as_user(cast.secretary), reverse("members:member-create")
    away(client, minutes=31)
    answer = client.post(address, {"name": "周"}, headers={"Referer": f"http://testserver{address}?org=branch"})
    assert answer.url == f"/account/login/?next={quote(f'{address}?org=branch')}"
    assert "请重新提交一次" in client.get(answer.url).content.decode()
    away_again = client.post(address, {}, headers={"Referer": "https://elsewhere.example/"})
    assert "elsewhere" not in away_again.url


def test_pages_for_everybody_stay_open(cast, as_user):
    client = as_user(cast.secretary)
    away(client, minutes=31)
    answer = client.get(reverse("members:session-alive"))
    assert (answer.status_code, answer.json()["logged_in"]) == (200, False)
    assert not is_logged_in(client)


def test_whether_somebody_is_there_comes_with_the_token_for_their_forms(cast, as_user):
    answer = as_user(cast.secretary).get(reverse("members:session-alive")).json()
    assert answer["logged_in"] is True
    assert len(answer["token"]) == 64


def test_only_pages_of_offices_ask(cast, as_user):
    assert 'data-idle="1800"' in as_user(cast.secretary).get(DESK).content.decode()
    assert "data-idle" not in as_user(cast.member).get(DESK).content.decode()


def test_a_log_in_begins_its_own_hours(cast, client):
    """A visitor's session from this morning doesn't shorten it."""
    client.get(reverse("account_login"))
    session = client.session
    session["x"] = 1
    session.save()
    Session.objects.update(expire_date=timezone.now() + timedelta(minutes=5))
    client.post(reverse("account_login"), {"login": "secretary", "password": PASSWORD})
    assert Session.objects.latest("expire_date").expire_date > timezone.now() + timedelta(hours=11)


@pytest.mark.parametrize(("language", "ending"), [("en", "?language=en"), ("zh-hans", "")])
def test_the_way_to_the_letter_box_keeps_the_language(client, db, language, ending):
    client.cookies["look_language"] = language
    page = client.get(reverse("account_login")).text

    assert f'<html lang="{language}"' in page
    assert f'href="{reverse("letterbox:about")}{ending}"' in page
