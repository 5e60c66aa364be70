import pytest
from django.test import Client
from django.urls import reverse

from members.choices import TextSize, Theme
from members.models import User
from tests.cast import Cast

SWITCH = "/look/"
CHOICES = [
    ("language", "en", '<html lang="en"'),
    ("text_size", "large", 'class="large-type"'),
    ("theme", "dark", 'data-bs-theme="dark"'),
]


def test_a_stranger_reads_chinese_whatever_the_browser_prefers(client: Client, db: None) -> None:
    answer = client.get(reverse("account_login"), headers={"accept-language": "en"})
    assert '<html lang="zh-hans"' in answer.text
    assert answer["Content-Language"] == "zh-hans"


@pytest.mark.parametrize(("name", "value", "mark"), CHOICES)
def test_a_switch_is_kept_for_a_stranger_by_cookie(client: Client, db: None, name: str, value: str, mark: str) -> None:
    page = reverse("account_login")
    assert mark not in client.get(page).text
    answer = client.post(SWITCH, {name: value, "next": page})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert answer.cookies[f"look_{name}"]["httponly"]
    assert mark in client.get(page).text


@pytest.mark.parametrize(("name", "value", "mark"), CHOICES)
def test_a_switch_is_kept_per_person_on_every_device(cast: Cast, as_user, name: str, value: str, mark: str) -> None:
    as_user(cast.secretary).post(SWITCH, {name: value})
    assert mark in _on_another_device(cast.secretary)
    assert mark not in _on_another_device(cast.officer)


def _on_another_device(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(reverse("members:preference-edit")).text


def test_a_switch_changes_nothing_else(cast: Cast, as_user) -> None:
    as_user(cast.secretary).post(SWITCH, {"theme": "dark", "is_active": "", "username": "x"})
    cast.secretary.refresh_from_db()
    assert (cast.secretary.theme, cast.secretary.text_size, cast.secretary.username) == ("dark", "normal", "secretary")


@pytest.mark.parametrize("page", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x()", ""])
def test_a_switch_leads_nowhere_else(client: Client, db: None, page: str) -> None:
    assert client.post(SWITCH, {"theme": "dark", "next": page})["Location"] == "/"


@pytest.mark.parametrize("chosen", [{}, {"theme": "pink"}, {"language": "xx"}, {"size": "large"}])
def test_an_unknown_choice_is_refused(client: Client, db: None, chosen: dict[str, str]) -> None:
    answer = client.post(SWITCH, chosen)
    assert answer.status_code == 400
    assert not answer.cookies


def test_a_switch_is_posted(client: Client, db: None) -> None:
    assert client.get(SWITCH).status_code == 405


def test_a_cookie_with_nonsense_is_as_good_as_none(client: Client, db: None) -> None:
    client.cookies.load({"look_language": "../../x", "look_theme": '"><script>', "look_text_size": "huge"})
    answer = client.get(reverse("account_login"))
    assert '<html lang="zh-hans" data-theme="auto" data-bs-theme="light">' in answer.text


def test_preferences_are_saved_together(cast: Cast, as_user) -> None:
    chosen = {"language": "en", "text_size": "large", "theme": "dark", "email": "zhou@example.cn"}
    answer = as_user(cast.secretary).post(reverse("members:preference-edit"), chosen, follow=True)
    assert "Your preferences are saved." in answer.text
    cast.secretary.refresh_from_db()
    assert {name: getattr(cast.secretary, name) for name in chosen} == chosen


@pytest.mark.parametrize("wrong", [{"email": "nobody"}, {"theme": "pink"}, {"language": ""}])
def test_a_wrong_preference_is_explained_and_nothing_saved(cast: Cast, as_user, wrong: dict[str, str]) -> None:
    chosen = {"language": "en", "text_size": "large", "theme": "dark", "email": ""} | wrong
    answer = as_user(cast.secretary).post(reverse("members:preference-edit"), chosen)
    assert answer.status_code == 200
    assert "invalid-feedback" in answer.text
    cast.secretary.refresh_from_db()
    assert (cast.secretary.text_size, cast.secretary.theme) == (TextSize.NORMAL, Theme.AUTO)


def test_preferences_belong_to_who_asks(client: Client, db: None) -> None:
    assert client.get(reverse("members:preference-edit")).status_code == 302
    assert client.delete(SWITCH).status_code == 405


def test_the_switch_that_is_on_says_so(client: Client, db: None) -> None:
    client.cookies.load({"look_theme": "dark"})
    page = client.get(reverse("account_login")).text
    assert 'name="theme" value="dark" aria-pressed="true"' in page
    assert 'name="theme" value="light" aria-pressed="false"' in page
